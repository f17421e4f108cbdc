"""The INSi screens against the simulator on a real socket: three taps, every fault, admission that goes on (5.7-8)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from tests.conftest import as_owner
from tests.identity.identity_factories import actor, identity_of, person
from tests.identity.insi_factories import checked, numbers_of
from tests.identity.test_views import creation, signed_in
from tests.interop.insi_sandbox import serving

from pepites.audit.models import Entry
from pepites.common.actor import Actor
from pepites.identity.ins import InsNumber
from pepites.identity.insi.datamatrix import InsCode, encode
from pepites.identity.insi.messages import MESSAGES
from pepites.identity.models import InsiCall
from pepites.interop.insi import client as wire
from pepites.patients.models import Patient
from pepites_sandbox.insi.service import FAULTS, State

pytestmark = [pytest.mark.django_db, pytest.mark.allow_hosts(["127.0.0.1"])]
LOUISE: dict[str, Any] = {"birth_name": "TEST-GUYANE", "given_names": "LOUISE AMANDINE"}


@pytest.fixture
def insi(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[State]:
    """The simulator, wired by the settings as in a demonstration."""
    monkeypatch.setattr(wire, "WAITS", (0.0, 0.0))
    wire._breakers.clear()
    with serving("demonstration") as (url, state):
        settings.PEPITES_INSI_URL, settings.PEPITES_INSI_ENVIRONMENT = url, "demonstration"
        settings.PEPITES_INSI_TIMEOUT = 1.0
        yield state
    wire._breakers.clear()


def base(patient: Patient) -> str:
    return f"/personnes/{patient.public_id}/identite/"


def louise(nurse: Actor, **values: Any) -> Patient:
    return person(nurse, **LOUISE | values)


def ask(client: Client, patient: Patient, **values: str) -> tuple[str, str]:
    """« Interroger INSi » and the page that follows: its address and its text."""
    response = client.post(f"{base(patient)}insi/", values)
    assert response.status_code == 302
    page = client.get(response["Location"])
    assert page.status_code == 200
    return response["Location"], page.content.decode()


def test_three_taps_from_prov_to_recup_then_a_paper_makes_qual(insi: State) -> None:
    nurse = actor()
    patient, client = louise(nurse), signed_in(nurse)
    home = client.get(base(patient)).content.decode()
    assert "Interroger INSi" in home
    assert "Étiquette" not in home
    address, page = ask(client, patient)
    assert "INSi a trouvé une identité" in page
    assert "285079730200175" not in page.replace(" ", "")
    assert client.post(f"{address}accepter/", {}).status_code == 422
    done = client.post(f"{address}accepter/", {"confirmed": "on"}, follow=True).content.decode()
    assert "Identité récupérée" in done
    assert "2 85 07 97302 001 75" not in done
    checked(nurse, patient)
    qualified_page = client.get(base(patient)).content.decode()
    assert "2 85 07 97302 001 75" in qualified_page
    label = client.get(f"{base(patient)}etiquette/").content.decode()
    assert "INS à scanner" in label
    assert "<path" in label
    with as_owner():
        assert Entry.objects.filter(code="identity.ins.printed", subject_ids=[patient.pk]).count() == 1


def test_insi_6_every_screen_says_the_simulator(insi: State, settings: Any) -> None:
    nurse = actor()
    patient, client = louise(nurse), signed_in(nurse)
    for address in ("/", base(patient), "/personnes/rechercher/", "/aide/", "/mentions-legales/"):
        assert "Simulateur INSi" in client.get(address, follow=True).content.decode(), address
    settings.PEPITES_INSI_URL = ""
    assert "Simulateur INSi" not in client.get(base(patient)).content.decode()


def test_rniv_2_comparison_shows_what_differs(insi: State) -> None:
    nurse = actor()
    patient, client = louise(nurse, given_names="LOUISE", birth_place_cog="97304"), signed_in(nurse)
    _, page = ask(client, patient)
    assert "LOUISE AMANDINE" in page
    assert "différence mineure" in page
    assert "à vérifier sur la pièce" in page
    assert "Kourou" in page
    assert "Cayenne" in page


def test_3_4_nobody_found_offers_other_writings(insi: State) -> None:
    nurse = actor()
    patient, client = person(nurse), signed_in(nurse)
    _, page = ask(client, patient)
    assert MESSAGES["01"].title in page
    assert "sans INS est prise en charge comme les autres" in page
    assert "Essayer une autre écriture" in page
    ask(client, patient, variante="tiret")
    assert client.post(f"{base(patient)}insi/", {"variante": "n'importe quoi"}).status_code == 404


FAULT_TITLES = {
    "siram_40": "INSi est momentanément indisponible",
    "insi_102": "INSi a rencontré une erreur dans sa recherche",
    "autorisation": "INSi ne reconnaît pas ce logiciel",
    "lent": "INSi met trop de temps à répondre",
    "coupe": "INSi ne répond pas",
    "malforme": "La réponse d&#x27;INSi ne peut pas être lue",
    "code_inconnu": "INSi a répondu un résultat inconnu",
    "erreur_inconnue": "INSi a répondu une erreur",
    "page": "La réponse d&#x27;INSi ne peut pas être lue",
}


@pytest.mark.parametrize("fault", sorted(FAULT_TITLES))
def test_5_7_8_each_fault_has_its_message_and_admission_goes_on(fault: str, insi: State) -> None:
    nurse = actor()
    client = signed_in(nurse)
    insi.fault = fault
    created = creation(client)  # admission with INSi down
    assert created.status_code == 302
    with as_owner():
        patient = Patient.objects.get()
    _, page = ask(client, patient)
    assert FAULT_TITLES[fault] in page
    assert "continue" in page
    checked(nurse, patient)
    assert identity_of(patient).status == "VALI"
    assert set(FAULT_TITLES) == set(FAULTS) - {"aucun", "verification_ko"}


def test_insi_down_for_good_opens_the_breaker_and_says_so(insi: State) -> None:
    nurse = actor()
    patient, client = person(nurse), signed_in(nurse)
    insi.fault = "siram_40"
    ask(client, patient)
    ask(client, patient)
    _, page = ask(client, patient)
    assert "INSi est en panne" in page
    tasks = client.get(f"/dossiers/{patient.public_id}/", follow=True).content.decode()
    assert tasks.count("INSi n&#x27;a pas répondu") <= 2  # one reminder, however many tries


def test_2_8_verification_screens(insi: State) -> None:
    nurse, cell = actor(), actor(identity_cell=True)
    patient, client = louise(nurse), signed_in(nurse)
    checked(nurse, patient)
    address, _ = ask(client, patient)
    client.post(f"{address}accepter/", {"confirmed": "on"})
    verified = client.post(f"{base(patient)}ins/verifier/", follow=True).content.decode()
    assert "L&#x27;INS est toujours juste" in verified
    insi.fault = "verification_ko"
    wrong = client.post(f"{base(patient)}ins/verifier/", follow=True).content.decode()
    assert "ne correspond plus" in wrong
    assert identity_of(patient).status == "VALI"
    worklist = signed_in(cell).get("/identite/insi/").content.decode()
    assert "Vérification négative" in worklist
    with as_owner():
        call = InsiCall.objects.get(issue="ko")
    signed_in(cell).post(f"/identite/insi/{call.public_id}/traiter/")
    assert "Rien à traiter" in signed_in(cell).get("/identite/insi/").content.decode()
    assert client.get("/identite/insi/").status_code == 403


def test_rniv_3_a_different_person_is_set_aside_for_the_cell(insi: State) -> None:
    nurse = actor()
    patient, client = louise(nurse), signed_in(nurse)
    address, _ = ask(client, patient)
    assert client.post(f"{address}ecarter/", {"reason": ""}).status_code == 422
    done = client.post(f"{address}ecarter/", {"reason": "Sa cousine", "to_cell": "on"}, follow=True)
    assert "Réponse écartée" in done.content.decode()
    assert (identity_of(patient).status, numbers_of(patient)) == ("PROV", [])
    assert "ne vaut plus" in client.post(f"{address}accepter/", {"confirmed": "on"}, follow=True).content.decode()


def test_the_cell_withdraws_an_ins(insi: State) -> None:
    nurse, cell = actor(), actor(identity_cell=True)
    patient, client = louise(nurse), signed_in(cell)
    address, _ = ask(signed_in(nurse), patient)
    signed_in(nurse).post(f"{address}accepter/", {"confirmed": "on"})
    assert signed_in(nurse).get(f"{base(patient)}ins/retirer/").status_code == 403
    assert client.post(f"{base(patient)}ins/retirer/", {"reason": ""}).status_code == 422
    client.post(f"{base(patient)}ins/retirer/", {"reason": "Prêt de carte"})
    assert identity_of(patient).status == "PROV"


def test_guy_1_no_nagging_unless_a_registration_is_said(insi: State) -> None:
    nurse = actor()
    patient, client = person(nurse), signed_in(nurse)
    assert 'pp-alert-title">Immatriculation en cours' not in client.get(base(patient)).content.decode()
    client.post(f"{base(patient)}immatriculation/", {"pending": "1"})
    assert 'pp-alert-title">Immatriculation en cours' in client.get(base(patient)).content.decode()
    client.post(f"{base(patient)}immatriculation/", {})
    assert 'pp-alert-title">Immatriculation en cours' not in client.get(base(patient)).content.decode()


def test_2_6_1_no_label_without_qual(insi: State) -> None:
    nurse = actor()
    patient, client = louise(nurse), signed_in(nurse)
    response = client.get(f"{base(patient)}etiquette/", follow=True)
    assert "identité qualifiée" in response.content.decode()
    assert "INS à scanner" not in response.content.decode()


def scan(client: Client, text: str) -> str:
    return client.post("/personnes/rechercher/", {"number": text}).content.decode()


def test_1_6_a_scanned_code_finds_the_person_and_proves_nothing(insi: State) -> None:
    nurse, other = actor(), actor()
    patient = louise(nurse)
    address, _ = ask(signed_in(nurse), patient)
    signed_in(nurse).post(f"{address}accepter/", {"confirmed": "on"})
    code = InsCode(
        InsNumber("1.2.250.1.213.1.4.11", "285079730200175"), "LOUISE AMANDINE", "TEST-GUYANE", "F",
        identity_of(patient).birth_date, "97302",
    )  # fmt: skip
    page = scan(signed_in(other), encode(code))
    assert "1 personne trouvée" in page
    assert "ne prouve pas" in page
    unknown = InsCode(InsNumber(code.number.oid, "199129730212376"), "MATHIS", "TEST-KOUROU", "M", code.birth_date)
    page = scan(signed_in(other), encode(unknown))
    assert 'value="1985"' in page  # the date fills the search, which opens the creation
    assert "Créer une identité" in page
    production = InsCode(InsNumber("1.2.250.1.213.1.4.8", "285079730200175"), "A", "B", "F", code.birth_date)
    assert "autre environnement" in scan(signed_in(other), encode(production))
    assert "ne peut pas être lu" in scan(signed_in(other), encode(code)[:70])
