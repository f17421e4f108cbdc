"""The invented professionals that may sign in, and what the directory says of them, field by field (§5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_EMPTY = (
    "codeModeExercice", "codeSecteurDactivite", "codeSectionPharmacien", "codeRole", "codeGenreActivite",
    "numeroSiretSite", "numeroSirenSite", "numeroFinessSite", "numeroFinessetablissementJuridique",
    "identifiantTechniqueDeLaStructure", "raisonSocialeSite", "enseigneCommercialeSite", "complementDestinataire",
    "complementPointGeographique", "numeroVoie", "indiceRepetitionVoie", "codeTypeDeVoie", "libelleVoie",
    "mentionDistribution", "bureauCedex", "codePostal", "codeCommune", "codePays", "telephone", "telephone2",
    "telecopie", "adresseEMail", "codeDepartement", "ancienIdentifiantDeLaStructure", "autoriteDenregistrement",
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """One activity: where, how, with which role (R21, R85 or R96)."""

    name: str
    finess: str = ""
    role: str = ""
    mode: str = "S"
    sector: str = "SA05"

    def claims(self) -> dict[str, str]:
        given = {
            "codeModeExercice": self.mode,
            "codeSecteurDactivite": self.sector,
            "codeRole": self.role,
            "codeGenreActivite": "GENR01",
            "numeroFinessSite": self.finess,
            "identifiantTechniqueDeLaStructure": f"F{self.finess}" if self.finess else "",
            "raisonSocialeSite": self.name.upper(),
            "codePays": "99000",
            "ancienIdentifiantDeLaStructure": f"1{self.finess}" if self.finess else "",
        }
        return dict.fromkeys(_EMPTY, "") | given


@dataclass(frozen=True)
class Person:
    """``exercices`` pairs a profession code, empty for an RPPS+ role alone, with its places."""

    number: str
    given: str
    family: str
    hint: str
    exercices: tuple[tuple[str, tuple[Place, ...]], ...] = ()
    civility: str = "MME"

    @property
    def subject(self) -> str:
        return f"f:00000000-0000-4000-8000-000000000000:{self.number}"

    def claims(self) -> dict[str, Any]:
        """The UserInfo of that person."""
        first = next((place for _, places in self.exercices for place in places), None)
        professions = [code for code, _ in self.exercices if code]
        return {
            "sub": self.subject,
            "SubjectNameID": self.number,
            "preferred_username": self.number,
            "given_name": self.given,
            "family_name": self.family,
            "codeCivilite": self.civility,
            "SubjectRole": [f"{code}^1.2.250.1.213.1.1.5.5" for code in professions],
            "SubjectOrganization": first.name.upper() if first else "",
            "SubjectOrganizationID": f"F{first.finess}" if first and first.finess else "",
            "Secteur_Activite": f"{first.sector}^1.2.250.1.71.4.2.4" if first else "",
            "codeGenreActivite": "GENR01",
            "Mode_Acces_Raison": "",
            "Acces_Regulation_Medicale": "FAUX",
            "UITVersion": "1.0",
            "Palier_Authentification": "APPPRIP3^1.2.250.1.213.1.5.1.1.1",
            "PSI_Locale": "1.2.250.1.213.1.3.1.1",
            "otherIds": [{"identifiant": self.number, "origine": "RPPS", "qualite": 1}],
            "SubjectRefPro": {
                "codeCivilite": self.civility,
                "exercices": [self._exercice(code, places) for code, places in self.exercices],
            },
        }

    def _exercice(self, code: str, places: tuple[Place, ...]) -> dict[str, Any]:
        return {
            "codeProfession": code,
            "codeCategorieProfessionnelle": "C",
            "codeCiviliteDexercice": self.civility,
            "nomDexercice": self.family.upper(),
            "prenomDexercice": self.given.upper(),
            "codeTypeSavoirFaire": "",
            "codeSavoirFaire": "",
            "activities": [place.claims() for place in places],
        }


# The numbers are those of the demonstration territory of Pépites: a test keeps the two lists together.
PERSONS = (
    Person(
        "899900000011", "Josette", "Amayota", "Infirmière, deux lieux d'exercice",
        (
            ("60", (Place("Cabinet infirmier du Marché (démo)", "970309911", mode="L", sector="SA07"),
                    Place("Centre de santé du Haut-Fleuve (démo)", "970309905", "FON-AU"))),
        ),
    ),
    Person(
        "899900000014", "Lucien", "Varagne", "Médecin, un lieu",
        (("10", (Place("Cabinet médical de l'Anse (démo)", "970309912", mode="L", sector="SA07"),)),), "M",
    ),
    Person(
        "899900000010", "Inès", "Calderon", "Sage-femme, deux activités, une seule connue de Pépites",
        (
            ("50", (Place("Cabinet de sages-femmes Palulu (démo)", "970309913", mode="L", sector="SA07"),
                    Place("PMI du Delta inventé", "970309998", "FON-AU", sector="SA15"))),
        ),
    ),
    Person(
        "899900000501", "Maïté", "Robinel", "Rôle RPPS+ seul : gestionnaire de cas",
        (("", (Place("Appui à la coordination du Fleuve (démo)", "970309900", "309", sector="SA28"),)),),
    ),
    Person("899900000502", "Rémi", "Sansactivite", "Aucun exercice en cours", (), "M"),
    Person(
        "899900000503", "Solange", "Deloin", "Structure inconnue de Pépites",
        (("60", (Place("Clinique d'ailleurs (inventée)", "750399990"),)),),
    ),
    Person("ANS20261126000001", "Ange", "Bacasable", "Identité de test de l'ANS, deux professions",
           (("60", (Place("Centre de santé de la Crique-Est (démo)", "970309906"),)), ("50", ())), "M"),
)  # fmt: skip
BY_NUMBER = {person.number: person for person in PERSONS}
