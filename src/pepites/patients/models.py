"""The bare person row: what a list shows and a search in *ma file active* reads. Identities live in ``identity``."""

from django.db import models
from django.db.models.functions import Now

from pepites.common.identifiers import new_regional_id, new_uuid
from pepites.patients.enums import IdentityStatus, Sex


class Patient(models.Model):
    """A person followed in Pépites. Its key never changes; a merge sets ``survivor`` (design, law 2).

    The name columns are a copy of the active identity's strict traits, kept by ``identity`` so that a list needs one
    query; ``search_text`` holds every folded name and alias, ``phone_key`` the last eight digits of each phone.
    ``regional_id`` is that of the regional person: two files found to be one person carry the same one until merged.
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    regional_id = models.CharField(max_length=13, default=new_regional_id, editable=False)
    survivor = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="absorbed")
    birth_name = models.CharField(max_length=100, default="", blank=True)
    first_given_name = models.CharField(max_length=100, default="", blank=True)
    used_name = models.CharField(max_length=100, default="", blank=True)
    used_given_name = models.CharField(max_length=100, default="", blank=True)
    birth_date = models.DateField(null=True)
    birth_date_interpreted = models.BooleanField(default=False)
    sex = models.CharField(max_length=1, choices=Sex.choices, default=Sex.UNKNOWN)
    identity_status = models.CharField(max_length=5, choices=IdentityStatus.choices, default=IdentityStatus.PROVISIONAL)
    identity_flags = models.CharField(max_length=40, default="", blank=True)  # HOMD,DOUT… separated by commas
    sort_key = models.CharField(max_length=210, default="", blank=True)
    search_text = models.TextField(default="", blank=True)
    phone_keys = models.CharField(max_length=120, default="", blank=True)
    commune_cog = models.CharField(max_length=5, default="", blank=True)
    language = models.CharField(max_length=8, default="", blank=True)
    interpreter = models.BooleanField(default=False)
    protected_minor = models.BooleanField(default=False)
    protected_adult = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["sort_key", "id"], name="patients_patient_sort"),
            models.Index(fields=["birth_date"], name="patients_patient_birth"),
            models.Index(fields=["regional_id"], name="patients_patient_regional"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
