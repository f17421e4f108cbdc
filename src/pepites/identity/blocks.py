"""Blocking keys of a whole identity: every name, alias and phone; hashed, so that the table reads nobody's name."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings

from pepites.identity.ins import ACCEPTED
from pepites.identity.insi.sealing import keyed_digest
from pepites.identity.similarity import MatchTraits, Similarity, Verdict, blocking_keys, likely_same, phone_tail
from pepites.identity.traits import IdentityTraits


@dataclass(frozen=True, slots=True)
class AliasValue:
    """Another name or date of the person, in strict form; empty parts are those of the identity."""

    birth_name: str = ""
    given_names: str = ""
    birth_date: dt.date | None = None
    kind: str = "ancien"
    typed: str = ""


def match_variants(
    traits: IdentityTraits, phones: Sequence[str] = (), aliases: Iterable[AliasValue] = ()
) -> list[MatchTraits]:
    """The identity as it may have been written elsewhere: with each phone and each alias (§5.4, GUY-2)."""
    tails = [phone_tail(phone) for phone in phones if phone_tail(phone)] or [""]
    shapes = [(traits.birth_name, traits.given_names, traits.birth_date.stored)]
    shapes += [
        (
            a.birth_name or traits.birth_name,
            a.given_names or traits.given_names,
            a.birth_date or traits.birth_date.stored,
        )
        for a in aliases
    ]
    return [
        MatchTraits(
            birth_name=name,
            given_names=given,
            birth_date=date,
            interpreted=traits.birth_date.interpreted,
            sex=traits.sex,
            birth_place=traits.birth_place_cog,
            use_name=traits.used_name,
            phone=tail,
            mother_name=traits.mother_name,
        )
        for name, given, date in shapes
        for tail in tails
    ]


def hashed_keys(variants: Iterable[MatchTraits]) -> list[int]:
    """Signed 64-bit hashes of every blocking key, sorted: the order in which locks are taken."""
    keys = {said for variant in variants for key in blocking_keys(variant) for said in _with_authority(key)}
    return sorted(int.from_bytes(_hashed(key), "big", signed=True) for key in keys)


def _with_authority(key: str) -> list[str]:
    """A number typed without its authority (an import) may be any of this environment's (INS-1, INS-2)."""
    if not key.startswith("i:") or "|" in key:
        return [key]
    return [f"i:{oid}|{key[2:]}" for oid in ACCEPTED[settings.PEPITES_INSI_ENVIRONMENT]]


def _hashed(key: str) -> bytes:
    """A number has few possible values: its key is an HMAC, which nobody tries them against (RNIV-7)."""
    if key.startswith("i:"):
        return keyed_digest("ins", key[2:])[:8]
    return hashlib.blake2b(key.encode(), digest_size=8).digest()


def best_similarity(ours: Sequence[MatchTraits], theirs: Sequence[MatchTraits]) -> Similarity:
    """The strongest comparison between two sets of variants."""
    rank = {Verdict.NO: 0, Verdict.LIKELY: 1, Verdict.SAME: 2}
    return max(
        (likely_same(one, other) for one in ours for other in theirs),
        key=lambda found: (rank[found.verdict], found.score),
    )
