"""Who is named in a Bundle: each professional, structure and network once, kept as it is met."""

from uuid import UUID

from pepites.directory.enums import Category
from pepites.directory.models import Organization, PractitionerRole, Professional
from pepites.fhir.mappers import guides as g
from pepites.fhir.mappers.actors import (
    Practice,
    Practitioner,
    Structure,
    to_organization,
    to_practitioner,
    to_practitioner_role,
)
from pepites.fhir.mappers.parts import NO_REF, NO_SPAN, Code, Ident, Json, Ref, Span, moment
from pepites.networks.models import Network


class People:
    """References to professionals and structures, and the resources they call for."""

    def __init__(self) -> None:
        self._found: dict[UUID, Json] = {}

    def role(self, practice: PractitionerRole | None) -> Ref:
        """A place of practice, read with its professional and its structure."""
        if practice is None:
            return NO_REF
        who = Ref.to("Practitioner", practice.professional.public_id, practice.professional.display_name)
        where = self.organization(practice.organization)
        self._found.setdefault(practice.professional.public_id, to_practitioner(_professional(practice.professional)))
        self._found.setdefault(practice.public_id, to_practitioner_role(_practice(practice, who, where)))
        return Ref.to("PractitionerRole", practice.public_id, practice.professional.display_name)

    def organization(self, one: Organization | None) -> Ref:
        """A structure."""
        if one is None:
            return NO_REF
        pairs = ((one.finess, "FINEG"), (one.finess_legal, "FINEJ"))
        numbers = [
            Ident(number, g.FINESS, type=Code(g.IDENTIFIER_TYPES, kind)) for number, kind in pairs if number
        ]  # fmt: skip
        idents = (*numbers, Ident.of(one.public_id))
        kind = Code(g.house("structure"), one.kind, one.get_kind_display())
        made = Structure(str(one.public_id), one.name, idents, (kind,), one.active)
        self._found.setdefault(one.public_id, to_organization(made))
        return Ref.to("Organization", one.public_id, one.name)

    def network(self, one: Network | None) -> Ref:
        """A network is an Organization of its own type (design §7)."""
        if one is None:
            return NO_REF
        kind = Code(g.house("structure"), "reseau", "Réseau")
        made = Structure(str(one.public_id), one.name, (Ident.of(one.public_id),), (kind,), one.active)
        self._found.setdefault(one.public_id, to_organization(made))
        return Ref.to("Organization", one.public_id, one.name)

    def resources(self) -> list[Json]:
        """Those met so far."""
        return list(self._found.values())


def _professional(one: Professional) -> Practitioner:
    """Only health professions are coded in TRE-G15."""
    health = one.category == Category.HEALTH
    return Practitioner(
        id=str(one.public_id), family=one.family_name, given=one.given_name, prefix=one.civility,
        idents=(*([Ident(one.rpps, g.RPPS, "official")] if one.rpps else []), Ident.of(one.public_id)),
        professions=(Code(g.PROFESSIONS, one.profession_code, one.profession_label),) if health else (),
        active=one.active,
    )  # fmt: skip


def _practice(one: PractitionerRole, who: Ref, where: Ref) -> Practice:
    health = one.professional.category == Category.HEALTH
    coded = [Code(g.PROFESSIONS, one.professional.profession_code, one.professional.profession_label)] * health
    return Practice(
        id=str(one.public_id), practitioner=who, organization=where,
        codes=(*coded, Code(g.house("fonction"), one.role_code, one.role_label)), words=one.role_label,
        active=one.ends_at is None,
        span=Span(moment(one.starts_at), moment(one.ends_at)) if one.starts_at else NO_SPAN,
    )  # fmt: skip
