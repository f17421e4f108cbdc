"""Assessments in the base: begun, ended, corrected, withdrawn; who reads them; definitions that never change."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from tests import factories
from tests.assessments.factories import EPDS, GDS, ended, library, typed, world
from tests.conftest import as_owner
from tests.coordination.factories import World

from pepites.assessments import selectors, services
from pepites.assessments.enums import VersionState
from pepites.assessments.models import Assessment, AssessmentScore, Form, FormVersion
from pepites.assessments.services.answering import WrongAnswers
from pepites.common.clock import today
from pepites.common.errors import Conflict, DomainError, Refused
from pepites.common.identifiers import new_uuid
from pepites.coordination.models import FilEntry, Task

pytestmark = pytest.mark.django_db


def social_reader(w: World) -> None:
    """The nurse of the world, held at the social level."""
    with as_owner():
        factories.grant(w.patient, w.nurse, 2)


def test_the_library_is_installed_once_and_a_changed_instrument_is_a_new_version() -> None:
    versions = library()
    assert {one.pk for one in library().values()} == {one.pk for one in versions.values()}
    with as_owner():
        old = versions["katz"]
        FormVersion.objects.filter(pk=old.pk).update(state=VersionState.RETIRED)
        again = {v.form.code: v for v in services.ensure_library()}["katz"]
    assert (again.number, again.state, again.form_id) == (2, "publiee", old.form_id)


CHANGES = ("title = 'x'", "questionnaire = '{}'", "scoring = '{}'", "state = 'brouillon'", "number = 9")


@pytest.mark.parametrize("column", CHANGES)
def test_a_published_version_never_changes_even_for_the_owner(column: str) -> None:
    version = library()["katz"]
    refused = pytest.raises(DatabaseError, match="never changes")
    with as_owner(), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE assessments_formversion SET {column} WHERE id = %s", [version.pk])


def test_ending_computes_score_and_band_and_writes_the_fil() -> None:
    w, versions = world(), library()
    one = ended(w, "coordinator", versions["mini-gds"], **GDS)
    assert one.state == "terminee"
    assert [(s["code"], s["value"], s["tone"]) for s in one.scores] == [("mini-gds", 1, "warning")]
    with as_owner():
        row = AssessmentScore.objects.get(assessment=one)
        line = FilEntry.objects.get(object_id=one.public_id)
    assert (row.value, row.level, row.patient_id) == (1, 3, w.patient.pk)
    assert (line.kind, line.level, line.urgent) == ("evaluation", 3, False)
    assert "Mini-GDS 1 (Dépression très probable" in line.title


def test_a_key_used_twice_begins_one_draft_that_starts_with_the_age() -> None:
    w, versions, key = world(birth_date=today() - timedelta(days=366 * 66)), library(), new_uuid()
    for _ in range(2):
        with w.acting("coordinator") as actor:
            services.start_assessment(actor=actor, patient=w.patient, version=versions["findrisc"], key=key)
    with as_owner():
        one = Assessment.objects.get()
    assert one.answers[0]["answer"][0]["valueCoding"]["code"] == "65"


def test_a_draft_may_be_incomplete_and_only_its_author_sees_it() -> None:
    w, version = world(), library()["mini-gds"]
    with as_owner():
        factories.membership(w.network, w.nurse)
    with w.acting("coordinator") as actor:
        one = services.start_assessment(actor=actor, patient=w.patient, version=version)
        services.save_assessment(actor=actor, assessment=one, answers=typed(version, vide="oui"), version=1)
        assert selectors.drafts_of(actor, w.patient.pk) == [one]
    with w.acting("nurse") as actor:
        assert selectors.assessment_visible_to(actor, one.public_id) is None
    with w.acting("coordinator") as actor, pytest.raises(WrongAnswers) as wrong:
        services.finish_assessment(actor=actor, assessment=one, answers=typed(version, vide="oui"), version=2)
    assert {problem.key[0] for problem in wrong.value.problems} == {"decourage", "heureux", "desespere"}


def test_two_writers_of_one_draft_do_not_overwrite_each_other() -> None:
    w, version = world(), library()["mini-gds"]
    with w.acting("coordinator") as actor:
        one = services.start_assessment(actor=actor, patient=w.patient, version=version)
        services.save_assessment(actor=actor, assessment=one, answers=typed(version, vide="oui"), version=1)
    with pytest.raises(Conflict), w.acting("coordinator") as actor:
        services.save_assessment(actor=actor, assessment=one, answers=typed(version, vide="non"), version=1)


def test_a_correction_keeps_the_former_and_computes_again() -> None:
    w, version = world(), library()["mini-gds"]
    one = ended(w, "coordinator", version, **GDS)
    with w.acting("coordinator") as actor:
        services.amend_assessment(
            actor=actor,
            assessment=one,
            answers=typed(version, **GDS | {"decourage": "non"}),
            version=one.version,
            reason="Réponse mal notée",
        )
        former = selectors.former_of(one)
    assert (one.state, one.scores[0]["value"]) == ("corrigee", 0)
    assert [(f.state, f.scores[0]["value"]) for f in former] == [("corrigee", 0), ("terminee", 1)]
    with as_owner():
        assert AssessmentScore.objects.get(assessment=one).value == 0


def test_withdrawing_needs_a_reason_and_leaves_lists_and_trends() -> None:
    w, version = world(), library()["mini-gds"]
    one = ended(w, "coordinator", version, **GDS)
    with pytest.raises(DomainError, match="pourquoi"), w.acting("coordinator") as actor:
        services.withdraw_assessment(actor=actor, assessment=one, version=one.version, reason=" ")
    with w.acting("coordinator") as actor:
        services.withdraw_assessment(actor=actor, assessment=one, version=one.version, reason="Autre personne")
        assert selectors.history_visible_to(actor, w.patient.pk) == []
    with as_owner():
        assert "retirée" in FilEntry.objects.get(object_id=one.public_id).title


def test_only_the_author_goes_on_corrects_or_withdraws() -> None:
    w, version = world(), library()["mini-gds"]
    with as_owner():
        factories.membership(w.network, w.nurse)
    one = ended(w, "coordinator", version, **GDS)
    for act in ("amend", "withdraw"):
        with pytest.raises(Refused), w.acting("nurse") as actor:
            if act == "amend":
                services.amend_assessment(actor=actor, assessment=one, answers={}, version=2, reason="x")
            else:
                services.withdraw_assessment(actor=actor, assessment=one, version=2, reason="x")


def test_the_social_level_reads_a_social_assessment_and_no_medical_one() -> None:
    w, versions = world(), library()
    social_reader(w)
    gds = ended(w, "coordinator", versions["mini-gds"], **GDS)
    yes = dict.fromkeys(
        ("telephone", "courses", "cuisine", "menage", "linge", "transports", "medicaments", "argent"), "oui"
    )
    lawton = ended(w, "coordinator", versions["lawton"], **yes)
    with w.acting("nurse") as actor:
        assert selectors.assessment_visible_to(actor, gds.public_id) is None
        assert selectors.assessment_visible_to(actor, lawton.public_id) is not None
        assert list(AssessmentScore.objects.values_list("code", flat=True).order_by("code")) == ["iadl", "iadl4"]
        codes = {one.form.code for one in selectors.forms_open_to(actor, w.patient.pk, 2)}
        assert "lawton" in codes
        assert "mini-gds" not in codes
    with w.acting("outsider") as actor:
        assert selectors.assessment_visible_to(actor, lawton.public_id) is None


def test_the_social_level_cannot_write_a_medical_assessment_even_straight_in_the_base() -> None:
    w, version = world(), library()["mini-gds"]
    social_reader(w)
    with pytest.raises(Refused), w.acting("nurse") as actor:
        services.start_assessment(actor=actor, patient=w.patient, version=version)
    with pytest.raises(DatabaseError, match="row-level security"), w.acting("nurse"):
        Assessment.objects.create(patient=w.patient, form_version=version, author=w.nurse, level=2, authored_on=today())


def test_the_web_changes_neither_the_form_nor_the_person_of_an_assessment() -> None:
    w, versions = world(), library()
    one = ended(w, "coordinator", versions["mini-gds"], **GDS)
    for column in ("form_version_id", "patient_id", "level", "author_id"):
        with pytest.raises(DatabaseError, match="permission denied"), w.acting("coordinator"):
            Assessment.objects.filter(pk=one.pk).update(**{column: 1})


def test_item_10_of_the_epds_makes_urgent_tasks_whose_words_say_nothing_of_it() -> None:
    w, version = world(), library()["epds"]
    one = ended(w, "coordinator", version, **EPDS)
    with as_owner():
        tasks = list(Task.objects.filter(patient=w.patient))
        line = FilEntry.objects.get(object_id=one.public_id)
    assert len(one.alerts) == 1
    assert {(t.owner_practice_id, t.owner_role) for t in tasks} == {(w.coordinator.pk, ""), (None, "coordination")}
    assert {(t.kind, t.due_on) for t in tasks} == {("alerte", today())}
    assert not any("EPDS" in t.title + t.detail for t in tasks)
    assert line.urgent
    with w.acting("coordinator") as actor:  # told once
        services.amend_assessment(
            actor=actor,
            assessment=one,
            answers=typed(version, **EPDS | {"q1": "1"}),
            version=one.version,
            reason="Points",
        )
    with as_owner():
        assert Task.objects.filter(patient=w.patient).count() == 2


def test_an_assessment_in_the_future_is_refused() -> None:
    w, version = world(), library()["mini-gds"]
    with w.acting("coordinator") as actor:
        one = services.start_assessment(actor=actor, patient=w.patient, version=version)
    with pytest.raises(DomainError, match="avenir"), w.acting("coordinator") as actor:
        services.finish_assessment(
            actor=actor,
            assessment=one,
            answers=typed(version, **GDS),
            version=1,
            authored_on=today() + timedelta(days=1),
        )


QUESTIONNAIRE = {
    "resourceType": "Questionnaire",
    "title": "Visite",
    "item": [{"linkId": "a", "type": "integer", "text": "A"}],
}


def administrator(w: World) -> None:
    with as_owner():
        factories.membership(w.network, w.nurse, role="administration")


def test_a_network_prepares_and_publishes_its_form_and_past_answers_keep_theirs() -> None:
    w = world()
    administrator(w)
    with w.acting("nurse") as actor:
        version = services.create_form(
            actor=actor,
            network_id=w.network.pk,
            category="social",
            questionnaire=QUESTIONNAIRE,
            source="Réseau",
            licence="Libre",
        )
        services.publish_version(actor=actor, version=version, revision=1)
    one = ended(w, "coordinator", version, a="3")
    with w.acting("nurse") as actor:
        following = services.start_version(actor=actor, form=version.form)
        changed = QUESTIONNAIRE | {"item": [{"linkId": "b", "type": "string", "text": "B"}]}
        services.save_version(actor=actor, version=following, revision=1, questionnaire=changed, scoring={})
        services.publish_version(actor=actor, version=following, revision=2)
    with w.acting("coordinator") as actor:
        seen = selectors.assessment_visible_to(actor, one.public_id)
        assert seen is not None
        assert seen.form_version.questionnaire["item"][0]["linkId"] == "a"
        assert [v.number for v in selectors.forms_open_to(actor, w.patient.pk, 3)] == [2]
    with pytest.raises(DomainError, match="plus proposé"), w.acting("coordinator") as actor:
        version.refresh_from_db()
        services.start_assessment(actor=actor, patient=w.patient, version=version)


def test_a_wrong_definition_is_kept_while_prepared_and_never_published() -> None:
    w = world()
    administrator(w)
    with w.acting("nurse") as actor:
        version = services.create_form(
            actor=actor,
            network_id=w.network.pk,
            category="social",
            source="x",
            licence="x",
            questionnaire=QUESTIONNAIRE | {"item": [{"linkId": "a", "type": "choice"}]},
        )
    with pytest.raises(DomainError, match="réponses possibles"), w.acting("nurse") as actor:
        services.publish_version(actor=actor, version=version, revision=1)


def test_forms_of_a_network_are_changed_by_its_administrators_alone_also_in_the_base() -> None:
    w, versions = world(), library()
    with pytest.raises(Refused), w.acting("coordinator") as actor:
        services.create_form(actor=actor, network_id=w.network.pk, category="social", questionnaire=QUESTIONNAIRE)
    with pytest.raises(DatabaseError, match="row-level security"), w.acting("coordinator"):
        Form.objects.create(network=w.network, code="x", category="social")
    administrator(w)
    with pytest.raises(Refused), w.acting("nurse") as actor:
        services.retire_form(actor=actor, form=versions["katz"].form)
    with pytest.raises(DatabaseError, match="row-level security"), w.acting("nurse"):
        Form.objects.create(network=None, code="x", category="social")
    with w.acting("nurse"):
        assert FormVersion.objects.filter(pk=versions["katz"].pk).update(state=VersionState.RETIRED) == 0


def test_a_form_of_another_network_is_not_offered() -> None:
    w, other = world(), world()
    administrator(other)
    with other.acting("nurse") as actor:
        version = services.create_form(
            actor=actor,
            network_id=other.network.pk,
            category="social",
            source="x",
            licence="x",
            questionnaire=QUESTIONNAIRE,
        )
        services.publish_version(actor=actor, version=version, revision=1)
    with w.acting("coordinator") as actor:
        assert selectors.forms_open_to(actor, w.patient.pk, 3) == []
    with other.acting("coordinator") as actor:
        assert selectors.forms_open_to(actor, other.patient.pk, 3) == [version]
