"""Definitions parsed once and shared: a published version never changes, so it stays in memory by its public id, which
a base restored or copied anew never gives to another."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pepites.assessments.models import Assessment, FormVersion
from pepites.assessments.questionnaire.answers import Answers, from_items
from pepites.assessments.questionnaire.items import Questionnaire
from pepites.assessments.questionnaire.parsing import parse
from pepites.assessments.questionnaire.running import Person
from pepites.assessments.questionnaire.scoring import Scoring, parse_scoring
from pepites.patients.models import Patient


@dataclass(frozen=True, slots=True)
class Definition:
    """A version ready to serve."""

    questionnaire: Questionnaire
    scoring: Scoring


_kept: dict[tuple[UUID, int], Definition] = {}
_MAX = 256


def definition_of(version: FormVersion) -> Definition:
    """The parsed definition of a version; raises ``FormError`` for one being prepared that is not right yet."""
    key = (version.public_id, version.revision)
    if (known := _kept.get(key)) is not None:
        return known
    questionnaire = parse(version.questionnaire)
    made = Definition(questionnaire, parse_scoring(version.scoring, questionnaire))
    if version.pk is not None:
        if len(_kept) >= _MAX:
            _kept.clear()
        _kept[key] = made
    return made


def answers_of(assessment: Assessment) -> Answers:
    """The stored answers of an assessment."""
    return from_items(definition_of(assessment.form_version).questionnaire, assessment.answers)


def person_of(patient: Patient, on: date) -> Person:
    """What formulas may know of the person: age on that day, sex, birth date; nothing that names them."""
    born = patient.birth_date
    age = None if born is None else on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return Person(age=age, sex=patient.sex, birth_date=born)
