"""Demandes: sent, received, sorted, answered; read by who asked and who is asked, and by nobody else."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import factories
from tests.conftest import as_owner
from tests.coordination.factories import World, follow, signed_in, world
from tests.coordination.test_protocols import publish

from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.common.actor import ANONYMOUS
from pepites.common.clock import now
from pepites.common.errors import Conflict, DomainError, Refused
from pepites.common.identifiers import new_uuid
from pepites.coordination import services as coordination
from pepites.coordination.referrals import selectors, services
from pepites.coordination.referrals.enums import TRANSITIONS, ReferralState
from pepites.coordination.referrals.models import Referral
from pepites.coordination.referrals.values import Asked
from pepites.coordination.referrals.views import ASKERS

pytestmark = pytest.mark.django_db
MOTIVE = "Chutes répétées, vit seule, demande d'évaluation à domicile"
ASKED = Asked(motive=MOTIVE, family_name="Tabo", given_name="Rosine", informed=True)
SETTINGS: dict[str, Any] = {
    "demandes": {
        "public": True, "intro": "Bonjour", "days": 7, "urgent_days": 2, "levels": ["information", "suivi"],
        "reasons": [{"code": "hors", "title": "Hors du territoire"}],
    },
    "reperage": {
        "threshold": 3,
        "questions": [
            {"code": "chute", "title": "Chute", "points": 2}, {"code": "seul", "title": "Vit seul", "points": 1},
        ],
    },
}  # fmt: skip
PUBLIC = {
    "motive": MOTIVE, "urgency": "normale", "about_person": "on", "family_name": "Tabo", "requester_kind": "aidant",
    "requester_name": "Une fille", "requester_contact": "0694 00 00 00",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _fresh() -> None:
    ASKERS.forget()


def sent(w: World, asked: Asked = ASKED, **values: Any) -> Referral:
    """A demande of the nurse to the network."""
    with w.acting("nurse") as actor:
        return services.send_referral(actor=actor, asked=asked, key=new_uuid(), **({"network": w.network} | values))


def test_from_the_demande_to_the_answer() -> None:
    w = world()
    publish(w.network, **SETTINGS)
    made = sent(w, Asked(motive=MOTIVE, family_name="Tabo", yes=frozenset({"chute", "seul"})))
    with w.acting("coordinator") as actor:
        one = selectors.referral_visible_to(actor, made.public_id)
        assert one is not None
        assert (one.state, one.score, selectors.is_flagged(one)) == ("recue", 3, True)
        with pytest.raises(Conflict):
            services.accept(actor=actor, referral=one, answer="Nous venons mardi.")
        with pytest.raises(DomainError, match="niveau"):
            services.qualify(actor=actor, referral=one, level="gestion_cas", urgency="normale")
        services.qualify(actor=actor, referral=one, level="suivi", urgency="urgente", note="Voir avec l'aidante")
        with pytest.raises(DomainError, match="réponse"):
            services.accept(actor=actor, referral=one, answer=" ")
        services.accept(actor=actor, referral=one, answer="Nous venons mardi.")
        services.close(actor=actor, referral=one, means="telephone")
    with w.acting("nurse") as actor:
        seen = selectors.referral_visible_to(actor, made.public_id)
        assert seen is not None
        assert (seen.state, seen.answer) == ("cloturee", "Nous venons mardi.")
        assert [what for _, what, _ in selectors.history_of(seen)] == [
            "Reçue", "Qualifiée : Suivi", "Décidée", "Réponse donnée : par téléphone",
        ]  # fmt: skip
    with as_owner():
        assert Entry.objects.filter(code__startswith="coordination.referral").count() == 4


def test_the_same_demande_sent_twice_is_one() -> None:
    w, key = world(), new_uuid()
    with w.acting("nurse") as actor:
        for _ in range(2):
            services.send_referral(actor=actor, asked=ASKED, key=key, network=w.network)
        assert Referral.objects.count() == 1


def test_nobody_else_reads_or_changes_it_here_nor_in_the_database() -> None:
    w = world()
    made = sent(w)
    with as_owner():
        other, elsewhere = factories.network(), factories.practice()
        factories.membership(other, w.outsider)
        factories.membership(w.network, elsewhere, "membre")
    for practice in (w.outsider, elsewhere):
        actor = factories.actor_for(practice)
        with unit_of_work(actor):
            assert selectors.referral_visible_to(actor, made.public_id) is None
            assert Referral.objects.update(note="lu") == 0
        with pytest.raises(Refused), unit_of_work(actor):
            services.qualify(actor=actor, referral=made, level="suivi", urgency="normale")
    with w.acting("nurse"):  # who asked reads, and changes nothing
        assert Referral.objects.update(note="la mienne") == 0
    with (
        w.acting("outsider") as actor,
        connection.cursor() as cursor,
        pytest.raises(DatabaseError),
        transaction.atomic(),
    ):
        cursor.execute(
            "INSERT INTO coordination_referral (public_id, network_id, requester_practice_id, requester_kind,"
            " requester_name, motive, urgency, informed, questions, state, about_person)"
            " VALUES (gen_random_uuid(), %s, %s, 'professionnel', 'X', 'x', 'normale', false, '[]', 'recue', true)",
            [w.network.pk, w.nurse.pk],
        )


def test_a_structure_asks_a_structure_with_or_without_a_person() -> None:
    w = world()
    with as_owner():
        colleague = factories.practice(organization=w.outsider.organization)
    made = sent(w, Asked(motive="Avez-vous une place en consultation ?", about_person=False, family_name="Oubliée"),
                network=None, organization=w.outsider.organization)  # fmt: skip
    assert made.family_name == ""
    actor = factories.actor_for(colleague)
    with unit_of_work(actor):
        lines, counts, _ = selectors.list_visible_to(actor, "a-traiter")
        assert [line.person for line in lines] == ["Sans personne désignée"]
        assert counts["a-traiter"] == 1
        one = selectors.referral_visible_to(actor, made.public_id)
        assert one is not None
        services.refuse(actor=actor, referral=one, reason="Complet", answer="Plus de place avant mars.")
    with w.acting("coordinator") as coordinator:
        assert selectors.list_visible_to(coordinator, "a-traiter")[0] == []


def test_sent_on_it_starts_anew_elsewhere_and_the_requester_follows_both() -> None:
    w = world()
    publish(w.network, **SETTINGS)
    made = sent(w)
    with as_owner():
        other = factories.network()
        factories.membership(other, w.outsider)
    publish(other)
    with w.acting("coordinator") as actor:
        one = selectors.referral_visible_to(actor, made.public_id)
        assert one is not None
        with pytest.raises(DomainError, match="déjà à eux"):
            services.redirect(actor=actor, referral=one, reason="x", answer="Voyez avec eux.", network=w.network)
        services.redirect(
            actor=actor, referral=one, reason="Hors du territoire", answer="Voyez avec eux.", network=other
        )
        assert Referral.objects.count() == 1
    with w.acting("outsider") as actor:
        lines, _, _ = selectors.list_visible_to(actor, "a-traiter")
        assert [(line.person, line.state) for line in lines] == [("TABO Rosine", "Reçue")]
    with w.acting("nurse") as actor:
        lines, counts, _ = selectors.list_visible_to(actor, "envoyees")
        assert [line.state for line in lines] == ["Reçue", "Réorientée"]
        assert counts["envoyees"] == 2


def test_it_is_linked_once_to_a_file_one_reads_and_an_opposition_closes_it() -> None:
    named = {"birth_name": "TABO", "first_given_name": "ROSINE", "sort_key": "tabo rosine"}
    w = world(**named)
    made = sent(w)
    with as_owner():
        stranger = factories.patient(**named)
        follow(w.network, other := factories.patient())
        factories.membership(w.network, w.outsider)  # coordinates too, from another structure
    with w.acting("coordinator") as actor:
        one = selectors.referral_visible_to(actor, made.public_id)
        assert one is not None
        assert [each.pk for each in selectors.candidates_for(actor, one)] == [w.patient.pk]
        with pytest.raises(DomainError, match="pas ouvert"):
            services.link_patient(actor=actor, referral=one, patient=stranger)
        services.link_patient(actor=actor, referral=one, patient=w.patient)
        with pytest.raises(Conflict):
            services.link_patient(actor=actor, referral=one, patient=other)
    with w.acting("outsider") as actor:
        assert selectors.referral_visible_to(actor, made.public_id) is not None
    with w.acting("coordinator") as actor:
        coordination.oppose(actor=actor, patient_id=w.patient.pk, network_id=w.network.pk)
    with w.acting("outsider") as actor:
        assert selectors.referral_visible_to(actor, made.public_id) is None


def test_the_delay_is_the_network_s_own() -> None:
    w = world()
    publish(w.network, **SETTINGS)
    normal, urgent = sent(w), sent(w, Asked(motive=MOTIVE, family_name="Tabo", urgency="urgente"))
    with as_owner():
        Referral.objects.update(received_at=now() - timedelta(days=5))
        for one, words, late in ((normal, "encore 2 jours", False), (urgent, "en retard de 3 jours", True)):
            assert selectors.delay_of(Referral.objects.select_related("pack").get(pk=one.pk)) == (words, late)
        Referral.objects.filter(pk=urgent.pk).update(state="acceptee", decided_at=now() - timedelta(days=4))
        held = Referral.objects.select_related("pack").get(pk=urgent.pk)
        assert selectors.delay_of(held) == ("répondue en un jour", False)


@given(st.lists(st.sampled_from(["qualify", "accept", "refuse", "redirect", "close"]), max_size=6))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_tried_the_state_only_follows_the_table(acts: list[str]) -> None:
    w = world()
    made = sent(w)
    with as_owner():
        other = factories.network()
    reached = {
        "qualify": ReferralState.QUALIFIED, "accept": ReferralState.ACCEPTED, "refuse": ReferralState.REFUSED,
        "redirect": ReferralState.REDIRECTED, "close": ReferralState.CLOSED,
    }  # fmt: skip
    with w.acting("coordinator") as actor:
        one = selectors.referral_visible_to(actor, made.public_id)
        assert one is not None
        works: dict[str, Any] = {
            "qualify": lambda: services.qualify(actor=actor, referral=one, level="suivi", urgency="normale"),
            "accept": lambda: services.accept(actor=actor, referral=one, answer="C'est oui."),
            "refuse": lambda: services.refuse(actor=actor, referral=one, reason="Non", answer="C'est non."),
            "redirect": lambda: services.redirect(
                actor=actor, referral=one, reason="Autre", answer="Ailleurs.", network=other
            ),
            "close": lambda: services.close(actor=actor, referral=one, means="pepites"),
        }
        state = ReferralState.RECEIVED
        for act in acts:
            if reached[act] in TRANSITIONS[state]:
                works[act]()
                state = reached[act]
            else:
                with pytest.raises(Conflict):
                    works[act]()
            assert Referral.objects.get(pk=made.pk).state == state


def test_the_public_asks_where_the_network_opens_its_form_and_quotes_a_reference() -> None:
    w = world()
    page = f"/demander/{w.network.slug}/"
    assert Client().get(page).status_code == 404
    publish(w.network, **SETTINGS)
    browser = Client()
    assert "Une fille" not in browser.get(page).content.decode()
    refused = browser.post(page, PUBLIC | {"requester_contact": "", "motive": "x"})
    assert refused.status_code == 422
    key = str(new_uuid())
    answers = [browser.post(page, PUBLIC | {"cle": key, "question-chute": "on"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    with as_owner():
        one = Referral.objects.get()
        assert (one.requester_practice_id, one.requester_kind, one.score) == (None, "aidant", 2)
        assert one.reference in answers[0].content.decode()
        assert Entry.objects.filter(code="coordination.referral.received").count() == 1
    with w.acting("coordinator") as actor:
        assert len(selectors.waiting_for(actor)) == 1


def test_a_machine_that_fills_the_trap_or_insists_leaves_nothing() -> None:
    w = world()
    publish(w.network, **SETTINGS)
    page, browser = f"/demander/{w.network.slug}/", Client()
    assert browser.post(page, PUBLIC | {"site": "http://example.test"}).status_code == 200
    with as_owner():
        assert not Referral.objects.exists()
    statuses = [browser.post(page, PUBLIC).status_code for _ in range(8)]
    assert 429 in statuses


def test_the_database_opens_the_public_way_only_where_the_settings_do() -> None:
    w = world()
    publish(w.network)
    with pytest.raises(Refused), unit_of_work(ANONYMOUS):
        services.receive_public(
            actor=ANONYMOUS, network=w.network, key=new_uuid(),
            asked=Asked(motive=MOTIVE, family_name="Tabo", requester_name="Une fille", requester_contact="0694000000"),
        )  # fmt: skip


def test_screens_answer_within_their_budget_whatever_the_number() -> None:
    w = world()
    publish(w.network, **SETTINGS)
    sent(w)
    client = signed_in(w.coordinator)
    client.get("/demandes/")
    with CaptureQueriesContext(connection) as few:
        assert client.get("/demandes/").status_code == 200
    for _ in range(6):
        sent(w)
    with CaptureQueriesContext(connection) as many:
        text = client.get("/demandes/").content.decode()
    assert text.count("TABO Rosine") == 7
    assert len(many) == len(few)
    assert len([q for q in many if "SAVEPOINT" not in q["sql"]]) <= 12
    with as_owner():
        one = Referral.objects.first()
        assert one is not None
    base = f"/demandes/{one.public_id}/"
    for step in ("", "qualifier/", "accepter/", "refuser/", "reorienter/?q=Structure", "clore/"):
        assert client.get(base + step).status_code == 200, step
    assert client.post(f"{base}qualifier/", {"level": "suivi", "urgency": "normale"}).status_code == 302
    assert client.post(f"{base}accepter/", {"answer": "D'accord, mardi."}).status_code == 302
    assert client.post(f"{base}accepter/", {"answer": "D'accord, mardi."}).status_code == 422
    assert signed_in(w.nurse).get(f"{base}accepter/").status_code == 403
    assert signed_in(w.outsider).get(base).status_code == 404
