"""What a requester says, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from pepites.coordination.referrals.enums import RequesterKind, Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A demande before it is sent; ``yes`` are the codes of the screening questions answered « oui »."""

    motive: str
    requester_kind: str = RequesterKind.PROFESSIONAL
    requester_name: str = ""
    requester_contact: str = ""
    about_person: bool = True
    family_name: str = ""
    given_name: str = ""
    birth_date: date | None = None
    commune_cog: str = ""
    phone: str = ""
    urgency: str = Urgency.NORMAL
    informed: bool = False
    yes: frozenset[str] = field(default_factory=frozenset)

    def kept(self, questions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """The columns of the demande, the screening scored; without a person nothing of one is kept."""
        values = asdict(self)
        yes = values.pop("yes")
        if not self.about_person:
            values |= {"family_name": "", "given_name": "", "birth_date": None, "commune_cog": "", "phone": ""}
        asked = [
            {
                "title": one["title"],
                "yes": one["code"] in yes,
                "points": (one["points"] or 0) if one["code"] in yes else 0,
            }
            for one in questions
        ]
        score = sum(one["points"] for one in asked) if asked else None
        return values | {"questions": asked, "score": score}
