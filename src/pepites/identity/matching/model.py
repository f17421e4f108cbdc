"""The model file: weights as tables of levels, thresholds, and where they come from. Read by every evaluator.

Two stages (rapprochement §4-1 and §4-4). ``first``: Fellegi-Sunter, m and u of each level, a sum of log2(m/u).
``main`` and ``pairs``: monotone boosted trees grown on at most two comparisons each, summed into one table a
comparison and one a pair of comparisons, so that every decision is a short list of terms. Scores are natural log-odds.
"""

import functools
import hashlib
import hmac
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from pepites.identity.matching.comparisons import COMPARISONS, NAMES

SHIPPED: Final = Path(__file__).parent / "data" / "model.json"
SHIPPED_DIGEST: Final = Path(__file__).parent / "data" / "model.sha256"
MAX_BYTES: Final = 4_000_000
TAUGHT_ON: Final = 200_000
"""Records up to which no more proof was seen to be needed, whatever taught the model."""
AUTO_CROWD, LINK_CROWD = 0.8, 0.4
"""What each threshold gains when the records are e times those of that file (measured on a million, ADR 0020)."""
LEAST_CROWD: Final = -2.0
"""In a small file homonyms are fewer: clusters need less, down to this many powers of e. Links made without anyone
looking do not."""
INDEX: Final[Mapping[str, int]] = {name: rank for rank, name in enumerate(NAMES)}


class ModelError(ValueError):
    """A model file that cannot be used; the message is French and says why."""


@dataclass(frozen=True)
class Model:
    """Tables indexed by level + 1, the first entry being « missing ». ``source`` tells how it was made."""

    version: str
    intercept: float
    main: Mapping[str, tuple[float, ...]]
    pairs: Mapping[tuple[str, str], tuple[tuple[float, ...], ...]]
    m: Mapping[str, tuple[float, ...]]
    u: Mapping[str, tuple[float, ...]]
    prior: float
    ins: tuple[float, ...]
    twin_penalty: float
    auto: float
    link: float
    review: float
    slope: float
    shift: float
    source: Mapping[str, Any]
    wide: bool = False
    """Whether any two dates are compared: a file without families, learnt without a teacher (ADR 0020)."""

    def probability(self, score: float) -> float:
        """Calibrated chance that it is one person."""
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, self.slope * score + self.shift))))

    def among(self, records: int) -> "Model":
        """The same model for that many records: more of them have more homonyms, and need higher thresholds."""
        taught_on = self.source.get("fiches") or TAUGHT_ON
        more = max(math.log(max(records, 1) / max(taught_on, TAUGHT_ON)), 0.0)
        fewer = min(max(math.log(max(records, 1) / taught_on), LEAST_CROWD), 0.0)
        link = max(self.link + LINK_CROWD * (more + fewer), self.review)
        return replace(self, auto=self.auto + AUTO_CROWD * more, link=link)

    @functools.cached_property
    def summed(self) -> Callable[[Sequence[int]], float]:
        """The sum of the tables for the levels of a pair, as one expression: it is made ten thousand times a second.

        The « missing » entry goes last, where the level -1 finds it.
        """
        names: dict[str, Any] = {"start": self.intercept, "ins": _missing_last(self.ins)}
        text = f"start + ins[v[{INDEX['ins']}]]"
        for name, values in self.main.items():
            names[f"t{len(names)}"] = _missing_last(values)
            text += f" + t{len(names) - 1}[v[{INDEX[name]}]]"
        for (one, two), table in self.pairs.items():
            names[f"t{len(names)}"] = _missing_last(tuple(map(_missing_last, table)))
            text += f" + t{len(names) - 1}[v[{INDEX[one]}]][v[{INDEX[two]}]]"
        made: Callable[[Sequence[int]], float] = eval(f"lambda v: {text}", names)  # noqa: S307 - our own text
        return made

    @functools.cached_property
    def weights(self) -> dict[str, tuple[float, ...]]:
        """Fellegi-Sunter weights in bits: log2(m/u), 0 for a missing value."""
        return {
            name: (0.0, *(math.log2(m / u) for m, u in zip(self.m[name], self.u[name], strict=True))) for name in self.m
        }


def _missing_last(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*values[1:], values[0])


def dump(model: Model) -> str:
    """The model as JSON, keys sorted, numbers short."""
    body = {
        "kind": "pepites-rapprochement", "version": model.version, "intercept": model.intercept,
        "main": {name: list(values) for name, values in model.main.items()},
        "pairs": {f"{one}|{two}": [list(row) for row in table] for (one, two), table in model.pairs.items()},
        "first": {"prior": model.prior, "m": {k: list(v) for k, v in model.m.items()}, "u": {k: list(v) for k,
        v in model.u.items()}},
        "ins": list(model.ins), "twin_penalty": model.twin_penalty, "auto": model.auto, "link": model.link,
        "review": model.review, "wide": model.wide,
        "slope": model.slope, "shift": model.shift, "source": dict(model.source),
        "levels": {one.name: [level.label for level in one.levels] for one in COMPARISONS},
    }  # fmt: skip
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def parse(text: str) -> Model:
    """A model from its JSON. Raises ``ModelError`` when it is not one, or was made for other comparisons."""
    try:
        body = json.loads(text)
        if body["kind"] != "pepites-rapprochement":
            raise ModelError("Ce fichier n'est pas un modèle de rapprochement.")
        if body["levels"] != {one.name: [level.label for level in one.levels] for one in COMPARISONS}:
            raise ModelError(
                "Ce modèle a été établi pour d'autres comparaisons : réestimez-le avec « pepites identity train »."
            )
        model = Model(
            version=str(body["version"]),
            intercept=float(body["intercept"]),
            main={name: _row(values, name) for name, values in body["main"].items()},
            pairs={
                _pair(key): tuple(_row(row, _pair(key)[1]) for row in table) for key, table in body["pairs"].items()
            },
            m={name: tuple(map(float, values)) for name, values in body["first"]["m"].items()},
            u={name: tuple(map(float, values)) for name, values in body["first"]["u"].items()},
            prior=float(body["first"]["prior"]),
            ins=_row(body["ins"], "ins"),
            twin_penalty=float(body["twin_penalty"]),
            auto=float(body["auto"]),
            link=float(body["link"]),
            review=float(body["review"]),
            slope=float(body["slope"]),
            shift=float(body["shift"]),
            source=dict(body["source"]),
            wide=bool(body.get("wide", False)),
        )
    except (KeyError, TypeError, IndexError, AttributeError, RecursionError, json.JSONDecodeError) as error:
        raise ModelError("Ce modèle de rapprochement est incomplet ou abîmé.") from error
    _check(model)
    return model


def _row(values: Sequence[float], name: str) -> tuple[float, ...]:
    row = tuple(map(float, values))
    if len(row) != len(COMPARISONS[INDEX[name]].levels) + 1 or not all(map(math.isfinite, row)):
        raise ModelError("Ce modèle de rapprochement est incomplet ou abîmé.")
    return row


def _pair(key: str) -> tuple[str, str]:
    one, two = key.split("|")
    return one, two


def _check(model: Model) -> None:
    for (one, _), table in model.pairs.items():
        if len(table) != len(COMPARISONS[INDEX[one]].levels) + 1:
            raise ModelError("Ce modèle de rapprochement est incomplet ou abîmé.")
    for name in model.m:
        values = (*model.m[name], *model.u[name])
        if len(values) != 2 * len(COMPARISONS[INDEX[name]].levels) or not all(0 < value <= 1 for value in values):
            raise ModelError("Ce modèle de rapprochement est incomplet ou abîmé.")
    if not model.auto >= model.link >= model.review:
        raise ModelError("Le seuil de rapprochement automatique est sous celui de la revue : modèle refusé.")


def digest(text: str) -> str:
    """SHA-256 of a model file."""
    return hashlib.sha256(text.encode()).hexdigest()


def sign(text: str, secret: bytes) -> str:
    """Signature of a model made by this instance."""
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def read(path: Path, *, secret: bytes = b"") -> Model:
    """Read a model and its signature beside it (``.sig``, or the shipped one's ``.sha256``). Raises ``ModelError``."""
    if not path.exists():
        raise ModelError(f"Le modèle {path.name} est introuvable.")
    if path.stat().st_size > MAX_BYTES:
        raise ModelError(f"Le modèle {path.name} est trop gros.")
    text = path.read_text(encoding="utf-8")
    if path == SHIPPED:
        genuine = hmac.compare_digest(digest(text), SHIPPED_DIGEST.read_text(encoding="ascii").split()[0])
    else:
        beside = path.with_suffix(".sig")
        genuine = beside.exists() and hmac.compare_digest(
            sign(text, secret), beside.read_text(encoding="ascii").strip()
        )
    if not genuine:
        raise ModelError(
            f"La signature du modèle {path.name} ne correspond pas : il a été modifié, ou vient d'une autre instance."
        )
    return parse(text)


@functools.cache
def shipped() -> Model:
    """The model that comes with Pépites."""
    return read(SHIPPED)
