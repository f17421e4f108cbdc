"""Why a sign-in did not hold: a word for the journal, a French sentence that says what to do."""

from typing import Final

from pepites.accounts.ports import IdentificationFailed

AWAY: Final = "Pro Santé Connect ne répond pas. Réessayez dans quelques minutes."
LEVEL: Final = (
    "Pro Santé Connect n'a pas attesté un niveau d'identification suffisant. Identifiez-vous avec votre carte CPS ou"
    " l'application e-CPS."
)
INVALID: Final = (
    "La réponse de Pro Santé Connect n'est pas valable : elle a été refusée. Recommencez ; si cela se répète, prévenez"
    " l'administrateur de votre réseau."
)
NO_NUMBER: Final = (
    "Pro Santé Connect n'a pas donné votre identifiant national. Vérifiez votre inscription à l'annuaire santé auprès"
    " de votre ordre ou de votre employeur."
)
DENIED: Final = "La demande n'a pas été approuvée sur le téléphone. Recommencez si c'était vous."
EXPIRED: Final = "La demande n'a pas été approuvée à temps : elle est abandonnée. Recommencez."
_MESSAGES: Final = {
    "unavailable": AWAY,
    "acr": LEVEL,
    "national_id": NO_NUMBER,
    "phone_denied": DENIED,
    "phone_expired": EXPIRED,
}


def failed(reason: str) -> IdentificationFailed:
    """The refusal for that reason."""
    return IdentificationFailed(reason, _MESSAGES.get(reason, INVALID))
