"""The identity label: strict traits, and the datamatrix of a qualified identity (§1.6, §2.6-1)."""

from dataclasses import dataclass
from typing import Any

import zxingcpp

from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.errors import DomainError
from pepites.identity.enums import Homonym
from pepites.identity.ins import InsNumber
from pepites.identity.insi.datamatrix import InsCode, encode
from pepites.identity.insi.sealing import fingerprint
from pepites.identity.models import DomainIdentity
from pepites.identity.selectors.insi import active_ins
from pepites.identity.selectors.labels import birth_date_label, sex_label
from pepites.patients.enums import IdentityStatus


@dataclass(frozen=True, slots=True)
class Label:
    """Ready to print. ``path`` draws the dark modules in a square of ``size`` units, one quiet module around."""

    birth_name: str
    first_given_name: str
    birth_date: str
    sex: str
    birth_place_code: str
    ins: str
    kind: str
    homonym: bool
    size: int
    path: str


def label_of(actor: Actor, identity: DomainIdentity) -> Label:
    """The label of a qualified identity whose number the actor may read; else a ``DomainError``. Journalled."""
    del actor
    number = active_ins(identity) if identity.status == IdentityStatus.QUALIFIED else None
    if number is None:
        raise DomainError("L'étiquette avec l'INS n'existe que pour une identité qualifiée.")
    record(
        "identity.ins.printed", subjects=(identity.patient_id,), object_type="identity", object_id=identity.public_id,
        detail={"ins": fingerprint(number)[:16]},
    )  # fmt: skip
    size, path = draw(encode(_code(identity, number)))
    return Label(
        birth_name=identity.birth_name,
        first_given_name=identity.first_given_name,
        birth_date=birth_date_label(identity.birth_date, interpreted=identity.birth_date_interpreted),
        sex=sex_label(identity.sex),
        birth_place_code=identity.birth_place_cog,
        ins=number.grouped,
        kind=number.kind,
        homonym=identity.homonym != Homonym.NONE,
        size=size,
        path=path,
    )


def _code(identity: DomainIdentity, number: InsNumber) -> InsCode:
    return InsCode(
        number=number,
        given_names=identity.given_names,
        birth_name=identity.birth_name,
        sex=identity.sex,
        birth_date=identity.birth_date,
        birth_place_cog=identity.birth_place_cog,
    )


def draw(text: str) -> tuple[int, str]:
    """A square ECC200 symbol as an SVG path: side in modules, quiet zone of one module included, and the path."""
    # As text: bytes would be announced by a header (ECI) that some scanners type before the code.
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
    pixels: Any = made.to_image(scale=1, add_quiet_zones=True)
    rows: Any = memoryview(pixels).tolist()
    dark = [(x, y) for y, row in enumerate(rows) for x, value in enumerate(row) if value < 128]
    return len(rows), "".join(f"M{x} {y}h1v1h-1z" for x, y in dark)
