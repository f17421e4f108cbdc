"""Closed lists of a takeover."""

from enum import StrEnum

from django.db import models


class EntryKind(models.TextChoices):
    """What a line of the history was in the former tool."""

    MESSAGE = "message", "Message"
    NOTE = "note", "Note"
    DOCUMENT = "document", "Document"


class Table(StrEnum):
    """The tables of an archive, in the order in which they are read: a document names what it was joined to."""

    CONVERSATIONS = "conversations"
    NOTES = "notes"
    MESSAGES = "messages"
    DOCUMENTS = "documents"


KIND_OF = {Table.NOTES: EntryKind.NOTE, Table.MESSAGES: EntryKind.MESSAGE, Table.DOCUMENTS: EntryKind.DOCUMENT}
TABLE_LABELS = {
    Table.CONVERSATIONS: "Conversations",
    Table.NOTES: "Notes",
    Table.MESSAGES: "Messages",
    Table.DOCUMENTS: "Documents",
}


class Outcome(StrEnum):
    """What became of a line; the words of the report."""

    TAKEN = "repris"
    KNOWN = "deja_repris"
    UNMATCHED = "sans_personne"
    REFUSED = "refuse"


OUTCOME_LABELS = {
    Outcome.TAKEN: "Reprises",
    Outcome.KNOWN: "Déjà reprises",
    Outcome.UNMATCHED: "Sans personne",
    Outcome.REFUSED: "Refusées",
}
OUT = (Outcome.UNMATCHED, Outcome.REFUSED)
"""Lines left aside, that somebody may correct and send again."""
