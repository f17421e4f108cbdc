"""Directory: who writes, what is refused, what is found."""

import pytest
from django.db import DatabaseError, connection, transaction
from tests import factories
from tests.conftest import as_owner, as_role

from pepites.audit.unit import unit_of_work
from pepites.common.actor import Channel, system_actor
from pepites.common.errors import DomainError, Refused
from pepites.directory.enums import Category, OrganizationKind
from pepites.directory.professions import PROFESSIONS
from pepites.directory.selectors import search_organizations, search_practices
from pepites.directory.services import create_organization, create_practice, create_professional, end_practice

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("essai", channel=Channel.COMMAND)
ANA = {
    "family_name": "D'Almeida-Rocha",
    "given_name": "Anaïs",
    "profession_code": "60",
    "profession_label": "Infirmière",
    "category": Category.HEALTH,
}


def test_professional_needs_a_rpps_or_a_sponsor() -> None:
    with unit_of_work(SYSTEM):
        with pytest.raises(DomainError, match="parrain"):
            create_professional(actor=SYSTEM, **ANA)
        sponsor = create_professional(actor=SYSTEM, rpps="10000000017", **ANA)
        assert create_professional(actor=SYSTEM, sponsor_id=sponsor.pk, **ANA).sponsor_id == sponsor.pk


@pytest.mark.parametrize("rpps", ["1234", "1000000001A", "100000000170"])
def test_malformed_rpps_is_refused(rpps: str) -> None:
    with unit_of_work(SYSTEM), pytest.raises(DomainError, match="onze chiffres"):
        create_professional(actor=SYSTEM, rpps=rpps, **ANA)


def test_same_rpps_twice_is_refused() -> None:
    with unit_of_work(SYSTEM):
        create_professional(actor=SYSTEM, rpps="10000000017", **ANA)
        with pytest.raises(DomainError, match="déjà"):
            create_professional(actor=SYSTEM, rpps="10000000017", **ANA)


def test_same_finess_twice_is_refused() -> None:
    with unit_of_work(SYSTEM):
        create_organization(actor=SYSTEM, name="Hôpital A", kind=OrganizationKind.HOSPITAL, finess="970300026")
        with pytest.raises(DomainError, match="FINESS"):
            create_organization(actor=SYSTEM, name="Hôpital B", kind=OrganizationKind.HOSPITAL, finess="970300026")


def test_same_practice_twice_is_one() -> None:
    with as_owner():
        person, place = factories.professional(), factories.organization()
    values = {"professional_id": person.pk, "organization_id": place.pk, "role_code": "ide", "role_label": "IDE"}
    with unit_of_work(SYSTEM):
        first = create_practice(actor=SYSTEM, **values)  # type: ignore[arg-type]
        assert create_practice(actor=SYSTEM, **values).pk == first.pk  # type: ignore[arg-type]


def test_mere_member_writes_nothing() -> None:
    with as_owner():
        actor = factories.actor_for(factories.practice())
    with pytest.raises(Refused), unit_of_work(actor):
        create_organization(actor=actor, name="Intrus", kind=OrganizationKind.OFFICE)


@pytest.mark.parametrize("extra", [{"role_code": "dpo"}, {"identity_cell": True}])
def test_network_administrator_names_neither_dpo_nor_identity_cell(extra: dict[str, object]) -> None:
    with as_owner():
        practice = factories.practice()
        factories.membership(factories.network(), practice, "administration")
        actor = factories.actor_for(practice)
    values = {
        "professional_id": practice.professional_id,
        "organization_id": practice.organization_id,
        "role_code": "cadre",
        "role_label": "Cadre",
    } | extra
    with pytest.raises(Refused), unit_of_work(actor):
        create_practice(actor=actor, **values)  # type: ignore[arg-type]


def test_search_takes_accents_and_order_lightly() -> None:
    with unit_of_work(SYSTEM):
        person = create_professional(actor=SYSTEM, rpps="10000000017", **ANA)
        place = create_organization(actor=SYSTEM, name="Pôle santé du Maroni", kind=OrganizationKind.HEALTH_CENTRE)
        practice = create_practice(
            actor=SYSTEM, professional_id=person.pk, organization_id=place.pk, role_code="ide", role_label="Infirmière"
        )
        for text in ("almeida", "ANAIS", "maroni rocha", "10000000017", "pole infirmière"):
            assert [found.pk for found in search_practices(text)] == [practice.pk], text
        assert search_practices("") == []
        assert search_practices("personne") == []
        assert [found.pk for found in search_organizations("sante MARONI")] == [place.pk]
        end_practice(actor=SYSTEM, practice=practice)
        assert search_practices("almeida") == []


def test_search_stops_at_its_limit() -> None:
    with as_owner():
        for _ in range(5):
            factories.practice()
        assert len(search_practices("essai", limit=3)) == 3


def test_professions_have_one_role_each() -> None:
    assert all(code == profession.role_code for code, profession in PROFESSIONS.items())
    assert PROFESSIONS["ide"].category is Category.HEALTH
    assert PROFESSIONS["administratif"].category is Category.OUTSIDE


@pytest.mark.parametrize("role", ["pepites_web", "pepites_worker"])
@pytest.mark.parametrize(
    "change", ["directory_professional SET category = 'sante'", "directory_organization SET kind = 'hopital'"]
)
def test_a_category_is_written_once(role: str, change: str) -> None:
    """It opens the bris de glace and decides the sharing regime: no request changes it."""
    refused = pytest.raises(DatabaseError, match="permission denied")
    with as_role(role), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {change}")
