"""The regional server's own copy of each domain's identities, its persons, and the work of its cell (STIC-2).

Nothing here touches a clinical row: a link says that two records are one person, and may always be undone. Written by
the definer functions of ``functions/`` alone; read by the region's identity cell, and by a domain for its own records.
"""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from pepites.common.identifiers import new_regional_id, new_uuid
from pepites.directory.models import Organization, PractitionerRole
from pepites.identity.models import NAME, PLACE
from pepites.patients.enums import IdentityStatus, Sex
from pepites.regional.enums import LIVE_STATES, CardState, MatchClass, NoticeKind, Origin, Queue


@pghistory.track(pghistory.UpdateEvent(), context_field=None)  # type: ignore[arg-type]
class Domain(models.Model):
    """An identification domain: who numbers persons, and who answers for it (charter, référent, cell)."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    code = models.CharField(max_length=20, unique=True)
    oid = models.CharField(max_length=64, default="", blank=True)
    uri = models.CharField(max_length=200, default="", blank=True)
    name = models.CharField(max_length=120)
    organization = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)
    referent = models.CharField(max_length=120, default="", blank=True)
    cell_contact = models.CharField(max_length=200, default="", blank=True)
    charter_signed_on = models.DateField(null=True)
    errors = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=200, default="", blank=True)
    last_error_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["oid"], condition=~Q(oid=""), name="regional_domain_oid"),
            models.UniqueConstraint(fields=["uri"], condition=~Q(uri=""), name="regional_domain_uri"),
            models.CheckConstraint(condition=~Q(oid="", uri=""), name="regional_domain_named"),
        ]

    def __str__(self) -> str:
        return self.code


@pghistory.track(context_field=None, exclude=["fed_in", "received_at", "name_text", "form"])  # type: ignore[arg-type]
class RegionalRecord(models.Model):
    """One identity of one domain, as that domain says it. ``local_id`` in PEPITES is the person's public identifier.

    The matricule is kept for a qualified identity only (§2.6-1); former ones are in ``ins_history``.
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, related_name="records")
    local_id = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)
    active = models.BooleanField(default=True)
    replaced_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="absorbed")
    birth_name = models.CharField(max_length=100)
    first_given_name = models.CharField(max_length=100)
    given_names = models.CharField(max_length=100)
    birth_date = models.DateField()
    birth_date_precision = models.CharField(max_length=8, default="JOUR")
    birth_date_interpreted = models.BooleanField(default=False)
    sex = models.CharField(max_length=1, choices=Sex.choices)
    birth_place_cog = models.CharField(max_length=5, default="99999")
    used_name = models.CharField(max_length=100, default="", blank=True)
    used_given_name = models.CharField(max_length=100, default="", blank=True)
    mother_name = models.CharField(max_length=100, default="", blank=True)
    multiple_birth = models.BooleanField(default=False)
    birth_rank = models.PositiveSmallIntegerField(null=True)
    commune_cog = models.CharField(max_length=5, default="", blank=True)
    phones = ArrayField(models.CharField(max_length=30), default=list)
    aliases = models.JSONField(default=list)
    status = models.CharField(max_length=5, choices=IdentityStatus.choices, default=IdentityStatus.PROVISIONAL)
    attributes = ArrayField(models.CharField(max_length=5), default=list)
    ins_oid = models.CharField(max_length=30, default="", blank=True)
    ins_matricule = models.CharField(max_length=15, default="", blank=True)
    ins_history = models.JSONField(default=list)
    name_text = models.CharField(max_length=420, default="", blank=True)
    form = models.TextField(default="", blank=True)  # identity.packed; empty until it is computed
    occurred_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())
    fed_in = models.BigIntegerField(default=0, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["domain", "-received_at"], name="regional_record_feed"),
            models.Index(fields=["domain", "local_id"], name="regional_record_local"),
            models.Index(fields=["birth_date", "birth_name"], name="regional_record_born"),
            GinIndex(
                fields=["domain", "name_text"], opclasses=["int8_ops", "gin_trgm_ops"], name="regional_record_names"
            ),
            models.Index(fields=["ins_matricule"], condition=~Q(ins_matricule=""), name="regional_record_ins"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["domain", "local_id"], condition=Q(active=True), name="regional_one_active_local_id"
            ),
            models.CheckConstraint(
                condition=Q(birth_name__regex=NAME) & Q(first_given_name__regex=NAME) & Q(given_names__regex=NAME),
                name="regional_names_strict",
            ),
            models.CheckConstraint(condition=Q(birth_place_cog__regex=PLACE), name="regional_place_cog"),
            models.CheckConstraint(condition=Q(sex__in=("M", "F", "I")), name="regional_sex"),
            models.CheckConstraint(condition=Q(status__in=("PROV", "RECUP", "VALI", "QUAL")), name="regional_status"),
            models.CheckConstraint(
                condition=Q(ins_matricule="", ins_oid="") | (Q(status="QUAL") & ~Q(ins_matricule="") & ~Q(ins_oid="")),
                name="regional_ins_of_qualified",
            ),
            models.CheckConstraint(condition=~Q(attributes__contains=["FICT"]), name="regional_never_fictitious"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


@pghistory.track(pghistory.UpdateEvent(), context_field=None)  # type: ignore[arg-type]
class RegionalPerson(models.Model):
    """Records that denote one person, under one regional identifier, never used again for anybody else (STIC-1)."""

    irp = models.CharField(max_length=13, unique=True, default=new_regional_id, editable=False)
    status = models.CharField(max_length=5, choices=IdentityStatus.choices, default=IdentityStatus.PROVISIONAL)
    active = models.BooleanField(default=True)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged")
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.irp


class Link(models.Model):
    """A record belongs to a regional person: one at a time, every former one kept with what it rested on.

    ``batch`` is shared by the records that one act moved together: that act is undone as a whole.
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    record = models.ForeignKey(RegionalRecord, on_delete=models.PROTECT, related_name="links")
    person = models.ForeignKey(RegionalPerson, on_delete=models.PROTECT, related_name="links")
    origin = models.CharField(max_length=8, choices=Origin.choices, default=Origin.OWN)
    other = models.ForeignKey(RegionalRecord, null=True, on_delete=models.PROTECT, related_name="+")
    score = models.FloatField(null=True)
    rule_version = models.CharField(max_length=40, default="", blank=True)
    terms = models.JSONField(default=list)
    reason = models.CharField(max_length=300, default="", blank=True)
    author = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    batch = models.UUIDField(default=new_uuid, editable=False)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    ended_reason = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["person"], condition=Q(active=True), name="regional_link_person"),
            models.Index(fields=["batch"], condition=Q(active=True) & ~Q(origin="seul"), name="regional_link_batch"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["record"], condition=Q(active=True), name="regional_one_active_link"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class RecordKey(models.Model):
    """Hashed blocking keys of a record (§5.4 point 2): reads nobody's name. Its primary key's index holds every column.

    ``year``, ``day`` (month × 100 + day) and ``weak`` are those of the birth date, so that most of those who share a
    key are left out before their row is read; NULL when an alias has a date of its own.
    """

    pk = models.CompositePrimaryKey("key", "domain_id", "record_id")
    key = models.BigIntegerField()
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, related_name="+", db_index=False)
    record = models.ForeignKey(RegionalRecord, on_delete=models.PROTECT, related_name="+")
    year = models.SmallIntegerField(null=True)
    day = models.SmallIntegerField(null=True)
    weak = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.key)


@pghistory.track(pghistory.UpdateEvent(), context_field=None)  # type: ignore[arg-type]
class Card(models.Model):
    """A card of the cell's worklist: one or two records to review (STIC-8).

    ``shadow``: the machine would have linked by itself; such decisions measure it (STIC-6). Two readers, two accounts,
    when either record is qualified. The lock lets go by itself at ``locked_until``.
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    queue = models.CharField(max_length=14, choices=Queue.choices)
    one = models.ForeignKey(RegionalRecord, on_delete=models.PROTECT, related_name="+")
    two = models.ForeignKey(RegionalRecord, null=True, on_delete=models.PROTECT, related_name="+")
    score = models.FloatField(default=0)
    match_class = models.CharField(max_length=1, choices=MatchClass.choices, default=MatchClass.B)
    shadow = models.BooleanField(default=False)
    twin_risk = models.BooleanField(default=False)
    vetoes = ArrayField(models.CharField(max_length=24), default=list)
    terms = models.JSONField(default=list)
    rule_version = models.CharField(max_length=40, default="", blank=True)
    note = models.CharField(max_length=300, default="", blank=True)
    state = models.CharField(max_length=12, choices=CardState.choices, default=CardState.OPEN)
    opened_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(null=True)
    locked_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    locked_user_id = models.BigIntegerField(null=True)
    locked_until = models.DateTimeField(null=True)
    first_decision = models.CharField(max_length=12, default="", blank=True)
    first_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    first_user_id = models.BigIntegerField(null=True)
    first_reason = models.CharField(max_length=300, default="", blank=True)
    first_at = models.DateTimeField(null=True)
    second_decision = models.CharField(max_length=12, default="", blank=True)
    second_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    second_user_id = models.BigIntegerField(null=True)
    second_reason = models.CharField(max_length=300, default="", blank=True)
    second_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["queue", "due_at"], condition=Q(closed_at=None), name="regional_card_queue"),
            models.Index(fields=["one"], condition=Q(closed_at=None), name="regional_card_one"),
            models.Index(fields=["two"], condition=Q(closed_at=None), name="regional_card_two"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(two=None) | Q(one__lt=F("two")), name="regional_card_ordered"),
            models.UniqueConstraint(
                fields=["queue", "one", "two"],
                condition=Q(closed_at=None),
                nulls_distinct=False,
                name="regional_card_once",
            ),
            models.CheckConstraint(
                condition=Q(second_user_id=None) | ~Q(second_user_id=F("first_user_id")), name="regional_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, state__in=LIVE_STATES) | Q(closed_at__isnull=False),
                name="regional_card_closed",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


@pghistory.track(pghistory.UpdateEvent(), context_field=None)  # type: ignore[arg-type]
class NonLink(models.Model):
    """« Ne sont pas la même personne », said by the cell: forbids any link of the two until lifted (STIC-2)."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    one = models.ForeignKey(RegionalRecord, on_delete=models.PROTECT, related_name="+")
    two = models.ForeignKey(RegionalRecord, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    author = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    lifted_reason = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(one__lt=F("two")), name="regional_nonlink_ordered"),
            models.UniqueConstraint(fields=["one", "two"], condition=Q(lifted_at=None), name="regional_nonlink_once"),
        ]
        indexes = [models.Index(fields=["two"], condition=Q(lifted_at=None), name="regional_nonlink_two")]

    def __str__(self) -> str:
        return str(self.public_id)


class Notification(models.Model):
    """What a domain must be told, in the transaction of the act; ``interop`` sends it later (outbox)."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=NoticeKind.choices)
    record = models.ForeignKey(RegionalRecord, on_delete=models.PROTECT, related_name="+")
    irp = models.CharField(max_length=13)
    former_irp = models.CharField(max_length=13, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["domain", "id"], condition=Q(sent_at=None), name="regional_notice_waiting"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class RuleSet(models.Model):
    """Thresholds in force and the measure of the machine by the cell (§5.3, §5.4, STIC-6); one row, id 1.

    ``t_high`` and ``t_low``, in natural log-odds, are the model's when the region did not choose its own.

    Class A of probabilistic origin goes to review until ``decided`` ≥ ``shadow_decisions`` cards that the machine would
    have linked were decided with ``confirmed / decided`` ≥ ``shadow_precision``.

    ``closes_on``: the day announced for the closure of the server; ``closed_at``: it takes nothing any more.
    """

    t_high = models.FloatField(null=True)
    t_low = models.FloatField(null=True)
    runner_up = models.FloatField(default=0.10)
    review_days = models.PositiveSmallIntegerField(default=7)
    shadow_decisions = models.PositiveIntegerField(default=1000)
    shadow_precision = models.FloatField(default=0.995)
    decided = models.PositiveIntegerField(default=0)
    confirmed = models.PositiveIntegerField(default=0)
    closes_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="regional_rules_single")]

    def __str__(self) -> str:
        return "Règles du rapprochement"

    @property
    def in_shadow(self) -> bool:
        """Whether links by traits alone still wait for a reader (STIC-6)."""
        return self.decided < self.shadow_decisions or self.confirmed < self.shadow_precision * self.decided


class DailyFigures(models.Model):
    """Counts at the end of a day in Cayenne, of one domain or, without domain, of the region (RNIV §2.7): no person."""

    day = models.DateField()
    domain = models.ForeignKey(Domain, null=True, on_delete=models.PROTECT, related_name="+")
    total = models.PositiveIntegerField()
    provisional = models.PositiveIntegerField()
    retrieved = models.PositiveIntegerField()
    validated = models.PositiveIntegerField()
    qualified = models.PositiveIntegerField()
    doubtful = models.PositiveIntegerField()
    moved = models.PositiveIntegerField()
    moved_qualified = models.PositiveIntegerField()
    persons = models.PositiveIntegerField()
    without_ins = models.PositiveIntegerField()
    duplicates = models.PositiveIntegerField()
    duplicates_month = models.PositiveIntegerField()
    absorbed = models.PositiveIntegerField()
    absorbed_month = models.PositiveIntegerField()
    merge_hours = models.FloatField(null=True)
    collisions = models.PositiveIntegerField()
    collisions_month = models.PositiveIntegerField()
    reviews = models.PositiveIntegerField()
    overdue = models.PositiveIntegerField()
    links_month = models.PositiveIntegerField()
    separations_month = models.PositiveIntegerField()
    errors = models.PositiveIntegerField()
    insi = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "domain"], nulls_distinct=False, name="regional_figures_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.domain_id}"


class DriftReport(models.Model):
    """A weekly look at what may drift: shares by domain, repeated values, weights estimated again; its alerts."""

    taken_at = models.DateTimeField(db_default=Now())
    model = models.CharField(max_length=80)
    body = models.JSONField(default=dict)
    alerts = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.taken_at:%d/%m/%Y}"
