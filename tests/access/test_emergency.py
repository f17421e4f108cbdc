"""Bris de glace: who may, what it opens, what is kept, who reviews (rgpd §3.6, design §8)."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client
from tests import factories
from tests.accounts.factories import account, code, sign_in
from tests.conftest import as_owner

from pepites.access.enums import EmergencyMotive, ReviewResult
from pepites.access.events import EmergencyOpened
from pepites.access.models import AccessGrant, EmergencyAccess
from pepites.access.selectors_emergency import emergencies_to_review, open_emergency
from pepites.access.services import break_glass, record_opposition
from pepites.access.services_emergency import review_emergency
from pepites.accounts.models import User
from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import DomainError, NotFound, Refused
from pepites.common.events import _handlers, subscribe
from pepites.patients.models import Patient

pytestmark = pytest.mark.django_db
MOTIVE = {"motive": "vital", "explanation": "Malaise au domicile, traitement inconnu"}


@pytest.fixture
def patient() -> Patient:
    with as_owner():
        return factories.patient(birth_name="TOUCAN", first_given_name="LINA")


def _signed_in(client: Client, **values: object) -> User:
    with as_owner():
        user = account(factories.practice(**values))
    sign_in(client, user)
    return user


def _later() -> time_machine.travel:
    return time_machine.travel(now() + timedelta(seconds=60))


def test_health_professional_opens_one_file_for_four_hours(client: Client, patient: Patient) -> None:
    user = _signed_in(client)
    path = f"/acces-urgence/{patient.public_id}/"
    page = client.get(path)
    assert "TOUCAN" in page.content.decode()
    assert "TOUCAN" not in page.content.decode().split("</title>")[0]
    heard: list[EmergencyOpened] = []
    handler = heard.append
    subscribe(EmergencyOpened, handler)
    try:
        with _later():
            assert client.post(path, MOTIVE | {"code": code()}).status_code == 302
    finally:
        _handlers[EmergencyOpened].remove(handler)
    assert [event.patient_id for event in heard] == [patient.pk]
    with as_owner():
        grant = AccessGrant.objects.get(patient=patient)
        kept = EmergencyAccess.objects.get()
    assert (grant.level, grant.basis) == (3, "bris_de_glace")
    assert grant.ends_at is not None
    assert grant.ends_at - grant.starts_at <= timedelta(hours=4)
    assert (kept.user_id, kept.motive) == (user.pk, "vital")
    assert "Accès en urgence en cours" in client.get(path).content.decode()


@pytest.mark.parametrize("missing", ["motive", "explanation", "code"])
def test_each_part_is_required(client: Client, patient: Patient, missing: str) -> None:
    _signed_in(client)
    with _later():
        response = client.post(f"/acces-urgence/{patient.public_id}/", MOTIVE | {"code": code()} | {missing: ""})
    assert response.status_code == 422
    with as_owner():
        assert not AccessGrant.objects.exists()


def test_short_explanation_is_refused_and_kept_on_screen(client: Client, patient: Patient) -> None:
    _signed_in(client)
    with _later():
        response = client.post(f"/acces-urgence/{patient.public_id}/", MOTIVE | {"explanation": "vite", "code": code()})
    assert response.status_code == 422
    assert "vite" in response.content.decode()


def test_wrong_code_opens_nothing(client: Client, patient: Patient) -> None:
    _signed_in(client)
    assert client.post(f"/acces-urgence/{patient.public_id}/", MOTIVE | {"code": "000000"}).status_code == 422
    with as_owner():
        assert not AccessGrant.objects.exists()
        assert Entry.objects.filter(code="accounts.factor.failed").exists()


@pytest.mark.parametrize("category", ["social", "hors_r1110_2"])
def test_others_than_health_professionals_are_refused_and_journalled(
    client: Client, patient: Patient, category: str
) -> None:
    _signed_in(client, category=category)
    response = client.get(f"/acces-urgence/{patient.public_id}/")
    assert response.status_code == 403
    assert "TOUCAN" not in response.content.decode()
    with as_owner():
        refusal = Entry.objects.get(code="access.emergency.refused")
    assert (refusal.outcome, refusal.subject_ids, refusal.reason) == (4, [patient.pk], "category_excluded")


@pytest.mark.parametrize("category", ["social", "hors_r1110_2"])
def test_the_database_refuses_the_category_by_itself(patient: Patient, category: str) -> None:
    with as_owner():
        actor = factories.actor_for(factories.practice(category=category))
    with unit_of_work(actor):
        with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT access_break_glass(%s, %s, 'vital', 'quinze caractères et plus', 4)", [patient.pk, uuid4()]
            )
        assert caught.value.__cause__.sqlstate == "PE403"  # type: ignore[union-attr]
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM access_emergency_identity(%s)", [patient.public_id])
            assert cursor.fetchone()[0] == 0


def test_the_database_refuses_without_anybody(patient: Patient) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT access_break_glass(%s, %s, 'vital', 'quinze caractères et plus', 4)", [patient.pk, uuid4()]
        )


def test_web_role_cannot_write_the_record_itself(patient: Patient) -> None:
    with as_owner():
        actor = factories.actor_for(factories.practice())
    with unit_of_work(actor), pytest.raises(DatabaseError), transaction.atomic():
        EmergencyAccess.objects.create(
            patient=patient,
            practice_id=actor.practice_id,
            user_id=actor.user_id,
            motive="vital",
            explanation="x" * 20,
            ends_at=now(),
        )


def test_opposition_leaves_only_the_vital_motive(client: Client, patient: Patient) -> None:
    with as_owner():
        coordinator = factories.practice()
        factories.grant(patient, coordinator)
        actor = factories.actor_for(coordinator)
    with unit_of_work(actor):
        record_opposition(actor=actor, patient_id=patient.pk)
    _signed_in(client)
    path = f"/acces-urgence/{patient.public_id}/"
    with _later():
        assert client.post(path, MOTIVE | {"motive": "continuite", "code": code()}).status_code == 422
        with as_owner():
            assert Entry.objects.get(code="access.emergency.refused").reason == "opposition"
        assert client.post(path, MOTIVE | {"code": code()}).status_code == 302


def test_the_database_refuses_opposition_by_itself(patient: Patient) -> None:
    with as_owner():
        practice = factories.practice()
        actor = factories.actor_for(practice)
        factories.grant(patient, practice, ends_at=now() + timedelta(minutes=5))
    with unit_of_work(actor):
        record_opposition(actor=actor, patient_id=patient.pk)
    with pytest.raises(Refused) as caught, unit_of_work(actor):
        break_glass(
            actor=actor,
            patient_id=patient.pk,
            motive=EmergencyMotive.CONTINUITY,
            explanation="quinze caractères et plus",
        )
    assert caught.value.decision.reason == "opposition"


@pytest.mark.parametrize("flags", ["FICT", "CACH", "HOMD,FICT"])
def test_fictive_and_protected_identities_never_show(client: Client, flags: str) -> None:
    with as_owner():
        hidden = factories.patient(identity_flags=flags)
    _signed_in(client)
    assert client.get(f"/acces-urgence/{hidden.public_id}/").status_code == 404
    with as_owner():
        actor = factories.actor_for(factories.practice())
    with pytest.raises(Refused), unit_of_work(actor):  # the function holds by itself
        break_glass(actor=actor, patient_id=hidden.pk, motive=EmergencyMotive.VITAL, explanation="x" * 20)
    assert client.get(f"/acces-urgence/{uuid4()}/").status_code == 404


def test_closing_before_the_end(client: Client, patient: Patient) -> None:
    user = _signed_in(client)
    with _later():
        client.post(f"/acces-urgence/{patient.public_id}/", MOTIVE | {"code": code()})
    actor = factories.actor_for(user.professional.practices.get())
    with unit_of_work(actor):
        assert open_emergency(actor, patient.pk) is not None
    client.post(f"/acces-urgence/{patient.public_id}/fermer/")
    with unit_of_work(actor):
        assert not Patient.objects.filter(pk=patient.pk).exists() or open_emergency(actor, patient.pk) is None


class TestReview:
    @pytest.fixture
    def opened(self, patient: Patient) -> EmergencyAccess:
        with as_owner():
            practice = factories.practice()
            actor = factories.actor_for(practice)
        with unit_of_work(actor):
            break_glass(
                actor=actor,
                patient_id=patient.pk,
                motive=EmergencyMotive.VITAL,
                explanation="Malaise, traitement inconnu",
            )
        with as_owner():
            return EmergencyAccess.objects.select_related("practice").get()

    def _reviewer(
        self, patient: Patient, role: str = "administration", *, follows: bool = True, dpo: bool = False
    ) -> Actor:
        with as_owner():
            practice = factories.practice(role_code="dpo" if dpo else "cadre")
            network = factories.network()
            factories.membership(network, practice, role)
            if follows:
                factories.enrolment(network, patient)
            return factories.actor_for(practice)

    def test_administrator_of_the_network_reviews(self, patient: Patient, opened: EmergencyAccess) -> None:
        actor = self._reviewer(patient)
        with unit_of_work(actor):
            (line,) = emergencies_to_review(reviewed=False)
            assert line.patient_public == patient.public_id
            review_emergency(actor=actor, public_id=opened.public_id, result=ReviewResult.LEGITIMATE, comment="")
            assert emergencies_to_review(reviewed=False) == []
            assert not Patient.objects.exists()  # reviewing opens no file
        with as_owner():
            opened.refresh_from_db()
        assert opened.review_result == "legitime"

    @pytest.mark.parametrize(("role", "follows"), [("membre", True), ("administration", False)])
    def test_others_see_nothing_and_review_nothing(
        self, patient: Patient, opened: EmergencyAccess, role: str, follows: bool
    ) -> None:
        actor = self._reviewer(patient, role, follows=follows)
        with unit_of_work(actor):
            assert emergencies_to_review(reviewed=False) == []
            with pytest.raises(NotFound):
                review_emergency(actor=actor, public_id=opened.public_id, result=ReviewResult.LEGITIMATE, comment="")
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT access_review_emergency(%s, 'legitime', '')", [opened.public_id])

    def test_data_protection_officer_reviews_everything(self, patient: Patient, opened: EmergencyAccess) -> None:
        actor = self._reviewer(patient, "membre", follows=False, dpo=True)
        with unit_of_work(actor):
            assert [line.public_id for line in emergencies_to_review(reviewed=False)] == [opened.public_id]

    def test_nobody_reviews_their_own(self, patient: Patient, opened: EmergencyAccess) -> None:
        with as_owner():
            network = factories.network()
            factories.membership(network, opened.practice, "administration")
            factories.enrolment(network, patient)
            actor = factories.actor_for(opened.practice)
        with pytest.raises(Refused), unit_of_work(actor):
            assert emergencies_to_review(reviewed=False)[0].own
            review_emergency(actor=actor, public_id=opened.public_id, result=ReviewResult.LEGITIMATE, comment="")

    def test_a_blame_wants_words_and_a_review_is_final(self, patient: Patient, opened: EmergencyAccess) -> None:
        actor = self._reviewer(patient)
        with unit_of_work(actor):
            with pytest.raises(DomainError):
                review_emergency(
                    actor=actor, public_id=opened.public_id, result=ReviewResult.ILLEGITIMATE, comment="non"
                )
            review_emergency(
                actor=actor,
                public_id=opened.public_id,
                result=ReviewResult.ILLEGITIMATE,
                comment="Aucun soin en cours.",
            )
        with pytest.raises(Refused), unit_of_work(actor):
            review_emergency(actor=actor, public_id=opened.public_id, result=ReviewResult.LEGITIMATE, comment="")

    def test_late_after_72_hours(self, patient: Patient, opened: EmergencyAccess) -> None:
        actor = self._reviewer(patient)
        with time_machine.travel(now() + timedelta(hours=73)), unit_of_work(actor):
            assert emergencies_to_review(reviewed=False)[0].late

    def test_screens(self, client: Client, patient: Patient, opened: EmergencyAccess) -> None:
        with as_owner():
            practice = factories.practice()
            user = account(practice)
            network = factories.network()
            factories.membership(network, practice, "administration")
            factories.enrolment(network, patient)
        sign_in(client, user)
        page = client.get("/acces-urgence/").content.decode()
        assert "Urgence vitale" in page
        assert patient.birth_name not in page
        path = f"/acces-urgence/examen/{opened.public_id}/"
        assert patient.birth_name not in client.get(path).content.decode()
        assert client.post(path, {"result": "illegitime", "comment": ""}).status_code == 422
        assert client.post(path, {"result": "formation", "comment": "À revoir avec l'équipe."}).status_code == 302

    def test_queue_is_closed_to_ordinary_accounts(self, client: Client) -> None:
        with as_owner():
            user = account()
        sign_in(client, user)
        assert client.get("/acces-urgence/").status_code == 403
