"""The tables of an archive, line by line: titles known by their words, each value checked (ADR 0032)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from pepites.common.clock import CAYENNE, now, today
from pepites.common.text import word_set, words
from pepites.coordination.importing.errors import ImportFileError
from pepites.coordination.importing.reader import open_sheets
from pepites.coordination.takeover.enums import TABLE_LABELS, Table
from pepites.identity.dates import DateError, parse_birth_date
from pepites.identity.normalisation import TraitError, strict_birth_name, strict_given_name, strict_ins
from pepites.identity.sexes import read_sex

MAX_TEXT: Final = 20_000
MAX_ID: Final = 100
_OLDEST: Final = 1990
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_TITLES: Final[dict[str, str]] = {
    title: column
    for column, titles in {
        "id": "ID|IDENTIFIANT|NUMERO",
        "dossier": "DOSSIER|N DOSSIER|NO DOSSIER|NUMERO DE DOSSIER",
        "ins": "INS|MATRICULE INS",
        "nom": "NOM|NOM DE NAISSANCE",
        "prenom": "PRENOM|PRENOMS",
        "naissance": "NAISSANCE|DATE DE NAISSANCE|DATE NAISSANCE|NE LE|NE E LE",
        "sexe": "SEXE",
        "titre": "TITRE|SUJET|OBJET",
        "participants": "PARTICIPANTS|MEMBRES",
        "conversation": "CONVERSATION|ID CONVERSATION|FIL",
        "message": "MESSAGE|ID MESSAGE",
        "note": "NOTE|ID NOTE",
        "date": "DATE|DATE HEURE|ECRIT LE|DATE ET HEURE",
        "auteur": "AUTEUR|NOM AUTEUR",
        "auteur_id": "AUTEUR ID|ID AUTEUR|RPPS AUTEUR|RPPS",
        "fonction": "FONCTION|AUTEUR FONCTION|METIER",
        "texte": "TEXTE|CONTENU",
        "fichier": "FICHIER|PIECE|CHEMIN",
    }.items()
    for title in titles.split("|")
}
NEEDED: Final[dict[Table, frozenset[str]]] = {
    Table.CONVERSATIONS: word_set("id"),
    Table.NOTES: word_set("id date texte"),
    Table.MESSAGES: word_set("id conversation date texte"),
    Table.DOCUMENTS: word_set("id fichier"),
}
_MOMENTS: Final = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y %Hh%M",
    "%d/%m/%Y",
)  # fmt: skip


class LineError(Exception):
    """Why one line is left aside: French, to go into the report."""


@dataclass(frozen=True, slots=True)
class PersonKeys:
    """What a line says of its person: number in the network, INS, strict traits. Empty parts are not said."""

    number: str = ""
    ins: str = ""
    birth_name: str = ""
    given_names: str = ""
    birth_date: date | None = None
    sex: str = "I"

    @property
    def said(self) -> bool:
        """Whether anything names the person."""
        return bool(self.number or self.ins or self.birth_name)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its number as a spreadsheet shows it, its cells by column."""

    table: Table
    number: int
    cells: dict[str, str]

    def cell(self, column: str) -> str:
        """One short cell, tidied; empty when there is none."""
        return " ".join(self.cells.get(column, "").split())

    def identifier(self, column: str = "id") -> str:
        """The identifier given by the former tool. Raises ``LineError``."""
        value = self.cell(column)
        if not value:
            raise LineError("L'identifiant manque : sans lui, une seconde reprise écrirait deux fois.")
        if len(value) > MAX_ID:
            raise LineError(f"L'identifiant dépasse {MAX_ID} caractères.")
        return value

    def text(self) -> str:
        """What was written, without control or direction marks. Raises ``LineError``."""
        value = _CONTROL.sub("", self.cells.get("texte", "").replace("\r\n", "\n")).strip()
        if not value:
            raise LineError("Le texte est vide.")
        if len(value) > MAX_TEXT:
            raise LineError(f"Le texte dépasse {MAX_TEXT} caractères.")
        return value

    def moment(self) -> datetime:
        """When it was written, in Cayenne unless the text says otherwise. Raises ``LineError``."""
        value = self.cell("date").replace("T", " ")
        read = _moment(value)
        if read is None:
            raise LineError("La date est illisible : écrivez AAAA-MM-JJ HH:MM ou JJ/MM/AAAA HH:MM.")
        if read > now() + timedelta(minutes=10):
            raise LineError("La date est dans le futur.")
        if read.year < _OLDEST:
            raise LineError(f"La date est antérieure à {_OLDEST}.")
        return read

    def person(self) -> PersonKeys:
        """What names the person. Raises ``LineError`` when something said cannot be read: nothing is guessed."""
        try:
            ins = strict_ins(self.cell("ins")) if self.cell("ins") else ""
            name, given = self.cell("nom"), self.cell("prenom")
            if not (name and given and self.cell("naissance")):
                return PersonKeys(number=self.cell("dossier"), ins=ins)
            birth = parse_birth_date(self.cell("naissance"), today())
            if birth.interpreted or birth.century_guessed:
                return PersonKeys(number=self.cell("dossier"), ins=ins)
            return PersonKeys(
                self.cell("dossier"), ins, strict_birth_name(name), strict_given_name(given), birth.stored,
                read_sex(self.cell("sexe")),
            )  # fmt: skip
        except TraitError as error:
            raise LineError(error.message) from None
        except DateError as error:
            raise LineError(str(error)) from None


def _moment(value: str) -> datetime | None:
    for shape in _MOMENTS:
        try:
            return datetime.strptime(value, shape).replace(tzinfo=CAYENNE)
        except ValueError:
            continue
    try:
        read = datetime.fromisoformat(value)
    except (ValueError, OverflowError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=CAYENNE)


def read_table(table: Table, path: Path) -> Iterator[Line]:
    """The lines of a table, empty ones left out. Raises ``ImportFileError`` when its titles or its shape are wrong."""
    rows = open_sheets(path)[0].rows()
    columns: list[str] = []
    for number, cells in rows:
        texts = [str(cell) for cell in cells]
        if not any(text.strip() for text in texts):
            continue
        if not columns:
            columns = _columns(table, texts)
            continue
        yield Line(table, number, {name: text for name, text in zip(columns, texts, strict=False) if name})


def _columns(table: Table, titles: list[str]) -> list[str]:
    found = [_TITLES.get(words(title), "") for title in titles]
    double = sorted({name for name in found if name and found.count(name) > 1})
    missing = sorted(NEEDED[table] - set(found))
    if missing or double:
        fault = (
            f"colonnes manquantes : {', '.join(missing)}" if missing else f"colonnes en double : {', '.join(double)}"
        )
        raise ImportFileError(f"« {table}.csv » ({TABLE_LABELS[table].lower()}), {fault}.")
    return found


def count_lines(tables: dict[Table, Path]) -> int:
    """How many lines there are in all; checks every title and the shape of every file on the way."""
    return sum(1 for table, path in tables.items() for _ in read_table(table, path))
