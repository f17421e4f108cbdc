"""Pages, fragments and components render as their readers need them."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.template import engines
from django.template.loader import get_template
from django.test import Client, override_settings

from pepites.ui import navigation
from pepites.ui.gallery import SampleForm

TEMPLATES = Path(__file__).resolve().parents[2] / "src/pepites/ui/templates"
COMPONENTS = sorted(path.stem for path in (TEMPLATES / "cotton").glob("*.html"))
HTMX = {"HX-Request": "true"}


def render(text: str, **context: object) -> str:
    """A template given as text: cotton compiles files only, hence its own compiler here."""
    from django_cotton.compiler_regex import CottonCompiler

    return engines["django"].from_string(CottonCompiler().process(text)).render(context)


def test_page_and_fragment_come_from_the_same_template(pages: Client) -> None:
    page = pages.get("/galerie/?q=fleuve").content.decode()
    fragment = pages.get("/galerie/?q=fleuve", headers=HTMX).content.decode()
    assert page.startswith("<!doctype html>")
    assert "<html" not in fragment
    assert "« fleuve »" in page
    assert "« fleuve »" in fragment
    assert '<span class="pp-badge pp-badge-success"' in fragment


@pytest.mark.parametrize("url", ["/galerie/", "/galerie/?anonyme", "/aide/", "/accessibilite/", "/mentions-legales/"])
def test_no_tag_is_printed_raw(pages: Client, url: str) -> None:
    text = pages.get(url).content.decode()
    assert "<c-" not in text
    assert "{%" not in text
    assert "{{" not in text
    assert text.count("<h1") == 1


@pytest.mark.parametrize("name", COMPONENTS)
def test_every_component_compiles_and_is_documented_and_shown(name: str) -> None:
    get_template(f"cotton/{name}.html")
    tag = name.replace("_", "-")
    documented = (TEMPLATES.parents[3] / "docs/developpeurs/composants.md").read_text(encoding="utf-8")
    assert f"<c-{tag}>" in documented
    shown = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("ui/**/*.html"))
    assert re.search(rf"<c-{tag}[\s>/]", shown) or name == "radio"


def test_gallery_is_closed_outside_demo(pages: Client) -> None:
    with override_settings(PEPITES_DEMO=False):
        assert pages.get("/galerie/").status_code == 404


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 429, 500])
def test_error_page_says_what_was_kept_and_what_to_do(pages: Client, status: int) -> None:
    answer = pages.get(f"/erreur/{status}/")
    text = answer.content.decode()
    assert answer.status_code == status
    for words in ("Ce qui est conservé", "Que faire", f"Code {status}-", "Revenir à l", "Motif de l"):
        assert words in text
    fragment = pages.get(f"/erreur/{status}/", headers=HTMX)
    assert fragment.status_code == status
    assert "<html" not in fragment.content.decode()
    assert 'role="alert"' in fragment.content.decode()


def test_the_kept_frame_is_each_readers_own(frame: None) -> None:
    """The frame is printed once for each set of values: never another's name, never another session's token."""
    tag = '{% kept "ui/layouts/_header.html" links=links signed_in=True user_label=user role_label="" actor_label="" %}'
    links = navigation.links()
    shown = [render(tag, links=links, user=user, csrf_token=token) for user, token in [("Ana", "un"), ("Léa", "deux")]]
    again = render(tag, links=links, user="Ana", csrf_token="trois<")
    assert ["Mon compte : Ana" in text for text in (*shown, again)] == [True, False, True]
    assert "Mon compte : Léa" in shown[1]
    tokens = [re.findall('name="csrfmiddlewaretoken" value="([^"]*)"', text) for text in (*shown, again)]
    assert tokens == [["un"], ["deux"], ["trois&lt;"]]


def test_navigation_skips_unknown_urls_and_speaks_its_badge(pages: Client) -> None:
    text = pages.get("/entree-2/").content.decode()
    assert "Pas encore" not in text
    assert "(3 messages non lus)" in text
    assert text.count('aria-current="page"') == 2  # the entry and the tab of the sample file


def test_frame_shows_place_and_role(pages: Client) -> None:
    text = pages.get("/galerie/").content.decode()
    assert "MAIA de l&#x27;Ouest" in text
    assert "Gestionnaire de cas" in text
    assert '<main id="contenu" class="pp-main" tabindex="-1">' in text
    assert (
        text.index("pp-skip") < text.index("<header") < text.index("<nav") < text.index("<main") < text.index("<footer")
    )


def test_headers_forbid_caching_and_inline_code(pages: Client) -> None:
    answer = pages.get("/galerie/")
    assert answer["Cache-Control"] == "no-store"
    assert "HX-Request" in answer["Vary"]
    assert "camera=(self)" in answer["Permissions-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_field_joins_hint_and_error() -> None:
    form = SampleForm({"name": ""}, auto_id="id_%s")
    form.is_valid()
    text = render('<c-field :field="form.name" />', form=form)
    described = re.search(r'aria-describedby="([^"]+)"', text)
    assert described
    for identifier in described[1].split():
        assert f'id="{identifier}"' in text
    assert 'aria-invalid="true"' in text
    assert text.index("<label") < text.index("pp-hint") < text.index("pp-error") < text.index("<input")


def test_optional_field_says_so() -> None:
    assert "(facultatif)" in render('<c-field :field="form.phone" />', form=SampleForm())
    assert "(facultatif)" not in render('<c-field :field="form.name" />', form=SampleForm())


def test_birth_date_escapes_what_was_typed() -> None:
    form = SampleForm({"birth_year": '"><script>'})
    form.is_valid()
    text = render('<c-birth-date :day="form.birth_day" :month="form.birth_month" :year="form.birth_year" />', form=form)
    assert "<script>" not in text
    assert "Saisissez un nombre entier" in text


def test_error_summary_links_to_fields() -> None:
    form = SampleForm({})
    form.is_valid()
    text = render('<c-error-summary :form="form" />', form=form)
    assert 'href="#id_name"' in text
    assert 'role="alert"' in text
    assert render('<c-error-summary :form="form" />', form=SampleForm()).strip() == ""


@pytest.mark.parametrize(
    ("status", "icon", "words"),
    [
        ("PROV", "circle-half", "Identité provisoire"),
        ("RECUP", "arrow-down-circle", "Identité récupérée"),
        ("VALI", "check-lg", "Identité validée"),
        ("QUAL", "check-all", "Identité qualifiée"),
    ],
)
def test_identity_status_is_icon_word_and_colour(status: str, icon: str, words: str) -> None:
    text = render('<c-status-badge :status="status" />', status=status)
    assert f"#{icon}" in text
    assert words in text
    assert f"pp-status-{status.lower()}" in text


def test_band_shows_ins_only_when_given() -> None:
    traits = {"birth_name": "ABIENSO", "first_given_name": "Marguerite", "status": "VALI", "alerts": ["Allergie"]}
    without = render('<c-patient-band :identity="who" />', who=SimpleNamespace(**traits, ins=""))
    with_ins = render('<c-patient-band :identity="who" />', who=SimpleNamespace(**traits, ins="2541297353001 42"))
    assert "Matricule INS" not in without
    assert "2541297353001 42" in with_ins
    assert "Allergie" in without


def test_button_escapes_its_label() -> None:
    text = render('<c-button data-pep-open="x" icon="send">{{ words }}</c-button>', words="<b>")
    assert "&lt;b&gt;" in text
    assert 'data-pep-open="x"' in text
    assert 'type="submit"' in text


def test_choices_are_large_blocks_with_labels() -> None:
    class Form(forms.Form):
        kind = forms.ChoiceField(choices=[("a", "Appel"), ("v", "Visite")], widget=forms.RadioSelect)

    text = render('<c-choices :field="form.kind" />', form=Form())
    assert text.count('<label class="pp-choice"') == 2
    assert "<fieldset" in text
    assert "<legend" in text


ALL_TEMPLATES = sorted((TEMPLATES.parents[2]).rglob("pepites/*/templates/**/*.html"))


@pytest.mark.parametrize("path", ALL_TEMPLATES, ids=lambda path: path.stem)
def test_every_template_of_the_project_compiles_with_known_components(path: Path) -> None:
    folder = next(parent for parent in path.parents if parent.name == "templates")
    get_template(str(path.relative_to(folder)))
    text = path.read_text(encoding="utf-8")
    for tag in set(re.findall(r"<c-([\w.-]+)", text)) - {"vars", "slot"}:
        get_template(f"cotton/{tag.replace('-', '_').replace('.', '/')}.html")
