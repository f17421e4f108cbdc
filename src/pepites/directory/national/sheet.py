"""All the national copy says of one person, ready to print."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pepites.directory.models import FinessStructure, NationalActivity, NationalLabel, NationalPerson, NationalStructure

_RPPS = re.compile(r"[0-9]{11}")


@dataclass(frozen=True, slots=True)
class Place:
    """A structure and what the person does there: couples (label, value) without those left empty."""

    name: str
    facts: tuple[tuple[str, str], ...]
    activities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A person of the directory."""

    name: str
    rpps: str
    professions: str
    active: bool
    missing_since: str
    places: tuple[Place, ...] = ()
    skills: tuple[str, ...] = ()
    diplomas: tuple[str, ...] = ()
    mailboxes: tuple[str, ...] = field(default=())


class _Labels:
    def __init__(self) -> None:
        self._held = {
            (kind, code): label for kind, code, label in NationalLabel.objects.values_list("kind", "code", "label")
        }

    def __call__(self, kind: str, code: str) -> str:
        return self._held.get((kind, code), code)


def national_by_rpps(rpps: str) -> NationalPerson | None:
    """The person of that RPPS number (eleven digits), None when the directory does not have it."""
    return NationalPerson.objects.filter(national_id=f"8{rpps}").first() if _RPPS.fullmatch(rpps) else None


def sheet_of(rpps: str) -> Sheet | None:
    """What is known of the person of that RPPS number; None when the directory does not have it."""
    if not _RPPS.fullmatch(rpps):
        return None
    # By its key, which is the national number, and before the person: the order in which a load takes the tables.
    done = NationalActivity.objects.filter(person_id=int(f"8{rpps}")).select_related("structure")
    activities = list(done.order_by("structure__name", "pk"))
    person = national_by_rpps(rpps)
    if person is None:
        return None
    label = _Labels()
    skills = {(one.skill_type_code, one.skill_code) for one in activities}
    skills |= {(one.skill_type_code, one.skill_code) for one in person.skills.all()}
    return Sheet(
        name=person.display_name,
        rpps=person.rpps,
        professions=", ".join(sorted({label("profession", one.profession_code) for one in activities} - {""})),
        active=person.active,
        missing_since=f"{person.missing_since:%d/%m/%Y}" if person.missing_since else "",
        places=_places(activities, label),
        skills=tuple(
            sorted(f"{label('skill', code)} ({label('skill_type', kind).lower()})" for kind, code in skills if code)
        ),
        diplomas=tuple(
            sorted(
                label("diploma", one.diploma_code) if one.diploma_code else label("permit", one.permit_code)
                for one in person.diplomas.all()
            )
        ),
        mailboxes=tuple(person.mailboxes.order_by("address").values_list("address", flat=True)),
    )


def _places(activities: list[NationalActivity], label: _Labels) -> tuple[Place, ...]:
    found: dict[int | None, list[NationalActivity]] = {}
    for one in activities:
        found.setdefault(one.structure_id, []).append(one)
    sites = {one.structure.finess_site for one in activities if one.structure is not None} - {""}
    known = FinessStructure.objects.in_bulk(sites) if sites else {}
    return tuple(_place(held[0].structure, held, label, known) for held in found.values())


def _place(
    structure: NationalStructure | None, activities: list[NationalActivity], label: _Labels,
    known: Mapping[str, FinessStructure],
) -> Place:  # fmt: skip
    doing = tuple(dict.fromkeys(_activity(one, label) for one in activities))
    if structure is None:
        return Place("Sans structure", (), doing)
    finess = known.get(structure.finess_site)
    facts = (
        ("Catégorie", finess.category_label if finess else ""),
        ("Secteur", label("sector", structure.sector_code)),
        ("Adresse", " ".join(filter(None, (structure.address, structure.mention, structure.postcode, structure.town)))),
        ("Téléphone", structure.phone or (finess.phone if finess else "")),
        ("FINESS", structure.finess_site or structure.finess_legal),
        ("SIRET", structure.siret),
    )
    return Place(structure.name or structure.sign or "Lieu sans nom", tuple(one for one in facts if one[1]), doing)


def _activity(one: NationalActivity, label: _Labels) -> str:
    role = "" if one.function_code.startswith("FON-AU") else label("function", one.function_code)
    parts = (
        label("profession", one.profession_code), label("skill", one.skill_code), role, label("mode", one.mode_code),
        label("section", one.section_code),
    )  # fmt: skip
    return ", ".join(filter(None, parts))
