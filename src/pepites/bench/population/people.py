"""Families and persons: households that share a name, a phone and a place, twins, homonyms, married names."""

import datetime as dt
import random
from dataclasses import dataclass, field

from pepites.bench.population.pools import COMMUNITIES, Community, Names
from pepites.identity.normalisation import ins_key

GUIANA = (
    "97302", "97311", "97304", "97307", "97309", "97305", "97306", "97353", "97357", "97360", "97362", "97308", "97356",
)  # fmt: skip
_GUIANA_WEIGHTS = (30, 22, 12, 10, 8, 5, 4, 4, 3, 3, 2, 2, 1)
TODAY = dt.date(2026, 1, 1)


@dataclass
class Person:
    """One fictional person, as a perfect register would know them."""

    number: int
    family: int
    community: str
    birth_name: str
    given: list[str]
    sex: str
    born: dt.date
    place: str
    commune: str
    phone: str
    use_name: str = ""
    mother: str = ""
    ins: str = ""
    twin: bool = False
    undocumented_date: bool = False
    other_name: str = ""
    relatives_ins: list[str] = field(default_factory=list)


class People:
    """Draws families until enough persons exist."""

    def __init__(self, rng: random.Random, wanted: int, twins: float) -> None:
        self.rng, self.wanted, self.twins = rng, wanted, twins
        tail = max(60, int(wanted**0.5 * 4))
        self.names = {one.code: Names(rng, one, int(tail * (0.4 + one.share * 3))) for one in COMMUNITIES}
        self.persons: list[Person] = []
        self.families = 0

    def make(self) -> list[Person]:
        """Every person, family by family."""
        while len(self.persons) < self.wanted:
            self._family()
        del self.persons[self.wanted :]
        return self.persons

    def _family(self) -> None:
        rng = self.rng
        community = rng.choices(COMMUNITIES, weights=[one.share for one in COMMUNITIES])[0]
        names = self.names[community.code]
        family, self.families = self.families, self.families + 1
        surname, commune, phone = names.surname(), _commune(rng), self._phone()
        mother = self._adult(community, family, names.surname(), "F", commune, phone, 16, 70)
        if rng.random() < 0.5:
            mother.use_name = surname
        household = [mother]
        if rng.random() < 0.55:
            household.append(self._adult(community, family, surname, "M", commune, phone, 18, 75))
        age = max(0, (TODAY - mother.born).days // 365 - 17)
        taken = {one.given[0] for one in household}
        for _ in range(rng.choices(range(6), weights=(30, 20, 20, 14, 9, 7))[0] if age else 0):
            born = TODAY - dt.timedelta(days=rng.randint(1, min(age, 45) * 365))
            children = 2 if rng.random() < self.twins else 1
            household += self._children(community, family, surname, mother, born, children, taken)
        for one in household:
            one.relatives_ins = [other.ins for other in household if other is not one and other.ins]
        for one in household:
            one.number = len(self.persons)
            self.persons.append(one)

    def _adult(
        self, community: Community, family: int, surname: str, sex: str, commune: str, phone: str, low: int, high: int
    ) -> Person:
        rng, names = self.rng, self.names[community.code]
        born = TODAY - dt.timedelta(days=rng.randint(low * 365, high * 365))
        own_phone = phone if rng.random() < 0.6 else self._phone()
        person = Person(
            0, family, community.code, surname, names.given_names(sex), sex, born, _place(rng, community),
            commune, own_phone,
        )  # fmt: skip
        return self._finished(person, community)

    def _children(
        self, community: Community, family: int, surname: str, mother: Person, born: dt.date, count: int,
        taken: set[str],
    ) -> list[Person]:  # fmt: skip
        rng, names = self.rng, self.names[community.code]
        place, made = _place(rng, community, at_home=0.7), list[Person]()
        kept = surname if rng.random() < 0.8 else mother.birth_name
        same = rng.random() < 0.65
        sex = rng.choice("MF")
        for _ in range(count):
            sex = sex if same else rng.choice("MF")
            given = names.given_names(sex)
            if made and rng.random() < 0.15:
                given[0] = names.like(made[0].given[0], sex)
            if given[0] in taken:
                given[0] = names.like(given[0], sex, unlike=taken)
            taken.add(given[0])
            child = Person(
                0, family, community.code, kept, given, sex, born, place, mother.commune,
                mother.phone, mother=mother.given[0], twin=count > 1,
            )  # fmt: skip
            made.append(self._finished(child, community))
        return made

    def _finished(self, person: Person, community: Community) -> Person:
        rng = self.rng
        if rng.random() < community.weak_dates:
            person.undocumented_date = True
            person.born = _conventional(rng, person.born)
        if rng.random() < 0.02 and community.code in {"bu", "am"}:
            person.other_name = self.names[community.code].given_word(person.sex)
        if rng.random() < community.with_ins:
            person.ins = self._ins(person)
        return person

    def _ins(self, person: Person) -> str:
        body = (
            ("1" if person.sex == "M" else "2")
            + f"{person.born:%y%m}"
            + person.place
            + f"{self.rng.randint(1, 999):03d}"
        )
        return body + ins_key(body)

    def _phone(self) -> str:
        return "0694" + f"{self.rng.randint(0, 999_999):06d}"


def _commune(rng: random.Random) -> str:
    return rng.choices(GUIANA, weights=_GUIANA_WEIGHTS)[0]


def _place(rng: random.Random, community: Community, at_home: float = 0.0) -> str:
    if rng.random() < at_home:
        return rng.choice(("97302", "97311", "97311", "97304"))
    return rng.choices([code for code, _ in community.births], weights=[share for _, share in community.births])[0]


def _conventional(rng: random.Random, born: dt.date) -> dt.date:
    kind = rng.random()
    if kind < 0.6:
        return dt.date(born.year, 1, 1)
    return dt.date(born.year, 12, 31) if kind < 0.8 else dt.date(born.year, born.month, rng.choice((1, 15)))
