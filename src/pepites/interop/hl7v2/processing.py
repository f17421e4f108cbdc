"""One message from its bytes to its acknowledgement: proof, scope, work in one unit, journal (law 4)."""

import logging

from django.conf import settings

from pepites.accounts import services as accounts
from pepites.accounts.services.tokens import ProvedClient
from pepites.audit import journal
from pepites.audit.unit import record, unit_of_work
from pepites.common.actor import Actor, ActorRef, Channel
from pepites.common.errors import Conflict, DomainError, Refused
from pepites.common.identifiers import new_uuid
from pepites.common.rates import Bucket
from pepites.interop.gateway import Domain, NoRegionalServer, UnknownLocalId, regional
from pepites.interop.hl7v2.errors import Code, Hl7Error, rejected
from pepites.interop.hl7v2.parsing import Message, parse
from pepites.interop.hl7v2.registry import Accepted, Done, Reception, accepted, knows
from pepites.interop.hl7v2.writing import acknowledgement
from pepites.interop.text import visible

REFUSED = "hl7v2.refused"
logger = logging.getLogger("pepites.hl7v2")
_unknown = Bucket()


def answer(data: bytes, *, address: str, certificate_sha256: str = "") -> bytes:
    """The acknowledgement of a frame from that peer; never raises."""
    message: Message | None = None
    try:
        proved = peer(address, certificate_sha256)
        if proved is None:
            note_unknown(address)
            raise rejected("Votre logiciel n'est pas connu de cette plateforme.", Code.UNKNOWN_KEY, "MSH-3")
        actor = accounts.acting_as(proved, channel=Channel.HL7V2, request_id=str(new_uuid()), ip=address)
        spec: Accepted | None = None
        try:
            message = parse(data)
            spec = _spec(message)
            _handled(actor, proved, spec, message)
        except Exception as error:
            _note(actor, spec, error)
            raise
    except Exception as error:  # noqa: BLE001
        refusal = told(error)
        if refusal.code is Code.INTERNAL:
            logger.error("hl7v2 message failed: %s", type(error).__name__)  # the text could quote a person (law 6)
        return acknowledgement(message, refusal)
    return acknowledgement(message)


def peer(address: str, certificate_sha256: str) -> ProvedClient | None:
    """The client behind a connection: by its certificate, else by its address where one is configured."""
    if certificate_sha256:
        return accounts.prove_by_certificate(certificate_sha256)
    client_id = settings.PEPITES_HL7_PEERS.get(address, "")
    return accounts.prove_by_address(client_id) if client_id else None


def note_unknown(address: str) -> None:
    """The line of a caller that nobody knows; a stubborn one does not fill the journal."""
    if _unknown.take(address, 60):
        return
    actor = Actor(ref=ActorRef(channel=Channel.HL7V2, ip=address[:45]))
    with unit_of_work(actor) as unit:
        unit.lines.append(journal.Line(code=REFUSED, action="E", object_type="hl7v2", outcome=4, reason="peer"))


def _spec(message: Message) -> Accepted:
    """Who handles the message; raises AR for what is not for us (HL7 2.5 §2.9.2.2)."""
    header = message.msh
    kind, event = message.event
    if not 0 < len(message.control_id) <= 199 or visible(message.control_id) != message.control_id:
        raise rejected("MSH-10 identifie le message, en 1 à 199 caractères.", Code.REQUIRED_FIELD, "MSH-10")
    if header.text(12).split("^")[0] not in {"2.5", "2.5.1"}:
        raise rejected("La version 2.5 est attendue.", Code.UNSUPPORTED_VERSION, "MSH-12")
    if header.text(11) not in ({"P"} if settings.PRODUCTION else {"P", "T", "D"}):
        raise rejected("Cette instance ne prend que les messages de production.", Code.UNSUPPORTED_PROCESSING, "MSH-11")
    found = accepted(kind, event)
    if found is None:
        code = Code.UNSUPPORTED_EVENT if knows(kind) else Code.UNSUPPORTED_TYPE
        raise rejected("Ce type de message n'est pas pris ici.", code, "MSH-9")
    return found


def _handled(actor: Actor, proved: ProvedClient, spec: Accepted, message: Message) -> None:
    if spec.scope not in actor.scopes:
        raise rejected(f"Votre client n'a pas la portée {spec.scope}.", Code.UNKNOWN_KEY, "MSH-3")
    with unit_of_work(actor):
        reception = Reception(actor, _domain(proved), message, _key(message))
        done: Done = spec.handler(reception)
        record(
            spec.code, action=spec.action, subjects=done.subjects, object_type="hl7v2", basis=spec.scope,
            detail=done.detail,
        )  # fmt: skip


def _domain(proved: ProvedClient) -> Domain:
    found = regional().domain_by_system(proved.row.domain_system)
    if found is None:
        raise rejected("Le domaine de votre client n'est pas déclaré.", Code.UNKNOWN_KEY, "MSH-4")
    return found


def _key(message: Message) -> str:
    """The name of the message for ever: the same one sent again does nothing twice."""
    header = message.msh
    return "hl7v2|" + "|".join((header.text(3)[:60], header.text(4)[:60], header.text(10)))


def told(error: BaseException) -> Hl7Error:
    """What the sender is told of an exception."""
    if isinstance(error, Hl7Error):
        return error
    if isinstance(error, UnknownLocalId):
        return Hl7Error(error.message, Code.UNKNOWN_KEY, "PID-3")
    if isinstance(error, Conflict):
        return Hl7Error(error.message, Code.DUPLICATE_KEY, "MSH-10")
    if isinstance(error, Refused):
        return Hl7Error(error.message, Code.UNKNOWN_KEY, "MSH-3")
    if isinstance(error, DomainError) and not isinstance(error, NoRegionalServer):
        return Hl7Error(error.message, Code.DATA_TYPE, "PID")
    text = error.message if isinstance(error, NoRegionalServer) else "Le message n'a pas pu être traité : renvoyez-le."
    return Hl7Error(text, Code.INTERNAL)


def _note(actor: Actor, spec: Accepted | None, error: BaseException) -> None:
    """The line of what was not done; a ``Refused`` has its own already."""
    if isinstance(error, Refused):
        return
    refusal = told(error)
    line = journal.Line(
        code=spec.code if spec else REFUSED, action=spec.action if spec else "E", object_type="hl7v2",
        outcome=8 if refusal.code is Code.INTERNAL else 4, reason=f"{refusal.acknowledgment} {int(refusal.code)}",
    )  # fmt: skip
    with unit_of_work(actor) as unit:
        unit.lines.append(line)
