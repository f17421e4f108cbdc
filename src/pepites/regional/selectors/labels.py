"""French words of the cell's screens."""

import datetime as dt

from pepites.common.clock import CAYENNE, now
from pepites.identity.selectors.labels import attribute_labels, birth_date_label, sex_label, status_label
from pepites.regional.engine import Veto, likelihood
from pepites.regional.models import RegionalRecord
from pepites.terminology.selectors import place_label

VETOES = {
    Veto.INS: "deux INS qualifiées différentes",
    Veto.SEX: "sexes différents",
    Veto.DATES: "plus de deux ans entre deux dates exactes",
    Veto.DOMAIN: "deux identités du même domaine : un doublon à traiter par lui",
    Veto.DOUBTFUL: "une identité est douteuse",
    Veto.NEWBORN: "nouveau-né de moins de 28 jours",
    Veto.MULTIPLE: "deux naissances multiples",
    Veto.TWINS: "jumeaux possibles : prénoms voisins",
    Veto.INTERPRETED: "les deux dates sont interprétées",
    Veto.RIVALS: "plusieurs personnes conviennent presque autant",
    Veto.GROUP: "un autre membre du groupe s'y oppose, ou deux groupes seraient réunis",
    Veto.CONTRADICTED: "même INS, traits contraires",
    Veto.GIVEN: "prénoms trop différents pour lier sans relecture",
    Veto.SURNAME: "noms de famille sans ressemblance",
}


def veto_label(word: str) -> str:
    """Why the machine leaves a card to a reader."""
    return VETOES.get(word, word)


def chance_label(score: float) -> str:
    """The calibrated chance that it is one person, in words that promise nothing: « 97 % », « plus de 99 % »."""
    chance = likelihood(score)
    return (
        "plus de 99 %" if chance >= 0.995 else "moins de 1 %" if chance < 0.005 else f"{chance:.0%}".replace("%", " %")
    )


def moment(at: dt.datetime | None) -> str:
    """« 12/03/2026 à 14 h 05 », in Cayenne."""
    return f"{at.astimezone(CAYENNE):%d/%m/%Y à %H h %M}" if at else ""


def number_label(record: RegionalRecord) -> str:
    """« n° 123 »; nothing for Pépites, whose number is a technical identifier that nobody reads."""
    return "" if record.domain.code == "PEPITES" else f"n° {record.local_id}"


def due_label(at: dt.datetime | None) -> tuple[str, bool]:
    """What is left of the delay, and whether it is over (STIC-8, SLA clock)."""
    if at is None:
        return "sans délai", False
    left = at - now()
    days, hours = abs(left).days, abs(left).seconds // 3600
    amount = f"{days} j" if days else f"{hours} h"
    return (f"en retard de {amount}", True) if left < dt.timedelta() else (f"reste {amount}", False)


def trait_lines(record: RegionalRecord) -> list[tuple[str, str, str]]:
    """Each trait as (key, label, words): the rows of a card."""
    place = place_label(record.birth_place_cog)
    if record.birth_place_cog != "99999":
        place = f"{place} ({record.birth_place_cog})"
    born = birth_date_label(record.birth_date, interpreted=record.birth_date_interpreted)
    ins = f"{record.ins_matricule} (OID {record.ins_oid})" if record.ins_matricule else ""
    aliases = ", ".join(" ".join(filter(None, (name, given, _day(date)))) for name, given, date in record.aliases)
    return [
        ("birth_name", "Nom de naissance", record.birth_name),
        ("given_names", "Prénoms", record.given_names),
        ("birth_date", "Date de naissance", born),
        ("sex", "Sexe", sex_label(record.sex)),
        ("birth_place", "Lieu de naissance", place),
        ("used_name", "Nom utilisé", " ".join(filter(None, (record.used_name, record.used_given_name)))),
        ("aliases", "Autres noms et dates", aliases),
        ("mother_name", "Nom de la mère", record.mother_name),
        ("phones", "Téléphones", ", ".join(record.phones)),
        ("commune", "Commune", place_label(record.commune_cog)),
        ("birth_rank", "Naissance multiple", _multiple(record)),
        ("status", "Statut", status_label(record.status)),
        ("attributes", "Attributs", ", ".join(attribute_labels(",".join(record.attributes)))),
        ("ins", "Matricule INS", ins),
    ]  # fmt: skip


def _day(date: str | None) -> str:
    return f"né(e) le {dt.date.fromisoformat(date):%d/%m/%Y}" if date else ""


def _multiple(record: RegionalRecord) -> str:
    if not record.multiple_birth and record.birth_rank is None:
        return ""
    return f"oui, rang {record.birth_rank}" if record.birth_rank else "oui"
