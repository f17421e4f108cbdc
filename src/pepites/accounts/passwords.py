"""Which passwords are accepted (CNIL 2022-100, case with throttling: 50 bits; PG-11). None expires by itself."""

import re
from functools import lru_cache

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from pepites.accounts.models import User
from pepites.common.errors import DomainError
from pepites.common.text import fold, word_set

SHORTEST, LONGEST = 8, 200
CLASSES = 3
PASSPHRASE_WORDS, PASSPHRASE_LENGTH = 5, 20
DIGITS_ONLY = 16
HINT = (
    "Au moins 8 caractères avec trois sortes parmi minuscules, majuscules, chiffres et signes ; ou une phrase"
    " d'au moins 5 mots. Sans votre nom ni un mot courant suivi d'une année."
)
_LEET = str.maketrans("0134578@$€!", "OIEASTBASEI")
_WORD_AND_NUMBER = re.compile(r"^[^\W\d_]+(19|20)\d\d\W*$")
_COMMON = word_set(
    "GUYANE CAYENNE KOUROU MARIPASOULA MATOURY SINNAMARY IRACOUBO MANA AMAZONIE MARONI OYAPOCK FRANCE PEPITE PEPITES"
    " MAIA DIAM PERINAT SANTE HOPITAL MEDECIN DOCTEUR INFIRMIER INFIRMIERE PATIENT USAGER PASSWORD PASSWD MOTDEPASSE"
    " MOTPASSE SECRET BONJOUR SOLEIL DOUDOU CHOUCHOU AZERTY AZERTYUIOP QWERTY QWERTYUIOP QSDFGH ADMIN ADMINISTRATEUR"
    " WELCOME LETMEIN BIENVENUE CONNEXION CHANGEMOI CHANGEME LOULOU MARSEILLE NICOLAS JETAIME"
)


def weakness(password: str, user: User) -> str:
    """Why a password is refused, in French; empty when it is accepted."""
    if len(password) < SHORTEST:
        return "Il faut au moins 8 caractères."
    if len(password) > LONGEST:
        return "Il faut au plus 200 caractères."
    if _names_the_person(password, user):
        return "N'utilisez ni votre nom ni votre identifiant dans le mot de passe."
    if len(set(password)) < 5:
        return "Ce mot de passe répète trop les mêmes caractères."
    if _is_passphrase(password) or (password.isdigit() and len(password) >= DIGITS_ONLY):
        return ""
    if _is_common(password):
        return "Ce mot de passe est trop courant. Choisissez-en un que personne ne peut deviner."
    if _classes(password) < CLASSES:
        return "Mêlez trois sortes de caractères (minuscules, majuscules, chiffres, signes) ou écrivez 5 mots."
    return ""


def require_sound_password(password: str, user: User, *, field: str = "password") -> None:
    """Raise ``DomainError`` with the reason when the password is too weak."""
    reason = weakness(password, user)
    if reason:
        raise DomainError(reason, field=field)


def _classes(password: str) -> int:
    kinds = (str.islower, str.isupper, str.isdigit, lambda character: not character.isalnum())
    return sum(any(kind(character) for character in password) for kind in kinds)


def _is_passphrase(password: str) -> bool:
    words = [word for word in re.split(r"[\s\-_.,]+", password) if len(word) > 1]
    return (
        len(words) >= PASSPHRASE_WORDS
        and len(password) >= PASSPHRASE_LENGTH
        and len(set(words)) >= PASSPHRASE_WORDS - 1
    )


def _names_the_person(password: str, user: User) -> bool:
    held = _own_words(user)
    if _is_passphrase(password):
        return bool(held & set(re.split(r"[^A-Z]+", fold(password))))
    folded = fold(password)
    plain = folded.translate(_LEET)
    return any(word in folded or word in plain for word in held)


def _own_words(user: User) -> set[str]:
    texts = [user.login, user.email.partition("@")[0]]
    if user.professional is not None:
        texts += [user.professional.family_name, user.professional.given_name]
    found: set[str] = set()
    for text in texts:
        parts = re.split(r"[^A-Z]+", fold(text))
        found |= {*parts, "".join(parts)}
    return {word for word in found if len(word) >= 4}


def _is_common(password: str) -> bool:
    bare = fold(password).strip(" 0123456789!?.,;:@#$*+-_")
    letters, disguised = (re.sub(r"[^A-Z]+", "", text) for text in (bare, bare.translate(_LEET)))
    if letters in _COMMON or disguised in _COMMON or _WORD_AND_NUMBER.match(password):
        return True
    try:
        for text in (password, letters.lower(), disguised.lower()):
            _dictionary().validate(text)
    except ValidationError:
        return True
    return False


@lru_cache(maxsize=1)
def _dictionary() -> CommonPasswordValidator:
    return CommonPasswordValidator()
