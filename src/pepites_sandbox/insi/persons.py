"""The persons the simulator knows: the published test identities of the qualification platform, and a Guiana set.

All fictitious. Where no matricule was published, the simulator gives one of its own, with a right key.
"""

from __future__ import annotations

from dataclasses import dataclass

OID_NIR, OID_NIA, OID_TEST, OID_DEMO = (f"1.2.250.1.213.1.4.{n}" for n in (8, 9, 10, 11))


def with_key(body: str) -> str:
    """The 13 characters followed by their key."""
    digits = body[:5] + body[5:7].replace("2A", "19").replace("2B", "18") + body[7:]
    return f"{body}{97 - int(digits) % 97:02}"


@dataclass(frozen=True)
class Person:
    """One fictitious person as the national bases would hold it; ``names`` is the list of given names."""

    family: str
    names: str
    sex: str
    born: str
    place: str
    matricule: str
    former: tuple[tuple[str, str, str], ...] = ()  # matricule, start, end
    oid: str = OID_NIR
    spellings: tuple[str, ...] = ()  # given names by which the search finds the person, when not those of the list

    def answers_to(self, given: str) -> bool:
        """The platform finds a person by the first given name, or by the beginning of the list."""
        if self.spellings:
            return given in self.spellings
        asked, known = _words(given), _words(self.names)
        return bool(asked) and known[: len(asked)] == asked


def _words(name: str) -> list[str]:
    return name.replace("-", " ").replace("'", " ").split()


QUALIFICATION: tuple[Person, ...] = (
    Person("ADRUN", "ZOE", "F", "1975-12-31", "63220", "275126322074974"),
    Person("NESSI", "MICHELANGELO ANTHONY", "M", "2010-08-07", "63220", "110086322083060"),
    Person("ADRTROIS", "DOMINIQUE", "F", "1997-02-26", "2A020", "297022A02077878"),
    Person("ADRDEUX", "LAURENT", "M", "1981-01-01", "63220", "181016322075140"),
    Person("D'ARTAGNAN DE L'HERAULT", "PIERRE-ALAIN", "M", "2001-06-17", "63220", with_key("1010663220111")),
    Person("ADRTROIS", "TOUSSAINT", "M", "1960-01-01", "2B020", with_key("160012B020112")),
    Person("ECETINSI", "PIERRE-ALAIN MURIEL FLORIANT", "M", "2009-07-14", "63220", "109076322083489",
           (("209076322083439", "2009-07-14", "2012-01-31"), ("209066322012355", "2015-03-01", "2011-05-02"))),
    Person("PROVISOIRE", "MATRICULE", "M", "2009-07-01", "63220", with_key("1090763220113"), oid=OID_NIA),
    Person("DE VINCI", "LEONARDO", "M", "2014-02-01", "63220", with_key("1140263220114")),
    Person("DE VINCI", "LEONARDO", "M", "2014-02-01", "75056", with_key("1140275056115")),
    Person("TCHITCHI", "CATARINA BELLA", "F", "1936-06-21", "63220", "236066322083656"),
    Person("CORSE", "ANTHONY", "M", "1980-03-02", "2B020", "180032B02040123",
           (("180032B02040123", "1980-03-02", ""),)),
    Person("HERMANN", "GATIEN", "M", "1981-03-24", "63220", "181036322045660",
           (("281036322045610", "1981-03-24", "2000-01-01"),)),
    Person("PATB-QUATRE", "LAURENCE", "F", "1907-05-25", "63220", with_key("2070563220116")),
    Person("PAT-TROIS", "DOMINIQUE MARIE-LOUISE", "F", "1979-03-28", "51215", "279035121518989", oid=OID_TEST),
)  # fmt: skip

GUIANA: tuple[Person, ...] = (
    Person("TEST-GUYANE", "LOUISE AMANDINE", "F", "1985-07-14", "97302", "285079730200175", oid=OID_DEMO),
    Person("TEST-KOUROU", "MATHIS", "M", "1999-12-05", "97302", "199129730212376", oid=OID_DEMO),
    Person("TEST-BRESIL DA SILVA", "JOAO PEDRO", "M", "1985-09-10", "99416", "185099941612353", oid=OID_DEMO),
    Person("TEST-HAITI", "MARIE-ANGE", "F", "1985-09-21", "99410", "285099941045644", oid=OID_DEMO),
    Person("TEST-REGULARISE", "KWAME", "M", "1992-04-30", "99437", with_key("1920499437117"),
           ((with_key("7920499437118"), "2024-01-01", "2025-06-30"),), oid=OID_DEMO),
)  # fmt: skip

# People for whom the qualification platform answers a technical fault instead of « aucune identité » (§3.4).
FAULTY: frozenset[tuple[str, str]] = frozenset({("D'AEION", "COEUR"), ("DE VINCI", "RUTH"), ("NESSI", "RUTH")})
UNKNOWN_ON_PURPOSE: frozenset[str] = frozenset({"HOUILLES", "TCHITCHI"})
