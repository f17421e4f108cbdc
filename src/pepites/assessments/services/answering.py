"""Answering a form about a person: begun, saved as a draft, ended, corrected, withdrawn."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from pepites.access.policies import require
from pepites.access.selectors import level_on
from pepites.assessments import policies
from pepites.assessments.definitions import Definition, definition_of, person_of
from pepites.assessments.enums import AssessmentState, Category, VersionState
from pepites.assessments.events import AssessmentAlertRaised, AssessmentEnded, AssessmentWithdrawn
from pepites.assessments.models import Assessment, AssessmentScore, FormVersion
from pepites.assessments.questionnaire.answers import Answers, to_items
from pepites.assessments.questionnaire.checking import Problem, problems
from pepites.assessments.questionnaire.running import Person, calculated, ended, initial_answers
from pepites.assessments.questionnaire.scoring import Score, compute, raised
from pepites.assessments.questionnaire.values import to_json_number
from pepites.audit.idempotency import once
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now, today
from pepites.common.errors import Conflict, DomainError
from pepites.common.events import publish
from pepites.identity.services import refuse_frozen
from pepites.patients.models import Patient

CODE = "assessments.refused"
CHANGED = "Cette évaluation a changé entre-temps. Rechargez la page pour voir ce qui est enregistré."


class WrongAnswers(DomainError):
    """Answers that cannot be kept as ended; ``problems`` says where and why."""

    code = "wrong_answers"

    def __init__(self, found: list[Problem]) -> None:
        count = len(found)
        super().__init__("Une réponse est à revoir." if count == 1 else f"{count} réponses sont à revoir.")
        self.problems = found


def start_assessment(
    *,
    actor: Actor,
    patient: Patient,
    version: FormVersion,
    network_id: int | None = None,
    key: UUID | None = None,
) -> Assessment:
    """Begin an assessment as a draft, with what the form starts with; the same ``key`` twice begins one."""
    needed = Category(version.form.category).level
    require(policies.can_assess(actor, level_on(patient.pk), needed), code=CODE, subjects=(patient.pk,))
    refuse_frozen(patient.pk)
    if version.state != VersionState.PUBLISHED:
        raise DomainError("Ce formulaire n'est plus proposé : choisissez sa version en cours.")
    author_id = actor.practice_id
    assert author_id is not None

    def write() -> dict[str, object]:
        questionnaire = definition_of(version).questionnaire
        day = today()
        started = initial_answers(questionnaire, person_of(patient, day))
        made = Assessment.objects.create(
            patient=patient, form_version=version, network_id=network_id, author_id=author_id, level=needed,
            answers=to_items(questionnaire, started), authored_on=day, started_at=now(), updated_at=now(),
        )  # fmt: skip
        journal_act("assessments.started", made, "C")
        return {"id": made.pk}

    asked = {"patient": patient.pk, "version": version.pk}
    return _held(int(str(once(actor, key, asked, write)["id"])))


def save_assessment(
    *, actor: Actor, assessment: Assessment, answers: Answers, version: int, authored_on: date | None = None
) -> Assessment:
    """Keep a draft as it is, however incomplete; ``version`` is the one that was read."""
    require_change(actor, assessment, ended=False)
    definition, person = _ready(assessment)
    kept = calculated(definition.questionnaire, answers, person)
    _write(
        assessment, version, state=AssessmentState.DRAFT, answers=to_items(definition.questionnaire, kept),
        authored_on=_day(authored_on or assessment.authored_on),
    )  # fmt: skip
    journal_act("assessments.saved", assessment)
    return assessment


def finish_assessment(
    *, actor: Actor, assessment: Assessment, answers: Answers, version: int, authored_on: date | None = None
) -> Assessment:
    """End an assessment: answers are checked, scores and alerts computed, and it enters the file.

    Raises ``WrongAnswers`` with every answer to mend, ``Conflict`` when it changed meanwhile.
    """
    require_change(actor, assessment, ended=False)
    refuse_frozen(assessment.patient_id)
    _end(assessment, version, answers, AssessmentState.FINAL, authored_on, "")
    journal_act("assessments.ended", assessment)
    publish(AssessmentEnded(assessment.pk, assessment.patient_id))
    _tell(assessment, ())
    return assessment


def amend_assessment(
    *,
    actor: Actor,
    assessment: Assessment,
    answers: Answers,
    version: int,
    reason: str,
    authored_on: date | None = None,
) -> Assessment:
    """Correct an ended assessment: scores are computed again, the former answers stay in its history."""
    require_change(actor, assessment, ended=True)
    refuse_frozen(assessment.patient_id)
    if not reason.strip():
        raise DomainError("Dites pourquoi vous corrigez cette évaluation.", field="reason")
    told = tuple(assessment.alerts)
    _end(assessment, version, answers, AssessmentState.AMENDED, authored_on, reason)
    journal_act("assessments.corrected", assessment)
    publish(AssessmentEnded(assessment.pk, assessment.patient_id, corrected=True))
    _tell(assessment, told)
    return assessment


def withdraw_assessment(*, actor: Actor, assessment: Assessment, version: int, reason: str) -> Assessment:
    """Withdraw what was entered by mistake, draft or ended: it leaves lists and trends, never the base."""
    was_ended = assessment.is_ended
    require_change(actor, assessment, ended=was_ended)
    if was_ended and not reason.strip():
        raise DomainError("Dites pourquoi vous retirez cette évaluation.", field="reason")
    _write(assessment, version, state=AssessmentState.ERROR, reason=reason.strip()[:200] or "Brouillon abandonné")
    AssessmentScore.objects.filter(assessment=assessment).update(value=None, band="", tone="")
    journal_act("assessments.withdrawn", assessment)
    if was_ended:
        publish(AssessmentWithdrawn(assessment.pk, assessment.patient_id))
    return assessment


@dataclass(frozen=True, slots=True)
class Result:
    """What ending computes, before anything is written."""

    kept: Answers
    scores: tuple[Score, ...]
    alerts: tuple[str, ...]


def result_of(definition: Definition, answers: Answers, person: Person) -> Result:
    """Answers kept, scores and alerts of a form; raises ``WrongAnswers``."""
    kept = ended(definition.questionnaire, answers, person)
    if wrong := problems(definition.questionnaire, kept, final=True):
        raise WrongAnswers(wrong)
    scores = compute(definition.questionnaire, definition.scoring, kept, person)
    rules = raised(definition.questionnaire, definition.scoring, kept, scores)
    return Result(kept, scores, tuple(rule.message for rule in rules))


def _end(
    assessment: Assessment, version: int, answers: Answers, state: AssessmentState, day: date | None, reason: str
) -> None:
    definition, person = _ready(assessment)
    result = result_of(definition, answers, person)
    _write(
        assessment, version, state=state, answers=to_items(definition.questionnaire, result.kept),
        scores=[_as_json(score) for score in result.scores], alerts=list(result.alerts), reason=reason.strip()[:200],
        authored_on=_day(day or assessment.authored_on),
    )  # fmt: skip
    found = {score.definition.code: score for score in result.scores}
    rows = {row.code: row for row in AssessmentScore.objects.filter(assessment=assessment)}
    for code in found.keys() | rows.keys():
        score = found.get(code)
        band = score.band if score else None
        label, tone = (band.label, band.tone) if band else ("", "")
        values = {"value": score.value if score else None, "band": label, "tone": tone}
        if code in rows:
            AssessmentScore.objects.filter(pk=rows[code].pk).update(**values)
        else:
            AssessmentScore.objects.create(
                patient_id=assessment.patient_id, assessment=assessment, level=assessment.level, code=code, **values
            )


def _as_json(score: Score) -> dict[str, object]:
    definition, band = score.definition, score.band
    return {
        "code": definition.code, "label": definition.label, "value": to_json_number(Decimal(score.value)),
        "unit": definition.unit, "max": to_json_number(definition.maximum) if definition.maximum is not None else None,
        "band": band.label if band else "", "tone": band.tone if band else "neutral", "reference": definition.reference,
    }  # fmt: skip


def _tell(assessment: Assessment, told: tuple[str, ...]) -> None:
    """An alert is told once: a correction tells again only what it adds."""
    if set(assessment.alerts) - set(told):
        journal_act("assessments.alert", assessment)
        publish(AssessmentAlertRaised(assessment.pk, assessment.patient_id))


def _write(assessment: Assessment, version: int, **values: object) -> None:
    done = Assessment.objects.filter(pk=assessment.pk, version=version).update(
        version=version + 1, updated_at=now(), **values
    )
    if not done:
        raise Conflict(CHANGED)
    assessment.refresh_from_db(fields=[*values, "version", "updated_at"])


def _ready(assessment: Assessment) -> tuple[Definition, Person]:
    return definition_of(assessment.form_version), person_of(assessment.patient, assessment.authored_on)


def _day(day: date) -> date:
    if day > today():
        raise DomainError("La date de l'évaluation ne peut pas être dans l'avenir.", field="authored_on")
    return day


def _held(pk: int) -> Assessment:
    return Assessment.objects.select_related("form_version__form", "patient").get(pk=pk)


def require_change(actor: Actor, assessment: Assessment, *, ended: bool) -> None:
    """The author, while the level is held: on a draft, or on what is ended."""
    about = {"code": CODE, "subjects": (assessment.patient_id,), "object_type": "assessment"}
    reading = policies.can_assess(actor, level_on(assessment.patient_id), assessment.level)
    require(reading, object_id=assessment.public_id, **about)  # type: ignore[arg-type]
    changing = policies.can_change(actor, assessment.author_id, assessment.state, ended=ended)
    require(changing, object_id=assessment.public_id, **about)  # type: ignore[arg-type]


def journal_act(code: str, assessment: Assessment, action: str = "U") -> None:
    """A reserved one is told as such, and no more: the circle reads the trace (ADR 0034)."""
    code, kind = ("assessments.reserved", "reserved") if assessment.reserved else (code, "assessment")
    record(code, action=action, subjects=(assessment.patient_id,), object_type=kind, object_id=assessment.public_id)
