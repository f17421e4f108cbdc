"""The list that a structure's gestionnaire takes to the RPPS+ portal: CSV that a spreadsheet opens (§4, a)."""

import csv
import io
from collections.abc import Iterable

from pepites.accounts.rppsplus.enums import ROLES, Step
from pepites.accounts.rppsplus.models import RppsRegistration
from pepites.common.text import plain_cell

COLUMNS = ("Nom", "Prénom", "Courriel", "Téléphone", "Code du rôle (R85)", "Rôle", "Prise de fonction", "Étape",
           "Numéro RPPS", "Départ")  # fmt: skip


def as_csv(rows: Iterable[RppsRegistration]) -> str:
    """Semicolons and a BOM, as spreadsheets want here; a cell never starts a formula (CWE-1236)."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(
            [
                plain_cell(value)
                for value in (
                    row.family_name, row.given_name, row.email, row.phone, row.role_code,
                    ROLES.get(row.role_code, ""), _day(row.starts_on), Step(row.step).label, row.rpps,
                    _day(row.left_on),
                )
            ]
        )  # fmt: skip
    return out.getvalue()


def _day(value: object) -> str:
    return f"{value:%d/%m/%Y}" if value else ""
