"""Closed lists of the care networks."""

from django.db import models


class MemberRole(models.TextChoices):
    """What a practice is in a network."""

    MEMBER = "membre", "Membre"
    COORDINATION = "coordination", "Coordination"
    ADMINISTRATOR = "administration", "Administration du réseau"


TRAINING_PREFIX = "entrainement-"
"""How the slug of a training copy begins: such a network is never offered nor counted among the real ones."""
