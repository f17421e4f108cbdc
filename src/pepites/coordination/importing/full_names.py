"""Name and given name in one cell: told apart by the comma, the capitals, the mother's name, the word count."""

import re
from typing import Final

from pepites.common.text import fold, word_set, words

_CIVILITY = re.compile(
    r"^(?:(?:M|MR|MME|MLLE|MELLE|MONSIEUR|MADAME|MADEMOISELLE|ENFANT|DR|M\.|MR\.|MME\.)[ .]+)+(?=\S)", re.IGNORECASE
)
_BORN = re.compile(r"^(?P<use>.+?)[ ,(]+n[ée]+(?:\(e\))?[ :]+(?P<birth>[^()]+?)\)?$", re.IGNORECASE)
_MARRIED = re.compile(
    r"^(?P<birth>.+?)[ ,(]+(?:[ée]pouse|[ée]p\.?|[ée]pse\.?|veuve|vve\.?|femme)[ :]+(?P<use>[^()]+?)\)?$",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"^(?P<before>.+?)(?P<open>[ ,]*\(|[ ,]+)"
    r"(?:(?P<born>n[ée]+(?:\(e\))?)|[ée]pouse|[ée]p\.?|[ée]pse\.?|veuve|vve\.?|femme)[ :]+"
    r"(?P<after>[^()]+?)(?P<shut>\)?)$",
    re.IGNORECASE,
)
_PARTICLES: Final = word_set("DA DE DO DOS DAS DEL DU LA LE LES LOS VAN VON DER DEN SAN SAINT ST STE SAINTE")
_SUFFIXES: Final = word_set("FILHO FILHA NETO NETA JUNIOR JR SOBRINHO")
_NEWBORN: Final = word_set("BB BEBE")


def civility_of(text: str) -> tuple[str, str]:
    """Split `Mme DUPONT Marie` into the civility and the rest."""
    found = _CIVILITY.match(text)
    if found is None:
        return "", text
    return found.group().strip(" ."), text[found.end() :]


def birth_and_use(text: str) -> tuple[str, str]:
    """Split `MARTIN née DUPONT` or `DUPONT ép. MARTIN` into birth name and name in use (empty when not said)."""
    if found := _BORN.match(text) or _MARRIED.match(text):
        return found["birth"].strip(" ,("), found["use"].strip(" ,(")
    return text, ""


def split_person(text: str, *, mother: str = "", given_first: bool = False) -> tuple[str, str, str]:
    """Birth name, given names and name in use of one cell, wherever the married or maiden name stands in it.

    `BELFORT épouse DURAND Marie`, `BELFORT Marie (ép. DURAND)`, `Marie DURAND née BELFORT`: all the same person.
    """
    found = _BESIDE.match(text)
    if found is None:
        birth, given = split_full_name(text, mother=mother, given_first=given_first)
        born, use = birth_and_use(birth)  # `BELFORT (ép. DURAND) Marie`
        return born, given, use
    before, after = found["before"].strip(" ,("), found["after"].strip(" ,(")
    if ("(" in found["open"] and found["shut"]) or _is_whole(before, after):
        name, given = split_full_name(before, mother=mother, given_first=given_first)
        other = after
    else:
        name = before
        other, given = split_full_name(after, mother=mother, given_first=given_first)
    return (other, given, name) if found["born"] else (name, given, other)


def _is_whole(before: str, after: str) -> bool:
    """Whether what stands before « née » or « épouse » is already a name with its given name."""
    first, second = before.split(), after.split()
    if "," in before or "," in after:
        return "," in before
    if _by_case(first) or _by_case(second):
        return _by_case(first) is not None
    return len(_proper(first)) > 1 and len(_proper(second)) == 1


def _proper(tokens: list[str]) -> list[str]:
    return [token for token in tokens if fold(token) not in _PARTICLES]


def split_full_name(text: str, *, mother: str = "", given_first: bool = False) -> tuple[str, str]:
    """Birth name and given names of one cell; an empty part when the cell holds a single word.

    In turn: `DUPONT, Jean` · capitals against small letters (`Jean DUPONT`, `DA SILVA Ana`) · the words shared
    with the mother's name · otherwise one word for the side the header puts last, particles kept together.
    """
    if "," in text:
        left, right = (part.strip() for part in text.split(",", 1))
        return (right, left) if given_first and not left.isupper() else (left, right)
    tokens = text.split()
    if len(tokens) < 2:
        return text.strip(), ""
    if fold(tokens[0]) in _NEWBORN:
        return " ".join(tokens[1:]), tokens[0]
    if by_case := _by_case(tokens):
        return by_case
    if given_first:
        return " ".join(tokens[1:]), tokens[0]
    cut = _shared_with_mother(tokens, mother) or _default_cut(tokens)
    if fold(tokens[cut - 1]) in _PARTICLES and cut > 1:
        return " ".join(tokens[cut - 1 :]), " ".join(tokens[: cut - 1])
    return " ".join(tokens[:cut]), " ".join(tokens[cut:])


def _by_case(tokens: list[str]) -> tuple[str, str] | None:
    """Words in capitals are the name when they stand together at one end and small-letter words at the other."""
    upper = [len(re.sub(r"[^\w]", "", t)) > 1 and t.upper() == t for t in tokens]
    for i, token in enumerate(tokens):
        if fold(token) in _PARTICLES and not token[0].isupper():
            upper[i] = upper[min(i + 1, len(tokens) - 1)]
    if all(upper) or not any(upper):
        return None
    first, last = upper.index(True), len(upper) - 1 - upper[::-1].index(True)
    if not all(upper[first : last + 1]) or (first > 0 and last < len(upper) - 1):
        return None
    name = tokens[first : last + 1]
    return " ".join(name), " ".join(tokens[:first] + tokens[last + 1 :])


def _shared_with_mother(tokens: list[str], mother: str) -> int:
    """How many leading words the mother's name shares, at least one word being left for the given name."""
    shared = 0
    for token, other in zip(tokens[:-1], words(mother.replace("-", "\0")).split(), strict=False):
        if words(token.replace("-", "\0")) != other:
            break
        shared += 1
    return shared


def _default_cut(tokens: list[str]) -> int:
    cut = 1
    while cut < len(tokens) - 1 and fold(tokens[cut - 1]) in _PARTICLES:
        cut += 1
    cut = max(cut, len(tokens) - 1)
    if cut > 1 and fold(tokens[-1]) in _SUFFIXES and len(tokens) > 2:
        cut = len(tokens) - 2
    return cut
