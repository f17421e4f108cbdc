"""The comparisons and their levels, best first: what two records are asked, in French for those who read the verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from pepites.identity.matching.conditions import (
    ELSE,
    Condition,
    Test,
    alike,
    below,
    contained,
    contains,
    crossed,
    edits,
    either_missing,
    level_functions,
    one_edit,
    plain,
    same,
    shared,
)
from pepites.identity.matching.dates import DATE_LEVELS

MISSING: Final = -1


@dataclass(frozen=True, slots=True)
class Level:
    """One answer to a comparison."""

    condition: Condition
    label: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A question put to two records. ``levels`` best first; the last one is everything else."""

    name: str
    label: str
    missing: Condition
    levels: tuple[Level, ...]
    evidence: bool = True
    """False for what only tempers the others (rarity): monotone in nothing, never shown alone."""


def _levels(*pairs: tuple[Condition, str]) -> tuple[Level, ...]:
    return tuple(Level(condition, label) for condition, label in pairs)


def _initial(name: str) -> Condition:
    """One side has only the initial of the other (GUY-6)."""
    return below(
        f"(least(length({name}_l), length({name}_r)) = 1 and substr({name}_l, 1, 1) = substr({name}_r, 1, 1))",
        f"l.{name} and r.{name} and (len(l.{name}) == 1 or len(r.{name}) == 1) and l.{name}[0] == r.{name}[0]",
    )


_NO_NAME = either_missing("sn")
_NO_GIVEN = either_missing("gn")
_ALL_GIVEN = (contains("gall", "gt"), contained("gall", "gt"))

SURNAME = Comparison("sur", "Nom", _NO_NAME, _levels(
    (same("sn"), "même nom"),
    (crossed(same, "sn", "un") | same("un"), "même nom, de naissance pour l'un, d'usage pour l'autre"),
    (same("snk"), "noms qui se prononcent pareil"),
    (contains("sall", "snt") | contained("sall", "snt"), "l'un des noms est une partie de l'autre"),
    (one_edit("sn", length=4), "noms à une lettre près"),
    (crossed(same, "snk", "unk"), "noms de naissance et d'usage qui se prononcent pareil"),
    (alike("sn", least=0.92) | alike("snk", least=0.93), "noms très proches"),
    (alike("sn", "un", least=0.92) | alike("un", "sn", least=0.92) | shared("sall"), "un mot du nom en commun"),
    (alike("sn", least=0.84) | (alike("sn", least=0.66) & one_edit("sn", length=2)), "noms proches"),
    (alike("sn", least=0.7), "noms peu ressemblants"),
    (ELSE, "noms différents"),
))  # fmt: skip

GIVEN = Comparison("giv", "Prénom", _NO_GIVEN, _levels(
    (same("gn"), "même prénom"),
    (same("gnk"), "prénoms qui se prononcent pareil"),
    (contains("gall", "gall") & contained("gall", "gall"), "mêmes prénoms, dans un autre ordre"),
    (one_edit("gn", length=4), "prénoms à une lettre près"),
    (alike("gn", least=0.92) | alike("gnk", least=0.94), "prénoms très proches"),
    (
        alike("gn", least=0.6) & (one_edit("gn", length=2) | one_edit("gnk", length=2)),
        "prénoms courts à une lettre près, ou à un son près",
    ),
    (alike("gn", least=0.75) & edits("gn", length=5, most=2), "prénoms à deux lettres près"),
    (same("g1") & (_ALL_GIVEN[0] | _ALL_GIVEN[1]), "même premier prénom, les autres d'un seul côté"),
    (_ALL_GIVEN[0] | _ALL_GIVEN[1], "l'un des prénoms est une partie de l'autre"),
    (same("g1") | shared("gall", "gt") | shared("gt", "gall"), "un prénom en commun"),
    (
        alike("gn", least=0.85) | same("g1k") | alike("gn", "og", least=0.9) | alike("og", "gn", least=0.9),
        "prénoms proches",
    ),
    (alike("gn", least=0.75), "prénoms un peu ressemblants"),
    (_initial("gn"), "l'initiale du prénom"),
    (alike("gn", least=0.6), "prénoms peu ressemblants"),
    (ELSE, "prénoms différents"),
))  # fmt: skip

OTHER_GIVEN = Comparison("oth", "Autres prénoms", either_missing("og"), _levels(
    (same("og"), "mêmes autres prénoms"),
    (contains("gall", "ogt") | contained("gall", "ogt"), "autres prénoms compatibles"),
    (_initial("og"), "l'initiale des autres prénoms"),
    (shared("ogt"), "un autre prénom en commun"),
    (alike("og", least=0.85), "autres prénoms proches"),
    (ELSE, "autres prénoms différents"),
))  # fmt: skip

INVERTED = Comparison("inv", "Nom et prénom inversés", either_missing("sn", "gn"), _levels(
    (same("sn", "gn") & same("gn", "sn"), "nom et prénom inversés"),
    (same("snk", "gnk") & same("gnk", "snk"), "nom et prénom inversés, à l'oreille"),
    (
        (same("snk", "gnk") & alike("gn", "sn", least=0.85)) | (same("gnk", "snk") & alike("sn", "gn", least=0.85)),
        "nom et prénom inversés, à peu près",
    ),
    (same("snk", "gnk") | same("gnk", "snk"), "le nom de l'un est le prénom de l'autre"),
    (ELSE, "dans le même ordre"),
))  # fmt: skip


def _edit_kind(left: Any, right: Any) -> tuple[bool, bool, bool]:
    """Where two spellings of the same length differ by one letter: first, last, elsewhere (GUY-11: twins rhyme)."""
    a, b = left.gn or "", right.gn or ""
    if len(a) != len(b) or not a:
        return False, False, False
    different = [rank for rank, (one, other) in enumerate(zip(a, b, strict=True)) if one != other]
    if len(different) != 1:
        return False, False, False
    return different[0] == 0, different[0] == len(a) - 1, 0 < different[0] < len(a) - 1


def _replaced(sql: str, which: int) -> Condition:
    test: Test = lambda left, right: _edit_kind(left, right)[which]  # noqa: E731 - one of three
    return plain(sql, test)


_SIZE = "length(gn_l) = length(gn_r)"
TWIN_SPELLING = Comparison("edt", "Lettre qui change", _NO_GIVEN, _levels(
    (same("gn"), "aucune"),
    (_replaced(f"{_SIZE} and substr(gn_l, 2) = substr(gn_r, 2)", 0), "première lettre du prénom"),
    (_replaced(f"{_SIZE} and substr(gn_l, 1, length(gn_l) - 1) = substr(gn_r, 1, length(gn_r) - 1)", 1), "dernière lettre du prénom"),
    (plain(_SIZE, lambda left, right: bool(left.gn) and bool(right.gn) and len(left.gn) == len(right.gn)), "prénoms de même longueur"),
    (
        plain("abs(length(gn_l) - length(gn_r)) = 1", lambda left, right: abs(len(left.gn) - len(right.gn)) == 1),
        "une lettre de plus ou de moins",
    ),
    (ELSE, "plusieurs lettres"),
), evidence=False)  # fmt: skip


def _spelt(name: str) -> Condition:
    """The same place, a slip allowed in a name; a code is shorter."""
    return same(name) | one_edit(name, length=6) | edits(name, length=9, most=2)


DATE = Comparison("dob", "Date de naissance", either_missing("y"), tuple(Level(*one) for one in DATE_LEVELS))

SEX = Comparison("sex", "Sexe", either_missing("sx"), _levels((same("sx"), "même sexe"), (ELSE, "sexes différents")))
PLACE = Comparison("pla", "Lieu de naissance", either_missing("pl"), _levels(
    (_spelt("pl"), "même lieu de naissance"), (ELSE, "lieux de naissance différents")))  # fmt: skip
COMMUNE = Comparison("com", "Commune de résidence", either_missing("co"), _levels(
    (_spelt("co"), "même commune"), (ELSE, "communes différentes")))  # fmt: skip
PHONE = Comparison("pho", "Téléphone", either_missing("ph"), _levels(
    (same("ph"), "même téléphone"), (one_edit("ph", length=8), "téléphones à un chiffre près"), (ELSE, "téléphones différents")))  # fmt: skip
MOTHER = Comparison("mot", "Prénom de la mère", either_missing("mo"), _levels(
    (same("mo"), "même prénom de la mère"), (same("mok") | alike("mo", least=0.9), "prénoms de la mère proches"),
    (ELSE, "prénoms de la mère différents")))  # fmt: skip
INS = Comparison("ins", "Matricule INS", either_missing("ins"), _levels(
    (same("ins"), "même matricule INS"), (one_edit("ins", length=13), "matricules à un caractère près"),
    (ELSE, "matricules INS différents")))  # fmt: skip
ADDRESS = Comparison("adr", "Adresse", either_missing("ad"), _levels(
    (same("ad"), "même adresse"), (edits("ad", length=8, most=2) | alike("ad", least=0.92), "adresses proches"),
    (contains("adt", "adt") | contained("adt", "adt"), "l'une des adresses est une partie de l'autre"),
    (shared("adt"), "un mot de l'adresse en commun"), (ELSE, "adresses différentes")))  # fmt: skip
NEWBORN = Comparison("nbn", "Nouveau-né", either_missing("nb"), _levels(
    (plain("nb_l and nb_r", lambda left, right: left.nb and right.nb), "deux prénoms provisoires"),
    (plain("nb_l or nb_r", lambda left, right: left.nb or right.nb), "un prénom provisoire"),
    (ELSE, "prénoms déclarés")), evidence=False)  # fmt: skip


def _binned(
    name: str, label: str, column: str, cuts: Sequence[float], *, greatest: bool, missing: Condition
) -> Comparison:
    def at_most(cut: float) -> Condition:
        if greatest:
            return below(f"greatest({column}_l, {column}_r) <= {cut}", f"l.{column} <= {cut} and r.{column} <= {cut}")
        return below(f"least({column}_l, {column}_r) <= {cut}", f"l.{column} <= {cut} or r.{column} <= {cut}")

    return Comparison(
        name, label, missing,
        (*(Level(at_most(cut), f"{label} : {cut:g} au plus") for cut in cuts), Level(ELSE, f"{label} : davantage")),
        evidence=False,
    )  # fmt: skip


_PER_100K = (2, 6, 20, 60, 150, 400)
RARITY = (
    _binned("fs", "fréquence du nom pour 100 000", "rs", _PER_100K, greatest=False, missing=_NO_NAME),
    _binned("fg", "fréquence du prénom pour 100 000", "rg", _PER_100K, greatest=False, missing=_NO_GIVEN),
    _binned("fc", "personnes de mêmes nom et prénom", "nc", (2, 4, 8, 16, 40, 100), greatest=True, missing=either_missing("sn", "gn")),
    _binned("ats", "emplois de l'orthographe du nom", "ns", (1, 2, 4, 10, 40), greatest=False, missing=_NO_NAME),
    _binned("atg", "emplois de l'orthographe du prénom", "ng", (1, 2, 4, 10, 40), greatest=False, missing=_NO_GIVEN),
    _binned("coi", "rencontres attendues au hasard (log10)", "ex", (-5, -4.3, -3.6, -3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1), greatest=True,
            missing=either_missing("sn", "gn")),
)  # fmt: skip

COMPARISONS: Final[tuple[Comparison, ...]] = (
    SURNAME, GIVEN, OTHER_GIVEN, INVERTED, TWIN_SPELLING, DATE, SEX, PLACE, COMMUNE, PHONE, MOTHER, INS, NEWBORN, *RARITY, ADDRESS,
)  # fmt: skip
NAMES: Final = tuple(one.name for one in COMPARISONS)
levels_of: Final = level_functions([(one.missing, [each.condition for each in one.levels]) for one in COMPARISONS])
"""The levels of a pair, in the order of ``COMPARISONS``: the number of the first that holds, counted from the last (0);
``MISSING`` when one side is silent."""


def level_number(name: str, label: str) -> int:
    """The number of that answer to that comparison. Whoever decides by it names it: a level that is added moves the
    numbers of those above."""
    levels = COMPARISONS[NAMES.index(name)].levels
    return len(levels) - 1 - next(rank for rank, one in enumerate(levels) if one.label == label)
