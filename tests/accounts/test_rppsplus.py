"""RPPS+: each structure's people, from the contract to the departure, seen by their own managers only (§4)."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client
from tests import factories
from tests.accounts.factories import account, sign_in
from tests.conftest import as_owner, as_role

from pepites.accounts.models import RppsRegistration, User
from pepites.accounts.rppsplus import services
from pepites.accounts.rppsplus.enums import NEXT, ROLES, Check, ContractState, Step
from pepites.accounts.rppsplus.selectors import board, people_of
from pepites.accounts.tasks import check_rpps
from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor, ActorKind, ActorRef
from pepites.common.clock import CAYENNE, now
from pepites.common.errors import Conflict, DomainError, NotFound, Refused
from pepites.directory.models import NationalPerson, Organization
from pepites.networks.models import NetworkMembership

pytestmark = pytest.mark.django_db


def actor_for(user: User) -> Actor:
    return Actor(
        ref=ActorRef(kind=ActorKind.HUMAN, user_id=user.pk), strong=True, platform_admin=user.platform_admin,
        professional_id=user.professional_id,
    )  # fmt: skip


@pytest.fixture
def structure() -> Organization:
    with as_owner():
        return factories.organization(name="Résidence des Wapas", finess="970309907")


@pytest.fixture
def platform() -> User:
    with as_owner():
        return account(platform_admin=True)


@pytest.fixture
def manager(platform: User, structure: Organization) -> User:
    with as_owner():
        user = account()
    with unit_of_work(actor_for(platform)):
        services.name_manager(actor=actor_for(platform), user=user, organization=structure)
    return user


def add(manager: User, structure: Organization, **values: Any) -> RppsRegistration:
    usual = {"family_name": "Sabayo", "given_name": "Edmée", "role_code": "309", "email": "edmee@exemple.invalid"}
    with unit_of_work(actor_for(manager)):
        return services.add_registration(
            actor=actor_for(manager), organization=structure, person=services.NewRegistration(**usual | values)
        )


def go(manager: User, registration: RppsRegistration, *steps: Step, rpps: str = "99700000017") -> RppsRegistration:
    for step in steps:
        with unit_of_work(actor_for(manager)):
            registration = services.advance(
                actor=actor_for(manager), registration=registration, step=step,
                rpps=rpps if step == Step.RECEIVED else "",
            )  # fmt: skip
    return registration


def known(name: tuple[str, str], rpps: str = "99700000017", *, active: bool = True) -> None:
    """A person of the national copy."""
    family, given = name
    with as_owner():
        NationalPerson.objects.create(
            pk=1, national_id=f"8{rpps}", family_name=family, given_name=given, sort_key=f"{family} {given}",
            active=active, digest=1,
        )  # fmt: skip


def test_a_person_goes_from_the_list_to_the_e_cps(manager: User, structure: Organization) -> None:
    one = add(manager, structure)
    assert (one.step, one.step_on) == (Step.TO_REGISTER, now().astimezone(CAYENNE).date())
    one = go(manager, one, Step.DECLARED, Step.RECEIVED, Step.ACTIVE)
    assert (one.rpps, one.step) == ("99700000017", Step.ACTIVE)
    assert all((one.declared_on, one.received_on, one.activated_on))
    with as_owner():
        codes = list(Entry.objects.filter(object_id=str(one.public_id)).order_by("pk").values_list("code", flat=True))
    assert codes == ["accounts.rpps.added", *["accounts.rpps.step"] * 3]


@pytest.mark.parametrize("held", Step.values)
@pytest.mark.parametrize("asked", Step.values)
def test_steps_follow_one_another(manager: User, structure: Organization, held: str, asked: str) -> None:
    one = add(manager, structure)
    with as_owner():
        RppsRegistration.objects.filter(pk=one.pk).update(step=held, rpps="99700000017")
    if NEXT.get(Step(held)) == asked:
        assert go(manager, one, Step(asked)).step == asked
    else:
        with pytest.raises(Conflict):
            go(manager, one, Step(asked))


def test_what_is_asked_is_checked(manager: User, structure: Organization) -> None:
    for wrong in ({"family_name": " "}, {"role_code": "999"}, {"phone": "appeler le soir"}):
        with pytest.raises(DomainError):
            add(manager, structure, **wrong)
    one = go(manager, add(manager, structure), Step.DECLARED)
    for rpps in ("", "1234", "9970000001A"):
        with pytest.raises(DomainError, match="onze chiffres"):
            go(manager, one, Step.RECEIVED, rpps=rpps)
    tomorrow = now().astimezone(CAYENNE).date() + timedelta(days=1)
    with pytest.raises(DomainError, match="aujourd'hui"), unit_of_work(actor_for(manager)):
        services.advance(
            actor=actor_for(manager), registration=one, step=Step.RECEIVED, on=tomorrow, rpps="99700000017"
        )


def test_a_number_is_one_persons(manager: User, structure: Organization) -> None:
    go(manager, add(manager, structure), Step.DECLARED, Step.RECEIVED)
    other = go(manager, add(manager, structure, family_name="Tikané"), Step.DECLARED)
    with pytest.raises(DomainError, match="autre personne"):
        go(manager, other, Step.RECEIVED)


@pytest.mark.parametrize(
    ("name", "active", "result"),
    [
        (("SABAYO", "EDMEE"), True, Check.FOUND),
        (("SABAYO-TIKANE", "EDMEE"), True, Check.FOUND),
        (("MARTIN", "EDMEE"), True, Check.OTHER),
        (("SABAYO", "JEAN"), True, Check.OTHER),
        (("SABAYO", "EDMEE"), False, Check.GONE),
        (None, True, Check.MISSING),
    ],
)
def test_the_number_is_compared_with_the_directory(
    manager: User, structure: Organization, name: tuple[str, str] | None, active: bool, result: Check
) -> None:
    if name:
        known(name, active=active)
    one = go(manager, add(manager, structure), Step.DECLARED, Step.RECEIVED)
    assert one.check_result == result


def test_the_night_compares_again(manager: User, structure: Organization) -> None:
    one = go(manager, add(manager, structure), Step.DECLARED, Step.RECEIVED)
    assert one.check_result == Check.MISSING
    known(("SABAYO", "EDMEE"))
    with as_role("pepites_worker"):
        assert check_rpps() == 1
        assert check_rpps() == 0
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_rppsregistration SET rpps = '99700000025'")
    with as_owner():
        one.refresh_from_db()
    assert one.check_result == Check.FOUND


def test_what_lasts_too_long_is_late(manager: User, structure: Organization, platform: User) -> None:
    one = go(manager, add(manager, structure), Step.DECLARED)
    with time_machine.travel(now() + timedelta(days=4)):
        with unit_of_work(actor_for(manager)):
            [line] = people_of(structure)
            [row] = board(actor_for(manager))
        assert "le numéro aurait dû arriver" in line.late
        assert row.late == 1
    with unit_of_work(actor_for(manager)):
        assert people_of(structure)[0].late == ""
    assert one.step == Step.DECLARED


def test_a_contract_says_when_it_was_signed(manager: User, structure: Organization) -> None:
    with unit_of_work(actor_for(manager)), pytest.raises(DomainError, match="date de signature"):
        services.set_contract(actor=actor_for(manager), organization=structure, state=ContractState.SIGNED)
    with unit_of_work(actor_for(manager)):
        made = services.set_contract(
            actor=actor_for(manager), organization=structure, state=ContractState.SIGNED,
            signed_on=now().astimezone(CAYENNE).date(), keeper_name="La directrice",
        )  # fmt: skip
        [row] = board(actor_for(manager))
    assert (made.keeper_name, row.contract, row.keeper) == ("La directrice", "signe", "La directrice")


# Departures


def test_a_departure_closes_everything_at_once(client: Client, manager: User, structure: Organization) -> None:
    with as_owner():
        practice = factories.practice(organization=structure)
        network = factories.network()
        factories.membership(network, practice, "coordination")
        leaving = account(practice)
    sign_in(client, leaving)
    assert client.get("/compte/").status_code == 200
    one = go(manager, add(manager, structure, practice=practice), Step.DECLARED, Step.RECEIVED, Step.ACTIVE)
    with unit_of_work(actor_for(manager)):
        services.person_leaves(actor=actor_for(manager), registration=one)
    assert client.get("/compte/").status_code == 302  # out at the next request
    practice.refresh_from_db()
    assert practice.ends_at is not None
    assert NetworkMembership.objects.get(practice=practice).ends_at is not None
    with unit_of_work(actor_for(manager)):
        one.refresh_from_db()
        assert one.step == Step.TO_CLOSE
        assert services.advance(actor=actor_for(manager), registration=one, step=Step.CLOSED).closed_on
        with pytest.raises(Conflict):
            services.person_leaves(actor=actor_for(manager), registration=one)


def test_who_was_never_declared_leaves_nothing_open(manager: User, structure: Organization) -> None:
    one = add(manager, structure)
    with unit_of_work(actor_for(manager)):
        assert services.person_leaves(actor=actor_for(manager), registration=one).step == Step.CLOSED


def test_a_departure_is_not_written_ahead(manager: User, structure: Organization) -> None:
    one = add(manager, structure)
    ahead = now().astimezone(CAYENNE).date() + timedelta(days=3)
    with pytest.raises(DomainError, match="le jour venu"), unit_of_work(actor_for(manager)):
        services.person_leaves(actor=actor_for(manager), registration=one, on=ahead)


# Rights


def test_another_structures_manager_sees_and_does_nothing(
    manager: User, structure: Organization, platform: User
) -> None:
    one = add(manager, structure)
    with as_owner():
        other, elsewhere = account(), factories.organization()
    with unit_of_work(actor_for(platform)):
        services.name_manager(actor=actor_for(platform), user=other, organization=elsewhere)
    with unit_of_work(actor_for(other)):
        assert [line.name for line in board(actor_for(other))] == [elsewhere.name]
        assert not RppsRegistration.objects.exists()  # the database shows nothing
        with pytest.raises(NotFound):
            services.find_registration(one.public_id)
    for act in (
        lambda: services.advance(actor=actor_for(other), registration=one, step=Step.DECLARED),
        lambda: services.person_leaves(actor=actor_for(other), registration=one),
        lambda: services.set_contract(actor=actor_for(other), organization=structure, state=ContractState.ASKED),
        lambda: services.name_manager(actor=actor_for(other), user=other, organization=structure),
    ):
        with pytest.raises(Refused), unit_of_work(actor_for(other)):
            act()


def test_the_database_asks_too(manager: User, structure: Organization) -> None:
    with as_owner():
        stranger = account()
        practice = factories.practice(organization=structure)
    add(manager, structure)
    with unit_of_work(actor_for(stranger)), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_rppsregistration SET phone = '0'")
        assert cursor.rowcount == 0
        for statement in (
            f"INSERT INTO accounts_structuremanager (user_id, organization_id) VALUES ({stranger.pk}, {structure.pk})",
            f"INSERT INTO accounts_rppscontract (organization_id, state, keeper_name, keeper_contact, keeper_card,"
            f" note) VALUES ({structure.pk}, 'signe', '', '', false, '')",
            f"SELECT accounts_end_practice({practice.pk})",
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(statement)


def test_a_manager_that_is_no_longer_one(
    client: Client, manager: User, structure: Organization, platform: User
) -> None:
    sign_in(client, manager)
    path = f"/administration/rpps/{structure.public_id}/"
    assert client.get(path).status_code == 200
    with unit_of_work(actor_for(platform)):
        services.end_manager(actor=actor_for(platform), user=manager, organization=structure)
    assert client.get(path).status_code == 403
    assert client.get("/administration/rpps/").status_code == 403


# Screens


def test_the_screens_follow_a_person(client: Client, manager: User, structure: Organization) -> None:
    sign_in(client, manager)
    path = f"/administration/rpps/{structure.public_id}/"
    page = client.get(path).content.decode()
    assert "Rien ne peut être déclaré avant la signature" in page
    assert "Gestionnaires dans Pépites" not in page  # the platform's administrators name them
    wrong = client.post(path, {"act": "person", "family_name": "Sabayo"})
    assert wrong.status_code == 422
    assert "Sabayo" in wrong.content.decode()  # what was typed stays
    assert client.post(path, {"act": "autre"}).status_code == 404
    values = {"act": "person", "family_name": "Sabayo", "given_name": "Edmée", "role_code": "309", "practice": ""}
    assert client.post(path, values).status_code == 302
    with unit_of_work(actor_for(manager)):
        one = RppsRegistration.objects.get()
    person = f"/administration/rpps/personnes/{one.public_id}/"
    assert "Déclarée au portail" in client.get(person).content.decode()
    assert client.post(person, {"act": Step.DECLARED}).status_code == 302
    assert client.post(person, {"act": Step.DECLARED}).status_code == 422  # the double click
    assert client.post(person, {"act": Step.RECEIVED, "rpps": "12"}).status_code == 422
    assert client.post(person, {"act": Step.RECEIVED, "rpps": "997 00 00 00 17"}).status_code == 302
    page = client.get(person).content.decode()
    assert "Pas encore dans la copie" in page
    assert client.post(person, {"act": "check"}).status_code == 302
    assert client.post(person, {"act": "leave"}).status_code == 302
    assert "Situation close" in client.get(person).content.decode()


def test_the_platform_names_managers(client: Client, platform: User, structure: Organization) -> None:
    with as_owner():
        chosen = account()
    sign_in(client, platform)
    path = f"/administration/rpps/{structure.public_id}/"
    assert client.post(path, {"act": "manager", "login": "personne"}).status_code == 422
    assert client.post(path, {"act": "manager", "login": chosen.login}).status_code == 302
    assert chosen.login in client.get(path).content.decode()
    theirs = Client()
    sign_in(theirs, chosen)
    assert theirs.get(path).status_code == 200
    assert "Inscriptions RPPS+" in theirs.get("/plus/").content.decode()
    assert client.post(path, {"act": "unname", "login": chosen.login}).status_code == 302
    assert theirs.get(path).status_code == 403
    assert "Inscriptions RPPS+" not in theirs.get("/plus/").content.decode()


def test_the_list_for_the_portal(client: Client, manager: User, structure: Organization) -> None:
    add(manager, structure, family_name="=HYPERLINK(1)", phone="+594694000000")
    add(manager, structure)
    sign_in(client, manager)
    answer = client.post(f"/administration/rpps/{structure.public_id}/exporter/")
    text = answer.content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[0][0] == "Nom"
    assert {row[0] for row in rows[1:]} == {"'=HYPERLINK(1)", "Sabayo"}
    assert {row[5] for row in rows[1:]} == {ROLES["309"]}
    with as_owner():
        assert Entry.objects.get(code="accounts.rpps.exported").detail == {"rows": 2}


def test_the_board_costs_the_same_whatever_its_length(
    client: Client, platform: User, django_assert_max_num_queries: Any
) -> None:
    with as_owner():
        places = [factories.organization() for _ in range(12)]
    for place in places:
        add(platform, place)
    sign_in(client, platform)
    with django_assert_max_num_queries(22):
        page = client.get("/administration/rpps/")
    assert page.content.decode().count("Contrat : à demander") == 12
