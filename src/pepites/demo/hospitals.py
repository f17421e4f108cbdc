"""Two invented hospitals that feed the regional server: part of the demo persons, and one pair of each trap (§5.5, §5.6)."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor, Channel, system_actor
from pepites.common.clock import today
from pepites.demo.population import PersonSpec, population
from pepites.identity.traits import IdentityTraits
from pepites.identity.values import parse_birth_date
from pepites.regional import services
from pepites.regional.models import Domain
from pepites.regional.values import IncomingRecord, InsNumber, Received

DEMO_OID = "1.2.250.1.213.1.4.11"
INS = {
    "louise": InsNumber(DEMO_OID, "285079730200175"),
    "decembre": InsNumber(DEMO_OID, "199129730212376"),
    "bresil": InsNumber(DEMO_OID, "185099941612353"),
    "haiti": InsNumber(DEMO_OID, "285099941045644"),
}
SAVANE, SAUT = "CHS", "CHGS"
KNOWN = {SAVANE: slice(10, 250, 6), SAUT: slice(12, 250, 9)}
"""Which demo persons each hospital knows too."""


class ActorsLike(Protocol):
    """What this module needs of ``build.Actors``."""

    def actor(self, login: str, place: int = 0) -> Actor: ...


@dataclass(frozen=True, slots=True)
class Trap:
    """One identity of one hospital, as its admission office typed it."""

    where: str
    local_id: str
    birth_name: str
    given_names: str
    birth: str
    sex: str
    place: str
    more: tuple[tuple[str, Any], ...] = ()

    def record(self) -> IncomingRecord:
        """The message that the hospital sends."""
        return _record(
            self.local_id, self.birth_name, self.given_names, self.birth, self.sex, self.place, dict(self.more)
        )


def _more(**values: Any) -> tuple[tuple[str, Any], ...]:
    return tuple(values.items())


def traps() -> tuple[Trap, ...]:
    """Each pair, told by its rule; the newborns are ten days old whenever the demo is built."""
    baby = (today() - dt.timedelta(days=10)).strftime("%d/%m/%Y")
    family = _more(phone="0639 98 30 40", mother="AFOEBA")
    return (
        # GUY-5: name and given name inverted
        Trap(SAVANE, "S-2001", "Joseph", "Wilner", "12/05/1979", "M", "99410"),
        Trap(SAUT, "G-2001", "Wilner", "Joseph", "12/05/1979", "M", "99410"),
        # GUY-6: five names against two, then against one
        Trap(SAVANE, "S-2002", "da Silva Ferreira Costa Barbosa Lima", "José Raimundo", "23/08/1971", "M", "99416"),
        Trap(SAUT, "G-2002", "Ferreira Lima", "Raimundo", "23/08/1971", "M", "99416"),
        Trap(SAVANE, "S-2003", "Alvarenga do Monte Pinheiro Souza Lima", "Benedita Rosa", "14/07/1946", "F", "99416"),
        # GUY-8, GUY-4: oe, ou, u and the 31st of December
        Trap(SAVANE, "S-2004", "Poeketi", "Wensley", "1961", "M", "97360", _more(phone="0639 98 31 41")),
        Trap(SAUT, "G-2004", "Pouketi", "Wensli", "31/12/1961", "M", "97360", _more(phone="0639 98 31 41")),
        Trap(SAUT, "G-2005", "Maipoeti", "Kaluwa", "31/12/1958", "M", "97353"),
        # GUY-11: twins
        Trap(SAVANE, "S-2006", "Adawi", "Kali", "03/03/2022", "M", "97311", (*family, ("rank", 1))),
        Trap(SAUT, "G-2006", "Adawi", "Kalo", "03/03/2022", "M", "97311", (*family, ("rank", 2))),
        Trap(SAUT, "G-2007", "Koleko", "Kalina", "03/03/2025", "F", "97311", _more(phone="0639 98 23 33")),
        # GUY-12: a mother, and her child before and after its declaration
        Trap(SAUT, "G-2008", "Afoeba", "Sisa", "02/02/1999", "F", "97357", _more(phone="0639 98 32 42")),
        Trap(SAUT, "G-2009", "Afoeba", "Bébé fille", baby, "F", "97311", _more(phone="0639 98 32 42", mother="AFOEBA")),
        Trap(SAVANE, "S-2009", "Afoeba", "Bébé fille", baby, "F", "97311", _more(phone="0639 98 32 42", mother="AFOEBA")),
        # STIC-7: one person, two numbers of one hospital
        Trap(SAVANE, "S-2010", "Gratienne", "Solange", "08/08/1955", "F", "97302", _more(phone="0639 98 33 43")),
        Trap(SAVANE, "S-2011", "Gratienne", "Solange Marie", "08/08/1955", "F", "97302", _more(phone="0639 98 33 43")),
        # §5.4 point 6: homonyms
        Trap(SAVANE, "S-2012", "Joseph", "Rose-Merline", "17/06/1990", "F", "99410", _more(phone="0639 98 34 44", mother="METELUS")),
        Trap(SAUT, "G-2012", "Joseph", "Rose Merline", "17/06/1990", "F", "99410", _more(phone="0639 98 35 45", mother="DORVILUS")),
        # STIC-5: the same qualified INS, linked at once
        Trap(SAVANE, "S-2013", "Test-Guyane", "Louise Amandine", "14/07/1985", "F", "97302", _more(ins="louise")),
        Trap(SAUT, "G-2013", "Test-Guyane", "Louise Amandine", "14/07/1985", "F", "97302", _more(ins="louise")),
    )  # fmt: skip


def feed_hospitals(actors: ActorsLike, progress: Callable[[str], None]) -> None:
    """Declare both hospitals, feed them, then tell what happened to three pairs."""
    system = system_actor("demo", channel=Channel.COMMAND)
    with unit_of_work(system):
        domains = _domains(system)
        people = population()
        for code, part in KNOWN.items():
            known = [_known(code, number, spec) for number, spec in list(enumerate(people))[part]]
            services.receive_batch(actor=system, domain=domains[code], records=known)
    cell = actors.actor("epalmarin")
    for trap in traps():
        with unit_of_work(system):
            services.receive_record(actor=system, domain=domains[trap.where], record=trap.record())
    _histories(system, cell, domains)
    progress("Serveur régional : deux établissements, leurs identités, les cartes de la cellule")


def _domains(system: Actor) -> dict[str, Domain]:
    named = (
        (
            SAVANE,
            "Centre hospitalier de la Savane (démo)",
            "1.2.250.1.999.1",
            "Mme Rosalinde Tamarin",
            dt.date(2026, 1, 12),
        ),
        (SAUT, "Centre hospitalier du Grand-Saut (démo)", "1.2.250.1.999.2", "", None),
    )
    return {
        code: services.set_domain(
            actor=system, code=code, name=name, oid=oid, uri=f"urn:demo:{code.lower()}:ipp", referent=referent,
            cell_contact="identito@demo.exemple" if referent else "", charter_signed_on=signed,
        )
        for code, name, oid, referent, signed in named
    }  # fmt: skip


def _known(code: str, number: int, spec: PersonSpec) -> IncomingRecord:
    """A demo person as the hospital knows them: another number, sometimes the used name first or no phone."""
    values = {"phone": spec.phone if number % 4 else ""}
    if spec.used_name and number % 5 == 0:
        values["used"] = spec.used_name
    return _record(
        f"{code[-1]}-{1000 + number}", spec.birth_name, spec.given_names, spec.birth, spec.sex, spec.birth_place, values
    )


def _record(
    local_id: str, name: str, given: str, birth: str, sex: str, place: str, values: dict[str, Any]
) -> IncomingRecord:
    ins = INS.get(str(values.get("ins", "")))
    traits = IdentityTraits(
        birth_name=name, first_given_name="", given_names=given, birth_date=parse_birth_date(birth, today()), sex=sex,
        birth_place_cog=place, used_name=str(values.get("used", "")), mother_name=str(values.get("mother", "")),
        multiple_birth="rank" in values,
    )  # fmt: skip
    return IncomingRecord(
        local_id, traits, status="QUAL" if ins else str(values.get("status", "PROV")), ins=ins,
        phones=tuple(filter(None, [str(values.get("phone", ""))])), birth_rank=values.get("rank"),
    )  # fmt: skip


def _histories(system: Actor, cell: Actor, domains: dict[str, Domain]) -> None:
    """Two INS in one person; an INS lost, a person who changed; a separation asked for."""
    one = Trap(SAVANE, "S-2020", "Pierre", "Guerda", "20/09/1985", "F", "99410")
    two = Trap(SAUT, "G-2020", "Pierre", "Guerda", "20/09/1985", "F", "99410")
    first, second = _send(system, domains, one), _send(system, domains, two)
    _link(cell, first, second)
    _send(system, domains, replace(one, more=_more(ins="haiti")))
    _send(system, domains, replace(two, more=_more(ins="louise")))
    three = Trap(SAVANE, "S-2021", "Nascimento", "Edson", "11/09/1985", "M", "99416", _more(ins="bresil"))
    four = replace(three, where=SAUT, local_id="G-2021")
    _send(system, domains, three)
    _send(system, domains, four)
    _send(system, domains, replace(four, given_names="Josivaldo", birth="02/04/1968", more=_more(status="VALI")))
    five = Trap(SAVANE, "S-2022", "Castillo Díaz", "Luz", "05/05/1992", "F", "99408")
    six = Trap(SAUT, "G-2022", "Castillo", "Luz Mercedes", "05/05/1992", "F", "99408")
    left, right = _send(system, domains, five), _send(system, domains, six)
    _link(cell, left, right)
    with unit_of_work(cell):
        services.request_unlink(
            actor=cell,
            record_public_id=right.record_public_id,
            reason="Le service dit avoir vu deux sœurs le même jour",
        )


def _send(system: Actor, domains: dict[str, Domain], trap: Trap) -> Received:
    with unit_of_work(system):
        return services.receive_record(actor=system, domain=domains[trap.where], record=trap.record())


def _link(cell: Actor, one: Received, two: Received) -> None:
    with unit_of_work(cell):
        services.link_records(
            actor=cell, record_public_id=one.record_public_id, other_public_id=two.record_public_id,
            reason="Démonstration : même passeport vu par les deux admissions",
        )  # fmt: skip
