"""Adults protected in law (coordination §2.2): who holds the measure, and what they may read."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from tests import factories
from tests.conftest import as_owner
from tests.coordination.factories import World, signed_in, world

from pepites.access.enums import Level
from pepites.common.clock import today
from pepites.common.errors import DomainError, Refused
from pepites.coordination import services
from pepites.coordination.enums import MemberRole
from pepites.coordination.measures.enums import Extent, MeasureKind
from pepites.coordination.measures.services import Measure, lift_measure, record_measure
from pepites.coordination.models import CareTeamMember, Contact, ProtectionMeasure

pytestmark = pytest.mark.django_db
PAST = date(2025, 1, 6)


def measure(w: World, **values: object) -> Measure:
    asked = {"kind": MeasureKind.GUARDIANSHIP, "extent": Extent.BOTH, "starts_on": PAST, "practice_id": w.outsider.pk}
    return Measure(**asked | values)  # type: ignore[arg-type]


def kept(w: World, **values: object) -> ProtectionMeasure:
    with w.acting("coordinator") as actor:
        return record_measure(actor=actor, patient=w.patient, measure=measure(w, **values))


def invite(w: World, level: int) -> CareTeamMember:
    with w.acting("coordinator") as actor:
        return services.invite_member(
            actor=actor, patient_id=w.patient.pk, practice_id=w.outsider.pk, role=MemberRole.PROTECTION, level=level
        )


def test_a_mandataire_of_the_property_reads_nothing_of_care() -> None:
    w = world(birth_date=date(1950, 1, 1))
    kept(w, extent=Extent.PROPERTY)
    with pytest.raises(DomainError, match="chargé de la personne"):
        invite(w, Level.FULL)
    assert invite(w, Level.SOCIAL).level == Level.SOCIAL


def test_who_is_charged_with_the_person_may_read_all_while_it_holds() -> None:
    w = world(birth_date=date(1950, 1, 1))
    kept(w, ends_on=today() - timedelta(days=1))
    with pytest.raises(DomainError, match="chargé de la personne"):
        invite(w, Level.FULL)  # its term has passed
    one = kept(w)
    invite(w, Level.FULL)
    with w.acting("coordinator") as actor, pytest.raises(DomainError, match="retirez-le d'abord"), transaction.atomic():
        lift_measure(actor=actor, measure=one, reason="Mainlevée")
    one.refresh_from_db()
    with w.acting("coordinator") as actor:
        services.remove_member(actor=actor, member=CareTeamMember.objects.get(), reason="Mainlevée")
        lift_measure(actor=actor, measure=ProtectionMeasure.objects.get(pk=one.pk), reason="Mainlevée")


def test_the_database_refuses_it_by_itself() -> None:
    w = world(birth_date=date(1950, 1, 1))
    invite(w, Level.SOCIAL)
    with w.acting("coordinator"), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE coordination_careteammember SET level = 3")
    kept(w)
    with w.acting("coordinator"), connection.cursor() as cursor:
        cursor.execute("UPDATE coordination_careteammember SET level = 3")
        assert cursor.rowcount == 1


def test_the_band_says_it_and_stops_saying_it() -> None:
    w = world(birth_date=date(1950, 1, 1))
    one = kept(w)
    with as_owner():
        w.patient.refresh_from_db()
    assert w.patient.protected_adult
    with w.acting("coordinator") as actor:
        lift_measure(actor=actor, measure=one, reason="Mainlevée")
    with as_owner():
        w.patient.refresh_from_db()
    assert not w.patient.protected_adult


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"starts_on": today() + timedelta(days=3)}, "futur"),
        ({"ends_on": date(2024, 1, 1)}, "après le début"),
        ({"practice_id": None}, "qui exerce"),
    ],
)
def test_what_cannot_be_is_refused_in_words(values: dict[str, object], sentence: str) -> None:
    w = world(birth_date=date(1950, 1, 1))
    with pytest.raises(DomainError, match=sentence):
        kept(w, **values)


def test_it_is_about_adults_and_asks_the_full_level() -> None:
    child = world(birth_date=today() - timedelta(days=3000))
    with pytest.raises(DomainError, match="majeure"):
        kept(child)
    w = world(birth_date=date(1950, 1, 1))
    with as_owner():
        factories.grant(w.patient, w.nurse, level=Level.SOCIAL)
    with pytest.raises(Refused), w.acting("nurse") as actor:
        record_measure(actor=actor, patient=w.patient, measure=measure(w))


def test_the_screen_from_the_contact_to_the_end() -> None:
    w = world(birth_date=date(1950, 1, 1))
    with w.acting("coordinator") as actor:
        services.add_contact(actor=actor, patient_id=w.patient.pk, family_name="SAINT", given_name="Rose")
    with as_owner():
        rose = Contact.objects.get()
    client, page = signed_in(w.coordinator), f"/dossiers/{w.patient.public_id}/accords/"
    form = {"kind": "tutelle", "extent": "tout", "holder": f"proche:{rose.public_id}", "starts_on": "2025-01-06"}
    refused = client.post(f"/dossiers/{w.patient.public_id}/protection/", form | {"holder": ""})
    assert refused.status_code == 422
    assert client.post(f"/dossiers/{w.patient.public_id}/protection/", form).status_code == 302
    shown = client.get(page).content.decode()
    assert "Tutelle" in shown
    assert "Rose SAINT" in shown
    with as_owner():
        one = ProtectionMeasure.objects.get()
    assert client.post(f"/mesures/{one.public_id}/terminer/", {"reason": "Mainlevée"}).status_code == 302
    assert "Rose SAINT" not in client.get(page).content.decode()
