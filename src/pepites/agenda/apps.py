from django.apps import AppConfig
from django.http import HttpRequest


def _in_the_bar(request: HttpRequest) -> bool:
    """The bar holds five entries (interface §6): the cell has « Identités » there, and its agenda in « Plus »."""
    return not request.actor.identity_cell  # type: ignore[attr-defined]


class AgendaConfig(AppConfig):
    name = "pepites.agenda"
    label = "agenda"

    def ready(self) -> None:
        from pepites.agenda.declarations import CODES, NOT_SORTED, PERSONAL_DATA, SORTED
        from pepites.audit.journal import register_codes
        from pepites.common.personal_data import register
        from pepites.common.sorting import leave_out, sort_rows_of
        from pepites.ui.navigation import NavEntry
        from pepites.ui.navigation import register as register_entry

        register_codes(CODES)
        register(*PERSONAL_DATA)
        sort_rows_of(*SORTED)
        for why, tables in NOT_SORTED.items():
            leave_out(why, *tables)
        register_entry(
            NavEntry(
                label="Agenda", icon="calendar3", url_name="agenda:agenda", order=40, prefixes=("agenda",),
                visible=_in_the_bar,
            )
        )  # fmt: skip
