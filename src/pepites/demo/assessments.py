"""Assessments of a few persons: trends over months, a draft, a correction, an alert. All invented, by the services."""

from datetime import date, timedelta

from pepites.assessments import services
from pepites.assessments.definitions import definition_of
from pepites.assessments.enums import VersionState
from pepites.assessments.models import Assessment, FormVersion
from pepites.assessments.questionnaire.answers import Key
from pepites.assessments.questionnaire.checking import read_text
from pepites.assessments.questionnaire.values import Value
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.demo.stories import ActorsLike
from pepites.patients.models import Patient

AGGIR = "coherence orientation toilette habillage alimentation elimination transferts interieur exterieur communication"
EPICES = "social complementaire couple proprietaire finances sport spectacle vacances famille hebergement aide"
FINDRISC = "age imc taille activite fruits tension glycemie parente"
GDS = "decourage vide heureux desespere"


def tell_assessments(actors: ActorsLike, people: dict[str, list[Patient]]) -> None:
    """Assessments of persons whose circle is told already."""
    told = {slug: [patient for patient in patients if patient.consents.exists()] for slug, patients in people.items()}
    manager, midwife, doctor = actors.actor("mrobinel"), actors.actor("icalderon"), actors.actor("lvaragne")
    elder = told["maia"][0]
    for days, letters in ((270, "AABBAAAAAA"), (150, "ABBBAABABA"), (20, "BBCBBBCBCB")):
        _ended(manager, elder, "aggir", days, dict(zip(AGGIR.split(), letters, strict=True)))
    for days, seconds in ((270, "11,5"), (150, "16,8"), (20, "23")):
        _ended(manager, elder, "tug", days, {"temps": seconds, "aide": "canne", "unipodal": "4"})
    first = _ended(manager, elder, "mini-gds", 150, _yes(GDS, "heureux vide"))
    _corrected(manager, first, _yes(GDS, "heureux"))
    _ended(manager, elder, "mini-gds", 20, _yes(GDS, "decourage vide"))
    _ended(manager, elder, "epices", 260, _yes(EPICES, "social complementaire proprietaire famille aide"))
    _draft(manager, elder, "lawton", {"telephone": "oui", "courses": "non"})
    risk = ("55-64", "30", "3", "non", "oui", "oui", "non", "proche")
    _ended(doctor, told["maia"][1], "findrisc", 40, dict(zip(FINDRISC.split(), risk, strict=True)))
    _ended(doctor, told["maia"][1], "mini-gds", 12, _yes(GDS, "decourage desespere"), reserved=True)
    _ended(midwife, told["perinat"][1], "epds", 2, {f"q{n}": "1" for n in range(1, 11)})


def _yes(links: str, answered: str) -> dict[str, str]:
    """Every question answered no, but those."""
    return {link: "oui" if link in answered.split() else "non" for link in links.split()}


def _begun(actor: Actor, patient: Patient, code: str) -> Assessment:
    version = FormVersion.objects.select_related("form").get(
        form__code=code, form__network=None, state=VersionState.PUBLISHED
    )
    return services.start_assessment(actor=actor, patient=Patient.objects.get(pk=patient.pk), version=version)


def _answers(one: Assessment, given: dict[str, str]) -> dict[Key, tuple[Value, ...]]:
    questionnaire = definition_of(one.form_version).questionnaire
    found: dict[Key, tuple[Value, ...]] = {}
    for link, text in given.items():
        item = questionnaire.by_link[link]
        value = read_text(item, f"|{text}" if item.options else text)
        if value is not None:
            found[(link, ())] = (value,)
    return found


def _ended(
    actor: Actor, patient: Patient, code: str, days: int, given: dict[str, str], *, reserved: bool = False
) -> Assessment:
    day: date = today() - timedelta(days=days)
    with unit_of_work(actor):
        one = _begun(actor, patient, code)
        if reserved:
            services.reserve_assessment(actor=actor, assessment=one, readers=())
        return services.finish_assessment(
            actor=actor, assessment=one, answers=_answers(one, given), version=one.version, authored_on=day
        )


def _corrected(actor: Actor, one: Assessment, given: dict[str, str]) -> None:
    with unit_of_work(actor):
        services.amend_assessment(
            actor=actor, assessment=one, answers=_answers(one, given), version=one.version, reason="Réponse mal notée"
        )


def _draft(actor: Actor, patient: Patient, code: str, given: dict[str, str]) -> None:
    with unit_of_work(actor):
        one = _begun(actor, patient, code)
        services.save_assessment(actor=actor, assessment=one, answers=_answers(one, given), version=one.version)
