"""Réécrit la table de docs/conformite/registre.md d'après ce que les applications déclarent."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "conformite" / "registre.md"
BEGIN, END = "<!-- table -->", "<!-- fin de la table -->"
SUBJECTS = {"patient": "personne suivie", "professional": "professionnel"}


def table() -> str:
    from pepites.common.personal_data import registered

    lines = ["| modèle | sur qui | par | catégorie | conservation |", "|---|---|---|---|---|"]
    for label, entry in sorted(registered().items()):
        subject = SUBJECTS.get(entry.subject, entry.subject)
        lines.append(f"| `{label}` | {subject} | `{entry.path}` | {entry.category} | {entry.retention} |")
    return "\n".join(lines)


def main() -> None:
    sys.path.insert(0, str(ROOT / "src"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pepites.config.settings")
    import django

    django.setup()
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
