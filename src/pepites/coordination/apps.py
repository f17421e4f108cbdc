from django.apps import AppConfig
from django.http import HttpRequest

_COORDINATION = (
    "file", "note-change", "note-retire", "file-message", "circle", "circle-invite", "member-remove", "file-tasks",
    "appointments", "appointment-note",
    "task-cancel", "talk", "contacts", "contact-end", "pathways", "pathway-close", "pathway-open",
    "protocol-start", "protocol-move", "protocol-end", "consents",
    "consent-revoke", "oppose", "opposition-lift", "access", "access-report", "plan", "plan-draft", "plan-add",
    "plan-item", "plan-publish", "plan-close", "plan-versions", "plan-version", "plan-sign", "assessments",
    "assessment-begin", "assessment-trend", "assessment", "assessment-fill", "assessment-amend", "assessment-withdraw",
    "assessment-readers", "edition",
    "relative", "relative-end", "note-reserved", "readers", "protection", "protection-document", "protection-keep",
    "protection-report", "history", "measure", "measure-lift", "plan-referent",
)  # fmt: skip
_IDENTITY = ("search", "create", "page", "edit", "document", "document-revoke")
FILE_PAGES = (*(f"coordination:{name}" for name in _COORDINATION), *(f"identity:{name}" for name in _IDENTITY))
"""Pages of a person's file, or on the way to it: « File active » shows as where one is."""


def _unread(request: HttpRequest) -> int:
    from pepites.notifications.selectors import unread_count

    return unread_count(request.actor)  # type: ignore[attr-defined]


class CoordinationConfig(AppConfig):
    name = "pepites.coordination"
    label = "coordination"

    def ready(self) -> None:
        from pepites.agenda.ports import AppointmentAction, register_appointment_action
        from pepites.audit.journal import register_codes
        from pepites.common.personal_data import register
        from pepites.common.sorting import leave_out, sort_rows_of
        from pepites.coordination.alerting.kinds import ALL as KINDS
        from pepites.coordination.declarations import CODES, NOT_SORTED, PERSONAL_DATA, SORTED
        from pepites.coordination.editions.selectors import names_in_use as edition_files
        from pepites.coordination.receivers import subscribe_all
        from pepites.coordination.referrals.files import names_in_use as referral_files
        from pepites.coordination.sections import ALL
        from pepites.documents.ports import register_owner
        from pepites.messaging.ports import MessageAction, register_message_action
        from pepites.networks.packs.registry import register_section
        from pepites.notifications.registry import register_event_type

        register_codes(CODES)
        register(*PERSONAL_DATA)
        sort_rows_of(*SORTED)
        for why, tables in NOT_SORTED.items():
            leave_out(why, *tables)
        register_event_type(*KINDS)
        for section in ALL:
            register_section(section)
        subscribe_all()
        register_owner(_history_files)
        register_owner(edition_files)
        register_owner(referral_files)
        register_message_action(MessageAction("Verser au dossier", "folder-plus", "coordination:file-message"))
        register_appointment_action(
            AppointmentAction("Écrire la note", "journal-text", "coordination:appointment-note")
        )
        _register_navigation()


def _register_navigation() -> None:
    from pepites.ui.navigation import NavEntry, register, register_link

    register_link("home", "coordination:home")
    register_link("search", "coordination:patient-list")
    for entry in (
        NavEntry(label="Accueil", icon="house", url_name="coordination:home", order=10),
        NavEntry(
            label="File active",
            icon="people",
            url_name="coordination:patient-list",
            order=20,
            prefixes=FILE_PAGES,
        ),
        NavEntry(
            label="Plus",
            icon="three-dots",
            url_name="coordination:more",
            order=50,
            badge=_unread,
            badge_label="{n} notifications non lues",
            prefixes=("notifications",),
        ),
    ):
        register(entry)


def _history_files() -> list[str]:
    from pepites.coordination.takeover.models import HistoryFile

    rows = HistoryFile.objects.values_list("blob", "thumbnail")
    return [name for row in rows for name in row if name]
