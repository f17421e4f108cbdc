"""What leaves for INSi: the SOAP envelope with its contexts, and the body of each operation (§3.3)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from lxml import etree

from pepites.identity.ins import InsNumber
from pepites.identity.ports import InsiQuery
from pepites.interop.insi import names


@dataclass(frozen=True, slots=True)
class Software:
    """Who calls: the authorisation given by the CNDA, the installation, the body that answers for the call."""

    idam: str
    name: str
    version: str
    instance: str
    sender: str


def search_body(query: InsiQuery) -> Any:
    """WS_INS2, ``RECSANSVITALE``: traits in strict form, the place only when there is one."""
    body = etree.Element(f"{{{names.SEARCH}}}RECSANSVITALE", nsmap={None: names.SEARCH})
    for name, value in (
        ("NomNaissance", query.birth_name),
        ("Prenom", query.given_name),
        ("Sexe", query.sex),
        ("DateNaissance", query.birth_date.isoformat()),
        ("LieuNaissance", query.birth_place_cog),
    ):
        if value:
            etree.SubElement(body, f"{{{names.SEARCH}}}{name}").text = value
    return body


def verify_body(number: InsNumber, query: InsiQuery, namespace: str) -> Any:
    """WS_INS3, ``IndividuVerifie``: the number held and its traits (**TV**: the namespace is a setting)."""

    def child(parent: Any, name: str, text: str = "") -> Any:
        made = etree.SubElement(parent, f"{{{namespace}}}{name}")
        made.text = text or None
        return made

    body = etree.Element(f"{{{namespace}}}IndividuVerifie", nsmap={None: namespace})
    given = child(body, "INSFourni")
    holder = child(given, "IdIndividu")
    child(holder, "NumIdentifiant", number.matricule[:13])
    child(holder, "Cle", number.matricule[13:])
    child(given, "OID", number.oid)
    traits = child(body, "TraitsIdentiteIndividu")
    for name, value in (
        ("NomNaissance", query.birth_name),
        ("ListePrenom", query.given_name),
        ("Sexe", query.sex),
        ("DateNaissance", query.birth_date.isoformat()),
        ("LieuNaissance", query.birth_place_cog),
    ):
        if value:
            child(traits, name, value)
    return body


def envelope(body: Any, *, action: str, message_id: str, software: Software, at: dt.datetime) -> bytes:
    """The whole message. Mutual TLS tells who calls: no assertion is carried (§3.2, mode c)."""
    root = etree.Element(f"{{{names.SOAP}}}Envelope", nsmap={"soap": names.SOAP, "wsa": names.WSA})
    header = etree.SubElement(root, f"{{{names.SOAP}}}Header")
    moment = at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"
    bam = etree.SubElement(
        header, f"{{{names.CONTEXT_BAM}}}ContexteBAM", {"Version": "01_02"}, nsmap={"ctxbam": names.CONTEXT_BAM}
    )
    _context(bam, names.CONTEXT_BAM, message_id, moment, software.sender)
    etree.SubElement(bam, f"{{{names.CONTEXT_BAM}}}COUVERTURE")
    lps = etree.SubElement(
        header,
        f"{{{names.CONTEXT_LPS}}}ContexteLPS",
        {"Nature": "CTXLPS", "Version": "01_00"},
        nsmap={"ctxlps": names.CONTEXT_LPS},
    )
    _context(lps, names.CONTEXT_LPS, message_id, moment, software.sender)
    product = etree.SubElement(lps, f"{{{names.CONTEXT_LPS}}}LPS")
    etree.SubElement(product, f"{{{names.CONTEXT_LPS}}}IDAM", {"R": "4"}).text = software.idam
    etree.SubElement(product, f"{{{names.CONTEXT_LPS}}}Version").text = software.version
    etree.SubElement(product, f"{{{names.CONTEXT_LPS}}}Instance").text = software.instance
    etree.SubElement(product, f"{{{names.CONTEXT_LPS}}}Nom").text = f"urn:lps:{software.name}:{software.version}"
    etree.SubElement(header, f"{{{names.WSA}}}Action").text = names.ACTION + action
    etree.SubElement(header, f"{{{names.WSA}}}MessageID").text = f"uuid:{message_id}"
    etree.SubElement(root, f"{{{names.SOAP}}}Body").append(body)
    sent: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return sent


def _context(parent: Any, namespace: str, message_id: str, moment: str, sender: str) -> None:
    etree.SubElement(parent, f"{{{namespace}}}Id").text = message_id
    etree.SubElement(parent, f"{{{namespace}}}Temps").text = moment
    etree.SubElement(parent, f"{{{namespace}}}Emetteur").text = sender
