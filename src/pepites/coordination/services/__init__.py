"""The only way to write the work around a person."""

from pepites.coordination.services.circle import (
    accept_invitation,
    decline_invitation,
    invite_member,
    remove_member,
    set_attending,
)
from pepites.coordination.services.consents import collect_consent, lift_opposition, oppose, revoke_consent
from pepites.coordination.services.contacts import add_contact, end_contact
from pepites.coordination.services.messages import file_message, report_access
from pepites.coordination.services.notes import add_liaison_note, change_note, retire_note
from pepites.coordination.services.pathways import close_pathway, open_pathway, resume_pathway, suspend_pathway
from pepites.coordination.services.tasks import cancel_task, complete_task, create_task, start_task

__all__ = [
    "accept_invitation",
    "add_contact",
    "add_liaison_note",
    "cancel_task",
    "change_note",
    "close_pathway",
    "collect_consent",
    "complete_task",
    "create_task",
    "decline_invitation",
    "end_contact",
    "file_message",
    "invite_member",
    "lift_opposition",
    "open_pathway",
    "oppose",
    "remove_member",
    "report_access",
    "resume_pathway",
    "retire_note",
    "revoke_consent",
    "set_attending",
    "start_task",
    "suspend_pathway",
]
