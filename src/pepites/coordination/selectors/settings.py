"""What the networks that follow a person have set up, as the screens of the file need it."""

from typing import Any, Final

from django.db import connection

from pepites.audit.unit import current
from pepites.common.actor import Actor
from pepites.coordination.enums import MemberRole, NoteType, PathwayStatus
from pepites.coordination.models import CareTeamMember, Pathway
from pepites.coordination.sections import TABS
from pepites.networks.models import Network, NetworkPack
from pepites.networks.packs.selectors import in_force, published_packs, value_of

_KEPT: Final = "coordination.packs"
_PACKS: Final = """
    SELECT k.public_id FROM coordination_pathway w JOIN networks_networkpack k ON k.id = w.pack_id
    WHERE w.patient_id = ANY(access_person_set(%s)) AND w.status <> %s ORDER BY w.opened_on, w.id
"""


def packs_around(actor: Actor, patient_id: int) -> list[NetworkPack]:
    """The settings of the open pathways that the actor may see; asked once a request."""
    del actor
    kept = current().kept
    key = f"{_KEPT}:{patient_id}"
    if key not in kept:
        with connection.cursor() as cursor:
            cursor.execute(_PACKS, [patient_id, PathwayStatus.CLOSED])
            kept[key] = published_packs([row[0] for row in cursor.fetchall()])
    packs: list[NetworkPack] = kept[key]
    return packs


def note_types(actor: Actor, patient_id: int) -> list[tuple[str, str]]:
    """The types of note offered: those of any network that follows the person, else the five."""
    packs = packs_around(actor, patient_id)
    offered = {code for pack in packs for code in value_of(pack, "notes")["types"]} or set(NoteType.values)
    return [(value, label) for value, label in NoteType.choices if value in offered]


def hidden_tabs(actor: Actor, patient_id: int) -> set[str]:
    """Tabs that every network of the person leaves out."""
    packs = packs_around(actor, patient_id)
    if not packs:
        return set()
    return set.intersection(*({key for key, _ in TABS} - set(value_of(pack, "modules")["tabs"]) for pack in packs))


def task_templates(actor: Actor, patient_id: int) -> list[dict[str, Any]]:
    """What is often asked, network after network; ``code`` tells them apart."""
    return [
        {**row, "code": f"{pack.pk}:{row['code']}"}
        for pack in packs_around(actor, patient_id)
        for row in value_of(pack, "taches")["templates"]
    ]


def missing_roles(actor: Actor, patient_id: int, members: list[CareTeamMember]) -> list[tuple[str, bool]]:
    """Roles that the networks expect and nobody holds, the needed ones first."""
    held = {member.role for member in members}
    wanted: dict[str, bool] = {}
    for pack in packs_around(actor, patient_id):
        for row in value_of(pack, "cercle")["roles"]:
            if row["role"] not in held:
                wanted[row["role"]] = wanted.get(row["role"], False) or row["needed"]
    return [(MemberRole(role).label, needed) for role, needed in sorted(wanted.items(), key=lambda one: not one[1])]


def consent_text(actor: Actor, patient_id: int) -> str:
    """What is read to the person before their agreement; empty when no network wrote its own."""
    texts = (str(value_of(pack, "accord")["text"]) for pack in packs_around(actor, patient_id))
    return next((text for text in texts if text), "")


def protocols_of(pathway: Pathway) -> list[dict[str, Any]]:
    """The protocols a case may start: those of its own settings that have steps."""
    return [one for one in value_of(pathway.pack, "protocoles")["protocols"] if one["steps"]]


def asks_at_inclusion(network: Network) -> bool:
    """Whether opening a pathway there needs a page: criteria to verify, protocols to start."""
    pack = in_force(network.pk)
    protocols = value_of(pack, "protocoles")["protocols"]
    return bool(value_of(pack, "inclusion")["criteria"]) or any(one["at_inclusion"] for one in protocols)
