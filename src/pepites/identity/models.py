"""Identities of the Pépites domain, what proves them, what was searched, and the likely doubles to examine."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from pepites.common.identifiers import new_uuid
from pepites.directory.models import Organization, PractitionerRole
from pepites.identity.collisions.models import Collision, Incident
from pepites.identity.enums import AliasKind, Attribute, CardState, Homonym, PhoneKind, Population, SearchKind, Strength
from pepites.identity.insi.models import Filiation, Ins, InsiCall
from pepites.identity.merging.models import Merge, RowToSort
from pepites.networks.models import Network
from pepites.patients.enums import IdentityStatus, Sex
from pepites.patients.models import Patient

__all__ = [
    "Alias",
    "Collision",
    "Device",
    "DocumentCheck",
    "DomainIdentity",
    "DoubleCandidate",
    "Filiation",
    "IdentityBlock",
    "Incident",
    "Ins",
    "InsiCall",
    "Merge",
    "NameFrequencies",
    "NotSame",
    "Phone",
    "RowToSort",
    "SearchTrace",
]

NAME = r"^[A-Z'][A-Z' -]*$"
PLACE = r"^((0[1-9]|[1-8][0-9]|9[0-5]|2[AB])[0-9]{3}|97[1-8][0-9]{2}|98[0-9]{3}|99[0-9]{3})$"


@pghistory.track(context_field=None)  # type: ignore[arg-type]
class DomainIdentity(models.Model):
    """One identity of one identification domain: the strict traits (§1.3) and the complementary ones.

    Names are in strict form (INS-11), ``*_typed`` as written. ``version`` grows at each correction. Triggers copy the
    summary to the person row, refuse forbidden trait and status changes (RNIV-1), and keep the history.
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="identities")
    patient_public_id = models.UUIDField(editable=False)
    domain = models.CharField(max_length=20, default="PEPITES")
    version = models.PositiveIntegerField(default=1)
    active = models.BooleanField(default=True)
    birth_name = models.CharField(max_length=100)
    birth_name_typed = models.CharField(max_length=100, default="", blank=True)
    first_given_name = models.CharField(max_length=100)
    given_names = models.CharField(max_length=100)
    given_names_typed = models.CharField(max_length=100, default="", blank=True)
    birth_date = models.DateField()
    birth_date_precision = models.CharField(max_length=8, default="JOUR")
    birth_date_interpreted = models.BooleanField(default=False)
    sex = models.CharField(max_length=1, choices=Sex.choices)
    birth_place_cog = models.CharField(max_length=5, default="99999")
    birth_place_label = models.CharField(max_length=100, default="", blank=True)
    used_name = models.CharField(max_length=100, default="", blank=True)
    used_given_name = models.CharField(max_length=100, default="", blank=True)
    mother_name = models.CharField(max_length=100, default="", blank=True)
    multiple_birth = models.BooleanField(default=False)
    address = models.CharField(max_length=300, default="", blank=True)
    commune_cog = models.CharField(max_length=5, default="", blank=True)
    status = models.CharField(max_length=5, choices=IdentityStatus.choices, default=IdentityStatus.PROVISIONAL)
    homonym = models.CharField(max_length=4, choices=Homonym.choices, default=Homonym.NONE, blank=True)
    doubtful = models.BooleanField(default=False)
    fictitious = models.BooleanField(default=False)
    hidden = models.BooleanField(default=False)
    insi_called_at = models.DateTimeField(null=True, blank=True)  # RNIV-8: apart from the date of a document check
    registration_pending = models.BooleanField(default=False, db_default=False)  # « immatriculation en cours » (GUY-1)
    change_reason = models.CharField(max_length=200, default="", blank=True)
    changed_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["patient_public_id"], name="identity_by_person")]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "domain"], condition=Q(active=True), name="identity_one_active_per_domain"
            ),
            models.CheckConstraint(
                condition=Q(birth_name__regex=NAME) & Q(first_given_name__regex=NAME) & Q(given_names__regex=NAME),
                name="identity_names_strict",
            ),
            models.CheckConstraint(condition=Q(birth_place_cog__regex=PLACE), name="identity_place_cog"),
            models.CheckConstraint(condition=Q(sex__in=("M", "F", "I")), name="identity_sex"),
            models.CheckConstraint(condition=Q(status__in=("PROV", "RECUP", "VALI", "QUAL")), name="identity_status"),
            models.CheckConstraint(condition=Q(homonym__in=("", "HOMD", "HOMA")), name="identity_homonym"),
            models.CheckConstraint(
                condition=Q(doubtful=False, fictitious=False) | Q(status="PROV"), name="identity_attribute_status"
            ),
            models.CheckConstraint(
                condition=Q(fictitious=False) | Q(doubtful=False, homonym=""), name="identity_fictitious_alone"
            ),
            models.CheckConstraint(
                condition=Q(birth_date_precision="JOUR") | Q(birth_date_interpreted=True), name="identity_date_marked"
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def attributes(self) -> frozenset[str]:
        """Codes of the attributes carried (§2.2)."""
        marks = {
            Attribute.DOUBTFUL: self.doubtful,
            Attribute.FICTITIOUS: self.fictitious,
            Attribute.HIDDEN: self.hidden,
        }
        return frozenset({code.value for code, carried in marks.items() if carried} | ({self.homonym} - {""}))


class IdentityBlock(models.Model):
    """Hashed blocking keys of a person (§5.4 point 2). Read and written by the functions of migration 0002 only."""

    pk = models.CompositePrimaryKey("key", "patient_id")
    key = models.BigIntegerField()
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)

    def __str__(self) -> str:
        return str(self.key)


class NameFrequencies(models.Model):
    """How common names and birth dates are in the region, packed (matching.frequency); one row, id 1, no name in clear.

    Counted at night by the worker, which alone may write it; every process keeps it in memory.
    """

    version = models.CharField(max_length=40)
    total = models.BigIntegerField()
    body = models.BinaryField()
    counted_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="identity_frequencies_single")]

    def __str__(self) -> str:
        return self.version


class Alias(models.Model):
    """Another name or birth date of the person, used by search and matching, never deleted (GUY-2, RNIV-10)."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="aliases")
    kind = models.CharField(max_length=10, choices=AliasKind.choices, default=AliasKind.FORMER)
    birth_name = models.CharField(max_length=100, default="", blank=True)
    given_names = models.CharField(max_length=100, default="", blank=True)
    typed = models.CharField(max_length=201, default="", blank=True)
    birth_date = models.DateField(null=True)
    added_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["birth_date"], name="identity_alias_birth", condition=Q(birth_date__isnull=False))
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(birth_name="", given_names="", birth_date__isnull=True),
                name="identity_alias_says_something",
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Phone(models.Model):
    """A phone number of the person; ``key`` is its last eight digits."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="phones")
    number = models.CharField(max_length=30)
    key = models.CharField(max_length=8)
    kind = models.CharField(max_length=10, choices=PhoneKind.choices, default=PhoneKind.OWN)
    active = models.BooleanField(default=True)
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "key"], condition=Q(active=True), name="identity_phone_once"),
            models.CheckConstraint(condition=Q(key__regex=r"^[0-9]{8}$"), name="identity_phone_key"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Device(models.Model):
    """A document or electronic means that may prove an identity, with its population, as data (§2.3)."""

    code = models.CharField(max_length=8, primary_key=True)
    label = models.CharField(max_length=160)
    strength = models.CharField(max_length=6, choices=Strength.choices)
    population = models.CharField(max_length=10, choices=Population.choices, default=Population.ANYONE)
    needs_companion = models.BooleanField(default=False)
    refusal = models.CharField(max_length=300, default="", blank=True)
    rank = models.PositiveSmallIntegerField(default=100)
    active = models.BooleanField(default=True)
    rniv_version = models.CharField(max_length=20, default="2.0 (12/2024)")

    def __str__(self) -> str:
        return self.code


class DocumentCheck(models.Model):
    """A device shown by the person: code, date, operator, structure; no number, no copy (RNIV-5)."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="document_checks")
    identity = models.ForeignKey(DomainIdentity, on_delete=models.PROTECT, related_name="document_checks")
    identity_version = models.PositiveIntegerField()
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    companion = models.ForeignKey(Device, null=True, on_delete=models.PROTECT, related_name="+")
    accepted = models.BooleanField()
    refusal = models.CharField(max_length=300, default="", blank=True)
    checked_on = models.DateField()
    operator = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(accepted=True) | ~Q(refusal=""), name="identity_refusal_explained")
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class SearchTrace(models.Model):
    """Who searched which date when: the proof asked before a creation (RNIV-9), and the rate limit (law 11)."""

    public_id = models.UUIDField(unique=True)
    user_id = models.BigIntegerField()
    practice = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=SearchKind.choices)
    birth_date = models.DateField(null=True)
    precision = models.CharField(max_length=8, default="JOUR")
    letters = models.CharField(max_length=3, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["user_id", "-created_at"], name="identity_search_user")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="numero") | Q(birth_date__isnull=False), name="identity_search_has_date"
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class DoubleCandidate(models.Model):
    """A worklist card: two persons, or a person and a line of an import, that are likely the same (RNIV-12, DPOT)."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="+")
    network = models.ForeignKey(Network, null=True, on_delete=models.PROTECT, related_name="+")
    fingerprint = models.CharField(max_length=64, default="", blank=True)
    source = models.CharField(max_length=200, default="", blank=True)
    line = models.PositiveIntegerField(null=True)
    line_traits = models.JSONField(default=dict)
    score = models.FloatField()
    reasons = ArrayField(models.CharField(max_length=120), default=list)
    comment = models.CharField(max_length=300, default="", blank=True)
    state = models.CharField(max_length=10, choices=CardState.choices, default=CardState.OPEN)
    decided_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=300, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["state", "-created_at"], name="identity_card_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "other"], condition=Q(other__isnull=False), name="identity_card_pair_once"
            ),
            models.UniqueConstraint(
                fields=["patient", "fingerprint"], condition=Q(other__isnull=True), name="identity_card_line_once"
            ),
            models.CheckConstraint(
                condition=Q(other__isnull=True, fingerprint__gt="") | Q(patient__lt=F("other")),
                name="identity_card_shape",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class NotSame(models.Model):
    """« Ce n'est pas la même personne », decided by someone who may: holds until lifted (STIC-2)."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    decided_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(db_default=Now())
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "other"], name="identity_not_same_once"),
            models.CheckConstraint(condition=Q(patient__lt=F("other")), name="identity_not_same_ordered"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
