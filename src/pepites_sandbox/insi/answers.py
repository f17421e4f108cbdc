"""The answers of the simulator, as XML."""

from __future__ import annotations

from xml.sax.saxutils import escape

from pepites_sandbox.insi.persons import Person

SOAP = "http://www.w3.org/2003/05/soap-envelope"
RESULT = "http://www.cnamts.fr/INSiResultat"
LABELS = {"00": "OK", "01": "Aucune identite trouvee", "02": "Plusieurs identites trouvees"}


def envelope(body: str) -> bytes:
    """A SOAP 1.2 envelope around a body."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><S:Envelope xmlns:S="{SOAP}"><S:Body>{body}</S:Body></S:Envelope>'
    ).encode()


def result(code: str, label: str | None = None, inside: str = "") -> bytes:
    """A ``RESULTAT``, with the person when there is one."""
    said = escape(LABELS.get(code, "") if label is None else label)
    return envelope(
        f'<RESULTAT xmlns="{RESULT}"><CR><CodeCR>{escape(code)}</CodeCR><LibelleCR>{said}</LibelleCR></CR>{inside}'
        "</RESULTAT>"
    )


def person(one: Person, oid: str) -> str:
    """``INDIVIDU``: the history has its dates before or after the number, as on the platform (§3.3)."""
    former = "".join(_former(number, start, end, oid, rank) for rank, (number, start, end) in enumerate(one.former))
    return (
        f"<INDIVIDU><INSACTIF>{_number(one.matricule)}<OID>{oid}</OID></INSACTIF>{former}"
        f"<TIQ><NomNaissance>{escape(one.family)}</NomNaissance><ListePrenom>{escape(one.names)}</ListePrenom>"
        f"<Sexe>{one.sex}</Sexe><DateNaissance>{one.born}</DateNaissance><LieuNaissance>{one.place}</LieuNaissance>"
        "</TIQ></INDIVIDU>"
    )


def _number(matricule: str) -> str:
    return f"<IdIndividu><NumIdentifiant>{matricule[:13]}</NumIdentifiant><Cle>{matricule[13:]}</Cle></IdIndividu>"


def _former(matricule: str, start: str, end: str, oid: str, rank: int) -> str:
    dates = "".join(f"<{name}>{value}</{name}>" for name, value in (("DateDeb", start), ("DateFin", end)) if value)
    number = f"{_number(matricule)}<OID>{oid}</OID>"
    return f"<INSHISTO>{dates + number if rank % 2 else number + dates}</INSHISTO>"


def fault(family: str, precise: str, text: str, sender: bool = False) -> bytes:
    """A SOAP fault, as the platform writes it: HTTP 500."""
    return envelope(
        f"<S:Fault><S:Code><S:Value>S:{'Sender' if sender else 'Receiver'}</S:Value><S:Subcode><S:Value>S:{family}"
        f'</S:Value></S:Subcode></S:Code><S:Reason><S:Text xml:lang="fr">{escape(text)}</S:Text></S:Reason><S:Detail>'
        f'<siram:Erreur xmlns:siram="urn:siram" severite="fatal" code="{escape(precise)}"/></S:Detail></S:Fault>'
    )
