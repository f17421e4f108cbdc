"""Small invented extractions of the national directory."""

import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pepites.directory.enums import Scope
from pepites.directory.models import DirectoryLoad
from pepites.directory.national.columns import normalise
from pepites.directory.national.invented import LABELS, rpps
from pepites.directory.national.loading import load_files

TITLES = LABELS.removesuffix("|").split("|")
NAMES = [normalise(title) for title in TITLES]
SKILL_TITLES = (
    "Type d'identifiant PP|Identifiant PP|Identification nationale PP|Nom d'exercice|Prénom d'exercice|Code profession|"
    "Libellé profession|Code catégorie professionnelle|Libellé catégorie professionnelle|Code type savoir-faire|"
    "Libellé type savoir-faire|Code savoir-faire|Libellé savoir-faire|"
)
DIPLOMA_TITLES = (
    "Type d'identifiant PP|Identifiant PP|Identification nationale PP|Nom d'exercice|Prénom d'exercice|"
    "Code type diplôme obtenu|Libellé type diplôme obtenu|Code diplôme obtenu|Libellé diplôme obtenu|"
    "Code type autorisation|Libellé type autorisation|Code discipline autorisation|Libellé discipline autorisation|"
)
_ADDRESS = "_coord_structure"


def line(number: int = 1, **values: str) -> str:
    """One line of Personne_activite; ``values`` by short names (``nom``, ``ville``…) or by normalised column names."""
    short = {
        "nom": "nom_d_exercice", "prenom": "prenom_d_exercice", "profession": "libelle_profession",
        "code": "code_profession", "specialite": "libelle_savoir_faire", "structure": "raison_sociale_site",
        "technique": "identifiant_technique_de_la_structure", "ville": f"libelle_commune{_ADDRESS}",
        "commune": f"code_commune{_ADDRESS}", "fonction": "libelle_fonction", "mode": "code_mode_exercice",
    }  # fmt: skip
    fields = {
        "type_d_identifiant_pp": "8", "identifiant_pp": rpps(number), "identification_nationale_pp": f"8{rpps(number)}",
        "nom_d_exercice": "DURAND", "prenom_d_exercice": "Alice", "code_profession": "60",
        "libelle_profession": "Infirmier", "code_categorie_professionnelle": "C", "code_mode_exercice": "S",
        "libelle_mode_exercice": "Salarié", "identifiant_technique_de_la_structure": "F970300001",
        "raison_sociale_site": "CENTRE HOSPITALIER", f"libelle_commune{_ADDRESS}": "CAYENNE",
        f"code_commune{_ADDRESS}": "97302", "code_fonction": "FON-AU", "libelle_fonction": "Autre fonction",
    }  # fmt: skip
    fields |= {short.get(name, name): value for name, value in values.items()}
    if "specialite" in values:
        fields |= {"code_savoir_faire": values["specialite"][:4].upper(), "code_type_savoir_faire": "S"}
        fields |= {"libelle_type_savoir_faire": "Spécialité ordinale"}
    if "ville" in values and "technique" not in values and values["ville"]:
        fields |= {"identifiant_technique_de_la_structure": f"R{len(values['ville']):07d}"}
    return "|".join(fields.get(name, "") for name in NAMES) + "|"


def extraction(
    folder: Path, lines: Iterable[str], *, name: str = "PS_LibreAcces_Personne_activite_202611250841.txt",
    titles: str = LABELS, end: str = "\n", bom: bool = False,
) -> Path:  # fmt: skip
    path = folder / name
    text = end.join((titles, *lines)) + end
    path.write_bytes((b"\xef\xbb\xbf" if bom else b"") + text.encode())
    return path


def archive(folder: Path, *files: Path) -> Path:
    path = folder / "PS_LibreAcces.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for one in files:
            target.write(one, one.name)
    return path


class Silent:
    """Listens to a load and says nothing; keeps the names of the files really read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def reading(self, name: str, size: int) -> Callable[[int], None]:
        self.read.append(name)
        return lambda _: None

    def step(self, text: str) -> None:
        pass


def load(*paths: Path, **options: Any) -> DirectoryLoad:
    """Load, without the floor unless asked; the register's line of the first file."""
    options = {"scope": Scope.FRANCE, "force": False, "listener": Silent()} | options
    return load_files(paths, **options)[0]
