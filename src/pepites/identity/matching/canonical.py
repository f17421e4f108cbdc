"""The columns that comparisons read, for one record; the same names in the batch engines' tables."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from pepites.identity.matching import standard
from pepites.identity.matching.standard import NameForm, name_form

COLUMNS: Final = (
    "sn", "snk", "snt", "un", "unk", "sall", "gn", "gnk", "g1", "g1k", "gt", "gall", "og", "ogt", "y", "m", "dd",
    "wk", "sx",
    "pl", "co", "ph", "mo", "mok", "ins", "nb", "sc", "gc", "rs", "rg", "nc", "ns", "ng", "ex", "ad", "adt",
)  # fmt: skip
UNSEEN: Final = 1.0
Rare = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record as a domain or a file gives it; every part may be empty. ``birth_date`` is ISO."""

    birth_name: str = ""
    use_name: str = ""
    given_name: str = ""
    other_given: str = ""
    sex: str = ""
    birth_date: str = ""
    birth_place: str = ""
    commune: str = ""
    phone: str = ""
    mother_given: str = ""
    ins: str = ""
    address: str = ""


class Canonical(NamedTuple):
    """A record as the comparisons read it; None when it says nothing.

    Names as joined words: ``sn`` birth name, ``un`` used name, ``gn`` given name, ``og`` other given names, ``mo``
    mother's given name. ``…k`` their sounds, ``…t`` their words; ``sall`` words of both surnames, ``gall`` of all given
    names; ``sc`` and ``gc`` coarse sounds for blocking. ``y m dd`` date, ``wk`` conventional (GUY-4); ``sx pl co ph
    ins`` sex, places, phone, INS; ``nb`` newborn's name; ``ad adt`` address and its words, which files only have.

    Rarity: ``rs rg`` records per 100,000 with that surname, given name (by sound); ``ns ng`` records with that very
    spelling; ``nc`` with both sounds; ``ex`` log10 of the number of chance meetings expected with the date.
    """

    sn: str | None = None
    snk: str | None = None
    snt: tuple[str, ...] | None = None
    un: str | None = None
    unk: str | None = None
    sall: tuple[str, ...] | None = None
    gn: str | None = None
    gnk: str | None = None
    g1: str | None = None
    g1k: str | None = None
    gt: tuple[str, ...] | None = None
    gall: tuple[str, ...] | None = None
    og: str | None = None
    ogt: tuple[str, ...] | None = None
    y: int | None = None
    m: int | None = None
    dd: int | None = None
    wk: bool | None = None
    sx: str | None = None
    pl: str | None = None
    co: str | None = None
    ph: str | None = None
    mo: str | None = None
    mok: str | None = None
    ins: str | None = None
    nb: bool = False
    sc: tuple[str, ...] = ()
    gc: tuple[str, ...] = ()
    rs: float = UNSEEN
    rg: float = UNSEEN
    nc: float = UNSEEN
    ns: float = UNSEEN
    ng: float = UNSEEN
    ex: float = -3.0
    ad: str | None = None
    adt: tuple[str, ...] | None = None


class Rarity(Protocol):
    """Who says how common names and dates are."""

    def rarity(self, sn: str | None, snk: str | None, gn: str | None, gnk: str | None, born: dt.date | None) -> Rare:
        """``rs rg nc ns ng ex`` of a record."""
        ...


def rare(total: int, surname: int, given: int, both: int, spellings: tuple[int, int], date: float) -> Rare:
    """``rs rg nc ns ng ex`` from counts among ``total`` records, 1 for what was never seen."""
    expected = math.log10(surname * given * max(date, 1) / total**2)
    return surname * 1e5 / total, given * 1e5 / total, both, spellings[0], spellings[1], expected


@dataclass(frozen=True, slots=True)
class Frequencies:
    """How common names and dates are among ``total`` records. What is not listed was seen once."""

    total: int = 100_000
    surnames: Mapping[str, int] = field(default_factory=dict)
    given: Mapping[str, int] = field(default_factory=dict)
    both: Mapping[tuple[str, str], int] = field(default_factory=dict)
    surname_spellings: Mapping[str, int] = field(default_factory=dict)
    given_spellings: Mapping[str, int] = field(default_factory=dict)
    dates: Mapping[dt.date, int] = field(default_factory=dict)

    def rarity(self, sn: str | None, snk: str | None, gn: str | None, gnk: str | None, born: dt.date | None) -> Rare:
        """``rs rg nc ns ng ex`` of a record."""
        return rare(
            self.total, self.surnames.get(snk or "", 1), self.given.get(gnk or "", 1),
            self.both.get((snk or "", gnk or ""), 1),
            (self.surname_spellings.get(sn or "", 1), self.given_spellings.get(gn or "", 1)),
            self.dates.get(born, 1) if born else self.total / 20_000,
        )  # fmt: skip


def canonical(raw: RawRecord, frequencies: Rarity | None = None) -> Canonical:
    """The comparable form of a record, its rarity by ``frequencies``."""
    birth, used = name_form(raw.birth_name), name_form(raw.use_name)
    given, other, mother = name_form(raw.given_name), name_form(raw.other_given), name_form(raw.mother_given)
    born = standard.read_date(raw.birth_date)
    rs, rg, nc, ns, ng, ex = (frequencies or Frequencies()).rarity(
        birth.joined if birth else None, birth.sound if birth else None, given.joined if given else None,
        given.sound if given else None, born,
    )  # fmt: skip
    address = standard.address_words(raw.address)
    return Canonical(
        sn=birth.joined if birth else None,
        snk=birth.sound if birth else None,
        snt=birth.tokens if birth else None,
        un=used.joined if used else None,
        unk=used.sound if used else None,
        sall=_words(birth, used),
        gn=given.joined if given else None,
        gnk=given.sound if given else None,
        g1=given.first if given else None,
        g1k=given.first_sound if given else None,
        gt=given.tokens if given else None,
        gall=_words(given, other),
        og=other.joined if other else None,
        ogt=other.tokens if other else None,
        y=born.year if born else None,
        m=born.month if born else None,
        dd=born.day if born else None,
        wk=standard.is_conventional(born) if born else None,
        sx=raw.sex if raw.sex in ("M", "F") else None,
        pl=None if raw.birth_place in standard.UNKNOWN_PLACES else raw.birth_place,
        co=raw.commune or None,
        ph=standard.phone_key(raw.phone),
        mo=mother.joined if mother else None,
        mok=mother.sound if mother else None,
        ins=standard.ins_body(raw.ins),
        ad="".join(address) or None, adt=address or None,
        nb=standard.is_newborn(raw.given_name),
        sc=_sounds(birth, used),
        gc=_sounds(given, other),
        rs=rs, rg=rg, nc=nc, ns=ns, ng=ng, ex=ex,
    )  # fmt: skip


def _words(one: NameForm | None, other: NameForm | None) -> tuple[str, ...] | None:
    if one and other:
        return tuple(dict.fromkeys((*one.tokens, *other.tokens)))
    alone = one or other
    return tuple(dict.fromkeys(alone.tokens)) if alone else None


def _sounds(one: NameForm | None, other: NameForm | None) -> tuple[str, ...]:
    if one and other:
        return tuple(dict.fromkeys((*one.coarse, *other.coarse)))
    alone = one or other
    return alone.coarse if alone else ()
