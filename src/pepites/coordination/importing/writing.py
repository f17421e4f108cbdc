"""Writing the lines of a batch: persons, then what the network opens for them, then the cards of likely doubles."""

import dataclasses
import functools
import json
from collections.abc import Iterable, Sequence

from django.db import connection

from pepites.access.events import RightsChanged
from pepites.access.services import database_refusals
from pepites.common.actor import Actor, ProfessionCategory
from pepites.common.clock import today
from pepites.common.events import publish
from pepites.common.identifiers import new_uuid
from pepites.coordination import policies
from pepites.coordination.importing.cells import Consent
from pepites.coordination.importing.deciding import Decision
from pepites.coordination.importing.enums import Outcome
from pepites.coordination.importing.lines import Line, LineResult
from pepites.identity.bulk import NewPerson, create_identities_bulk
from pepites.identity.services import frozen_among, open_line_card
from pepites.messaging.markdown import render_text
from pepites.networks.models import Network

_COMMENT = 300
_REFUSES = "Cette ligne refuse le partage : enregistrez l'opposition dans le dossier de la personne."
_CODE = "coordination.import.refused"
_FIRMNESS = {Consent.UNKNOWN: 0, Consent.YES: 1, Consent.NO: 2}
"""Of two lines about one person, a refusal is never lost to a yes, nor a yes to silence."""
_render = functools.lru_cache(maxsize=1000)(render_text)


@dataclasses.dataclass(frozen=True, slots=True)
class _Opened:
    enrolled: bool
    opened: bool
    opposed: bool
    gone: bool


def write_batch(actor: Actor, network: Network, source: str, decisions: Sequence[Decision]) -> dict[int, LineResult]:
    """Write what was decided, in the unit of work under way; the report's line by line number."""
    new = [decision.line for decision in decisions if decision.outcome is Outcome.CREATED]
    ids = create_identities_bulk(actor=actor, persons=[_person(line) for line in new])
    persons = {line.placeholder: pk for line, pk in zip(new, ids, strict=True)}
    placed: dict[int, Line] = dict(zip(ids, new, strict=True))
    for decision in decisions:
        if decision.outcome is Outcome.KNOWN and decision.person:
            pk, line = decision.person.patient_id, decision.line
            placed[pk] = max(placed.get(pk, line), line, key=lambda one: _FIRMNESS[one.row.consent])
    frozen = frozen_among(list(placed))
    opened = _open_files(actor, network, source, {pk: line for pk, line in placed.items() if pk not in frozen})
    created = set(ids)
    for patient_id, facts in opened.items():
        if facts.enrolled and patient_id not in created:
            publish(RightsChanged(patient_id=patient_id, practice_id=None))
    results = {}
    for decision in decisions:
        if decision.outcome is Outcome.DOUBLE:
            _open_card(actor, network, source, decision, persons)
        results[decision.line.number] = _result(decision, persons, opened, frozen)
    return results


def told(decision: Decision) -> LineResult:
    """The report's line of a check: nothing is written."""
    return _result(decision, {}, {}, set())


def _person(line: Line) -> NewPerson:
    return NewPerson(line.traits, line.keys, line.phone, line.row.commune_code)


def _open_files(actor: Actor, network: Network, source: str, placed: dict[int, Line]) -> dict[int, _Opened]:
    if not placed:
        return {}
    signs = actor.practice_id is not None and network.pk in actor.coordinated
    signs = signs and actor.category is not ProfessionCategory.OUTSIDE
    level = policies.note_level(actor)
    rows = [_row(pk, line, source, signs=signs, level=level) for pk, line in placed.items()]
    with database_refusals(_CODE), connection.cursor() as cursor:
        organization = actor.ref.organization_id
        if actor.practice_id is None:
            cursor.execute("SELECT coordination_import_organization(%s)", [network.pk])
            organization = cursor.fetchone()[0]
        cursor.execute(
            "SELECT * FROM coordination_import_lines(%s, %s, %s, %s::jsonb)",
            [network.pk, organization, today(), json.dumps(rows)],
        )
        return {row[0]: _Opened(*row[1:]) for row in cursor.fetchall()}


def _row(patient_id: int, line: Line, source: str, *, signs: bool, level: int) -> dict[str, object]:
    """A note is signed by a coordinating practice; otherwise it stays on the pathway, as a comment."""
    note = line.row.note
    return {
        "patient_id": patient_id,
        "consent": str(line.row.consent),
        "proof": f"Fichier {source}, ligne {line.number}"[:200],
        "comment": "" if signs else note[:_COMMENT],
        "note": note if signs else "",
        "html": _render(note) if signs and note else "",
        "level": level,
        "local_id": line.row.local_id,
        "ids": [str(new_uuid()) for _ in range(5)],
    }


def _open_card(actor: Actor, network: Network, source: str, decision: Decision, persons: dict[int, int]) -> None:
    assert decision.person is not None
    assert decision.match is not None
    candidate = decision.match.candidate(decision.person)
    candidate = dataclasses.replace(candidate, patient_id=persons.get(candidate.patient_id, candidate.patient_id))
    line = decision.line
    open_line_card(
        actor=actor, candidate=candidate, traits=line.traits, network_id=network.pk,
        phones=[line.phone] if line.phone else [], source=source, line=line.number,
    )  # fmt: skip


def _result(decision: Decision, persons: dict[int, int], opened: dict[int, _Opened], frozen: set[int]) -> LineResult:
    line = decision.line
    if decision.outcome is Outcome.CREATED:
        pk = persons.get(line.placeholder)
        return LineResult(line.number, Outcome.CREATED, "", _sentences(line.row.warnings), pk)
    if decision.outcome is Outcome.DOUBLE:
        return LineResult(line.number, Outcome.DOUBLE, "", _double_message(decision))
    pk = decision.person.patient_id if decision.person else None
    facts = opened.get(pk or 0)
    said = ["Personne déjà connue."]
    if pk in frozen:
        said.append("Son dossier est gelé, deux personnes y ont été mêlées : rien n'y est écrit, voyez la cellule.")
        if line.row.consent is Consent.NO:
            said.append(_REFUSES)
    elif facts and facts.gone:
        said.append("Son parcours dans ce réseau est clos : il n'a pas été rouvert.")
    elif facts and facts.opposed and line.row.consent is Consent.YES:
        said.append("Une opposition est enregistrée : voyez avec la personne avant de la lever.")
    elif facts and facts.opened:
        said.append("Le parcours dans ce réseau est ouvert.")
    return LineResult(line.number, Outcome.KNOWN, "", _sentences(said), pk)


def _double_message(decision: Decision) -> str:
    reasons = ", ".join(decision.match.similarity.reasons[:4]) if decision.match else ""
    of_whom = f"à la ligne {decision.twin_line}" if decision.twin_line else "à une personne déjà connue"
    said = [f"Ressemble {of_whom} ({reasons}) : rien n'est créé, à examiner dans « Doublons »."]
    if decision.line.row.consent is Consent.NO:
        said.append(_REFUSES)
    return _sentences(said)


def _sentences(texts: Iterable[str]) -> str:
    return " ".join(texts)
