"""Preparing, publishing, importing a network's pack."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.decision import Reason, deny
from pepites.common.errors import Conflict, DomainError, NotFound, Refused
from pepites.networks.models import Network
from pepites.networks.packs.editing import insert_row, move, remove, replace_row, replace_values
from pepites.networks.packs.models import NetworkPack, PackState
from pepites.networks.packs.registry import clean_pack, empty_pack, section_named
from pepites.networks.packs.schema import Section, code_for
from pepites.networks.packs.selectors import FORMAT, FORMAT_VERSION, in_force, version_of
from pepites.networks.policies import can_administer_network

LARGEST_FILE: Final = 1_000_000  # bytes
IDENTITY: Final = "reseau"
CHANGED_MEANWHILE: Final = (
    "Ce brouillon a changé pendant que vous l'éditiez. Vérifiez ce qui suit, puis enregistrez de nouveau."
)


def create_network(*, actor: Actor, name: str, short_name: str, colour: int, person_word: str) -> Network:
    """Open a new network, its settings as a draft; for the platform's administrators, here and in the database.

    Raises ``DomainError`` for a name already taken.
    """
    if not actor.platform_admin:
        raise Refused(deny(Reason.ROLE_MISSING), code="networks.refused", object_type="network")
    if len(name.strip()) < 3:
        raise DomainError("Donnez le nom du réseau, en trois lettres au moins.", field="name")
    slug = code_for(short_name or name, ("nouveau",))  # the address of the page that creates
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT networks_create(%s, %s, %s, %s, %s)",
                [slug, name.strip()[:120], (short_name or name).strip()[:40], colour, person_word],
            )
            network_id = int(cursor.fetchone()[0])
    except IntegrityError:
        raise DomainError("Un réseau porte déjà ce nom court : choisissez-en un autre.", field="short_name") from None
    network = Network.objects.get(pk=network_id)
    record("networks.created", action="C", object_type="network", object_id=network.slug)
    open_draft(actor=actor, network=network)
    return network


def open_draft(*, actor: Actor, network: Network, start: Mapping[str, Any] | None = None) -> NetworkPack:
    """The draft under way, made of the version in force (or of ``start``) when there is none."""
    _require(actor, network)
    held = NetworkPack.objects.filter(network=network, state=PackState.DRAFT).first()
    if held is not None:
        return held
    current = in_force(network.pk)
    sections = dict(start if start is not None else current.sections if current else {})
    sections = empty_pack() | sections
    if IDENTITY not in (start or {}) and section_named(IDENTITY):
        sections[IDENTITY] = identity_of(network)
    number = NetworkPack.objects.filter(network=network).aggregate(last=Max("number"))["last"] or 0
    try:
        with transaction.atomic():
            return NetworkPack.objects.create(
                network=network, number=number + 1, sections=sections, edited_by=actor.user_id, edited_at=now()
            )
    except IntegrityError:
        return NetworkPack.objects.get(network=network, state=PackState.DRAFT)


def save_values(*, actor: Actor, network: Network, key: str, revision: int, values: Mapping[str, Any]) -> None:
    """The plain values of a section, rows untouched."""
    section = _section(key)
    _edit(actor, network, section, revision, lambda value, all_: replace_values(section, value, values, all_))


def save_row(
    *, actor: Actor, network: Network, key: str, path: tuple[str, ...], revision: int, values: Mapping[str, Any]
) -> None:
    """The values of one row, its inner rows untouched."""
    section = _section(key)
    _edit(actor, network, section, revision, lambda value, all_: replace_row(section, value, path, values, all_))


def add_row(
    *, actor: Actor, network: Network, key: str, parent: tuple[str, ...], revision: int, values: Mapping[str, Any]
) -> str:
    """A new row at the end; its code, made of its title, never changes afterwards."""
    section = _section(key)
    made: list[str] = []
    _edit(
        actor, network, section, revision,
        lambda value, all_: made.append(insert_row(section, value, parent, values, all_)),
    )  # fmt: skip
    return made[0]


def move_row(*, actor: Actor, network: Network, key: str, path: tuple[str, ...], revision: int, up: bool) -> None:
    """One place up or down."""
    section = _section(key)
    _edit(actor, network, section, revision, lambda value, _: move(section, value, path, up=up))


def remove_row(*, actor: Actor, network: Network, key: str, path: tuple[str, ...], revision: int) -> None:
    """Take a row out of the draft; the cases opened with it keep it."""
    section = _section(key)
    _edit(actor, network, section, revision, lambda value, _: remove(section, value, path))


def publish(*, actor: Actor, network: Network, revision: int, note: str) -> NetworkPack:
    """The draft becomes the version of the cases opened from now on.

    Raises ``DomainError`` when something is still to mend or nothing changed, ``Conflict`` when it changed meanwhile.
    """
    draft = _locked(actor, network, revision)
    if len(note.strip()) < 5:
        raise DomainError("Dites en quelques mots ce qui change.", field="note")
    sections, problems = clean_pack(draft.sections)
    if problems:
        raise DomainError("Ces réglages ne sont pas complets : voyez ce qui reste à reprendre.")
    current = in_force(network.pk)
    if current is not None and current.sections == sections:
        raise DomainError("Rien n'a changé depuis la version en vigueur.")
    NetworkPack.objects.filter(pk=draft.pk, state=PackState.DRAFT).update(
        sections=sections, note=note.strip()[:300], state=PackState.PUBLISHED, published_by=actor.user_id,
        published_at=now(), revision=draft.revision + 1,
    )  # fmt: skip
    _rename(network, sections.get(IDENTITY))
    draft.refresh_from_db()
    record("networks.pack.published", action="C", object_type="network", object_id=network.slug,
           detail={"version": draft.number})  # fmt: skip
    return draft


def abandon(*, actor: Actor, network: Network, revision: int) -> None:
    """Throw the draft away; the version in force stays."""
    draft = _locked(actor, network, revision)
    draft.delete()
    record("networks.pack.abandoned", action="D", object_type="network", object_id=network.slug)


def start_from(*, actor: Actor, network: Network, number: int) -> NetworkPack:
    """A draft made of an earlier version. Raises ``Conflict`` while another draft is under way."""
    _require(actor, network)
    version = version_of(network, number)
    if version is None:
        raise NotFound
    return _fresh_draft(actor, network, version.sections)


def import_pack(*, actor: Actor, network: Network, content: bytes) -> NetworkPack:
    """A draft made of a file; refused whole when one part of it is unsound. The network keeps its own name."""
    _require(actor, network)
    raw = read_file(content)
    sections, problems = clean_pack({key: value for key, value in raw.items() if key != IDENTITY})
    if problems:
        key, problem = problems[0]
        where = " > ".join((key, *problem.path))
        raise DomainError(f"Ce fichier n'est pas un pack utilisable ({where}) : {problem.message}", field="file")
    sections.pop(IDENTITY, None)
    return _fresh_draft(actor, network, sections)


def read_file(content: bytes) -> dict[str, Any]:
    """The sections of a pack file. Raises ``DomainError`` for anything else."""
    wrong = DomainError(
        "Ce fichier n'est pas un pack de Pépites : exportez-le d'un réseau, puis réessayez.", field="file"
    )
    if len(content) > LARGEST_FILE:
        raise DomainError("Ce fichier dépasse 1 Mo : ce n'est pas un pack.", field="file")
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise wrong from None
    if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("sections"), dict):
        raise wrong
    if data.get("version") != FORMAT_VERSION:
        raise DomainError("Ce pack vient d'une version plus récente de Pépites : mettez d'abord à jour.", field="file")
    sections: dict[str, Any] = data["sections"]
    return sections


def _fresh_draft(actor: Actor, network: Network, sections: Mapping[str, Any]) -> NetworkPack:
    if NetworkPack.objects.filter(network=network, state=PackState.DRAFT).exists():
        raise Conflict("Un brouillon est déjà en cours : publiez-le ou abandonnez-le d'abord.")
    draft = open_draft(actor=actor, network=network, start=sections)
    record("networks.pack.changed", action="U", object_type="network", object_id=network.slug,
           detail={"section": "*"})  # fmt: skip
    return draft


def _edit(
    actor: Actor, network: Network, section: Section, revision: int, change: Callable[[dict[str, Any], Any], object]
) -> None:
    draft = _locked(actor, network, revision)
    sections = empty_pack() | draft.sections
    change(sections[section.key], sections)
    NetworkPack.objects.filter(pk=draft.pk).update(
        sections=sections, revision=draft.revision + 1, edited_by=actor.user_id, edited_at=now()
    )
    record("networks.pack.changed", action="U", object_type="network", object_id=network.slug,
           detail={"section": section.key})  # fmt: skip


def _locked(actor: Actor, network: Network, revision: int) -> NetworkPack:
    _require(actor, network)
    draft = NetworkPack.objects.select_for_update().filter(network=network, state=PackState.DRAFT).first()
    if draft is None:
        raise Conflict("Ce brouillon a été publié ou abandonné entre-temps.")
    if draft.revision != revision:
        raise Conflict(CHANGED_MEANWHILE)
    return draft


def _section(key: str) -> Section:
    section = section_named(key)
    if section is None:
        raise NotFound
    return section


def identity_of(network: Network) -> dict[str, Any]:
    """The section that says what a network is called."""
    return {
        "name": network.name, "short_name": network.short_name, "colour": str(network.colour),
        "person_word": network.person_word,
    }  # fmt: skip


def _rename(network: Network, identity: Mapping[str, Any] | None) -> None:
    if not identity or identity == identity_of(network):
        return
    network.name, network.short_name = identity["name"], identity["short_name"]
    network.colour, network.person_word = int(identity["colour"]), identity["person_word"]
    network.save(update_fields=["name", "short_name", "colour", "person_word"])


def _require(actor: Actor, network: Network) -> None:
    decision = can_administer_network(actor, network.pk)
    if not decision:
        raise Refused(decision, code="networks.refused", object_type="network", object_id=network.slug)
