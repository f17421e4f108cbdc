"""What is asked of INSi, one call after the other (INSI-1, INSI-2, §3.4). Pure."""

from collections.abc import Iterator
from enum import StrEnum

from pepites.common.errors import DomainError
from pepites.common.text import fold
from pepites.identity.normalisation import UNKNOWN_PLACE
from pepites.identity.phonetics import PARTICLES
from pepites.identity.ports import InsiQuery
from pepites.identity.traits import IdentityTraits

LIGATURES = frozenset("ÆŒæœß")
MAX_NAMES = 3


class Variant(StrEnum):
    """How the operator varies the criteria after « aucune identité » (INSI-2); the swap is theirs to confirm."""

    AS_IS = ""
    HYPHEN = "tiret"
    PARTICLE = "particule"
    SWAP = "inversion"


VARIANT_LABELS = {
    Variant.AS_IS: "Les traits tels quels",
    Variant.HYPHEN: "Espace à la place du tiret, ou l'inverse",
    Variant.PARTICLE: "Le nom sans sa particule",
    Variant.SWAP: "Le nom et le premier prénom inversés (vérifiez la pièce)",
}


def check_before_call(traits: IdentityTraits, *, transliterate: bool = True) -> None:
    """INSI-1: what cannot be asked never leaves. Raises ``DomainError`` that names the trait."""
    if traits.sex not in ("M", "F"):
        raise DomainError(
            "INSi demande un sexe masculin ou féminin : complétez le trait avant d'interroger.", field="sex"
        )
    typed = f"{traits.birth_name_typed}{traits.given_names_typed}"
    if not transliterate and LIGATURES & set(typed):
        raise DomainError(
            "Le nom contient une ligature (æ, œ) qu'INSi n'accepte pas : écrivez les deux lettres.", field="birth_name"
        )
    traits.checked()


def transliterated(traits: IdentityTraits) -> str:
    """What is sent when it is not what was typed, letters apart from accents: shown to the operator (INSI-1)."""
    typed = f"{traits.birth_name_typed} {traits.given_names_typed}"
    return f"{traits.birth_name} {traits.given_names}" if LIGATURES & set(typed) else ""


def queries(traits: IdentityTraits, variant: Variant = Variant.AS_IS) -> Iterator[InsiQuery]:
    """The default sequence: given name 1, 2, 3, then the whole list, one at a time (INSI-2)."""
    name, given_names, first = _varied(traits, variant)
    each = [first, *[one for one in given_names.split(" ") if one][:MAX_NAMES], given_names]
    for rank, given in enumerate(dict.fromkeys(each), start=1):
        label = "liste des prénoms" if given == given_names and rank > 1 else f"prénom {rank}"
        yield InsiQuery(name, given, traits.sex, traits.birth_date.stored, variant=_said(label, variant))


def narrower(traits: IdentityTraits, variant: Variant = Variant.AS_IS) -> Iterator[InsiQuery]:
    """After « plusieurs identités »: the other given names, then the place of birth (§3.4)."""
    name, given_names, first = _varied(traits, variant)
    born, place = traits.birth_date.stored, traits.birth_place_cog
    if given_names != first:
        yield InsiQuery(name, given_names, traits.sex, born, variant=_said("liste des prénoms", variant))
    if place != UNKNOWN_PLACE:
        yield InsiQuery(name, first, traits.sex, born, place, _said("avec le lieu de naissance", variant))
        if given_names != first:
            yield InsiQuery(name, given_names, traits.sex, born, place, _said("liste des prénoms et lieu", variant))


def _said(label: str, variant: Variant) -> str:
    return f"{label} ({variant.value})" if variant else label


def _varied(traits: IdentityTraits, variant: Variant) -> tuple[str, str, str]:
    name, given_names, first = traits.birth_name, traits.given_names, traits.first_given_name
    if variant is Variant.HYPHEN:
        return _other_joint(name), _other_joint(given_names), _other_joint(first)
    if variant is Variant.PARTICLE:
        kept = [word for word in name.replace("'", " ").split(" ") if word not in PARTICLES]
        return " ".join(kept) or name, given_names, first
    if variant is Variant.SWAP:
        return first, name.replace("--", "-"), name.replace("--", "-")
    return name, given_names, first


def _other_joint(name: str) -> str:
    folded = fold(name)
    return folded.replace("-", " ").strip() if "-" in folded else folded.replace(" ", "-")
