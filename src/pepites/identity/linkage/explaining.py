"""``pepites identity explain``: the waterfall of a pair of records of a file, in words and bars."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from pepites.identity.linkage import frames, reading
from pepites.identity.linkage.base import Base, opened
from pepites.identity.linkage.reading import FileError
from pepites.identity.matching.canonical import COLUMNS, Canonical
from pepites.identity.matching.model import Model
from pepites.identity.matching.score import LinkClass, Scored, Term, judge, terms

BAR: Final = 20
WORDS: Final = {
    LinkClass.AUTO: "A, lien automatique",
    LinkClass.REVIEW: "B, à revoir",
    LinkClass.NONE: "C, pas de lien",
}


def explained(source: Path, one: str, two: str, model: Model) -> str:
    """What makes the score of two records of a file. Names' rarity is that of the file. Raises ``FileError``."""
    with opened(threads=2) as base, tempfile.TemporaryDirectory() as folder:
        reading.read(base, source, Path(folder))
        frames.build(base)
        left, right = _record(base, one), _record(base, two)
    return waterfall(model, judge(model, left, right))


def _record(base: Base, name: str) -> Canonical:
    found = base.rows(
        f"SELECT {', '.join(f'b.{column}' for column in COLUMNS)} FROM blocked b JOIN given g USING (id)"
        " WHERE g.record_id = ?",
        [name],
    )
    if not found:
        raise FileError(f"« {name} » n'est pas dans ce fichier.")
    values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in found[0]]
    return Canonical(*values)


def waterfall(model: Model, found: Scored) -> str:
    """The lines to print: each term, its weight, a bar to the right for the link, to the left against it."""
    if found.levels[0] == -1 and found.score <= -20:
        return "Dates de naissance trop éloignées : ces fiches ne sont pas comparées."
    lines = bars([term for term in terms(model, found.levels) if abs(term.weight) >= 0.05])
    lines.append("")
    lines.append(
        f"Score {found.score:+.2f}, probabilité {model.probability(found.score):.1%}, classe {WORDS[found.link_class]}."
    )
    lines += [f"Prudence : {veto.value}." for veto in found.vetoes]
    return "\n".join(lines)


def bars(shown: Sequence[Term], width: int = 24) -> list[str]:
    """Each term on a line: to the right what links, to the left what parts."""
    widest = max((abs(term.weight) for term in shown), default=1.0)
    lines = []
    for term in shown:
        length = round(abs(term.weight) / widest * BAR)
        left, right = ("", "█" * length) if term.weight > 0 else ("█" * length, "")
        label = f"{term.label:<{width}.{width}}"
        lines.append(f"{label} {left:>{BAR}}│{right:<{BAR}} {term.weight:+6.2f}  {term.found}".rstrip())
    return lines
