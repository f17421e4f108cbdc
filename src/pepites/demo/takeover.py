"""What a network of the demo brought from a former tool: an archive made on the spot, taken over. All invented."""

import csv
import io
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from pepites.coordination.takeover.archive import open_archive
from pepites.coordination.takeover.service import Takeover, take_over
from pepites.demo.stories import ActorsLike
from pepites.networks.models import Network
from pepites.patients.models import Patient

_TOOL = "Ancien carnet"
_WHO = ("nom", "prenom", "naissance")
_MESSAGES = (
    ("M1", "C1", "2023-03-14 09:12", "Paul Aubin", "", "Infirmier", "Elle rentre mardi. Qui prévient sa fille ?"),
    ("M2", "C1", "2023-03-14 10:40", "Maïté Robinel", "mrobinel", "", "Je l'appelle ce matin."),
    ("M3", "C1", "2023-03-15 08:05", "Paul Aubin", "", "Infirmier", "Merci. Je passe mercredi pour le pansement."),
)
_NOTES = (
    ("N1", "2023-03-22", "Paul Aubin", "Infirmier", "Visite à domicile. Marche avec une canne, moral bon."),
    ("N2", "2023-06-02", "Paul Aubin", "Infirmier", "Deux marches à l'entrée, pas de rampe. À revoir avec la famille."),
)


def take_over_history(actors: ActorsLike, people: dict[str, list[Patient]]) -> None:
    """The history of one person of the first network, as its coordination would bring it."""
    patient = next(one for one in people["maia"] if one.consents.exists() and not one.birth_date_interpreted)
    who = (patient.birth_name, patient.first_given_name, f"{patient.birth_date:%d/%m/%Y}")
    conversation = ("C1", *who, "Retour à la maison", "mrobinel | ofontanel | Paul Aubin")
    written = ("id", "date", "auteur", "fonction", "texte", *_WHO)
    said = ("id", "conversation", "date", "auteur", "auteur_id", "fonction", "texte")
    with tempfile.TemporaryDirectory(prefix="pepites-demo-") as folder:
        path = Path(folder) / "ancien-carnet.zip"
        with zipfile.ZipFile(path, "w") as target:
            opened = [("id", *_WHO, "titre", "participants"), conversation]
            target.writestr("conversations.csv", _table(opened))
            target.writestr("messages.csv", _table([said, *_MESSAGES]))
            target.writestr("notes.csv", _table([written, *((*note, *who) for note in _NOTES)]))
        with open_archive(path) as archive:
            take_over(Takeover(actors.actor("mrobinel"), Network.objects.get(slug="maia"), _TOOL, archive))


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    target = io.StringIO()
    csv.writer(target, delimiter=";").writerows(rows)
    return target.getvalue()
