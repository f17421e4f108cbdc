"""Professions offered when somebody is invited; codes of the nomenclatures
TRE-G15 (health), R94 and R95 (social, titles) or R85 (roles), see annuaire-et-authentification §1.4."""

from dataclasses import dataclass

from pepites.directory.enums import Category


@dataclass(frozen=True, slots=True)
class Profession:
    """A profession, the category it falls in (R.1110-2 CSP) and the role it takes in a place of practice."""

    code: str
    label: str
    category: Category
    role_code: str


PROFESSIONS = {
    profession.role_code: profession
    for profession in (
        Profession("10", "Médecin", Category.HEALTH, "medecin"),
        Profession("60", "Infirmier ou infirmière", Category.HEALTH, "ide"),
        Profession("60", "Infirmier ou infirmière de pratique avancée", Category.HEALTH, "ipa"),
        Profession("50", "Sage-femme", Category.HEALTH, "sage_femme"),
        Profession("21", "Pharmacien ou pharmacienne", Category.HEALTH, "pharmacien"),
        Profession("40", "Chirurgien-dentiste", Category.HEALTH, "dentiste"),
        Profession("70", "Kinésithérapeute", Category.HEALTH, "kine"),
        Profession("80", "Pédicure-podologue", Category.HEALTH, "podologue"),
        Profession("91", "Orthophoniste", Category.HEALTH, "orthophoniste"),
        Profession("94", "Ergothérapeute", Category.HEALTH, "ergotherapeute"),
        Profession("95", "Diététicien ou diététicienne", Category.HEALTH, "dieteticien"),
        Profession("93", "Psychologue", Category.SOCIAL, "psychologue"),
        Profession("41", "Assistant ou assistante de service social", Category.SOCIAL, "assistant_social"),
        Profession("309", "Gestionnaire de cas", Category.SOCIAL, "gestionnaire_cas"),
        Profession("330", "Coordinateur ou coordinatrice de parcours", Category.SOCIAL, "coordinateur"),
        Profession("326", "Éducateur ou éducatrice spécialisée", Category.SOCIAL, "educateur"),
        Profession("372", "Aide à domicile", Category.SOCIAL, "aide_domicile"),
        Profession("331", "Secrétaire ou agent administratif", Category.OUTSIDE, "administratif"),
    )
}
