"""Fictional persons of a training copy: the same draw gives the same person. Marked fictive, so they match nobody."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from pepites.common.clock import today
from pepites.identity.dates import PartialDate
from pepites.identity.traits import IdentityTraits

_NAMES: Final = (
    "ACAJOU", "BALATA", "CARBET", "DEGRAD", "EMBLEME", "FROMAGER", "GRAGE", "HAMAC", "IBIS", "JACANA", "KAPOK", "LIANE",
    "MORPHO", "NENUPHAR", "OUASSAI", "PALETUVIER", "QUINQUINA", "SAVANE", "TAMARIN", "WASSAI",
)  # fmt: skip
_WOMEN: Final = ("ALMA", "BELLA", "CELIA", "DORA", "EDWIGE", "FLORA")
_MEN: Final = ("ABEL", "BRUNO", "CYRIL", "DIDIER", "EDGAR", "FELIX")
_COMMUNES: Final = ("97302", "97304", "97307", "97309", "97311", "97353")


@dataclass(frozen=True, slots=True)
class Fictional:
    """One invented person, and what is told of them."""

    traits: IdentityTraits
    commune: str
    consents: bool
    note: str


_NOTES: Final = (
    "Visite à domicile : logement clair, deux marches à l'entrée.",
    "La famille demande du répit le mercredi.",
    "Rendez-vous pris au centre de santé, transport à prévoir.",
    "Mange peu depuis une semaine. À revoir vendredi.",
)


def fictional(copy_id: int, rank: int) -> Fictional:
    """The person of that rank in that copy."""
    draw = random.Random(copy_id * 1000 + rank)  # noqa: S311 - invented persons, no secret
    woman = draw.random() < 0.5
    given = draw.choice(_WOMEN if woman else _MEN)
    born = date(today().year - 85, 1, 1) + timedelta(days=draw.randrange(60 * 365))
    traits = IdentityTraits(
        f"FICTIF-{draw.choice(_NAMES)}", given, given, PartialDate(born), sex="F" if woman else "M",
        birth_place_cog=draw.choice(_COMMUNES),
    )  # fmt: skip
    return Fictional(traits, draw.choice(_COMMUNES), rank % 4 != 3, _NOTES[rank % len(_NOTES)])
