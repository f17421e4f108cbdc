"""The invented directory: forty professionals, five structures, as FHIR resources (§3)."""

from __future__ import annotations

from typing import Any

RPPS, IDNPS = "https://rpps.esante.gouv.fr", "urn:oid:1.2.250.1.71.4.2.1"
FINESS, IDNST = "https://finess.esante.gouv.fr", "urn:oid:1.2.250.1.71.4.2.2"
_NOS = "https://mos.esante.gouv.fr/NOS"
_PROFILE = "https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition"
_MSS = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-contact-point-email-type"
_STRUCTURES = (
    ("970309900", "APPUI A LA COORDINATION DU FLEUVE (DEMO)", "CAYENNE", "97300", "SA28"),
    ("970309905", "CENTRE DE SANTE DU HAUT-FLEUVE (DEMO)", "MARIPASOULA", "97370", "SA05"),
    ("970309911", "CABINET INFIRMIER DU MARCHE (DEMO)", "CAYENNE", "97300", "SA07"),
    ("970309912", "CABINET MEDICAL DE L'ANSE (DEMO)", "KOUROU", "97310", "SA07"),
    ("970309913", "CABINET DE SAGES-FEMMES PALULU (DEMO)", "SAINT-LAURENT-DU-MARONI", "97320", "SA07"),
)
# (RPPS, civility, family, given, profession, role of R85 or R21, structures)
_PEOPLE: tuple[tuple[str, str, str, str, str, str, tuple[int, ...]], ...] = (
    ("99900000011", "MME", "AMAYOTA", "JOSETTE", "60", "", (2, 1)),
    ("99900000014", "M", "VARAGNE", "LUCIEN", "10", "", (3,)),
    ("99900000010", "MME", "CALDERON", "INES", "50", "", (4,)),
    ("99900000501", "MME", "ROBINEL", "MAITE", "", "309", (0,)),
    *(
        (f"999000006{number:02d}", "MME", f"INVENTE{number:02d}", "CHLOE", "60", "", (number % 5,))
        for number in range(36)
    ),
)


def _nos(table: str, code: str) -> dict[str, str]:
    return {"system": f"{_NOS}/{table}/FHIR/{table.replace('_', '-')}", "code": code}


def _identifier(kind: str, system: str, value: str) -> dict[str, Any]:
    coding = {"system": "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203", "code": kind}
    return {"use": "official", "type": {"coding": [coding]}, "system": system, "value": value}


def _meta(profile: str, day: str) -> dict[str, Any]:
    return {"versionId": "1", "lastUpdated": f"{day}T01:00:00.000+01:00", "profile": [f"{_PROFILE}/{profile}"]}


def _organization(index: int) -> dict[str, Any]:
    finess, name, town, postcode, sector = _STRUCTURES[index]
    return {
        "resourceType": "Organization", "id": f"o{index}", "meta": _meta("as-dp-organization", "2026-09-01"),
        "active": True, "name": name,
        "identifier": [_identifier("IDNST", IDNST, f"1{finess}"), _identifier("FINEG", FINESS, finess)],
        "type": [{"coding": [_nos("TRE_R02-SecteurActivite", sector)]}],
        "telecom": [
            {"system": "phone", "value": f"059499000{index}"}, {"system": "email", "value": "contact@demo.invalid"},
        ],
        "address": [{"line": [f"{index + 1} RUE INVENTEE"], "city": town, "postalCode": postcode}],
    }  # fmt: skip


def _practitioner(index: int) -> dict[str, Any]:
    rpps, civility, family, given, profession, _, _ = _PEOPLE[index]
    mailbox = {
        "extension": [{"url": _MSS, "valueCoding": _nos("TRE_R256-TypeMessagerie", "MSSANTE")}],
        "system": "email", "value": f"{given}.{family}@mssante.demo.invalid".lower(),
    }  # fmt: skip
    return {
        "resourceType": "Practitioner", "id": f"p{index}",
        "meta": _meta("as-dp-practitioner", "2026-11-20" if index % 7 == 0 else "2026-09-01"), "active": True,
        "identifier": [_identifier("IDNPS", IDNPS, f"8{rpps}"), _identifier("RPPS", RPPS, rpps)],
        "name": [{"use": "usual", "family": family, "given": [given], "prefix": [civility]}],
        "telecom": [mailbox] if index < 4 else [],
        "qualification": (
            [{"code": {"coding": [_nos("TRE_G15-ProfessionSante", profession),
                                  _nos("TRE_R09-CategorieProfessionnelle", "C")]}}] if profession else []
        ),
    }  # fmt: skip


def _role(person: int, structure: int) -> dict[str, Any]:
    role = _PEOPLE[person][5]
    function = _nos("TRE_R85-RolePriseCharge", role) if role else _nos("TRE_R21-Fonction", "FON-AU")
    codes = (
        _nos("TRE_R22-GenreActivite", "GENR01"), _nos("TRE_R23-ModeExercice", "L" if structure > 1 else "S"), function,
    )  # fmt: skip
    return {
        "resourceType": "PractitionerRole", "id": f"r{person}-{structure}",
        "meta": _meta("as-dp-practitionerrole", "2026-09-01"), "active": True,
        "practitioner": {"reference": f"Practitioner/p{person}"},
        "organization": {"reference": f"Organization/o{structure}"},
        "code": [{"coding": [code]} for code in codes],
    }  # fmt: skip


PRACTITIONERS = [_practitioner(index) for index in range(len(_PEOPLE))]
ORGANIZATIONS = [_organization(index) for index in range(len(_STRUCTURES))]
ROLES = [_role(person, structure) for person, one in enumerate(_PEOPLE) for structure in one[6]]
BY_TYPE: dict[str, list[dict[str, Any]]] = {
    "Practitioner": PRACTITIONERS, "PractitionerRole": ROLES, "Organization": ORGANIZATIONS,
}  # fmt: skip
BY_REFERENCE = {f"{one['resourceType']}/{one['id']}": one for rows in BY_TYPE.values() for one in rows}
