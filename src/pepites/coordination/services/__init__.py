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
from pepites.coordination.services.protocols import end_protocol, move_anchor, start_protocol
from pepites.coordination.services.stages import adopt_pack, change_stage, include_person
from pepites.coordination.services.tasks import cancel_task, complete_task, create_task, start_task

__all__ = [
    "accept_invitation",
    "add_contact",
    "add_liaison_note",
    "adopt_pack",
    "cancel_task",
    "change_note",
    "change_stage",
    "close_pathway",
    "collect_consent",
    "complete_task",
    "create_task",
    "decline_invitation",
    "end_contact",
    "end_protocol",
    "file_message",
    "include_person",
    "invite_member",
    "lift_opposition",
    "move_anchor",
    "open_pathway",
    "oppose",
    "remove_member",
    "report_access",
    "resume_pathway",
    "retire_note",
    "revoke_consent",
    "set_attending",
    "start_protocol",
    "start_task",
    "suspend_pathway",
]
