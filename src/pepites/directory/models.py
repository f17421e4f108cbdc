"""Professionals, structures and places of practice. No patient data here: readable by everyone signed in."""

from django.db import models
from django.db.models.functions import Now

from pepites.common.identifiers import new_uuid
from pepites.directory.enums import Category, OrganizationKind
from pepites.directory.finess.models import FinessStructure
from pepites.directory.national.models import (
    DirectoryLoad,
    LiveLookup,
    NationalActivity,
    NationalDiploma,
    NationalLabel,
    NationalMailbox,
    NationalPerson,
    NationalSkill,
    NationalStructure,
    NationalWord,
)

__all__ = [
    "DirectoryLoad",
    "FinessStructure",
    "LiveLookup",
    "NationalActivity",
    "NationalDiploma",
    "NationalLabel",
    "NationalMailbox",
    "NationalPerson",
    "NationalSkill",
    "NationalStructure",
    "NationalWord",
    "Organization",
    "PractitionerRole",
    "Professional",
]


class Organization(models.Model):
    """A structure, known by its FINESS number when it has one."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    name = models.CharField(max_length=200)
    sort_key = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=OrganizationKind.choices)
    finess = models.CharField(max_length=9, null=True, unique=True)
    finess_legal = models.CharField(max_length=9, null=True)
    commune_cog = models.CharField(max_length=5, default="", blank=True)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Professional(models.Model):
    """A person who practises: RPPS number, or a local account vouched for by a sponsor."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    rpps = models.CharField(max_length=11, null=True, unique=True)
    sponsor = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="sponsored")
    family_name = models.CharField(max_length=100)
    given_name = models.CharField(max_length=100)
    civility = models.CharField(max_length=10, default="", blank=True)
    sort_key = models.CharField(max_length=210)
    profession_code = models.CharField(max_length=20)
    profession_label = models.CharField(max_length=100)
    category = models.CharField(max_length=20, choices=Category.choices)
    active = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["sort_key"], name="directory_professional_sort")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rpps__isnull=False)
                | models.Q(sponsor__isnull=False)
                | models.Q(profession_code="ADMIN"),
                name="directory_professional_known",
                violation_error_message="Un professionnel sans numéro RPPS doit avoir un parrain.",
            )
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """As written on the screen: « Dr Ana Costa »."""
        return " ".join(filter(None, (self.civility, self.given_name, self.family_name)))


class PractitionerRole(models.Model):
    """A place of practice (situation d'exercice): one professional in one structure, with a role. The *practice*."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="practices")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="practices")
    role_code = models.CharField(max_length=40)
    role_label = models.CharField(max_length=100)
    identity_cell = models.BooleanField(default=False)
    starts_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["professional", "organization", "role_code"],
                condition=models.Q(ends_at__isnull=True),
                name="directory_practice_unique",
            )
        ]

    def __str__(self) -> str:
        return f"{self.role_label} {self.pk}"
