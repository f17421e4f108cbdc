"""Mother and child linked: each file leads to the other, for whoever may open both (GUY-12)."""

from datetime import date

import pytest
from tests import factories
from tests.conftest import as_owner
from tests.coordination.factories import follow, signed_in, world

from pepites.coordination.selectors.family import family_visible_to
from pepites.identity.models import Filiation

pytestmark = pytest.mark.django_db


def test_each_leads_to_the_other_and_never_to_a_closed_file() -> None:
    w = world(birth_date=date(1995, 2, 3))
    with as_owner():
        children = [
            factories.patient(birth_date=date(year, 1, 1), birth_name="PIROGUE", first_given_name=f"ENFANT{year}")
            for year in (2024, 2021, 2019)
        ]
        for child in children:
            Filiation.objects.create(patient=child, parent=w.patient, kind="mere")
        for child in children[:2]:
            follow(w.network, child)
    with w.acting("coordinator") as actor:
        assert [one["name"] for one in family_visible_to(actor, w.patient.pk)] == [
            "PIROGUE ENFANT2021", "PIROGUE ENFANT2024",
        ]  # fmt: skip
        ((relation, url),) = [(one["relation"], one["url"]) for one in family_visible_to(actor, children[0].pk)]
        assert (relation, url) == ("Mère", f"/dossiers/{w.patient.public_id}/parcours/")
    page = signed_in(w.coordinator).get(f"/dossiers/{w.patient.public_id}/parcours/").content.decode()
    assert "ENFANT2024" in page
    assert "ENFANT2019" not in page


def test_a_link_that_ended_is_told_no_more() -> None:
    w = world(birth_date=date(1995, 2, 3))
    with as_owner():
        child = factories.patient(birth_date=date(2024, 1, 1))
        follow(w.network, child)
        link = Filiation.objects.create(patient=child, parent=w.patient, kind="mere", ended_at="2025-01-01T00:00Z")
    with w.acting("coordinator") as actor:
        assert family_visible_to(actor, w.patient.pk) == []
        assert family_visible_to(actor, child.pk) == []
    assert link.pk
