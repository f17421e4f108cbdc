"""The plan: each rule of the draft, the publication, the agreements, at work on the real database."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from tests import factories
from tests.conftest import as_owner
from tests.coordination.factories import world
from tests.coordination.plan_factories import SECRET, Planned, add, planned, publish

from pepites.access.models import ConsentRecord
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.common.errors import Conflict, DomainError, Refused
from pepites.common.identifiers import new_uuid
from pepites.coordination import services
from pepites.coordination.models import (
    CarePlan,
    Concern,
    FilEntry,
    PlannedAction,
    PlanValidation,
    PlanVersion,
    PlanVersionPart,
    Task,
)
from pepites.coordination.plan import selectors
from pepites.coordination.plan.agreeing import confirm_version, sign_version
from pepites.coordination.plan.content import compare, digest, part_of, unmet, whole_digest
from pepites.coordination.plan.drafting import (
    NEUTRAL,
    change_item,
    change_referent,
    close_plan,
    open_plan,
    remove_item,
)
from pepites.messaging.models import Message

pytestmark = pytest.mark.django_db


def social_of(p: Planned) -> Actor:
    with as_owner():
        return factories.actor_for(p.social)


def test_one_open_plan_a_network_and_only_where_the_person_is_followed() -> None:
    p = planned()
    with p.w.acting("coordinator") as actor:
        assert open_plan(actor=actor, patient_id=p.w.patient.pk, network_id=p.w.network.pk) == p.plan
    with as_owner():
        other = factories.network()
    with pytest.raises(DomainError, match="Aucun parcours"), p.w.acting("coordinator") as actor:
        open_plan(actor=actor, patient_id=p.w.patient.pk, network_id=other.pk)


def test_only_the_full_level_writes_the_plan() -> None:
    p = planned()
    actor = social_of(p)
    with pytest.raises(Refused), unit_of_work(actor):
        add(actor, CarePlan.objects.get(), "attente", "Moi")
    with pytest.raises(Refused), p.w.acting("outsider") as stranger:
        open_plan(actor=stranger, patient_id=p.w.patient.pk, network_id=p.w.network.pk)


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("attente", {"text": "  "}, "text"),
        ("attente", {"text": "x" * 2001}, "text"),
        ("probleme", {"retained": False}, "reason"),
        ("objectif", {"result": "non_realise"}, "reason"),
        ("action", {"owner_practice_id": None}, "owner"),
        ("action", {"frequency": "WEEKLY", "due_on": None}, "due_on"),
        ("action", {"start_on": today() + timedelta(days=3)}, "due_on"),
    ],
)
def test_an_item_that_says_too_little_is_refused(kind: str, values: dict[str, object], field: str) -> None:
    p = planned()
    parent = {"objectif": p.items["problem"], "action": p.items["goal"]}.get(kind)
    with pytest.raises(DomainError) as refusal, p.w.acting("coordinator") as actor:
        text = str(values.pop("text", "Texte"))
        add(actor, p.plan, kind, text, parent, **values)
    assert refusal.value.field == field


def test_a_problem_that_is_not_retained_has_no_objective() -> None:
    p = planned()
    with p.w.acting("coordinator") as actor:
        left = add(actor, p.plan, "probleme", "Tabac", retained=False, reason="Ne souhaite pas arrêter")
        with pytest.raises(DomainError, match="pas retenu"):
            add(actor, p.plan, "objectif", "Arrêter", left)
        with pytest.raises(DomainError, match="se rattache"):
            add(actor, p.plan, "objectif", "Arrêter", p.items["goal"])


def test_a_change_read_on_another_version_is_a_conflict_and_history_keeps_the_former_text() -> None:
    p = planned()
    with p.w.acting("coordinator") as actor:
        change_item(actor=actor, item=p.items["wish"], values={"text": "Voir mes enfants"}, version=1)
        with pytest.raises(Conflict):
            change_item(actor=actor, item=p.items["wish"], values={"text": "Autre"}, version=1)
        assert selectors.former_item(p.items["wish"], 1)["text"] == "Rester chez moi"


def test_publishing_freezes_a_version_makes_the_tasks_and_tells_the_circle_once() -> None:
    p = planned()
    version = publish(p, key=(key := new_uuid()))
    with p.w.acting("coordinator"):
        assert (p.plan.state, p.plan.published) == ("actif", 1)
        assert Task.objects.filter(kind="plan").count() == 2
        entry = FilEntry.objects.get(kind="plan")
        assert (entry.title, entry.level) == ("Plan de coordination publié, version 1", 2)
        assert Message.objects.filter(text__contains="Plan de coordination publié").count() == 1
        parts = {part.level: part.content for part in PlanVersionPart.objects.all()}
        assert version.digest == whole_digest(digest(parts[2]), digest(parts[3]))
    again = publish(p, key=key)
    assert again == version


def test_a_draft_tells_nobody_and_shows_as_under_revision() -> None:
    p = planned()
    with p.w.acting("coordinator"):
        assert not FilEntry.objects.filter(kind="plan").exists()
    publish(p)
    with p.w.acting("coordinator") as actor:
        change_item(actor=actor, item=p.items["wish"], values={"text": "Voir mes enfants"}, version=1)
        assert CarePlan.objects.get().state == "revise"
        assert FilEntry.objects.filter(kind="plan").count() == 1


def test_what_may_not_be_published() -> None:
    p = planned()
    with pytest.raises(Conflict, match="changé"):
        publish(p, revision=1)
    with pytest.raises(DomainError, match="avenir"):
        publish(p, review_on=today())
    with pytest.raises(DomainError, match="cercle"):
        publish(p, validators=[p.w.outsider.pk])
    publish(p)
    with pytest.raises(DomainError, match="Rien n'a changé"):
        publish(p)
    w = world()
    with w.acting("coordinator") as actor:
        empty = open_plan(actor=actor, patient_id=w.patient.pk, network_id=w.network.pk)
    with pytest.raises(DomainError, match="objectif"):
        publish(Planned(w, empty, w.nurse, {}))


def test_a_version_is_never_changed_by_anybody() -> None:
    p = planned()
    publish(p)
    for table in ("planversion", "planversionpart", "plansignature"):
        refused = pytest.raises(DatabaseError, match="permission")
        with refused, p.w.acting("coordinator"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE coordination_{table} SET patient_id = patient_id")


def test_a_task_ticked_is_its_action_done_even_by_who_cannot_read_the_action() -> None:
    p = planned()
    publish(p)
    social = social_of(p)
    with unit_of_work(social):
        task = Task.objects.get(title=NEUTRAL)
        assert not PlannedAction.objects.filter(task=task).exists()
        services.complete_task(actor=social, task=task)
    with p.w.acting("coordinator"):
        assert PlannedAction.objects.get(task=task).state == "faite"
        assert PlannedAction.objects.exclude(task=task).get().state == "a_faire"


def test_a_cancelled_task_drops_its_action_and_a_recurring_one_goes_on() -> None:
    p = planned()
    with p.w.acting("coordinator") as actor:
        add(actor, p.plan, "action", "Appeler", p.items["goal"], frequency="WEEKLY")
    publish(p)
    with p.w.acting("coordinator") as actor:
        weekly = Task.objects.get(title="Appeler")
        services.complete_task(actor=actor, task=weekly)
        services.cancel_task(actor=actor, task=Task.objects.get(title=NEUTRAL), reason="Refus")
        states = dict(PlannedAction.objects.values_list("text", "state"))
        assert states == {
            "Appeler": "en_cours",
            "Demander une douche de plain-pied": "a_faire",
            f"{SECRET} : consulter": "abandonnee",
        }  # fmt: skip
        following = PlannedAction.objects.get(text="Appeler").task
        assert following is not None
        assert following.previous_id == weekly.pk


def test_a_new_version_replaces_the_tasks_that_changed_and_cancels_those_that_left() -> None:
    p = planned()
    publish(p)
    with p.w.acting("coordinator") as actor:
        kept = {"text": "Demander deux barres d'appui", "owner_practice_id": actor.practice_id, "owner_role": ""}
        change_item(actor=actor, item=p.items["action"], values=kept, version=1)
        remove_item(actor=actor, item=p.items["illness"], version=1)
    publish(p, "Deuxième")
    with p.w.acting("coordinator"):
        found = dict(Task.objects.filter(kind="plan").values_list("title", "state"))
        assert found == {
            "Demander une douche de plain-pied": "annulee", "Demander deux barres d'appui": "a_faire",
            NEUTRAL: "annulee",
        }  # fmt: skip
        changed = PlannedAction.objects.get(removed=False)
        assert changed.state == "a_faire"


def test_an_unmet_objective_ends_its_tasks_and_one_taken_up_again_makes_them_anew() -> None:
    p = planned()
    publish(p)
    with p.w.acting("coordinator") as actor:
        given_up = {"text": "Aménager la salle d'eau", "result": "abandonne", "reason": "Refus du bailleur"}
        change_item(actor=actor, item=p.items["goal"], values=given_up, version=1)
        with pytest.raises(DomainError, match="objectifs"):
            change_item(
                actor=actor, item=p.items["problem"], version=1,
                values={"text": "Logement", "domain": "logement", "retained": False, "reason": "Refus"},
            )  # fmt: skip
    publish(p, "Deuxième")
    with p.w.acting("coordinator") as actor:
        assert PlannedAction.objects.get(pk=p.items["action"].pk).state == "abandonnee"
        assert not Task.objects.filter(title__startswith="Demander", state="a_faire").exists()
        change_item(actor=actor, item=p.items["goal"], values=given_up | {"result": "en_cours"}, version=2)
    publish(p, "Troisième")
    with p.w.acting("coordinator"):
        assert PlannedAction.objects.get(pk=p.items["action"].pk).state == "a_faire"
        assert Task.objects.filter(title__startswith="Demander", state="a_faire").count() == 1


def test_compare_says_in_words_what_changed() -> None:
    p = planned()
    publish(p)
    with p.w.acting("coordinator") as actor:
        values = {"text": "Aménager la salle d'eau", "result": "non_realise", "reason": "Propriétaire opposé"}
        change_item(actor=actor, item=p.items["goal"], values=values, version=1)
        remove_item(actor=actor, item=p.items["wish"], version=1)
        add(actor, p.plan, "attente", "Voir mes enfants")
    publish(p, "Deuxième")
    with p.w.acting("coordinator") as actor:
        contents = selectors.contents_of(selectors.versions_visible_to(actor, p.plan))
    told = {(change.kind, change.what): change.fields for change in compare(contents[1], contents[2])}
    assert told["Objectif", "modifié"] == (
        ("Résultat", "En cours", "Non réalisé"), ("Motif", "", "Propriétaire opposé"),
    )  # fmt: skip
    assert ("Attente", "ajouté") in told
    assert ("Attente", "retiré") in told
    assert [one["reason"] for one in unmet(contents[2])] == ["Propriétaire opposé"]


def test_validation_by_several_then_signature_on_the_version_shown() -> None:
    p = planned()
    version = publish(p, validators=[p.social.pk, p.w.nurse.pk])
    social = social_of(p)
    with unit_of_work(social):
        assert confirm_version(actor=social, version=version) is False
        assert Task.objects.get(owner_practice=p.social).state == "faite"
        other = PlanValidation.objects.exclude(practice=p.social)
        assert other.update(confirmed_at="2026-01-01T00:00Z") == 0, "nobody confirms for another"
    with p.w.acting("nurse") as nurse:
        assert confirm_version(actor=nurse, version=version) is True
        assert CarePlan.objects.get().state == "valide"
    with pytest.raises(DomainError, match="validateurs"), p.w.acting("coordinator") as actor:
        confirm_version(actor=actor, version=version)
    with unit_of_work(social):
        sign = {"version": version, "quality": "personne", "name": "Maria", "actor": social}
        kept = sign_version(**sign, digest=version.digest, strokes="1,2 3,4;5,6 7,8")
        assert kept.digest == version.digest
        with pytest.raises(DomainError, match="dessin"):
            sign_version(**sign, digest=version.digest, strokes="<svg onload=x>")
        with pytest.raises(Conflict):
            sign_version(**sign, digest="0" * 64)


def test_a_former_version_takes_neither_validation_nor_signature() -> None:
    p = planned()
    first = publish(p, validators=[p.w.nurse.pk])
    with p.w.acting("coordinator") as actor:
        add(actor, p.plan, "attente", "Autre")
    publish(p, "Deuxième")
    with p.w.acting("nurse") as nurse:
        first = PlanVersion.objects.get(pk=first.pk)
        with pytest.raises(Conflict):
            confirm_version(actor=nurse, version=first)
        with pytest.raises(Conflict):
            sign_version(actor=nurse, version=first, quality="personne", name="M", digest=first.digest)
        assert Task.objects.get(owner_practice=p.w.nurse).state == "annulee"


def test_closing_cancels_the_tasks_and_nothing_more_is_written() -> None:
    p = planned()
    publish(p)
    with p.w.acting("coordinator") as actor:
        with pytest.raises(DomainError, match="pourquoi"):
            close_plan(actor=actor, plan=p.plan, reason=" ")
        close_plan(actor=actor, plan=p.plan, reason="Déménagement")
        assert not Task.objects.filter(kind="plan", state="a_faire").exists()
    with pytest.raises(Refused), p.w.acting("coordinator") as actor:
        add(actor, p.plan, "attente", "Trop tard")


def test_withdrawal_of_the_last_consent_closes_the_plan_and_the_file_to_the_circle() -> None:
    p = planned()
    publish(p)
    social = social_of(p)
    with unit_of_work(social):
        assert CarePlan.objects.exists()
    with p.w.acting("coordinator") as actor:
        for consent in ConsentRecord.objects.filter(withdrawn_at=None):
            services.revoke_consent(actor=actor, consent=consent, reason="Ne veut plus")
        plan = CarePlan.objects.get()
        assert (plan.state, plan.closed_reason) == ("clos", "Consentement retiré")
        assert not Task.objects.filter(kind="plan", state="a_faire").exists()
    with unit_of_work(social):
        assert not CarePlan.objects.exists()
        assert not PlanVersionPart.objects.exists()


def test_level_2_reads_no_medical_concern_in_any_table() -> None:
    p = planned()
    publish(p)
    with unit_of_work(social := social_of(p)):
        assert [one.text for one in Concern.objects.all()] == ["Logement inadapté"]
        plan = selectors.plan_visible_to(social, p.plan.public_id)
        assert plan is not None
        versions = selectors.versions_visible_to(social, plan)
        assert SECRET not in str(selectors.contents_of(versions)) + str(selectors.draft_content(plan))
        with connection.cursor() as cursor:
            cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'coordination_%'")
            for (table,) in cursor.fetchall():
                cursor.execute(f"SELECT has_table_privilege('{table}', 'SELECT')")
                if cursor.fetchone()[0]:
                    cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{SECRET}%"])
                    assert cursor.fetchone()[0] == 0, table


def test_a_concern_marked_medical_later_leaves_published_versions_and_task_titles() -> None:
    p = planned()
    publish(p)
    with p.w.acting("coordinator") as actor:
        values = {"text": "Logement inadapté", "domain": "medical", "medical": True, "retained": True, "reason": ""}
        change_item(actor=actor, item=p.items["problem"], values=values, version=1)
    with unit_of_work(social := social_of(p)):
        plan = selectors.plan_visible_to(social, p.plan.public_id)
        assert plan is not None
        shown = str(selectors.contents_of(selectors.versions_visible_to(social, plan)))
        assert "Logement" not in shown
        assert "douche" not in shown
        assert set(Task.objects.filter(kind="plan").values_list("title", flat=True)) == {NEUTRAL}


def test_revision_date_passed_shows_to_revise() -> None:
    p = planned()
    publish(p)
    with p.w.acting("coordinator"):
        assert not selectors.to_revise(p.plan)
        p.plan.review_on = today() - timedelta(days=1)
        assert selectors.to_revise(p.plan)


def test_parts_cut_by_level_hold_everything_once() -> None:
    p = planned()
    with p.w.acting("coordinator"):
        draft = selectors.draft_content(p.plan)
    social, full = part_of(draft, 2), part_of(draft, 3)
    assert [one["text"] for one in full["concerns"]] == [SECRET]
    assert full["expectations"] == []
    assert len(social["concerns"]) == 1


def test_the_plan_is_handed_to_who_reads_all_of_it_and_the_next_version_says_so() -> None:
    p = planned()
    nurse = p.w.nurse
    with p.w.acting("coordinator") as actor:
        with pytest.raises(DomainError, match="dossier complet"):
            change_referent(actor=actor, plan=p.plan, practice_id=p.social.pk)
        change_referent(actor=actor, plan=p.plan, practice_id=nurse.pk)
        p.plan.refresh_from_db()
        assert p.plan.referent_id == nurse.pk
    assert nurse.professional.display_name in publish(p).referent
