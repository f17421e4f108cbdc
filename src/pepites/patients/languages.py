"""Languages met in Guiana, for the identity band and the interpreters: facts, by BCP 47 tag."""

from typing import Final

LANGUAGES: Final[dict[str, str]] = {
    "fr": "français",
    "gcr": "créole guyanais",
    "ht": "créole haïtien",
    "pt": "portugais du Brésil",
    "es": "espagnol",
    "en": "anglais",
    "nl": "néerlandais",
    "srn": "sranan tongo",
    "djk": "nenge tongo (ndjuka, aluku, pamaka)",
    "srm": "saamaka",
    "car": "kali'na",
    "way": "wayana",
    "oym": "wayampi",
    "eme": "teko",
    "plu": "palikur",
    "arw": "lokono",
    "hmn": "hmong",
    "zh": "chinois",
    "ar": "arabe",
    "fsl": "langue des signes française",
}


def language_label(code: str) -> str:
    """French name of a language, its tag when unknown here."""
    return LANGUAGES.get(code, code)
