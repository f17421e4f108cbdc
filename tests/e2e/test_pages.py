"""Every page type on a phone and a desktop: weight, overflow, axe, console, policy, nothing telling in the address."""

import re
from collections.abc import Generator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from tests.browser import DESKTOP, PHONE, SCREENS, assert_page_sound, assert_reached
from tests.e2e.platform import Platform, new_page

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e")]
Screen = tuple[int, int]


@dataclass
class Contexts:
    """One signed-in context for each person and size, opened on first use."""

    platform: Platform
    chromium: Browser
    opened: dict[tuple[str, Screen], BrowserContext] = field(default_factory=dict)

    def page(self, login: str, screen: Screen, *expected: int) -> Page:
        key = (login, screen)
        if key not in self.opened:
            self.opened[key] = self.platform.open(self.chromium, screen, login)
        return new_page(self.opened[key], *expected)


@pytest.fixture(scope="module")
def contexts(platform: Platform, chromium: Browser) -> Generator[Contexts]:
    made = Contexts(platform, chromium)
    yield made
    for context in made.opened.values():
        context.close()


@dataclass(frozen=True)
class PageType:
    """One page type: who opens it, where, what it answers."""

    name: str
    path: str
    login: str = "mrobinel"
    status: int = 200
    is_list: bool = False


PAGES = [
    PageType("connexion", "/connexion/", login=""),
    PageType("telephone-perdu", "/connexion/telephone-perdu/", login=""),
    PageType("lien-perime", "/invitation/inconnu/", login="", status=410),
    PageType("accueil", "/"),
    PageType("accueil-infirmiere", "/", login="jamayota"),
    PageType("plus", "/plus/"),
    PageType("file-active", "/file-active/", is_list=True),
    PageType("file-active-recherche", "/file-active/?q=1950", is_list=True),
    PageType("file-active-vide", "/file-active/?q=zzz", is_list=True),
    PageType("mes-taches", "/taches/"),
    PageType("dossier", "/dossiers/{patient}/"),
    PageType("dossier-medecin", "/dossiers/{patient}/", login="lvaragne"),
    PageType("dossier-social", "/dossiers/{patient}/", login="tmontabo"),
    PageType("cercle", "/dossiers/{patient}/cercle/"),
    PageType("cercle-recherche", "/dossiers/{patient}/cercle/inviter/?q=centre"),
    PageType("cercle-inviter", "/dossiers/{patient}/cercle/inviter/?practice={practice}"),
    PageType("cercle-retirer", "/membres/{member}/retirer/"),
    PageType("agenda", "/agenda/", is_list=True),
    PageType("agenda-jour", "/agenda/?vue=jour", is_list=True),
    PageType("agenda-semaine", "/agenda/?vue=semaine", is_list=True),
    PageType("agenda-lieu", "/agenda/?lieu=Salle+du+bas", is_list=True),
    PageType("rendez-vous-nouveau", "/agenda/nouveau/"),
    PageType("rendez-vous-personne", "/agenda/nouveau/?personne={patient}"),
    PageType("rendez-vous", "/agenda/{appointment}/"),
    PageType("rendez-vous-honore", "/agenda/{over}/"),
    PageType("rendez-vous-deplacer", "/agenda/{appointment}/deplacer/"),
    PageType("rendez-vous-annuler", "/agenda/{appointment}/annuler/"),
    PageType("rendez-vous-note", "/agenda/{over}/note/"),
    PageType("rendez-vous-dossier", "/dossiers/{patient}/rendez-vous/"),
    PageType("absences", "/agenda/absences/", login="abellony"),
    PageType("horaires", "/agenda/horaires/"),
    PageType("calendrier-adresses", "/agenda/adresses/"),
    PageType("calendrier-importer", "/agenda/importer/"),
    PageType("cercle-proches", "/dossiers/{mother}/cercle/", login="cdumoutier"),
    PageType("proche-accueillir", "/dossiers/{patient}/cercle/proches/"),
    PageType("proche-terminer", "/proches/{relative}/terminer/", login="cdumoutier"),
    PageType("mesure-noter", "/dossiers/{patient}/protection/"),
    PageType("mesure-terminer", "/mesures/{measure}/terminer/"),
    PageType("plan-referent", "/plans/{plan}/referent/"),
    PageType("note-reservee", "/dossiers/{patient}/notes/reservee/"),
    PageType("lecteurs", "/reserves/{reserved}/lecteurs/", login="cdumoutier"),
    PageType("mere-et-enfants", "/dossiers/{mother}/parcours/", login="cdumoutier"),
    PageType("enfant-en-danger", "/dossiers/{child}/reserves/", login="cdumoutier"),
    PageType("enfant-en-danger-majeur", "/dossiers/{patient}/reserves/"),
    PageType("enfant-en-danger-document", "/dossiers/{child}/reserves/document/", login="cdumoutier"),
    PageType("enfant-en-danger-noter", "/dossiers/{child}/reserves/noter/", login="cdumoutier"),
    PageType("plan", "/dossiers/{patient}/plan/"),
    PageType("plan-social", "/dossiers/{patient}/plan/", login="tmontabo"),
    PageType("plan-preparer", "/plans/{plan}/preparer/"),
    PageType("plan-ajouter", "/plans/{plan}/ajouter/probleme/"),
    PageType("plan-element", "/plans/elements/probleme/{concern}/"),
    PageType("plan-publier", "/plans/{plan}/publier/"),
    PageType("plan-versions", "/plans/{plan}/versions/"),
    PageType("plan-version", "/plans/{plan}/versions/1/"),
    PageType("plan-signer", "/plans/{plan}/signer/"),
    PageType("plan-clore", "/plans/{plan}/clore/"),
    PageType("taches", "/dossiers/{patient}/taches/"),
    PageType("tache-annuler", "/taches/{task}/annuler/"),
    PageType("evaluations", "/dossiers/{patient}/evaluations/"),
    PageType("evaluation-nouvelle", "/dossiers/{patient}/evaluations/nouvelle/"),
    PageType("evaluation-remplir", "/evaluations/{draft}/remplir/"),
    PageType("evaluation", "/evaluations/{assessment}/"),
    PageType("evaluation-corriger", "/evaluations/{assessment}/corriger/"),
    PageType("evaluation-retirer", "/evaluations/{assessment}/retirer/"),
    PageType("evaluation-suivi", "/dossiers/{patient}/evaluations/{form}/suivi/"),
    PageType("formulaires", "/administration/reseaux/maia/formulaires/", login="abellony", is_list=True),
    PageType("contacts", "/dossiers/{patient}/contacts/"),
    PageType("parcours", "/dossiers/{patient}/parcours/"),
    PageType("parcours-clore", "/parcours/{pathway}/clore/"),
    PageType("accords", "/dossiers/{patient}/accords/"),
    PageType("opposition", "/dossiers/{patient}/oppositions/"),
    PageType("opposition-lever", "/oppositions/{opposition}/lever/"),
    PageType("acces", "/dossiers/{patient}/acces/"),
    PageType("discussions-dossier", "/dossiers/{patient}/discussion/"),
    PageType("identite", "/personnes/{patient}/identite/"),
    PageType("identite-corriger", "/personnes/{patient}/identite/corriger/"),
    PageType("identite-piece", "/personnes/{patient}/identite/piece/", login="epalmarin"),
    PageType("identite-recherche", "/personnes/rechercher/"),
    PageType("insi-a-traiter", "/identite/insi/", login="epalmarin"),
    PageType("doublons", "/identite/doublons/", login="epalmarin"),
    PageType("collisions", "/identite/collisions/", login="epalmarin"),
    PageType("evenements", "/identite/evenements/", login="epalmarin"),
    PageType("deux-personnes", "/personnes/{patient}/identite/deux-personnes/"),
    PageType("fusions", "/identite/fusions/", login="epalmarin"),
    PageType("tableau-de-bord", "/reseaux/maia/tableau-de-bord/?periode=2026", is_list=True),
    PageType("tableau-de-bord-direction", "/reseaux/maia/tableau-de-bord/", login="abellony", is_list=True),
    PageType("reseaux-compares", "/reseaux/comparaison/", login="epalmarin"),
    PageType("rapprochements", "/identite/rapprochements/", login="epalmarin", is_list=True),
    PageType("carte-rapprochement", "/identite/rapprochements/{card}/", login="epalmarin"),
    PageType("personne-regionale", "/identite/personnes-regionales/{irp}/", login="epalmarin"),
    PageType("identite-separer", "/identite/enregistrements/{record}/separer/", login="epalmarin"),
    PageType("lien-defaire", "/identite/liens/{link}/defaire/", login="epalmarin"),
    PageType("region", "/identite/region/", login="epalmarin"),
    PageType("domaine", "/identite/region/domaines/{domain}/", login="epalmarin"),
    PageType("discussions", "/discussions/"),
    PageType("discussions-mentions", "/discussions/?vue=mentions"),
    PageType("discussions-recherche", "/discussions/recherche/?q=pirogue"),
    PageType("discussion", "/discussions/{talk}/"),
    PageType("discussion-equipe", "/discussions/{team}/", login="jamayota"),
    PageType("discussion-participants", "/discussions/{talk}/membres/"),
    PageType("discussion-nouvelle", "/discussions/nouvelle/?q=centre"),
    PageType("discussion-sous-groupe", "/discussions/nouvelle/?personne={patient}"),
    PageType("message", "/discussions/messages/{message}/"),
    PageType("message-verser", "/messages/{message}/verser/"),
    PageType("annuaire", "/annuaire/"),
    PageType("annuaire-recherche", "/annuaire/?q=infirmeir+saint", is_list=True),
    PageType("annuaire-personne", "/annuaire/?q=zzqqzz"),
    PageType("annuaire-fiche", "/annuaire/{rpps}/"),
    PageType("compte", "/compte/"),
    PageType("mot-de-passe", "/compte/mot-de-passe/"),
    PageType("sessions", "/compte/sessions/"),
    PageType("contextes", "/contextes/", login="jamayota"),
    PageType("acces-urgence", "/acces-urgence/{patient}/", login="ofontanel"),
    PageType("acces-urgence-examen", "/acces-urgence/", login="hstenval"),
    PageType("reseau-administration", "/administration/", login="abellony"),
    PageType("reseau-membres", "/administration/reseaux/maia/", login="abellony"),
    PageType("import", "/reseaux/maia/import/", login="abellony"),
    PageType("import-reseaux", "/imports/", login="abellony"),
    PageType("reseau-inviter", "/administration/reseaux/maia/inviter/", login="abellony"),
    PageType("structure-nouvelle", "/administration/structures/nouvelle/", login="abellony"),
    PageType("comptes", "/administration/comptes/", login="abellony", is_list=True),
    PageType("compte-administre", "/administration/comptes/{account}/", login="abellony"),
    PageType("logiciels", "/administration/logiciels/", login="ncordelin"),
    PageType("logiciel-nouveau", "/administration/logiciels/nouveau/", login="ncordelin"),
    PageType("logiciel", "/administration/logiciels/{machine}/", login="ncordelin"),
    PageType("identification", "/administration/identification/", login="ncordelin"),
    PageType("rpps", "/administration/rpps/", login="ncordelin"),
    PageType("comptes-locaux", "/administration/comptes-locaux/", login="abellony"),
    PageType("compte-local", "/administration/reseaux/maia/compte-local/", login="abellony"),
    PageType("pannes", "/administration/identification/pannes/", login="ncordelin"),
    PageType("matrice", "/administration/reseaux/maia/habilitations/", login="abellony", is_list=True),
    PageType("habilitations", "/administration/habilitations/", login="abellony"),
    PageType("remises-a-zero", "/administration/remises-a-zero/", login="abellony"),
    PageType("compte-confirmer", "/compte/confirmer/"),
    PageType("note-corriger", "/notes/{note}/corriger/", login="jamayota"),
    PageType("note-retirer", "/notes/{note}/retirer/", login="jamayota"),
    PageType("accord-retirer", "/accords/{consent}/retirer/"),
    PageType("acces-signaler", "/dossiers/{patient}/acces/{entry}/signaler/"),
    PageType("message-corriger", "/discussions/messages/{own}/corriger/", login="jamayota"),
    PageType("message-retirer", "/discussions/messages/{own}/retirer/", login="jamayota"),
    PageType("participant-retirer", "/discussions/{talk}/membres/{participant}/retirer/"),
    PageType("notifications", "/notifications/"),
    PageType("notifications-a-prendre", "/notifications/?voir=a-prendre", login="lvaragne"),
    PageType("notifications-reglages", "/notifications/reglages/"),
    PageType("refus", "/administration/", login="jamayota", status=403),
    PageType("introuvable", "/dossiers/{unknown}/", status=404),
    PageType("dossier-ferme", "/dossiers/{patient}/", login="ofontanel", status=404),
    PageType("galerie", "/galerie/"),
    PageType("accessibilite", "/accessibilite/"),
    PageType("mentions-legales", "/mentions-legales/", login=""),
    PageType("donnees-personnelles", "/donnees-personnelles/", login=""),
    PageType("aide", "/aide/"),
]


def assert_discreet(page: Page, names: set[str]) -> None:
    """No name of a followed person in the title nor in the address."""
    title = page.title()
    assert re.fullmatch(r"[^–]+ – Pépites", title), title
    spoken = {word.upper() for word in re.split(r"[^\w]+", f"{title} {page.url}") if len(word) > 3}
    assert not spoken & names, spoken & names


@pytest.fixture(scope="module")
def names(platform: Platform) -> set[str]:
    rows = platform.rows("SELECT birth_name, first_given_name FROM patients_patient")
    staff = platform.rows("SELECT family_name, given_name FROM directory_professional")
    return words_of(rows) - words_of(staff)  # a colleague's name may be in a title


def words_of(rows: list[tuple[str, ...]]) -> set[str]:
    words = {word.upper() for row in rows for name in row for word in re.split(r"[^\w]+", name)}
    return {word for word in words if len(word) > 3}


@pytest.mark.parametrize("screen", SCREENS, ids=["telephone", "ordinateur"])
@pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind.name)
def test_page(kind: PageType, screen: Screen, contexts: Contexts, places: dict[str, str], names: set[str]) -> None:
    page = contexts.page(kind.login, screen, kind.status)
    try:
        answer = page.goto(kind.path.format(**places))
        assert answer is not None
        assert answer.status == kind.status
        assert_page_sound(page, is_list=kind.is_list, name=kind.name)
        assert_discreet(page, names)
    finally:
        page.close()


@pytest.mark.parametrize("screen", SCREENS, ids=["telephone", "ordinateur"])
def test_search_before_creation(contexts: Contexts, screen: Screen) -> None:
    """The search's answer, the form of creation and its errors, each in turn."""
    page = contexts.page("mrobinel", screen, 422)
    page.goto("/personnes/rechercher/")
    page.get_by_label("Année").fill("1950")
    page.locator("#par-date button").click()
    page.locator("#resultats-titre").wait_for()
    assert_reached(page, "identite-resultats")
    page.get_by_role("link", name="Créer une identité").click()
    page.wait_for_load_state()
    assert_reached(page, "identite-creer")
    page.get_by_role("button", name="Créer cette identité").click()
    page.locator("[data-pep-error-summary]").wait_for()
    assert_reached(page, "identite-creer-erreurs")
    page.close()


assert (PHONE, DESKTOP) == SCREENS
