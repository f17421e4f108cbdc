"""A file of identities, as rows of text: any usual separator and encoding, missing columns empty, clear refusals."""

import codecs
import csv
import io
from pathlib import Path
from typing import Final

import duckdb

from pepites.identity.linkage.base import Base
from pepites.identity.linkage.values import standardise

COLUMNS: Final = (
    "source", "birth_name", "use_name", "given_name", "other_given", "sex", "birth_date", "birth_place", "commune",
    "phone",
    "mother_given", "ins", "address",
)  # fmt: skip
ID: Final = "record_id"
OUTPUT: Final = ("cluster_id", "auto_cluster_id", "link_class", "score")
MAX_LINE: Final = 1_000_000
MAX_COLUMNS: Final = 200
MAX_COMPARED: Final = 300
"""Characters of a value that are compared: likeness costs the square of the length."""
IRREGULAR: Final = (
    "Le fichier n'a pas la forme d'un CSV régulier{where} : vérifiez les guillemets et le nombre de colonnes."
)
_CHUNK: Final = 1 << 20
csv.field_size_limit(MAX_LINE)


class FileError(ValueError):
    """A file that cannot be linked; ``message`` is French and says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def read(base: Base, path: Path, folder: Path, *, without_ins: bool = False) -> list[str]:
    """Load ``given`` (the file's own columns, with ``id`` from 0 in the file's order) and ``rows`` (those compared).

    Returns the file's column names. ``folder`` receives a copy in UTF-8 when the file is in another encoding.
    """
    if not path.is_file():
        raise FileError(f"« {path} » n'existe pas, ou n'est pas un fichier : vérifiez le chemin.")
    text = _in_utf8(path, folder)
    header, separator = _header(text)
    try:
        base.run(
            "CREATE OR REPLACE TABLE given AS SELECT (row_number() OVER () - 1)::int AS id, * FROM read_csv(?,"
            " all_varchar = true, header = true, delim = ?, quote = '\"', escape = '\"', nullstr = '',"
            " max_line_size = ?, auto_detect = false, columns = " + _typed(header) + ", parallel = false)",
            [str(text), separator, MAX_LINE],
        )
    except duckdb.Error as error:
        raise FileError(_sentence(error)) from None
    _check_count(base, text, separator)
    _check_ids(base)
    present = [
        f"left(coalesce(trim({_quoted(name)}), ''), {MAX_COMPARED}) AS {name}" if name in header else f"'' AS {name}"
        for name in COLUMNS
    ]
    base.run(f"CREATE OR REPLACE TABLE rows AS SELECT id, {', '.join(present)} FROM given")
    if without_ins:
        base.run("UPDATE rows SET ins = ''")
    standardise(base)
    return header


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _typed(header: list[str]) -> str:
    names = ", ".join("'" + name.replace("'", "''") + "': 'VARCHAR'" for name in header)
    return "{" + names + "}"


def _in_utf8(path: Path, folder: Path) -> Path:
    """The file itself when it is UTF-8 without a mark, else a copy (Windows-1252 is what else structures send)."""
    with path.open("rb") as file:
        start = file.read(4)
        marked = start.startswith(codecs.BOM_UTF8)
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
            encoding = "utf-8-sig"
        except UnicodeDecodeError:
            encoding = "utf-16" if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "cp1252"
    if encoding == "utf-8-sig" and not marked:
        return path
    copy = folder / "fichier.csv"
    with (
        path.open(encoding=encoding, errors="replace", newline="") as source,
        copy.open("w", encoding="utf-8", newline="") as target,
    ):
        while part := source.read(_CHUNK):
            target.write(part)
    return copy


def _header(path: Path) -> tuple[list[str], str]:
    with path.open(encoding="utf-8", newline="") as file:
        first = file.readline(MAX_LINE)
    if not first.strip():
        raise FileError("Le fichier est vide : il faut une ligne de titres, puis une fiche par ligne.")
    separator = max((",", ";", "\t", "|"), key=first.count)
    names = [name.strip() for name in next(csv.reader(io.StringIO(first), delimiter=separator))]
    if ID not in names:
        wanted = ", ".join((ID, *COLUMNS))
        raise FileError(f"La colonne « {ID} » manque. Colonnes attendues, dans n'importe quel ordre : {wanted}.")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or "" in names or len(names) > MAX_COLUMNS:
        raise FileError("La ligne de titres a une colonne vide, en double ou trop de colonnes : corrigez-la.")
    taken = [name for name in (*OUTPUT, "id") if name in names]
    if taken:
        raise FileError(f"Le fichier a déjà une colonne « {taken[0]} », que le rapprochement ajoute : renommez-la.")
    return names, separator


def _sentence(error: duckdb.Error) -> str:
    words = str(error).splitlines()
    line = next((word for word in words if "Line:" in word or "line" in word.lower()), "")
    number = "".join(c for c in line.partition("ine")[2][:20] if c.isdigit())
    where = f" vers la ligne {number}" if number else ""
    return IRREGULAR.format(where=where)


def _check_count(base: Base, path: Path, separator: str) -> None:
    """Nobody is lost: an open quote would swallow the persons below it."""
    with path.open(encoding="utf-8", newline="") as file:
        try:
            expected = sum(1 for row in csv.reader(file, delimiter=separator, strict=True) if row) - 1
        except csv.Error:
            raise FileError(IRREGULAR.format(where="")) from None
    if expected != int(base.value("SELECT count(*) FROM given")):
        raise FileError(IRREGULAR.format(where=""))


def _check_ids(base: Base) -> None:
    if int(base.value(f"SELECT count(*) FROM given WHERE {ID} IS NULL OR trim({ID}) = ''")):
        line = int(base.value(f"SELECT min(id) + 2 FROM given WHERE {ID} IS NULL OR trim({ID}) = ''"))
        raise FileError(f"Ligne {line} : « {ID} » est vide. Chaque fiche doit avoir le sien.")
    twice = base.rows(f"SELECT {ID} FROM given GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 1")
    if twice:
        raise FileError(
            f"« {ID} » {str(twice[0][0])[:40]} est présent plusieurs fois : chaque fiche doit avoir le sien."
        )
