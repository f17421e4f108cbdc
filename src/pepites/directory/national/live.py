"""Asking the directory about somebody that the local copy does not have, or not as they are now (annuaire §3).

The answer is kept a day. Without a key, or when the directory is away, the local copy is all there is, and the page
says so.
"""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import CAYENNE, now
from pepites.common.decision import Reason, deny
from pepites.common.errors import DomainError, Refused
from pepites.directory.models import LiveLookup, NationalLabel
from pepites.directory.national.sheet import Place, Sheet
from pepites.directory.ports import LivePerson, NationalDirectory, national_directory
from pepites.directory.professions import PROFESSIONS
from pepites.directory.services import RPPS

FRESH: Final = timedelta(hours=24)
KEPT: Final = timedelta(days=30)
NO_KEY: Final = "L'annuaire national en direct n'est pas branché ici : seule la copie locale répond."
_MODES: Final = {"S": "salarié", "L": "libéral", "B": "bénévole", "I": "indirect"}


def connected() -> NationalDirectory:
    """The directory's interface; raises ``DomainError`` when this instance has no key."""
    found = national_directory()
    if found is None:
        raise DomainError(NO_KEY)
    return found


def require_may_ask(actor: Actor, rpps: str) -> None:
    """Whoever works somewhere may ask about a professional; nobody else spends the region's quota."""
    if actor.practice_id is None and not actor.platform_admin:
        raise Refused(deny(Reason.NO_CONTEXT), code="directory.refused")
    if not RPPS.match(rpps):
        raise DomainError("Un numéro RPPS compte onze chiffres.")


def fresh(rpps: str) -> LiveLookup | None:
    """The answer of less than a day, if there is one."""
    return LiveLookup.objects.filter(rpps=rpps, asked_at__gt=now() - FRESH).first()


def keep(rpps: str, person: LivePerson | None) -> LiveLookup:
    """Keep an answer, in the unit under way."""
    said = asdict(person) if person else {}
    kept, _ = LiveLookup.objects.update_or_create(
        rpps=rpps, defaults={"found": person is not None, "said": said, "asked_at": now()}
    )
    record("directory.live.asked", action="R", object_type="professional", object_id=rpps)
    return kept


def sheet_from(kept: LiveLookup) -> Sheet | None:
    """An answer as the page of a professional; None when nobody has that number."""
    if not kept.found:
        return None
    said, labels = kept.said, dict(NationalLabel.objects.filter(kind="profession").values_list("code", "label"))
    labels |= {one.code: one.label for one in PROFESSIONS.values() if one.code not in labels}
    functions = dict(NationalLabel.objects.filter(kind="function").values_list("code", "label"))
    name = " ".join(filter(None, (said["title"].capitalize(), said["given_name"], said["family_name"])))
    return Sheet(
        name=name,
        rpps=kept.rpps,
        professions=", ".join(labels.get(code, code) for code in said["professions"]),
        active=said["active"],
        missing_since="",
        places=tuple(_place(one, functions, labels) for one in said["places"]),
        mailboxes=tuple(said["mailboxes"]),
    )


def _place(one: dict[str, Any], functions: dict[str, str], labels: dict[str, str]) -> Place:
    code = "" if one["function"].startswith("FON-AU") else one["function"]
    doing = (functions.get(code, labels.get(code, code)), _MODES.get(one["mode"], one["mode"]))
    facts = (("Adresse", one["address"]), ("Téléphone", one["phone"]), ("FINESS", one["finess"]))
    return Place(one["name"] or "Lieu sans nom", tuple(fact for fact in facts if fact[1]), tuple(filter(None, doing)))


def said_on(moment: datetime) -> str:
    """« Annuaire national, réponse du JJ/MM/AAAA à HH h MM »."""
    return f"Annuaire national, réponse du {moment.astimezone(CAYENNE):%d/%m/%Y à %H h %M}"


def refresh(directory: NationalDirectory) -> list[tuple[str, LivePerson | None]]:
    """What changed, of the numbers kept: asked again outside any transaction, to be kept by the caller."""
    held = dict(LiveLookup.objects.values_list("rpps", "asked_at"))
    if not held:
        return []
    since = max(min(held.values()), now() - KEPT).astimezone(CAYENNE).date()
    changed = [number for number in directory.changed_since(since) if number in held]
    return [(number, directory.find(number)) for number in dict.fromkeys(changed)]


def forget_old() -> int:
    """Drop what was asked more than thirty days ago: the directory tells of changes no further back."""
    return LiveLookup.objects.filter(asked_at__lt=now() - KEPT).delete()[0]
