"""The report on paper, for its author to send: made from what was typed, and kept nowhere (coordination §2.3 a)."""

from collections.abc import Mapping
from pathlib import Path

from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import CAYENNE, now
from pepites.coordination.reserved.enums import Addressee
from pepites.coordination.reserved.services import require_report
from pepites.coordination.selectors.labels import band_line
from pepites.documents.typesetting import make_pdf
from pepites.identity.selectors import Band
from pepites.patients.models import Patient

TEMPLATE = Path(__file__).with_name("data") / "information-preoccupante.typ"
PARTS = (
    ("facts", "Faits constatés"), ("words", "Paroles rapportées"), ("context", "Contexte et aides en place"),
    ("worries", "Sujets d'inquiétude"), ("parents", "Information des titulaires de l'autorité parentale"),
)  # fmt: skip
TITLES = {
    Addressee.CRIP: "Information préoccupante",
    Addressee.PROSECUTOR: "Signalement au procureur de la République",
}


def report_pdf(*, actor: Actor, patient: Patient, band: Band, typed: Mapping[str, str]) -> bytes:
    """The document; that one was made is journalled, under a neutral name, and nothing of what it says."""
    require_report(actor, patient)
    record("coordination.reserved.exported", action="E", subjects=(patient.pk,), object_type="patient")
    moment = now()
    local = moment.astimezone(CAYENNE)
    addressee = Addressee(typed["addressee"])
    author = f"{actor.professional_name}, {actor.role_label}, {actor.organization_name}"
    data = {
        "title": TITLES[addressee],
        "band": band_line(band),
        "printed": [local.year, local.month, local.day, local.hour, local.minute],
        "printed_by": f"Établi par {author} le {local:%d/%m/%Y à %H h %M}",
        "facts": [["À l'attention de", addressee.label.split(" : ")[0]], ["De la part de", author]],
        "parts": [[label, typed[key]] for key, label in PARTS if typed.get(key, "").strip()],
        "basis": "Transmis en application des articles L. 226-2-1 et R. 226-2-2 du code de l'action sociale et des"
        " familles. Document confidentiel, à remettre à son seul destinataire.",
    }
    return make_pdf(TEMPLATE, data, printed_at=moment)
