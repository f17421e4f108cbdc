"""The demo territory: invented structures. Communes are the real codes, needed by the strict traits; nothing else is."""

from dataclasses import dataclass

from pepites.directory.enums import OrganizationKind as Kind


@dataclass(frozen=True, slots=True)
class PlaceSpec:
    """One invented structure; ``key`` is how the other tables name it."""

    key: str
    name: str
    kind: Kind
    commune: str

    @property
    def finess(self) -> str:
        """An invented number, the same at each building: the simulator of Pro Santé Connect names it too."""
        return f"9703099{STRUCTURES.index(self):02d}"


STRUCTURES = (
    PlaceSpec("dac", "Appui à la coordination du Fleuve (démo)", Kind.COORDINATION, "97302"),
    PlaceSpec("diam", "Maison Diabète des Rives (démo)", Kind.COORDINATION, "97309"),
    PlaceSpec("perinat", "Réseau Naître sous les Palmes (démo)", Kind.COORDINATION, "97311"),
    PlaceSpec("ch", "Centre hospitalier de la Savane (démo)", Kind.HOSPITAL, "97302"),
    PlaceSpec("chm", "Centre hospitalier du Grand-Saut (démo)", Kind.HOSPITAL, "97311"),
    PlaceSpec("cdps-haut", "Centre de santé du Haut-Fleuve (démo)", Kind.HEALTH_CENTRE, "97353"),
    PlaceSpec("cdps-est", "Centre de santé de la Crique-Est (démo)", Kind.HEALTH_CENTRE, "97308"),
    PlaceSpec("ehpad", "Résidence Les Wapas (démo)", Kind.MEDICO_SOCIAL, "97307"),
    PlaceSpec("ssiad", "Soins à domicile Awara (démo)", Kind.MEDICO_SOCIAL, "97304"),
    PlaceSpec("pmi", "PMI des Trois-Criques (démo)", Kind.HEALTH_CENTRE, "97311"),
    PlaceSpec("ccas", "Action sociale de Morne-Vert (démo)", Kind.SOCIAL, "97305"),
    PlaceSpec("cab-idel", "Cabinet infirmier du Marché (démo)", Kind.OFFICE, "97302"),
    PlaceSpec("cab-med", "Cabinet médical de l'Anse (démo)", Kind.OFFICE, "97304"),
    PlaceSpec("cab-sf", "Cabinet de sages-femmes Palulu (démo)", Kind.OFFICE, "97311"),
    PlaceSpec("pharma", "Pharmacie des Palétuviers (démo)", Kind.PHARMACY, "97353"),
    PlaceSpec("gcs", "Cellule régionale d'identité (démo)", Kind.COORDINATION, "97302"),
)
