"""Policies of the person and their carers in the circle: read from the social level, written at the full one."""

from pepites.access.sql import history_table, section_table
from pepites.identity.collisions.functions import TRIGGER
from pepites.networks.sql import narrowed

ALL = (
    section_table("coordination_circlerelative", read=2, write=3),
    history_table("coordination_circlerelativeevent", read=2, write=3),
    narrowed("coordination_circlerelative", "consent.record"),
    TRIGGER.format("coordination_circlerelative"),
)
