"""What the RPPS+ screens read: the regional board, one structure's list, what is late."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q

from pepites.accounts.models import User
from pepites.accounts.policies import can_administer_platform
from pepites.accounts.rppsplus.enums import LATE, NEXT, PATIENCE, ROLES, Check, ContractState, Step
from pepites.accounts.rppsplus.models import RppsContract, RppsRegistration, StructureManager
from pepites.accounts.rppsplus.policies import structures_managed
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.directory.models import Organization, PractitionerRole
from pepites.directory.selectors import practices_in_force

STEPS = (Step.TO_REGISTER, Step.DECLARED, Step.RECEIVED, Step.ACTIVE)


@dataclass(frozen=True, slots=True)
class StructureLine:
    """One structure of the board, ready to print. ``shares`` are (step, label, people, percentage)."""

    public_id: UUID
    name: str
    contract: str
    contract_label: str
    keeper: str
    people: int
    active: int
    late: int
    shares: tuple[tuple[str, str, int, int], ...]

    @property
    def bars(self) -> tuple[tuple[str, str, int, int, int], ...]:
        """The shares with where each begins, to draw them end to end."""
        starts = [sum(share[3] for share in self.shares[:at]) for at in range(len(self.shares))]
        return tuple((*share, start) for share, start in zip(self.shares, starts, strict=True))


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person of a structure's list, ready to print."""

    public_id: UUID
    name: str
    role: str
    step: str
    step_label: str
    since: str
    late: str
    rpps: str
    check: str
    check_label: str


def board(actor: Actor) -> list[StructureLine]:
    """Structures with people to follow or a contract, only those the actor manages unless of the platform."""
    wide = bool(can_administer_platform(actor))
    managed = structures_managed(actor)
    contracts = {one.organization_id: one for one in RppsContract.objects.all()}
    late = _late_by_structure()
    counts: dict[int, dict[str, int]] = {}
    rows = RppsRegistration.objects.exclude(step=Step.CLOSED).values("organization_id", "step").annotate(n=Count("pk"))
    for row in rows:
        counts.setdefault(row["organization_id"], {})[row["step"]] = row["n"]
    wanted = set(managed) if not wide else set(contracts) | set(counts) | set(managed)
    structures = Organization.objects.filter(pk__in=wanted).order_by("sort_key")
    return [_line(one, contracts.get(one.pk), counts.get(one.pk, {}), late.get(one.pk, 0)) for one in structures]


def _late_by_structure() -> dict[int, int]:
    day, late = today(), Q(pk__in=[])
    for step, patience in PATIENCE.items():
        late |= Q(step=step, step_on__lt=day - patience)
    rows = RppsRegistration.objects.filter(late).values("organization_id").annotate(n=Count("pk"))
    return {row["organization_id"]: row["n"] for row in rows}


def _line(one: Organization, contract: RppsContract | None, counts: dict[str, int], late: int) -> StructureLine:
    state = ContractState(contract.state) if contract else ContractState.NONE
    people = sum(counts.get(step, 0) for step in STEPS)
    shares = tuple(
        (str(step), step.label, counts.get(step, 0), round(100 * counts.get(step, 0) / people) if people else 0)
        for step in STEPS
    )
    return StructureLine(
        one.public_id, one.name, str(state), state.label, contract.keeper_name if contract else "", people,
        counts.get(Step.ACTIVE, 0), late, shares,
    )  # fmt: skip


def contract_of(organization: Organization) -> RppsContract | None:
    """Where a structure stands with the ANS."""
    return RppsContract.objects.filter(organization=organization).first()


def people_of(organization: Organization, *, closed: bool = False) -> list[PersonLine]:
    """The structure's list, what is late first."""
    rows = RppsRegistration.objects.filter(organization=organization)
    rows = rows.filter(step=Step.CLOSED) if closed else rows.exclude(step=Step.CLOSED)
    lines = [person_line(row) for row in rows.order_by("family_name", "given_name", "pk")]
    return sorted(lines, key=lambda line: not line.late)


def person_line(row: RppsRegistration) -> PersonLine:
    """One person, ready to print."""
    step = Step(row.step)
    return PersonLine(
        row.public_id, f"{row.given_name} {row.family_name}", ROLES.get(row.role_code, row.role_code), str(step),
        step.label, f"{row.step_on:%d/%m/%Y}", _late(row, step), row.rpps, row.check_result,
        Check(row.check_result).label if row.rpps else "",
    )  # fmt: skip


def _late(row: RppsRegistration, step: Step) -> str:
    patience = PATIENCE.get(step)
    return LATE[step] if patience is not None and row.step_on < today() - patience else ""


def next_step(row: RppsRegistration) -> Step | None:
    """The step that comes next, None at the end."""
    return NEXT.get(Step(row.step))


def late_in_all(actor: Actor) -> int:
    """How many people are late, in what the actor follows: the number on the card of the administration page."""
    late = _late_by_structure()
    if can_administer_platform(actor):
        return sum(late.values())
    return sum(late.get(one, 0) for one in structures_managed(actor))


def managers_of(organization: Organization) -> list[User]:
    """Who looks after a structure's people."""
    rows = StructureManager.objects.filter(organization=organization, ends_at__isnull=True)
    return [row.user for row in rows.select_related("user__professional").order_by("user__login")]


def practices_to_link(organization: Organization) -> list[PractitionerRole]:
    """Places of practice of the structure, to link with a person of the list: a departure then closes it."""
    rows = PractitionerRole.objects.filter(practices_in_force(), organization=organization)
    return list(rows.select_related("professional").order_by("professional__sort_key"))
