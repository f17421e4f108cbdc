"""PDQm Mobile Patient Demographics Query, ITI-78: search and read, on complete criteria only (STIC-10)."""

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.conf import settings

from pepites.fhir.bundles import entry, link, search_set
from pepites.fhir.codec_json import write_json
from pepites.fhir.errors import FhirError, invalid
from pepites.fhir.identity.domains import own_domain, require_own, token
from pepites.fhir.mappers.patient import to_patient
from pepites.fhir.paging import PARAMETER, count_of, opened_link, sealed_link
from pepites.fhir.registry import Call, Result
from pepites.interop.gateway import Domain, regional
from pepites.regional.values import IncomingRecord, PdqCriteria, PersonFound

_GENDER = {"male": "M", "female": "F", "unknown": "I", "other": "I"}
_TEXT: Final = ("family", "given", "family:exact", "given:exact")
_RESPECTED: Final = {*_TEXT, "birthdate", "gender", "identifier", "_count"}
# Of ITI-78, and not respected here: left out of the self link, as the standard asks (2:3.78.4.1.2.1.1).
_LEFT_OUT: Final = {
    "_id", "active", "name", "telecom", "mothersMaidenName", "address", "address-city", "address-country",
    "address-postalcode", "address-state",
}  # fmt: skip
_DATE = re.compile(r"(?:eq)?(\d{4}-\d{2}-\d{2})", re.ASCII)


def search(call: Call) -> Result:
    """``GET Patient?…`` or ``POST Patient/_search``: date of birth, name and given name, or an own identifier."""
    params, page, skip = _asked(call)
    count = count_of(params)
    criteria, with_number = _criteria(call, params, page)
    found = regional().find_records(actor=call.actor, criteria=criteria)
    shown, left = found.items[skip : skip + count], len(found.items) > skip + count
    domain = own_domain(call)
    entries = [
        entry(call.base, person_resource(call, domain, one, with_number=with_number), {"mode": "match"})
        for one in shown
    ]
    following = (page, skip + count) if left else (page + 1, 0) if found.more else None
    total = len(shown) if following is None and (page, skip) == (1, 0) else None
    next_link = ""
    if following:
        sealed = sealed_link(call.client.client_id, call.path, params, following)
        next_link = link(call.base, call.path, {PARAMETER: [sealed]})
    bundle = search_set(entries, self_link=link(call.base, call.path, params), next_link=next_link, total=total)
    return Result(bundle, detail={"count": len(shown)})


def read(call: Call) -> Result:
    """``GET Patient/[id]``: a person the client may know."""
    person = regional().read_person(actor=call.actor, regional_id=call.id)
    if person is None:
        raise FhirError(404, "Cette personne n'est pas connue ou ne vous est pas ouverte.")
    resource = person_resource(call, own_domain(call), person)
    return Result(resource, etag=f'W/"{hashlib.sha256(write_json(resource)).hexdigest()[:16]}"')


def person_resource(call: Call, domain: Domain, person: PersonFound, *, with_number: bool = True) -> dict[str, Any]:
    """The Patient of a person found, with its number in ``domain``, the client's own."""
    record = IncomingRecord(local_id=person.local_id, traits=person.traits, status=person.status)
    return to_patient(
        record, system=(domain.oid or domain.uri) if with_number else "", regional_id=person.regional_id,
        regional_system=regional_system(), generation=call.client.fr_core,
    )  # fmt: skip


def regional_system() -> str:
    """The system of regional identifiers (STIC-1)."""
    return str(settings.PEPITES_REGIONAL_SYSTEM)


def _asked(call: Call) -> tuple[Mapping[str, Sequence[str]], int, int]:
    """The search, and where in it: page of the server, and how many of it were shown."""
    pages = call.values(PARAMETER)
    if pages:
        params, (page, skip) = opened_link(call.client.client_id, call.path, pages[0])
        return params, page, skip
    unknown = set(call.params) - _RESPECTED - _LEFT_OUT
    if unknown:
        name = re.sub(r"[^\w:.-]", "?", min(unknown))[:40]
        raise invalid(f"Le critère « {name} » n'est pas admis.", code="not-supported")
    kept = {name: values for name in call.params if name in _RESPECTED and (values := call.values(name))}
    return kept, 1, 0


def _criteria(call: Call, params: Mapping[str, Sequence[str]], page: int) -> tuple[PdqCriteria, bool]:
    """The query, and whether the client's own numbers are to be returned."""
    number, domain, with_number = _identifiers(call, params)
    texts = {name: _one(params, name) or _one(params, f"{name}:exact") for name in ("family", "given")}
    date, gender = _one(params, "birthdate"), _one(params, "gender")
    if not number and not (date and all(texts.values())):
        raise FhirError(
            400, "Donnez la date de naissance, le nom et le prénom ; ou l'identifiant dans votre domaine.",
            code="required",
        )  # fmt: skip
    if gender and gender not in _GENDER:
        raise invalid("gender vaut male, female, other ou unknown.", code="value", expression="gender")
    criteria = PdqCriteria(
        birth_date=_date(date), family=texts["family"], given=texts["given"], sex=_GENDER.get(gender, ""),
        local_id=number, domain_id=domain.pk if domain and number else None, page=page,
    )  # fmt: skip
    return criteria, with_number


def _one(params: Mapping[str, Sequence[str]], name: str) -> str:
    values = params.get(name, ())
    if len(values) > 1 or (values and len(values[0]) > 200):
        raise invalid(f"{name} se donne une fois, en 200 caractères au plus.", expression=name)
    return values[0].strip() if values else ""


def _date(text: str) -> dt.date | None:
    if not text:
        return None
    found = _DATE.fullmatch(text)
    try:
        return dt.date.fromisoformat(found[1]) if found else _no_date()
    except ValueError:
        return _no_date()


def _no_date() -> dt.date:
    raise invalid("birthdate est une date complète : 1954-12-31.", code="value", expression="birthdate")


def _identifiers(call: Call, params: Mapping[str, Sequence[str]]) -> tuple[str, Domain | None, bool]:
    """Own number asked, its domain, and whether own numbers are returned (2:3.78.4.1.2.3)."""
    wanted: list[Domain] = []
    number, domain = "", None
    for text in (part for value in params.get("identifier", ()) for part in value.split(",")):
        system, value = token(text, "identifier", value_needed=False)
        if not value:
            found = regional().domain_by_system(system)
            if found is None:
                raise FhirError(
                    404, "Un domaine demandé n'est pas connu.", severity="warning", code="not-found",
                    diagnostics="targetSystem not found", expression="identifier",
                )  # fmt: skip
            wanted.append(found)
        elif number:
            raise invalid("Un seul identifiant à la fois.", expression="identifier")
        else:
            number, domain = value, require_own(call, system)
    return number, domain, not wanted or any(one.pk == own_domain(call).pk for one in wanted)
