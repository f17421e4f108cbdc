"""The number of the national health identity: OID and matricule, never one without the other (INS-1)."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from pepites.identity.normalisation import TraitError, ins_key, strict_ins

OID_NIR: Final = "1.2.250.1.213.1.4.8"
OID_NIA: Final = "1.2.250.1.213.1.4.9"
OID_TEST: Final = "1.2.250.1.213.1.4.10"
OID_DEMO: Final = "1.2.250.1.213.1.4.11"
KINDS: Final = {OID_NIR: "INS-NIR", OID_NIA: "INS-NIA", OID_TEST: "INS-NIR-TEST", OID_DEMO: "INS-NIR-DEMO"}

PRODUCTION: Final = "production"
QUALIFICATION: Final = "qualification"
DEMONSTRATION: Final = "demonstration"
# INS-2. The qualification platform answers .8 and .9 for fictitious persons.
ACCEPTED: Final[dict[str, Collection[str]]] = {
    PRODUCTION: frozenset({OID_NIR, OID_NIA}),
    QUALIFICATION: frozenset({OID_NIR, OID_NIA, OID_TEST}),
    DEMONSTRATION: frozenset({OID_DEMO, OID_TEST}),
}

_STORED = re.compile(r"[0-9A-Z]{15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class InsNumber:
    """One number: the OID of the authority and the 15 characters, key included. Equal only when both are (INS-1).

    Built as received: an INSi answer is stored as it is, even with a wrong key (INS-7). What was typed, scanned or
    imported goes through ``InsNumber.read``, which checks (INS-6).
    """

    oid: str
    matricule: str

    @classmethod
    def read(cls, oid: str, raw: str) -> "InsNumber":
        """A typed, scanned or imported number; raises ``TraitError`` (INS-6)."""
        if oid.strip() not in KINDS:
            raise TraitError("oid", "L'autorité du matricule INS n'est pas reconnue : le numéro n'est pas un INS.")
        return cls(oid.strip(), strict_ins(raw))

    @property
    def well_formed(self) -> bool:
        """Fifteen capital letters or digits under a known OID: the least that is stored."""
        return self.oid in KINDS and _STORED.fullmatch(self.matricule) is not None

    @property
    def key_agrees(self) -> bool:
        """Whether the last two characters are the key of the others; a wrong one is raised, not refused (INS-7)."""
        try:
            return ins_key(self.matricule[:13]) == self.matricule[13:]
        except TraitError:
            return False

    @property
    def provisional(self) -> bool:
        """A number awaiting the NIR (INS-4)."""
        return self.oid == OID_NIA

    @property
    def kind(self) -> str:
        """INS-NIR, INS-NIA, INS-NIR-TEST or INS-NIR-DEMO (FR Core)."""
        return KINDS.get(self.oid, "")

    @property
    def grouped(self) -> str:
        """``2 85 07 97302 001 75``: what the band prints (INS-6)."""
        m = self.matricule
        return " ".join((m[0], m[1:3], m[3:5], m[5:10], m[10:13], m[13:]))

    def accepted_in(self, environment: str) -> bool:
        """INS-2: test and demonstration numbers never enter production, nor real ones a demonstration."""
        return self.oid in ACCEPTED.get(environment, frozenset())

    def __repr__(self) -> str:
        return f"InsNumber({self.kind or self.oid}, …)"  # never the number in a log or an error report (RNIV-7)
