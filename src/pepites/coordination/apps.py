from django.apps import AppConfig

_COORDINATION = (
    "file", "note-change", "note-retire", "file-message", "circle", "circle-invite", "member-remove", "file-tasks",
    "task-cancel", "talk", "contacts", "contact-end", "pathways", "pathway-close", "pathway-open",
    "protocol-start", "protocol-move", "protocol-end", "consents",
    "consent-revoke", "oppose", "opposition-lift", "access", "access-report", "plan", "plan-draft", "plan-add",
    "plan-item", "plan-publish", "plan-close", "plan-versions", "plan-version", "plan-sign", "assessments",
    "assessment-begin", "assessment-trend", "assessment", "assessment-fill", "assessment-amend", "assessment-withdraw",
    "history",
)  # fmt: skip
_IDENTITY = ("search", "create", "page", "edit", "document", "document-revoke")
FILE_PAGES = (*(f"coordination:{name}" for name in _COORDINATION), *(f"identity:{name}" for name in _IDENTITY))
"""Pages of a person's file, or on the way to it: « File active » shows as where one is."""


class CoordinationConfig(AppConfig):
    name = "pepites.coordination"
    label = "coordination"

    def ready(self) -> None:
        from pepites.audit.journal import register_codes
        from pepites.common.personal_data import register
        from pepites.common.sorting import leave_out, sort_rows_of
        from pepites.coordination.declarations import CODES, NOT_SORTED, PERSONAL_DATA, SORTED
        from pepites.coordination.receivers import subscribe_all
        from pepites.coordination.sections import ALL
        from pepites.documents.ports import register_owner
        from pepites.messaging.ports import MessageAction, register_message_action
        from pepites.networks.packs.registry import register_section
        from pepites.ui.navigation import NavEntry, register_link
        from pepites.ui.navigation import register as register_entry

        register_codes(CODES)
        register(*PERSONAL_DATA)
        sort_rows_of(*SORTED)
        for why, tables in NOT_SORTED.items():
            leave_out(why, *tables)
        for section in ALL:
            register_section(section)
        subscribe_all()
        register_owner(_history_files)
        register_message_action(MessageAction("Verser au dossier", "folder-plus", "coordination:file-message"))
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
            NavEntry(label="Plus", icon="three-dots", url_name="coordination:more", order=50),
        ):
            register_entry(entry)


def _history_files() -> list[str]:
    from pepites.coordination.takeover.models import HistoryFile

    rows = HistoryFile.objects.values_list("blob", "thumbnail")
    return [name for row in rows for name in row if name]
