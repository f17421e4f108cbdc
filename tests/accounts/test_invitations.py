"""One-time links, passwords, and lost factors given up by two administrators."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests import factories
from tests.accounts.factories import PASSWORD, account, code, sign_in
from tests.conftest import as_owner

from pepites.accounts import services
from pepites.accounts.models import FactorReset, Invitation, TotpDevice, User
from pepites.accounts.passwords import weakness
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor, Channel, system_actor
from pepites.common.clock import now
from pepites.common.errors import DomainError, Refused
from pepites.directory.models import Professional

SYSTEM = system_actor("essai", channel=Channel.COMMAND)


def _administrator(network: object = None) -> tuple[User, Actor]:
    practice = factories.practice()
    user = account(practice)
    factories.membership(network or factories.network(), practice, "administration")  # type: ignore[arg-type]
    return user, factories.actor_for(practice)


@pytest.mark.django_db
class TestInvitation:
    def test_first_account_administers_the_platform(self) -> None:
        with as_owner():
            path = services.create_invitation(login="Ana.Costa", actor=SYSTEM)
            services.create_invitation(login="jean.doroth", actor=SYSTEM)
        assert path.startswith("/invitation/")
        assert User.objects.get(login="ana.costa").platform_admin
        assert not User.objects.get(login="jean.doroth").platform_admin

    def test_token_is_not_kept(self) -> None:
        with as_owner():
            path = services.create_invitation(login="ana.costa", actor=SYSTEM)
        assert Invitation.objects.get().token_hash not in path
        assert path.split("/")[2] not in Invitation.objects.get().token_hash

    def test_link_serves_once_and_leads_to_a_second_factor(self, client: Client) -> None:
        with as_owner():
            path = services.create_invitation(login="ana.costa", actor=SYSTEM)
        values = {"password": PASSWORD, "again": PASSWORD}
        assert client.get(path).status_code == 200
        assert client.post(path, values | {"again": "autre"}).status_code == 422
        assert client.post(path, values).url == "/connexion/premier-facteur/"
        assert "_auth_user_id" not in client.session
        assert Client().get(path).status_code == 410
        assert Client().post(path, values).status_code == 410

    def test_link_lapses_after_24_hours(self, client: Client) -> None:
        with time_machine.travel(now(), tick=False) as clock:
            with as_owner():
                path = services.create_invitation(login="ana.costa", actor=SYSTEM)
            clock.shift(timedelta(hours=23, minutes=59))
            assert client.get(path).status_code == 200
            clock.shift(timedelta(minutes=2))
            assert client.post(path, {"password": PASSWORD, "again": PASSWORD}).status_code == 410
        assert not User.objects.get(login="ana.costa").has_usable_password()

    def test_a_new_link_stops_the_former(self, client: Client) -> None:
        with as_owner():
            first = services.create_invitation(login="ana.costa", actor=SYSTEM)
            services.create_invitation(login="ana.costa", actor=SYSTEM)
        assert client.get(first).status_code == 410

    def test_weak_password_leaves_the_link_usable(self, client: Client) -> None:
        with as_owner():
            path = services.create_invitation(login="ana.costa", actor=SYSTEM)
        assert client.post(path, {"password": "Guyane973!!", "again": "Guyane973!!"}).status_code == 422
        assert client.get(path).status_code == 200

    def test_administrator_cannot_take_an_open_account_over(self) -> None:
        with as_owner():
            _, actor = _administrator()
            victim = account()
        with unit_of_work(actor), pytest.raises(DomainError):
            services.create_invitation(login=victim.login, actor=actor)

    def test_web_role_cannot_invite_for_a_mere_member(self) -> None:
        with as_owner():
            practice = factories.practice()
            user = account(practice)
            actor = factories.actor_for(practice)
        with unit_of_work(actor), pytest.raises(DatabaseError), transaction.atomic():
            Invitation.objects.create(user=user, token_hash="x", created_by_id=user.pk, expires_at=now())

    def test_web_role_cannot_make_a_platform_administrator(self) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            User.objects.create(login="intrus", password="!", platform_admin=True)
        with as_owner():
            user = account()
        with pytest.raises(DatabaseError), transaction.atomic():
            User.objects.filter(pk=user.pk).update(platform_admin=True)


PERSON = User(login="ana.costa", professional=Professional(family_name="Da Silva", given_name="Marie-Ange"))


@pytest.mark.parametrize(
    "password",
    [
        "Guyane973!!", "guyane973", "Cayenne2024!", "DaSilva1984!", "Dasilva-84", "Marie1984!!", "ana.Costa12",
        "Azerty123!",
        "Motdepasse1!", "P@ssw0rd", "Passw0rd!", "abcdefgh", "ABCD1234", "aaaaaaaa1A!",
        "Court1!", "12345678", "Soleil2023",
        "Infirmiere1!", "Dupont1984", "password1!", "M0tdepasse!",
    ],
)  # fmt: skip
def test_weak_passwords_are_refused(password: str) -> None:
    assert weakness(password, PERSON)


@pytest.mark.parametrize(
    "password",
    [
        "Rivière-calme-27", "t7Kpq!29zZ", "K9;rufoli", "4827 1930 5567 2218".replace(" ", ""),
        "cheval orange dans une pirogue bleue la nuit", "sept toucans gardent la vieille pirogue", "Wapa_tombe81",
    ],
)  # fmt: skip
def test_sound_passwords_are_accepted(password: str) -> None:
    assert weakness(password, PERSON) == ""


@given(st.text(max_size=7))
def test_short_passwords_never_pass(password: str) -> None:
    assert weakness(password, PERSON)


@pytest.mark.django_db
class TestLostFactor:
    def test_two_administrators_then_a_new_way_in(self, client: Client) -> None:
        with as_owner():
            network = factories.network()
            _, first = _administrator(network)
            _, second = _administrator(network)
            victim = account(network=network)
            factories.membership(network, victim.professional.practices.get(), "membre")
        sign_in(client, victim)
        with unit_of_work(first):
            reset = services.request_factor_reset(actor=first, user=victim, motive="Vue en face à face")
            assert TotpDevice.objects.get(user=victim).disabled_at is None
            with pytest.raises(DomainError, match="Un autre administrateur"):
                services.confirm_factor_reset(actor=first, public_id=reset.public_id)
        with unit_of_work(second):
            path = services.confirm_factor_reset(actor=second, public_id=reset.public_id)
        assert TotpDevice.objects.get(user=victim).disabled_at is not None
        assert client.get("/compte/").status_code == 302  # every session is closed
        other = Client()
        response = other.post("/connexion/", {"login": victim.login, "password": PASSWORD})
        assert response.status_code == 422  # the password alone must not enrol a stranger
        assert other.post(path, {"password": "Fleuve-calme-84", "again": "Fleuve-calme-84"}).status_code == 302

    def test_the_database_wants_two_people(self) -> None:
        with as_owner():
            admin, _ = _administrator()
            victim = account()
            with pytest.raises(IntegrityError), transaction.atomic():
                FactorReset.objects.create(user=victim, motive="x", requested_by=admin, confirmed_by=admin)

    def test_one_cannot_sign_for_another_administrator(self) -> None:
        with as_owner():
            network = factories.network()
            first_user, first = _administrator(network)
            second_user, _ = _administrator(network)
            victim = account()
            reset = FactorReset.objects.create(user=victim, motive="x", requested_by=first_user)
        with unit_of_work(first), pytest.raises(DatabaseError), transaction.atomic():
            FactorReset.objects.filter(pk=reset.pk).update(confirmed_by=second_user, confirmed_at=now())

    def test_request_lapses_after_a_day(self) -> None:
        with as_owner():
            network = factories.network()
            _, first = _administrator(network)
            _, second = _administrator(network)
            victim = account(network=network)
            factories.membership(network, victim.professional.practices.get(), "membre")
        with unit_of_work(first):
            reset = services.request_factor_reset(actor=first, user=victim, motive="Vue en face à face")
        with time_machine.travel(now() + timedelta(hours=25)), unit_of_work(second), pytest.raises(DomainError):
            services.confirm_factor_reset(actor=second, public_id=reset.public_id)

    def test_strangers_and_outsiders_are_refused(self) -> None:
        with as_owner():
            _, elsewhere = _administrator()
            member = factories.actor_for(factories.practice())
            victim = account()
        for actor in (elsewhere, member):
            with pytest.raises(Refused), unit_of_work(actor):
                services.request_factor_reset(actor=actor, user=victim, motive="Vue en face à face")

    def test_through_the_screens(self, client: Client) -> None:
        with as_owner():
            network = factories.network()
            first, _ = _administrator(network)
            second, _ = _administrator(network)
            victim = account(network=network)
            factories.membership(network, victim.professional.practices.get(), "membre")
        sign_in(client, first)
        page = f"/administration/comptes/{victim.public_id}/"
        assert client.post(page, {"act": "reset", "motive": "court"}).status_code == 422
        assert client.post(page, {"act": "reset", "motive": "Vue en face à face"}).status_code == 302
        reset = FactorReset.objects.none()
        with as_owner():
            reset = FactorReset.objects.all()
            public_id = reset.get().public_id
        values = {"reset": str(public_id), "act": "confirm"}
        assert client.post("/administration/remises-a-zero/", values).status_code == 302
        other = Client()
        sign_in(other, second)
        response = other.post("/administration/remises-a-zero/", values)
        assert response.status_code == 200
        assert "/invitation/" in response.content.decode()
        assert code() not in response.content.decode()
