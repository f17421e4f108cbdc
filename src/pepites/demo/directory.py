"""A small invented extraction of the national directory: the territory's own people, and a few hundred others."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from pepites.common.clock import today
from pepites.demo.places import STRUCTURES, PlaceSpec
from pepites.demo.staff import ALL_STAFF, StaffSpec
from pepites.directory.enums import OrganizationKind as Kind
from pepites.directory.enums import Scope
from pepites.directory.national.invented import GUIANA, LABELS, Place, Style, activity_line, lines_of, person_line
from pepites.directory.national.loading import load_files

OTHERS: Final = 360
# Numbers that no register gives, half of the structures in Guiana, telephones kept for fiction (ARCEP: 0639 98).
STYLE: Final = Style(first=9_990_010_000, guiana=(1, 2), phone="063998")
_TOWNS: Final = {code: (code, town, postcode) for code, town, postcode in GUIANA} | {
    "97305": ("97305", "MACOURIA", "97355"),
}
_SECTORS: Final = {
    Kind.HOSPITAL: ("SA01", "Etablissement public de santé"), Kind.HEALTH_CENTRE: ("SA05", "Centre de santé"),
    Kind.OFFICE: ("SA08", "Cabinet de groupe"), Kind.PHARMACY: ("SA33", "Pharmacie d'officine"),
    Kind.MEDICO_SOCIAL: ("SA17", "Etablissement pour personnes âgées"), Kind.SOCIAL: ("SA28", "Association"),
}  # fmt: skip
_LIBERAL: Final = frozenset({Kind.OFFICE, Kind.PHARMACY})


def staff_numbers() -> list[tuple[StaffSpec, str]]:
    """Every professional of the territory with their RPPS number; sponsors come before those they vouch for."""
    ordered = sorted(ALL_STAFF, key=lambda spec: (not spec.rpps, spec.login))
    return [(spec, f"999{number:08d}" if spec.rpps else "") for number, spec in enumerate(ordered, start=1)]


def extraction() -> Iterator[str]:
    """The lines of the file, its titles first; the same each time."""
    yield f"{LABELS}\n"
    places = {place.key: place for place in STRUCTURES}
    for spec, rpps in staff_numbers():
        if not rpps:
            continue
        doctor = spec.profession[0] == "10"
        person = person_line(
            f"8{rpps}", f"{spec.family.upper()}|{spec.given}", spec.profession,
            "S|Spécialité ordinale|SM54|Médecine générale" if doctor else "|||", "DR|Docteur" if doctor else "|",
        )  # fmt: skip
        for key, _, _ in spec.practices:
            mode = "L|Libéral, indépendant" if places[key].kind in _LIBERAL else "S|Salarié"
            yield activity_line(person, mode, _columns(places[key]))
    yield from lines_of(OTHERS, seed=973, style=STYLE)


def _columns(place: PlaceSpec) -> str:
    sector, label = _SECTORS.get(place.kind, ("SA30", "Autre établissement sanitaire"))
    rank = STRUCTURES.index(place)
    return Place(
        place.finess, f"F{place.finess}", place.name, _TOWNS[place.commune], f"063998{rank:04d}", sector, label
    ).columns()


class _Silent:
    """The load is short: nothing to tell."""

    def reading(self, name: str, size: int) -> Callable[[int], None]:
        del name, size
        return lambda done: None

    def step(self, text: str) -> None:
        """Nothing."""


def load_directory() -> None:
    """Load the extraction as an operator would, dated of the day."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"Annuaire_de_demonstration_{today():%Y%m%d}.txt"
        path.write_text("".join(extraction()), encoding="utf-8")
        load_files((path,), scope=Scope.FRANCE, force=True, listener=_Silent())
