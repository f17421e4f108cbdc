"""From what a document says to its PDF: who printed it, when, its address as a QR code (interface §16)."""

import io

import segno
from django.conf import settings

from pepites.common.clock import CAYENNE, now
from pepites.coordination.editions.values import Paper
from pepites.documents.typesetting import PdfStandard, make_pdf


def typeset(paper: Paper, *, printed_by: str, archive: bool) -> bytes:
    """The PDF, tagged for reading or for archives. The QR code holds an address only, which asks to sign in."""
    moment = now()
    local = moment.astimezone(CAYENNE)
    root = settings.PEPITES_PUBLIC_URL.rstrip("/")
    address = f"{root}{paper.path}" if root else ""
    data = {
        **paper.data,
        "printed": [local.year, local.month, local.day, local.hour, local.minute],
        "printed_by": f"Imprimé par {printed_by} le {local:%d/%m/%Y à %H h %M}",
        "address": address,
        "qr": _qr(address) if address else "",
    }
    standard = PdfStandard.ARCHIVE if archive else PdfStandard.ACCESSIBLE
    return make_pdf(paper.template, data, printed_at=moment, standard=standard)


def _qr(address: str) -> str:
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", border=2)
    return drawn.getvalue().decode()
