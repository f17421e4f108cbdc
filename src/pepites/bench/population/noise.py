"""How a record departs from the person: typing, hearing, missing papers, habits of each community (GUY-2 to GUY-14)."""

import datetime as dt
import random
from collections.abc import Callable

from pepites.bench.population.pools import Names

Row = dict[str, str]

HEARD = (
    ("OE", "OU"), ("OU", "OE"), ("OE", "U"), ("K", "C"), ("C", "K"), ("QU", "K"), ("Y", "I"), ("I", "Y"), ("AN", "EN"),
    ("EN", "AN"), ("S", "Z"), ("Z", "S"), ("SS", "S"), ("PH", "F"), ("F", "PH"), ("DJ", "DI"), ("TJ", "TI"), ("W", "OU"),
    ("W", "R"), ("LH", "LL"), ("NH", "GN"), ("CH", "X"), ("X", "CH"), ("V", "B"), ("EAU", "O"), ("AU", "O"), ("LL", "L"),
    ("NN", "N"), ("TT", "T"), ("E", ""), ("H", ""), ("IJ", "Y"), ("AA", "A"), ("EE", "E"), ("S", "SS"), ("L", "LL"),
)  # fmt: skip
SHORT = {
    "MARIE": "MIMI", "FRANCOISE": "FANFAN", "JOSEPH": "JOJO", "FRANCISCO": "CHICO", "JOSE": "ZE", "ANTONIO": "TONINHO",
    "MICHEL": "MICHOU", "CHRISTINE": "CRICRI", "EDUARDO": "DUDU", "NATHALIE": "NATOU", "PATRICIA": "PATTY",
}  # fmt: skip
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def mistyped(rng: random.Random, word: str) -> str:
    """One letter dropped, doubled, swapped with the next, or wrong."""
    if len(word) < 3:
        return word
    at = rng.randrange(1, len(word))
    kind = rng.random()
    if kind < 0.3:
        return word[:at] + word[at + 1 :]
    if kind < 0.55:
        return word[:at] + rng.choice(LETTERS) + word[at + 1 :]
    if kind < 0.8 and at < len(word) - 1:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + (word[at] if kind < 0.9 else rng.choice(LETTERS)) + word[at:]


def heard(rng: random.Random, word: str) -> str:
    """Written as heard, by somebody who spells in another language."""
    able = [(one, other) for one, other in HEARD if one in word]
    for one, other in rng.sample(able, min(len(able), rng.choice((1, 1, 2)))):
        word = word.replace(one, other, 1)
    return word or "A"


def wrong_digit(rng: random.Random, digits: str) -> str:
    """One digit wrong, the first four kept."""
    at = rng.randrange(4, len(digits))
    return digits[:at] + str((int(digits[at]) + rng.randint(1, 9)) % 10) + digits[at + 1 :]


def _date(rng: random.Random, born: dt.date, kind: str) -> str:
    try:
        match kind:
            case "dob_swap":
                return dt.date(born.year, born.day, born.month).isoformat()
            case "dob_year":
                return born.replace(year=born.year + rng.choice((-10, -1, 1, 10))).isoformat()
            case "dob_typo":
                return dt.date(born.year, born.month, rng.randint(1, 28)).isoformat()
            case "dob_month":
                return dt.date(born.year, rng.randint(1, 12), min(born.day, 28)).isoformat()
            case "dob_0101":
                return dt.date(born.year, 1, 1).isoformat()
            case _:
                return dt.date(born.year, 12, 31).isoformat()
    except ValueError:
        return born.isoformat()


class Noise:
    """Spoils one record at a time. ``level`` multiplies every share; ``kinds`` says what was done."""

    def __init__(self, rng: random.Random, names: dict[str, Names], level: float) -> None:
        self.rng, self.names, self.level = rng, names, level
        self.kinds: list[str] = []

    def _hit(self, share: float, kind: str) -> bool:
        if self.rng.random() >= share * self.level:
            return False
        self.kinds.append(kind)
        return True

    def spoil(
        self, row: Row, born: dt.date, *, weak: bool, relatives: list[str], community: str, other_name: str
    ) -> list[str]:
        """Change ``row`` in place; the kinds of damage done."""
        self.kinds = []
        self._dates(row, born, weak)
        self._words(row, other_name)
        self._shapes(row, born)
        self._initials(row, community)
        self._around(row, relatives)
        return self.kinds

    def _dates(self, row: Row, born: dt.date, weak: bool) -> None:
        rng = self.rng
        if weak and self._hit(0.35, "dob_undoc_year"):
            row["birth_date"] = born.replace(year=born.year + rng.choice((-3, -2, -1, 1, 2, 3))).isoformat()
            return
        for kind, share in (
            ("dob_0101", 0.012), ("dob_3112", 0.004), ("dob_swap", 0.008), ("dob_typo", 0.014), ("dob_year", 0.008),
            ("dob_month", 0.004),
        ):  # fmt: skip
            if self._hit(share, kind):
                row["birth_date"] = _date(rng, born, kind)
                return
        if self._hit(0.01, "dob_missing"):
            row["birth_date"] = ""

    def _words(self, row: Row, other_name: str) -> None:
        rng = self.rng
        changes: tuple[tuple[str, str, float, Callable[[random.Random, str], str]], ...] = (
            ("typo_sur", "birth_name", 0.03, mistyped), ("typo_giv", "given_name", 0.03, mistyped),
            ("phon_sur", "birth_name", 0.05, heard), ("phon_giv", "given_name", 0.04, heard),
        )  # fmt: skip
        for kind, column, share, change in changes:
            if self._hit(share, kind):
                words = row[column].split(" ")
                at = rng.randrange(len(words))
                words[at] = change(rng, words[at])
                row[column] = " ".join(words)
        if (short := SHORT.get(row["given_name"])) and self._hit(0.05, "diminutive"):
            row["given_name"] = short
        if other_name and self._hit(0.35, "other_name"):
            row["given_name"] = other_name
        if self._hit(0.002, "placeholder"):
            row["given_name"] = rng.choice(("INCONNU", "SANS PRENOM", "X", "NON RENSEIGNE"))

    def _shapes(self, row: Row, born: dt.date) -> None:
        rng = self.rng
        if row["use_name"] and self._hit(0.22, "married_as_birth"):
            row["birth_name"] = row["use_name"]
            row["use_name"] = ""
        elif row["use_name"] and self._hit(0.4, "use_missing"):
            row["use_name"] = ""
        words = row["birth_name"].replace("-", " ").split()
        if len(words) > 1 and self._hit(0.25, "compound_cut"):
            row["birth_name"] = rng.choice((words[0], words[-1], " ".join(words[:2]), " ".join(words[-2:])))
        parts = row["given_name"].split("-")
        if len(parts) > 1 and self._hit(0.15, "given_cut"):
            row["given_name"] = rng.choice((parts[0], " ".join(parts), "".join(parts)))
        if row["other_given"] and self._hit(0.45, "second_missing"):
            row["other_given"] = ""
        elif row["other_given"] and self._hit(0.07, "second_fused"):
            row["given_name"], row["other_given"] = f"{row['given_name']} {row['other_given']}", ""
        elif row["other_given"] and self._hit(0.035, "second_first"):
            first, *rest = row["other_given"].split(" ")
            row["given_name"], row["other_given"] = first, " ".join([row["given_name"], *rest])
        if self._hit(0.008, "swap_names"):
            row["birth_name"], row["given_name"] = row["given_name"], row["birth_name"]
        if (dt.date(2026, 1, 1) - born).days < 1500 and self._hit(0.08, "newborn_bb"):
            row["given_name"], row["other_given"] = rng.choice(("BB", "BEBE", "NN")), ""

    def _initials(self, row: Row, community: str) -> None:
        """Middle names cut to their first letter, as Brazilian papers do, and others less often (GUY-6)."""
        rng, share = self.rng, 0.08 if community == "br" else 0.02
        dot = rng.choice(("", "."))
        if row["other_given"] and self._hit(share, "initial_others"):
            row["other_given"] = " ".join(word[0] + dot for word in row["other_given"].split())
        first, *rest = row["given_name"].replace("-", " ").split() or [""]
        if rest and self._hit(share, "initial_given"):
            row["given_name"] = " ".join([first, *(word[0] + dot for word in rest)])
        words = row["birth_name"].replace("-", " ").split()
        if len(words) > 1 and self._hit(share, "initial_name"):
            row["birth_name"] = " ".join([*(word[0] + dot for word in words[:-1]), words[-1]])

    def _around(self, row: Row, relatives: list[str]) -> None:
        rng = self.rng
        if self._hit(0.03, "sex_unk"):
            row["sex"] = rng.choice(("", "I"))
        elif row["sex"] and self._hit(0.004, "sex_wrong"):
            row["sex"] = "F" if row["sex"] == "M" else "M"
        if self._hit(0.17, "place_missing"):
            row["birth_place"] = rng.choice(("", "99999"))
        elif self._hit(0.035, "place_wrong"):
            row["birth_place"] = rng.choice(("97302", "97311", "97304", "97306"))
        if self._hit(0.28, "phone_missing"):
            row["phone"] = ""
        elif self._hit(0.25, "phone_new"):
            row["phone"] = "0694" + f"{rng.randint(0, 999_999):06d}"
        elif self._hit(0.015, "phone_typo"):
            row["phone"] = wrong_digit(rng, row["phone"])
        if self._hit(0.16, "commune_move"):
            row["commune"] = rng.choice(("97302", "97311", "97304", "97307", "97305", "97360"))
        if row["mother_given"] and self._hit(0.35, "mother_missing"):
            row["mother_given"] = ""
        elif row["mother_given"] and self._hit(0.05, "mother_typo"):
            row["mother_given"] = mistyped(rng, row["mother_given"])
        if row["ins"] and self._hit(0.35, "ins_missing"):
            row["ins"] = ""
        elif relatives and self._hit(0.001, "ins_relative"):
            row["ins"] = rng.choice(relatives)
