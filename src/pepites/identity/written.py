"""A person as the matcher compares them: every way of having been written (§5.4, GUY-2), and what two of them say."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pepites.identity.frequencies import current
from pepites.identity.matching import standard
from pepites.identity.matching.blocking import look_up_keys
from pepites.identity.matching.canonical import Canonical, RawRecord, canonical
from pepites.identity.matching.model import Model, shipped
from pepites.identity.matching.score import Scored, judge
from pepites.identity.normalisation import first_given_name
from pepites.identity.traits import AliasValue, IdentityTraits

KEPT_ALIASES = 20


class Strict(NamedTuple):
    """The strict traits of one way of being written (INS-11)."""

    birth_name: str
    given_names: str
    birth_date: dt.date
    interpreted: bool
    sex: str
    birth_place: str

    @property
    def first(self) -> str:
        """The first word of the given names."""
        return self.given_names.split(" ", 1)[0]


@dataclass(frozen=True, slots=True)
class Written:
    """``forms`` and ``strict`` go together, the identity itself first, then as each alias writes it.

    ``phones``: last eight digits of each; a form carries the first.
    """

    forms: tuple[Canonical, ...]
    strict: tuple[Strict, ...]
    phones: tuple[str, ...] = ()

    def with_phone(self, phone: str) -> tuple[Canonical, ...]:
        """The forms, that phone being the one compared."""
        return self.forms if self.forms[0].ph == phone else tuple(one._replace(ph=phone) for one in self.forms)


class Compared(NamedTuple):
    """The two forms that agree best, and the verdict on them."""

    ours: Canonical
    theirs: Canonical
    scored: Scored


def written(
    traits: IdentityTraits,
    phones: Sequence[str] = (),
    aliases: Iterable[AliasValue] = (),
    *,
    commune: str = "",
    ins: str = "",
) -> Written:
    """Every way an identity may have been written. ``ins``: matricule, compared when both sides have one."""
    known = tuple(dict.fromkeys(filter(None, map(standard.phone_key, phones))))
    strict, forms, frequencies = [], [], current()
    for one in _shapes(traits, aliases):
        first, rest = _given(traits, one.given_names)
        raw = RawRecord(
            one.birth_name, traits.used_name, first, rest, traits.sex, one.birth_date.isoformat(), one.birth_place,
            commune, phones[0] if known else "", traits.mother_name, ins,
        )  # fmt: skip
        form = canonical(raw, frequencies)
        if known and form.ph != known[0]:
            form = form._replace(ph=known[0])
        if one.interpreted and not form.wk:
            form = form._replace(wk=True)  # said interpreted, whatever the day looks like (GUY-4)
        strict.append(one)
        forms.append(form)
    return Written(tuple(forms), tuple(strict), known)


def _shapes(traits: IdentityTraits, aliases: Iterable[AliasValue]) -> Iterator[Strict]:
    born = traits.birth_date
    own = Strict(
        traits.birth_name, traits.given_names or traits.first_given_name, born.stored, born.interpreted, traits.sex,
        traits.birth_place_cog,
    )  # fmt: skip
    yield own
    for alias in list(aliases)[:KEPT_ALIASES]:
        yield own._replace(
            birth_name=alias.birth_name or own.birth_name,
            given_names=alias.given_names or own.given_names,
            birth_date=alias.birth_date or own.birth_date,
        )


def _given(traits: IdentityTraits, names: str) -> tuple[str, str]:
    """The first given name, which may be compound, and the others, the used one among them."""
    first = traits.first_given_name
    if not first or not names.startswith(first):
        first = first_given_name(names)
    rest = names.removeprefix(first).strip()
    used = traits.used_given_name
    return first, f"{rest} {used}".strip() if used and used not in names else rest


def blocking_keys(one: Written) -> set[str]:
    """Keys of which two records of one person share at least one (§5.4 point 2)."""
    found = {key for form in one.forms for key in look_up_keys(form)}
    for phone in one.phones[1:]:
        found |= {key for form in one.with_phone(phone) for key in look_up_keys(form) if phone in key}
    return found


def compare(ours: Written, theirs: Written, model: Model | None = None) -> Compared:
    """The strongest comparison of two persons, over the ways of writing them."""
    judged_by = model or shipped()
    left, right = ours.forms, theirs.forms
    if ours.phones and theirs.phones and left[0].ph != right[0].ph:
        shared = next((phone for phone in ours.phones if phone in theirs.phones), "")
        if shared:
            left, right = ours.with_phone(shared), theirs.with_phone(shared)
    best: Compared | None = None
    for one in left:
        for other in right:
            found = judge(judged_by, one, other)
            if best is None or found.score > best.scored.score:
                best = Compared(one, other, found)
    assert best is not None, "a person has at least one way of being written"
    return best
