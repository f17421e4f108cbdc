"""The recorded links of a child, and the children of a mother, as far as the actor may see each of them."""

from dataclasses import dataclass
from uuid import UUID

from pepites.common.errors import NotFound
from pepites.identity.enums import FiliationKind
from pepites.identity.models import DomainIdentity, Filiation
from pepites.identity.selectors.labels import birth_date_label
from pepites.patients.models import Patient


@dataclass(frozen=True, slots=True)
class Link:
    """One link in words; ``other`` None when the other person is out of reach."""

    public_id: UUID
    kind: str
    text: str
    other: UUID | None
    mine: bool


def links_of(identity: DomainIdentity) -> list[Link]:
    """Links in force: of the child to its mother or the ASE, then of the mother to her children."""
    rows = Filiation.objects.filter(ended_at=None)
    up = list(rows.filter(patient_id=identity.patient_id).order_by("kind"))
    down = list(rows.filter(parent_id=identity.patient_id).order_by("recorded_at", "id"))
    wanted = [row.parent_id for row in up] + [row.patient_id for row in down]
    people = Patient.objects.in_bulk([key for key in wanted if key])
    links = [_link(row, people.get(row.parent_id or 0), row.get_kind_display(), mine=True) for row in up]
    return links + [_link(row, people.get(row.patient_id), "Enfant", mine=False) for row in down]


def _link(row: Filiation, other: Patient | None, kind: str, *, mine: bool) -> Link:
    if row.kind == FiliationKind.ASE:
        return Link(row.public_id, kind, row.comment, None, mine)
    if other is None:
        return Link(row.public_id, kind, "personne que vous ne suivez pas", None, mine)
    born = birth_date_label(other.birth_date, interpreted=other.birth_date_interpreted)
    text = f"{other.birth_name} {other.first_given_name}, né(e) le {born}"
    return Link(row.public_id, kind, text, other.public_id, mine)


def link_for(identity: DomainIdentity, public_id: UUID) -> Filiation:
    """One link of that child."""
    found = Filiation.objects.filter(patient_id=identity.patient_id, public_id=public_id).first()
    if found is None:
        raise NotFound
    return found
