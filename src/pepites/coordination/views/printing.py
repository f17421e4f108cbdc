"""Lines of long lists, printed without the template engine, five times slower on fifty persons (ADR 0015).

Every text goes through ``escape``; only what the notes' own renderer made safe is printed as it is.
"""

import html
import re
from collections.abc import Iterable
from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe

from pepites.common.addresses import address
from pepites.coordination.selectors.fil import FilLine
from pepites.coordination.selectors.rows import ListRow
from pepites.ui.templatetags.ui import icon

_SPECIAL = re.compile("[&<>\"']")


def escape(text: str) -> str:
    """What Django's own calls, without its wrapper nor five passes over a plain text: three hundred calls a page."""
    return html.escape(text) if _SPECIAL.search(text) else text


_NONE = '<td class="pp-none" data-label="{}">aucun</td>'  # on a phone, what is not there takes no line
_ZERO = '<td class="pp-none" data-label="{}">0</td>'
_NOTHING = {label: _NONE.format(label) for label in ("Prochain rendez-vous", "Dernier contact")} | {
    label: _ZERO.format(label) for label in ("Non lus", "En retard")
}


@lru_cache(maxsize=128)
def options(choices: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    """The ``<option>`` of a list of choices that does not change from one page to the next."""
    return mark_safe(  # noqa: S308
        "".join(
            f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(label)}</option>'
            for value, label in choices
        )
    )


def table_rows(rows: Iterable[ListRow]) -> SafeString:
    """The lines of the *file active*."""
    return mark_safe("\n".join(map(_row, rows)))  # noqa: S308


def _row(row: ListRow) -> str:
    used = f'<span class="d-block pp-muted fw-normal">{escape(row.used)}</span>' if row.used else ""
    homonym = ' <span class="pp-badge pp-badge-warning">Homonyme</span>' if row.homonym else ""
    age = f"{row.age}, {row.sex}" if row.sex else row.age
    networks = "".join(
        f'<span class="pp-network-name"><span class="pp-dot pp-dot-{network["colour"]}" aria-hidden="true"></span>'
        f"{escape(network['name'])}</span> "
        for network in row.networks
    )
    unread = f'<span class="pp-badge pp-badge-info">{row.unread} non lu{_s(row.unread)}</span>' if row.unread else ""
    late = f'<span class="pp-overdue">{row.late} tâche{_s(row.late)}</span>' if row.late else ""
    return (
        f'<tr id="p-{row.public_id}"><th scope="row"><a href="{row.url}">{escape(row.name)}</a>{used}{homonym}</th>'
        f'<td data-label="Naissance">{row.born}{f" <span class={_MUTED}>{age}</span>" if row.age else ""}</td>'
        f'<td data-label="Commune">{escape(row.commune)}</td><td data-label="Réseau">{networks}</td>'
        f"{_cell('Non lus', unread)}{_cell('Prochain rendez-vous', escape(row.next_appointment))}"
        f"{_cell('En retard', late)}{_cell('Dernier contact', escape(row.last_contact))}</tr>"
    )


def _cell(label: str, text: str) -> str:
    return f'<td data-label="{label}">{text}</td>' if text else _NOTHING[label]


_MUTED = '"pp-muted"'


def _s(count: int) -> str:
    return "s" if count > 1 else ""


def fil_lines(lines: Iterable[FilLine], *, may_write: bool) -> SafeString:
    """The lines of a person's fil, with the acts of each for whoever may write."""
    return mark_safe("\n".join(_fil_line(line, may_write) for line in lines))  # noqa: S308


def _fil_line(line: FilLine, may_write: bool) -> str:
    css = f"{f' pp-entry-{line.tone}' if line.tone else ''}{' pp-entry-urgent' if line.urgent else ''}"
    css += "" if line.html else " pp-entry-event"
    own_id = f' id="note-{line.object_id}"' if line.object_id and line.kind == "note" else ""
    role = f' <span class="pp-muted">{escape(line.role)}, {escape(line.organization)}</span>' if line.role else ""
    urgent = f'<span class="pp-badge pp-badge-danger">{icon("exclamation-triangle-fill")}Urgent</span>'
    sealed = f'<span class="pp-badge pp-badge-warning">{icon("lock")}Réservée</span>' if line.reserved else ""
    title = f'<h2 class="pp-entry-title">{escape(line.title)}</h2>' if line.title else ""
    return (
        f'<li class="pp-entry{css}"{own_id}><span class="pp-entry-mark">{icon(line.icon)}</span>'
        '<article class="pp-entry-body"><header class="pp-entry-head">'
        f'<p class="pp-entry-who"><strong>{escape(line.author)}</strong>{role}</p>'
        f'<p class="pp-entry-when"><span class="pp-entry-kind">{escape(line.kind_label)}</span>'
        f"{sealed}{urgent if line.urgent else ''}<span>{escape(line.when)}</span></p></header>{title}"
        f"{f'<div class={_PROSE}>{line.html}</div>' if line.html else ''}"
        f"{_acts(line) if may_write else ''}</article></li>"
    )


_PROSE = '"pp-prose"'


def _acts(line: FilLine) -> str:
    if line.kind == "message":
        acts = _act(address("coordination:file-message", line.object_id), "Verser au dossier")
    elif line.note_version:
        acts = '<span class="pp-muted">corrigée</span>' if line.note_version > 1 else ""
        acts += "" if line.reserved else _act(f"?reponse={line.object_id}#note", "Répondre")
        if line.mine:
            acts += _act(address("coordination:note-change", line.object_id), "Corriger")
            acts += _act(address("coordination:note-retire", line.object_id), "Retirer")
            acts += _act(address("coordination:readers", line.object_id), "Lecteurs") if line.reserved else ""
    else:
        return ""
    return f'<div class="pp-entry-actions">{acts}</div>'


def _act(url: str, label: str) -> str:
    return f'<a class="btn btn-quiet btn-sm" href="{url}">{label}</a>'
