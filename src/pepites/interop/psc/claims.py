"""What Pro Santé Connect says of a person (§5.3): read with limits, everything optional but the national identifier."""

import re
from collections.abc import Mapping
from typing import Any, Final

from pepites.accounts.ports import Activity, Exercice, VerifiedIdentity
from pepites.interop.psc.trouble import failed

NATIONAL_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9/._-]{2,59}\Z")
MOST: Final = 50  # exercices, activities of one, other identifiers
_ACTIVITY: Final = {
    "role": "codeRole",
    "mode": "codeModeExercice",
    "sector": "codeSecteurDactivite",
    "finess_site": "numeroFinessSite",
    "finess_legal": "numeroFinessetablissementJuridique",
    "siret": "numeroSiretSite",
    "former_id": "ancienIdentifiantDeLaStructure",
    "structure": "raisonSocialeSite",
}


def identity(id_token: str, token: Mapping[str, Any], said: Mapping[str, Any]) -> VerifiedIdentity:
    """The person of an ID token and of its UserInfo; both must name the same national identifier."""
    numbers = {str(source["SubjectNameID"]) for source in (token, said) if source.get("SubjectNameID")}
    if len(numbers) != 1 or not NATIONAL_ID.match(number := numbers.pop()):
        raise failed("national_id")
    auth_time = token.get("auth_time")
    return VerifiedIdentity(
        issuer=str(token["iss"]),
        subject=text(token.get("sub"), 255),
        national_id=number,
        family_name=text(said.get("family_name"), 100),
        given_name=text(said.get("given_name"), 100),
        acr=text(token.get("acr"), 40),
        amr=tuple(text(one, 40) for one in _list(token.get("amr"))),
        auth_time=int(auth_time) if isinstance(auth_time, int | float) and not isinstance(auth_time, bool) else None,
        sid=text(token.get("sid") or token.get("session_state"), 255),
        id_token=id_token,
        other_ids=tuple(_other_ids(said)),
        exercices=tuple(_exercices(said)),
    )


def text(value: object, longest: int) -> str:
    """A short text without control characters; anything else counts as nothing."""
    if not isinstance(value, str):
        return ""
    return "".join(character for character in value if character.isprintable()).strip()[:longest]


def _list(value: object) -> list[Any]:
    return value[:MOST] if isinstance(value, list) else []


def _other_ids(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows = _list(said.get("otherIds") or said.get("otherIDs"))
    return [(text(row.get("origine"), 20), text(row.get("identifiant"), 60)) for row in rows if isinstance(row, dict)]


def _exercices(said: Mapping[str, Any]) -> list[Exercice]:
    reference = said.get("SubjectRefPro")
    rows = _list(reference.get("exercices")) if isinstance(reference, dict) else []
    return [
        Exercice(
            profession=text(row.get("codeProfession"), 20),
            category=text(row.get("codeCategorieProfessionnelle"), 20),
            activities=tuple(_activity(one) for one in _list(row.get("activities")) if isinstance(one, dict)),
        )
        for row in rows
        if isinstance(row, dict)
    ]


def _activity(row: Mapping[str, Any]) -> Activity:
    return Activity(**{name: text(row.get(claim), 200) for name, claim in _ACTIVITY.items()})
