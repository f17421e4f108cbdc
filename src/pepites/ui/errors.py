"""Words of the error pages: what happened, what was kept, what to do (interface §22)."""

from typing import NamedTuple


class ErrorText(NamedTuple):
    """The four parts of an error page but the code."""

    title: str
    what: str
    kept: str
    todo: str


ERRORS = {
    400: ErrorText(
        "Demande incomplète",
        "La demande reçue était incomplète ou abîmée en chemin.",
        "Rien n'a été modifié.",
        "Revenez en arrière, rechargez la page, puis recommencez.",
    ),
    401: ErrorText(
        "Session terminée",
        "Votre session est terminée.",
        "Votre texte est resté dans la page.",
        "Reconnectez-vous dans un autre onglet, puis revenez l'envoyer.",
    ),
    403: ErrorText(
        "Accès refusé",
        "Votre rôle dans ce lieu d'exercice ne permet pas d'ouvrir cette page.",
        "Rien n'a été modifié. Ce refus est inscrit au journal.",
        "Si vous exercez ailleurs, changez de lieu d'exercice. Sinon, demandez l'accès à la coordination du réseau.",
    ),
    404: ErrorText(
        "Page introuvable",
        "Cette page n'existe pas ou ne vous est pas ouverte.",
        "Rien n'a été modifié.",
        "Vérifiez l'adresse, ou repartez de l'accueil.",
    ),
    409: ErrorText(
        "Modifié entre-temps",
        "Une autre personne a modifié la même chose pendant que vous écriviez.",
        "Votre texte est resté dans la page précédente ; rien n'a été écrasé.",
        "Revenez en arrière, rechargez la page et comparez les deux versions.",
    ),
    413: ErrorText(
        "Envoi trop lourd",
        "Ce que vous envoyez dépasse la taille permise.",
        "Rien n'a été modifié.",
        "Choisissez un fichier plus petit, puis recommencez.",
    ),
    422: ErrorText(
        "Demande refusée",
        "La demande ne peut pas être faite telle quelle.",
        "Rien n'a été modifié.",
        "Revenez en arrière, corrigez, puis recommencez.",
    ),
    429: ErrorText(
        "Trop de demandes",
        "Vous avez fait beaucoup de demandes en peu de temps.",
        "Rien n'a été modifié.",
        "Attendez une minute, puis recommencez.",
    ),
    500: ErrorText(
        "Une erreur s'est produite",
        "L'erreur vient de nous, pas de vous.",
        "Ce qui était enregistré avant l'est toujours. Votre dernier envoi n'a peut-être pas été pris.",
        "Recommencez dans une minute. Si l'erreur revient, donnez le code de cette page à l'assistance.",
    ),
}


def text_for(status: int) -> ErrorText:
    """Words for a status; those of the nearest family when it has none of its own."""
    return ERRORS.get(status) or ERRORS[500 if status >= 500 else 400]
