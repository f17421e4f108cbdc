"""Kinds of conversations, messages and events."""

from django.db import models


class ConversationKind(models.TextChoices):
    CIRCLE = "circle", "Cercle de soins"
    SUBGROUP = "subgroup", "Sous-groupe"
    TEAM = "team", "Équipe"
    DIRECT = "direct", "Discussion à deux"


class MessageKind(models.TextChoices):
    TEXT = "text", "Message"
    SYSTEM = "system", "Message de Pépites"


class EventKind(models.TextChoices):
    MESSAGE = "message", "Nouveau message"
    EDIT = "edit", "Message corrigé"
    WITHDRAW = "withdraw", "Message retiré"
    ACK = "ack", "Message pris en compte"
    PARTICIPANTS = "participants", "Participants changés"
