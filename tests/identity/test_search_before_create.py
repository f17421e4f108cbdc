"""Law 11, RNIV-9, RNIV-10: what the search before creation shows, and what it never shows."""

import datetime as dt

import pytest
from django.db import connection
from tests.conftest import as_owner
from tests.identity.identity_factories import BORN, actor, identity_of, person, traits

from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.errors import DomainError, Refused, TooMany
from pepites.identity import services
from pepites.identity.dates import PartialDate
from pepites.identity.enums import Attribute
from pepites.identity.models import SearchTrace
from pepites.patients.models import Patient

pytestmark = pytest.mark.django_db


def found(who: Actor, born: PartialDate | dt.date = BORN, letters: str = "") -> list[str]:
    wanted = born if isinstance(born, PartialDate) else PartialDate(born)
    with unit_of_work(who):
        return [
            one.birth_name for one in services.search_before_create(actor=who, birth_date=wanted, letters=letters).found
        ]


@pytest.mark.parametrize("letters", ["", "KOU", "kou", "mar", "ang", "tab", "ELI", "man", "kò"])
def test_rniv_10_looks_in_every_name(letters: str) -> None:
    creator, seeker = actor(), actor()
    known = person(creator, given_names="Marie Ange Élise", used_name="Tabournel", aliases=[services_alias("MANDINGO")])
    del known
    assert found(seeker, letters=letters) == ["KOUYOURI"]


def services_alias(name: str) -> object:
    from pepites.identity.traits import AliasValue

    return AliasValue(birth_name=name)


def test_letters_only_at_the_start_of_a_name_and_never_more_than_three() -> None:
    creator, seeker = actor(), actor()
    person(creator)
    assert found(seeker, letters="OUY") == []
    assert found(seeker, letters="%") == ["KOUYOURI"]  # no letter left: not a wildcard of its own
    with pytest.raises(DomainError):
        found(seeker, letters="KOUY")
    with pytest.raises(Refused), unit_of_work(seeker), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        raise_database_refusal(cursor)


def raise_database_refusal(cursor: object) -> None:
    from pepites.access.services import database_refusals

    with database_refusals("identity.search.refused"):
        cursor.execute(  # type: ignore[attr-defined]
            "SELECT * FROM identity_search_before_create(gen_random_uuid(), '1985-07-14', 'JOUR', 'KOUY')"
        )


@pytest.mark.parametrize(
    ("stored", "asked", "seen"),
    [
        (PartialDate(dt.date(1985, 7, 4)), dt.date(1985, 4, 7), True),
        (PartialDate(dt.date(1985, 7, 4)), dt.date(1985, 4, 8), False),
        (PartialDate.of_year(1985), dt.date(1985, 3, 2), True),
        (PartialDate(dt.date(1985, 12, 31)), dt.date(1985, 3, 2), False),
        (PartialDate(dt.date(1985, 3, 2)), PartialDate.of_year(1985), True),
        (PartialDate.of_year(1984), dt.date(1985, 12, 31), True),
        (PartialDate(dt.date(1986, 1, 1)), dt.date(1985, 12, 31), True),
        (PartialDate.of_year(1987), dt.date(1985, 12, 31), False),
        (PartialDate.of_year(1984), dt.date(1985, 12, 30), False),
    ],
)
def test_rniv_10_dates_around(stored: PartialDate, asked: PartialDate | dt.date, seen: bool) -> None:
    creator, seeker = actor(), actor()
    person(creator, birth_date=stored)
    assert bool(found(seeker, asked)) is seen


def test_guy_2_date_before_a_judgment_still_finds() -> None:
    creator, seeker = actor(), actor()
    known = person(creator)
    with unit_of_work(creator):
        services.correct_identity(
            actor=creator, identity=identity_of(known), reason="Jugement", judgment=True,
            traits=traits(birth_name="DOE", birth_date=PartialDate(dt.date(1987, 2, 3))),
        )  # fmt: skip
    assert found(seeker, BORN, "KOU") == ["DOE"]
    assert found(seeker, dt.date(1987, 2, 3)) == ["DOE"]


@pytest.mark.parametrize("mark", [Attribute.FICTITIOUS, Attribute.HIDDEN])
def test_law_11_fictitious_and_hidden_are_never_shown(mark: Attribute) -> None:
    creator, seeker, cell = actor(), actor(), actor(identity_cell=True)
    known = person(creator)
    with unit_of_work(cell):
        services.set_attribute(actor=cell, identity=identity_of(known), attribute=mark, reason="essai")
    assert found(seeker) == []
    with unit_of_work(seeker):
        assert not services.search_by_number(actor=seeker, number=known.regional_id).found


def test_rniv_10_deactivated_identity_leads_to_the_survivor() -> None:
    creator, seeker = actor(), actor()
    absorbed = person(creator, birth_name="ANCIEN")
    survivor = person(creator, birth_name="SURVIVANT", birth_date=PartialDate(dt.date(1990, 5, 5)))
    with as_owner():
        Patient.objects.filter(pk=absorbed.pk).update(active=False, survivor=survivor)
    assert found(seeker) == ["SURVIVANT"]
    with as_owner():
        Patient.objects.filter(pk=absorbed.pk).update(survivor=None)
    assert found(seeker) == []


def test_law_11_twenty_results_at_most_thirty_searches_a_minute() -> None:
    seeker = actor()
    with as_owner():
        from tests import factories

        for _ in range(25):
            factories.patient(birth_date=BORN)
    assert len(found(seeker)) == 20
    for _ in range(29):
        found(seeker, letters="ZZZ")
    with pytest.raises(TooMany):
        found(seeker)
    other = actor()
    assert found(other, letters="ZZZ") == []
    with as_owner():
        SearchTrace.objects.filter(user_id=seeker.user_id).update(created_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert found(seeker, letters="ZZZ") == []


def test_a_number_finds_only_when_complete_and_opens_no_creation() -> None:
    creator, seeker = actor(), actor()
    known = person(creator)
    grouped = f"{known.regional_id[:2]} {known.regional_id[2:7]} {known.regional_id[7:]}".lower()
    with unit_of_work(seeker):
        result = services.search_by_number(actor=seeker, number=grouped)
        assert [one.public_id for one in result.found] == [known.public_id]
        with pytest.raises(DomainError):
            services.search_by_number(actor=seeker, number=known.regional_id[:8])
    with pytest.raises(Refused), unit_of_work(seeker):
        services.create_identity(actor=seeker, traits=traits(), search_id=result.search_id)


def test_outside_r_1110_2_searches_nothing() -> None:
    outsider = actor(category="hors_r1110_2")
    with pytest.raises(Refused):
        found(outsider)


def test_traces_are_each_user_s_own_and_blocks_nobody_s() -> None:
    one, other = actor(), actor()
    found(one)
    with unit_of_work(other), connection.cursor() as cursor:
        assert not SearchTrace.objects.exists()
        for table in ("identity_identityblock", "identity_notsame"):
            cursor.execute("SELECT has_table_privilege(%s, 'SELECT')", [table])
            assert cursor.fetchone()[0] is False


def test_stic_1_a_misread_letter_is_mended_and_a_wrong_key_is_told_from_a_short_number() -> None:
    known, seeker = person(actor()), actor()
    number = known.regional_id
    typed = number[:2] + number[2:12].replace("0", "o").replace("1", "l").lower() + number[12:]
    wrong = number[:12] + ("A" if number[12] != "A" else "B")
    with unit_of_work(seeker):
        result = services.search_by_number(actor=seeker, number=f"{typed[:2]} {typed[2:7]}-{typed[7:]}")
        assert [one.public_id for one in result.found] == [known.public_id]
        with pytest.raises(DomainError, match="vérifiez chaque caractère"):
            services.search_by_number(actor=seeker, number=wrong)
        with pytest.raises(DomainError, match="en entier"):
            services.search_by_number(actor=seeker, number=number[:12])
