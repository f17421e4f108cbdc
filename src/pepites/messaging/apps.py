from collections.abc import Iterable

from django.apps import AppConfig

CODES = {
    "messaging.conversation.created": "Discussion ouverte",
    "messaging.conversation.read": "Discussion consultée",
    "messaging.list.read": "Liste des discussions consultée",
    "messaging.conversation.refused": "Discussion refusée",
    "messaging.message.read": "Message consulté",
    "messaging.message.refused": "Message refusé",
    "messaging.message.posted": "Message envoyé",
    "messaging.message.edited": "Message corrigé",
    "messaging.message.edit_refused": "Correction de message refusée",
    "messaging.message.withdrawn": "Message retiré",
    "messaging.message.withdraw_refused": "Retrait de message refusé",
    "messaging.message.acknowledged": "Message urgent pris en compte",
    "messaging.message.ack_refused": "Prise en compte refusée",
    "messaging.messages.searched": "Recherche dans les messages",
    "messaging.participant.added": "Participant ajouté à une discussion",
    "messaging.participant.removed": "Participant retiré d'une discussion",
    "messaging.attachment.opened": "Pièce jointe ouverte",
    "messaging.attachment.refused": "Pièce jointe refusée",
    "messaging.flux.refused": "Flux en direct refusé",
    "messaging.urgent.escalated": "Message urgent resté sans réponse",
}
_KEPT = "20 ans après le dernier passage"


class MessagingConfig(AppConfig):
    name = "pepites.messaging"
    label = "messaging"

    def ready(self) -> None:
        from pepites.access.events import RightsChanged
        from pepites.audit.journal import register_codes
        from pepites.common.events import subscribe
        from pepites.common.personal_data import PersonalData, register
        from pepites.common.sorting import SortedTable, leave_out, sort_rows_of
        from pepites.documents.ports import register_owner
        from pepites.messaging import receivers
        from pepites.messaging.notices import KINDS
        from pepites.notifications.registry import register_event_type

        register_codes(CODES)
        register_event_type(*KINDS)
        models = (
            "Conversation",
            "ConversationParticipant",
            "Message",
            "MessageVersion",
            "Attachment",
            "ConversationEvent",
        )
        register(
            *(PersonalData(f"messaging.{model}", "patient", "patient_id", "coordination", _KEPT) for model in models)
        )
        register_owner(_names_in_use)
        sort_rows_of(
            SortedTable("messaging_message", "Message", "created_at", "author_id"),
            SortedTable("messaging_conversation", "Discussion ouverte", "created_at", "created_by_id"),
        )
        leave_out(
            "part d'un message ou d'une discussion, triés",
            *(
                f"messaging_{one}"
                for one in ("conversationparticipant", "messageversion", "attachment", "conversationevent")
            ),
        )
        subscribe(RightsChanged, receivers.rights_changed)
        _register_navigation()


def _register_navigation() -> None:
    from django.http import HttpRequest

    from pepites.messaging import selectors
    from pepites.ui.navigation import NavEntry, register

    def unread(request: HttpRequest) -> int:
        return selectors.unread_total(request.actor)  # type: ignore[attr-defined]

    register(
        NavEntry(
            label="Discussions",
            icon="chat-dots",
            url_name="messaging:list",
            order=30,
            badge=unread,
            badge_label="{n} messages non lus",
            prefixes=("messaging",),
        )
    )


def _names_in_use() -> Iterable[str]:
    from pepites.messaging.models import Attachment

    for blob, thumbnail in Attachment.objects.values_list("blob", "thumbnail").iterator():
        yield blob
        yield thumbnail
