"""The sex as structures write it: a letter, a number, a word, a civility."""

from typing import Final

from pepites.common.text import words

_SEXES: Final[dict[str, str]] = {
    word: sex
    for sex, text in {
        "M": "M H G 1 MR MONSIEUR MASCULIN MASC HOMME GARCON MALE MSR MASCULINO HOMBRE MAN BOY MESSIEURS SR",
        "F": "F 2 MME MADAME MLLE MELLE MADEMOISELLE FEMININ FEM FEMME FILLE FEMALE W FILLETTE FEMININO MLE DAME "
        "WOMAN GIRL MELE MMES VVE VEUVE SRA",
    }.items()
    for word in text.split()
}


def read_sex(*texts: str) -> str:
    """`M`, `F`, or `I` when neither the sex nor the civility says it. The first clear text wins: `M/F` is not."""
    for text in texts:
        key = words(text.replace("♂", "M").replace("♀", "F"))
        if sex := _SEXES.get(key):
            return sex
        said = [_SEXES[word] for word in key.split() if word in _SEXES]
        if said and len(set(said)) == 1 and key.split()[0] in _SEXES:
            return said[0]
    return "I"
