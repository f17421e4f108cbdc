"""Screens of the identities, through the middleware, as the web role."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from tests import factories
from tests.conftest import as_owner
from tests.identity.identity_factories import actor, identity_of, person, searched, traits

from pepites.accounts.models import User
from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.identifiers import new_uuid
from pepites.identity import services
from pepites.identity.dates import PartialDate, Precision
from pepites.identity.enums import CardState
from pepites.identity.models import DoubleCandidate
from pepites.identity.selectors import pages
from pepites.patients.models import Patient

pytestmark = pytest.mark.django_db

SEARCH, CREATE = "/personnes/rechercher/", "/personnes/creer/"
DATE = {"birth_day": "14", "birth_month": "7", "birth_year": "1985"}
TRAITS = {
    **DATE,
    "birth_name": "Kouyouri",
    "given_names": "Marie Ange",
    "sex": "F",
    "birth_place": "",
    "birth_place_text": "Cayenne",
}


def signed_in(who: Actor) -> Client:
    client = Client()
    with as_owner():
        user = User.objects.get(pk=who.user_id)
        client.force_login(user)
        session = client.session
        session["practice_id"], session["strong"] = who.practice_id, True
        session.save()
    return client


def creation(client: Client, **values: str) -> Any:
    searched_page = client.post(SEARCH, DATE).content.decode()
    search = searched_page.split("?recherche=")[1][:36]
    return client.post(CREATE, {"recherche": search, "cle": str(new_uuid()), **TRAITS, **values})


def test_search_form_is_served_and_asks_for_a_year() -> None:
    client = signed_in(actor())
    assert client.get(SEARCH).status_code == 200
    response = client.post(SEARCH, {"birth_day": "14"})
    assert response.status_code == 422
    assert "Saisissez au moins l&#x27;année" in response.content.decode()
    assert 'value="14"' in response.content.decode()


def test_rniv_9_creation_button_only_after_a_search() -> None:
    client = signed_in(actor())
    assert "Créer une identité" not in client.get(SEARCH).content.decode()
    assert "Créer une identité" in client.post(SEARCH, DATE).content.decode()


def test_rniv_9_creation_screen_without_search_goes_to_search() -> None:
    client, other = signed_in(actor()), actor()
    for address in (CREATE, f"{CREATE}?recherche={searched(other)}", f"{CREATE}?recherche=rien"):
        response = client.get(address)
        assert (response.status_code, response["Location"]) == (302, SEARCH)
    assert client.post(CREATE, TRAITS).status_code == 302
    with as_owner():
        assert not Patient.objects.exists()


def test_search_shows_strict_traits_only_and_journals_each_person() -> None:
    nurse, other = actor(), actor()
    known = person(nurse, phones=["0694 12 34 56"], commune_cog="97353", used_name="Tabournel")
    page = signed_in(other).post(SEARCH, DATE).content.decode()
    assert "KOUYOURI MARIE ANGE" in page
    assert "Identité provisoire" in page
    for secret in ("0694", "Maripasoula", "TABOURNEL", known.regional_id):
        assert secret not in page
    assert "Ouvrir le dossier" not in page
    assert "Ouvrir le dossier" in signed_in(nurse).post(SEARCH, DATE).content.decode()
    with as_owner():
        assert Entry.objects.filter(code="identity.search", subject_ids=[known.pk], user_id=other.user_id).exists()


def test_create_then_identity_page() -> None:
    client = signed_in(actor())
    response = creation(client, phone="0694 12 34 56", commune_text="Maripasoula")
    assert response.status_code == 302
    page = client.get(response["Location"]).content.decode()
    assert "KOUYOURI" in page
    assert "Cayenne (97302)" in page
    assert "0694 12 34 56" in page
    assert "Maripasoula" in page
    title = page.split("<title>")[1].split("</title>")[0]
    assert "KOUYOURI" not in title


def test_creation_sent_twice_creates_one_person() -> None:
    client = signed_in(actor())
    page = client.post(SEARCH, DATE).content.decode()
    body = {"recherche": page.split("?recherche=")[1][:36], "cle": str(new_uuid()), **TRAITS}
    first, second = client.post(CREATE, body), client.post(CREATE, body)
    assert first["Location"] == second["Location"]
    with as_owner():
        assert Patient.objects.count() == 1


def test_errors_keep_what_was_typed() -> None:
    client = signed_in(actor())
    response = creation(client, birth_name="Kouyouri 2", birth_place_text="Nulle-Part-sur-Mer", sex="")
    page = response.content.decode()
    assert response.status_code == 422
    assert "Il y a un problème" in page
    for kept in ("Kouyouri 2", "Nulle-Part-sur-Mer", "Marie Ange"):
        assert kept in page
    for said in ("seules les lettres", "Choisissez le sexe", "Ce lieu n&#x27;est pas reconnu"):
        assert said in page


def test_every_error_is_said_at_once_with_the_name_of_its_field() -> None:
    wrong = {"birth_name": "Nœl 3", "used_name": "O'Brien2", "mother_name": "X1", "phone": "12"}
    page = creation(signed_in(actor()), **wrong).content.decode()
    for said in (
        "Le nom de naissance contient",
        "Le nom utilisé contient",
        "Le nom de la mère contient",
        "Écrivez le numéro",
    ):
        assert said in page


def test_likely_double_is_shown_side_by_side_then_created_with_a_reason() -> None:
    known = person(actor())
    client = signed_in(actor())
    response = creation(client)
    page = response.content.decode()
    assert response.status_code == 422
    assert "Cette personne existe peut-être déjà" in page
    assert str(known.public_id) in page.split('name="seen"')[1][:120]
    assert "pp-match" in page
    again = creation(client, seen=str(known.public_id), not_same_reason="Deux cousines")
    assert again.status_code == 302
    with as_owner():
        assert Patient.objects.count() == 2


def test_outsider_gets_404_on_every_identity_page_and_it_is_traced() -> None:
    known = person(actor())
    client = signed_in(actor())
    base = f"/personnes/{known.public_id}/identite/"
    for address in (base, f"{base}corriger/", f"{base}piece/"):
        assert client.get(address).status_code == 404
    for address in ("attribut/", "autre-nom/", "telephone/"):
        assert client.post(base + address, {}).status_code == 404
    with as_owner():
        assert Entry.objects.filter(outcome=4, subject_ids=[known.pk]).count() == 6


def test_level_1_reads_the_identity_but_edits_nothing() -> None:
    known = person(actor(), phones=["0694 12 34 56"])
    reader = actor()
    with as_owner():
        factories.grant(known, factories.PractitionerRole.objects.get(pk=reader.practice_id), level=1)
    client = signed_in(reader)
    page = client.get(f"/personnes/{known.public_id}/identite/").content.decode()
    assert "KOUYOURI" in page
    assert "0694" not in page
    assert "Corriger" not in page
    assert client.get(f"/personnes/{known.public_id}/identite/corriger/").status_code == 403


def test_edit_document_attribute_alias_phone() -> None:
    nurse = actor()
    known = person(nurse)
    client = signed_in(nurse)
    base = f"/personnes/{known.public_id}/identite/"
    assert client.get(f"{base}corriger/").status_code == 200
    body = {**TRAITS, "birth_name": "Kouyouli", "version": "1"}
    assert client.post(f"{base}corriger/", body).status_code == 422  # no reason
    assert client.post(f"{base}corriger/", {**body, "reason": "Faute de frappe"}).status_code == 302
    assert client.post(f"{base}corriger/", {**body, "birth_name": "Autre", "reason": "x"}).status_code == 409
    assert client.get(f"{base}piece/").status_code == 200
    paper = {"device": "PA", "checked_on": dt.date(2026, 1, 5).isoformat(), "coherent": "on"}
    assert client.post(f"{base}piece/", {**paper, "coherent": ""}).status_code == 422
    assert client.post(f"{base}piece/", paper).status_code == 302
    assert client.post(f"{base}autre-nom/", {"kind": "usage", "alias_name": "Ti Marie"}).status_code == 302
    assert client.post(f"{base}telephone/", {"phone": "12", "kind": "personnel"}).status_code == 422
    assert client.post(f"{base}telephone/", {"phone": "0694 11 22 33", "kind": "partage"}).status_code == 302
    page = client.get(base).content.decode()
    for shown in ("KOUYOULI", "Ancienne identité", "TI MARIE", "0694 11 22 33", "Identité validée", "Passeport"):
        assert shown in page
    doubt = {"attribute": "DOUT", "act": "poser", "reason": "Pièce prêtée ?"}
    assert client.post(f"{base}attribut/", doubt).status_code == 302
    assert identity_of(known).status == "PROV"
    assert "Identité douteuse" in client.get(base).content.decode()


@pytest.mark.parametrize(
    "born",
    [
        PartialDate(dt.date(1985, 7, 14)),
        PartialDate(dt.date(1985, 7, 14), interpreted=True),
        PartialDate.of_month(1985, 7),
        PartialDate.of_year(1985),
        PartialDate.of_year(1980, Precision.DECENNIE),
        PartialDate(dt.date(1985, 1, 14), Precision.ANNEE, interpreted=True),
    ],
)
def test_correction_sent_as_it_came_changes_nothing(born: PartialDate) -> None:
    """INS-11, INS-15: what was typed and how much of the date is known come back as they were."""
    nurse = actor()
    known = person(
        nurse, birth_date=born, birth_name="Kouyouri-Édouard", given_names="Marie-Ange Zoé",
        first_given_name="Marie-Ange", birth_place_label="cayenne (973)",
    )  # fmt: skip
    client, address = signed_in(nurse), f"/personnes/{known.public_id}/identite/corriger/"
    before = identity_of(known)
    assert (before.birth_date_precision, before.birth_date_interpreted) == (str(born.precision), born.interpreted)
    form = client.get(address).context["form"]
    sent = {name: value for name in form.fields if (value := form[name].value()) not in (None, False)}
    sent |= {"birth_place_text": form.birth_place_text, "commune_text": form.commune_text}
    page = client.post(address, sent, follow=True)
    assert "Rien n&#x27;a changé" in page.content.decode()
    assert identity_of(known).version == before.version
    sent["given_names"] = "Zoé"
    assert client.post(address, sent | {"reason": "Acte produit"}).status_code == 302


def test_conflict_shows_both_and_keeps_what_was_typed() -> None:
    nurse = actor()
    known = person(nurse)
    client, address = signed_in(nurse), f"/personnes/{known.public_id}/identite/corriger/"
    first = {**TRAITS, "birth_name": "Kouyouli", "version": "1", "reason": "Faute de frappe"}
    assert client.post(address, first).status_code == 302
    page = client.post(address, {**first, "birth_name": "Autrenom"})
    assert page.status_code == 409
    assert "KOUYOULI" in page.content.decode()
    assert 'value="Autrenom"' in page.content.decode()
    again = {**first, "birth_name": "Autrenom", "version": str(page.context["form"]["version"].value())}
    assert client.post(address, again).status_code == 302
    assert identity_of(known).birth_name == "AUTRENOM"


def test_only_the_cell_is_offered_to_hide_an_identity() -> None:
    nurse = actor()
    address = f"/personnes/{person(nurse).public_id}/identite/"
    assert "Identité cachée" not in signed_in(nurse).get(address).content.decode()
    assert "Identité cachée" in signed_in(actor(identity_cell=True)).get(address).content.decode()


def test_history_shows_the_latest_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "HISTORY_SHOWN", 2)
    nurse = actor()
    known = person(nurse)
    with unit_of_work(nurse):
        for number in range(3):
            wanted = traits(birth_place_cog="97302", address=f"Bourg {number}")
            services.correct_identity(actor=nurse, identity=identity_of(known), traits=wanted)
    page = signed_in(nurse).get(f"/personnes/{known.public_id}/identite/").content.decode()
    assert "<strong>Bourg 2</strong>" in page
    assert "<strong>Bourg 0</strong>" not in page


def test_homonym_alert_is_not_put_on_whoever_corrected_last() -> None:
    first, second = actor(), actor()
    known = person(first)
    person(second)
    newest = signed_in(first).get(f"/personnes/{known.public_id}/identite/").context["versions"][0]
    assert (newest.who, newest.reason) == ("le système", "Doublon possible signalé")


def test_worklist_is_for_the_cell_and_coordination_only() -> None:
    first, second = actor(), actor()
    person(first)
    person(second)
    assert signed_in(first).get("/identite/doublons/").status_code == 403
    client = signed_in(actor(identity_cell=True))
    page = client.get("/identite/doublons/").content.decode()
    assert "KOUYOURI" in page
    with as_owner():
        card = DoubleCandidate.objects.get()
    address = f"/identite/doublons/{card.public_id}/trancher/"
    assert client.post(address, {"decision": "distinct"}).status_code == 422
    assert client.post(address, {"decision": "distinct", "reason": "Cousines"}).status_code == 302
    assert client.post(address, {"decision": "meme"}).status_code == 409
    with as_owner():
        card.refresh_from_db()
        assert card.state == CardState.DISTINCT
    assert "Cousines" in client.get("/identite/doublons/?etat=distinct").content.decode()


def test_places_answer_the_combobox_guiana_first() -> None:
    answer = signed_in(actor()).get("/referentiels/lieux/", {"q": "saint-l"}).json()["results"]
    assert answer[0]["value"] == "97311"
    assert set(answer[0]) == {"value", "label", "hint"}


def test_search_limit_answers_429() -> None:
    client = signed_in(actor())
    statuses = [client.post(SEARCH, DATE).status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]


def test_law_11_a_creation_that_shows_who_looks_the_same_counts_as_a_search() -> None:
    person(actor())
    client = signed_in(actor())
    search = client.post(SEARCH, DATE).content.decode().split("?recherche=")[1][:36]
    sent = {"recherche": search, "cle": str(new_uuid()), **TRAITS}
    statuses = [client.post(CREATE, sent).status_code for _ in range(30)]
    assert statuses == [422] * 29 + [429]


def test_law_11_a_creation_on_another_date_shows_nobody() -> None:
    person(actor(), phones=["0694 12 34 56"])
    response = creation(signed_in(actor()), birth_year="1986", phone="0694 12 34 56")
    assert response.status_code == 403
    assert "KOUYOURI" not in response.content.decode()


def test_birth_place_is_chosen_or_said_unknown() -> None:
    client = signed_in(actor())
    response = creation(client, birth_place_text="")
    assert response.status_code == 422
    assert "cochez « Lieu de naissance inconnu »" in response.content.decode()
    assert creation(client, birth_place_text="", birth_place_unknown="on").status_code == 302
    with as_owner():
        assert identity_of(Patient.objects.get()).birth_place_cog == "99999"


def test_ambiguous_birth_place_says_the_codes_to_type() -> None:
    """INS-21 without JavaScript: no list to choose from, the code does."""
    client = signed_in(actor())
    response = creation(client, birth_place_text="Saint-Denis")
    assert response.status_code == 422
    assert "97411 (974)" in response.content.decode()
    assert creation(client, birth_place_text="97411").status_code == 302
    with as_owner():
        assert identity_of(Patient.objects.get()).birth_place_cog == "97411"


def test_ins_17_code_of_a_country_of_the_past_is_taken() -> None:
    client = signed_in(actor())
    assert creation(client, birth_place_text="99141").status_code == 302
    assert creation(client, birth_place_text="99100").status_code == 422


def test_postal_code_is_not_taken_for_a_birth_place() -> None:
    """INS-16, INS-18: 97310 is Roura, and 97320 is only a postal code."""
    client = signed_in(actor())
    response = creation(client, birth_place_text="97320")
    assert response.status_code == 422
    assert "97311" in response.content.decode()
