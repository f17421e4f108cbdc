"""Structures of FINESS; loaded by the owner, read by everyone, never deleted while they may be named."""

from django.db import models


class FinessStructure(models.Model):
    """One establishment (entité géographique). ``digest`` tells whether a load changes it."""

    finess = models.CharField(max_length=9, primary_key=True)
    legal = models.TextField(default="", blank=True)
    name = models.TextField(default="", blank=True)
    long_name = models.TextField(default="", blank=True)
    complement = models.TextField(default="", blank=True)
    address = models.TextField(default="", blank=True)
    place = models.TextField(default="", blank=True)
    town = models.TextField(default="", blank=True)
    department = models.TextField(default="", blank=True)
    phone = models.TextField(default="", blank=True)
    category_code = models.TextField(default="", blank=True)
    category_label = models.TextField(default="", blank=True)
    siret = models.TextField(default="", blank=True)
    digest = models.BigIntegerField()
    active = models.BooleanField(default=True)
    missing_since = models.DateField(null=True)

    class Meta:
        app_label = "directory"

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The longer of its two names."""
        return str(self.long_name or self.name)

    @property
    def full_address(self) -> str:
        """In one line."""
        return ", ".join(filter(None, (str(self.complement), str(self.address), str(self.place), str(self.town))))
