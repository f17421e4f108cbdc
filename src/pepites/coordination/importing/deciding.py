"""What becomes of each line: known, likely double, or new. Decided in the order of the file, without writing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from pepites.coordination.importing.enums import Outcome
from pepites.coordination.importing.lines import Line
from pepites.identity.bulk import Match, compare
from pepites.identity.enums import CardState
from pepites.identity.selectors.known import Known

_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Decision:
    """The fate of a line. ``person``: the one found or resembled; ``twin_line``: the line above that is that person."""

    line: Line
    outcome: Outcome
    person: Known | None = None
    match: Match | None = None
    twin_line: int | None = None


@dataclass(slots=True)
class FileMemory:
    """What the lines above were: persons already claimed, and those of lines not yet written, by blocking key.

    A line that resembles a person some line above claimed is a repeat, even when it is that person exactly.
    """

    claimed: dict[int, int] = field(default_factory=dict)
    _fresh: dict[int, list[Known]] = field(default_factory=lambda: defaultdict(list))

    def add(self, line: Line) -> Known:
        """Remember a line that will become a person."""
        person = Known(line.placeholder, _NOBODY, line.match)
        for key in line.keys:
            self._fresh[key].append(person)
        self.claimed[line.placeholder] = line.number
        return person

    def near(self, line: Line) -> list[Known]:
        """Persons of lines above, not yet in the base, that share a blocking key."""
        found: dict[int, Known] = {}
        for key in line.keys:
            for person in self._fresh.get(key, ()):
                found[person.patient_id] = person
        return list(found.values())

    def written(self, ids: Mapping[int, int]) -> None:
        """The persons of a batch are in the base now: their placeholders give way to their ids."""
        self._fresh.clear()
        for placeholder, patient_id in ids.items():
            self.claimed[patient_id] = self.claimed.pop(placeholder)


def decide(line: Line, known: Sequence[Known], cards: Mapping[int, str], memory: FileMemory) -> Decision:
    """Decide one line (§5.4). ``cards``: patient → what people decided of this very line in the worklist.

    Certain and not claimed above: known. A card settled « same »: known. « Distinct »: that person is out of question.
    Otherwise anybody alike, of the base or of a line above, makes a double.
    """
    found = [
        (match, person)
        for person in (*known, *memory.near(line))
        if (match := compare(line.match, person)).likely and cards.get(person.patient_id) != CardState.DISTINCT
    ]
    if not found:
        memory.add(line)
        return Decision(line, Outcome.CREATED)
    found.sort(key=lambda pair: (*pair[0].rank, -pair[1].patient_id), reverse=True)
    for match, person in found:
        settled = cards.get(person.patient_id) == CardState.SAME
        if settled or (match.certain and person.patient_id not in memory.claimed):
            memory.claimed.setdefault(person.patient_id, line.number)
            return Decision(line, Outcome.KNOWN, person, match)
    carded = [pair for pair in found if pair[1].patient_id in cards]
    match, person = (carded or found)[0]
    return Decision(line, Outcome.DOUBLE, person, match, memory.claimed.get(person.patient_id))
