"""Assessments for tests: the shipped instruments, and answers typed as a form posts them."""

from typing import Any

from tests.conftest import as_owner
from tests.coordination import factories as coordination
from tests.coordination.factories import World

from pepites.assessments import services
from pepites.assessments.definitions import definition_of
from pepites.assessments.models import Assessment, FormVersion
from pepites.assessments.questionnaire.answers import Key
from pepites.assessments.questionnaire.checking import read_text
from pepites.assessments.questionnaire.values import Value


def world(**values: Any) -> World:
    """The coordination's world, its person as read from the base."""
    made = coordination.world(**values)
    with as_owner():
        made.patient.refresh_from_db()
    return made


def library() -> dict[str, FormVersion]:
    """The shipped instruments, by code."""
    with as_owner():
        return {version.form.code: version for version in services.ensure_library()}


def typed(version: FormVersion, **given: object) -> dict[Key, tuple[Value, ...]]:
    """Answers by linkId (``_`` for ``-``): a code, or what is typed."""
    questionnaire = definition_of(version).questionnaire
    found: dict[Key, tuple[Value, ...]] = {}
    for name, text in given.items():
        item = questionnaire.by_link[name.replace("_", "-")]
        value = read_text(item, f"|{text}" if item.options else str(text))
        assert value is not None, name
        found[(item.link_id, ())] = (value,)
    return found


GDS = {"decourage": "oui", "vide": "non", "heureux": "oui", "desespere": "non"}
EPDS = {f"q{n}": "0" for n in range(1, 10)} | {"q10": "1"}


def ended(w: World, name: str, version: FormVersion, **given: object) -> Assessment:
    """An ended assessment of that version by that practice."""
    with w.acting(name) as actor:
        one = services.start_assessment(actor=actor, patient=w.patient, version=version)
        answers: Any = typed(version, **given)
        return services.finish_assessment(actor=actor, assessment=one, answers=answers, version=1)
