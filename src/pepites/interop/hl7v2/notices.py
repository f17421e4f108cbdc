"""The notices of the regional server leave by HL7 v2, in order, to the domains that listen (STIC-9, PAM France)."""

import ssl
from collections import defaultdict

from django.conf import settings

from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.interop.hl7v2.notifications import Named, Regional, linked, revised, separated
from pepites.interop.hl7v2.sending import Destination, SendingError, send
from pepites.interop.hl7v2.service import is_loopback
from pepites.interop.hl7v2.writing import Header
from pepites.regional.enums import NoticeKind
from pepites.regional.services.notices import Notice, notice_failed, notice_sent, waiting_notices


def send_notices(actor: Actor) -> int:
    """Send what waits; a domain that fails keeps its order and waits, the others go on. Returns how many were taken."""
    where = destinations()
    if not where:
        return 0
    by_domain: dict[str, list[Notice]] = defaultdict(list)
    with unit_of_work(actor):
        for notice in waiting_notices(list(where)):
            by_domain[notice.code].append(notice)
    return sum(_send_to(where[code], notices, actor) for code, notices in by_domain.items())


def _send_to(destination: Destination, notices: list[Notice], actor: Actor) -> int:
    for rank, notice in enumerate(notices):
        try:
            send(destination, messages_of(notice))
        except SendingError as error:
            with unit_of_work(actor):
                notice_failed(actor=actor, notice=notice, error=str(error))
            return rank
        with unit_of_work(actor):
            notice_sent(actor=actor, notice=notice)
    return len(notices)


def destinations() -> dict[str, Destination]:
    """Where each domain listens, by its code; TLS unless it is on this machine."""
    found = {}
    for code, address in settings.PEPITES_HL7_NOTIFY.items():
        host, _, port = address.rpartition(":")
        if host and port.isdigit():
            found[code] = Destination(host, int(port), None if is_loopback(host) else _tls())
    return found


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.PEPITES_HL7_TLS_CA or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.PEPITES_HL7_TLS_CERT:
        context.load_cert_chain(settings.PEPITES_HL7_TLS_CERT, settings.PEPITES_HL7_TLS_KEY)
    return context


def messages_of(notice: Notice) -> list[bytes]:
    """A37 from the regional identifier left, A24 to the one found; A31 when only what is around changed.

    The control number is the notice's: sent again, it is the same message.
    """
    own = Named(notice.record, notice.system, notice.code)
    if notice.kind is NoticeKind.WITHDRAWN:
        return [revised(_header(notice, "R"), own, Regional(notice.irp))]
    found = [linked(_header(notice, "L"), own, Regional(notice.irp))]
    if notice.former_irp in ("", notice.irp):
        return found
    return [separated(_header(notice, "S"), own, Regional(notice.former_irp)), *found]


def _header(notice: Notice, rank: str) -> Header:
    return Header(to_facility=notice.code, control_id=f"{notice.public_id.hex[-18:]}{rank}")
