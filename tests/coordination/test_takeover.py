"""Taking over a history: whom a line is about, who reads it, twice, cut in the middle; what the database refuses."""

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories
from tests.conftest import as_owner
from tests.coordination.import_helpers import a_network, coordinator, server
from tests.coordination.takeover_helpers import TOOL, archive, counted, followed, message, note, passage
from tests.documents.test_files import jpeg

from pepites.access.models import Opposition
from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.errors import Refused
from pepites.coordination.models import FilEntry, HistoryEntry, HistoryFile, HistoryReader, HistoryThread
from pepites.coordination.takeover import selectors
from pepites.coordination.takeover.service import BATCH
from pepites.directory.models import PractitionerRole
from pepites.documents import ports
from pepites.messaging.models import ConversationEvent
from pepites.patients.models import Patient

pytestmark = pytest.mark.usefixtures("committed_database")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, settings: Any) -> None:
    settings.PEPITES_VAR = tmp_path


def a_practice(**values: Any) -> PractitionerRole:
    with as_owner():
        return factories.practice(**values)


def circle(patient_id: int, practice: PractitionerRole, level: int = 3) -> Actor:
    with as_owner():
        factories.grant(Patient.objects.get(pk=patient_id), practice, level)
        return factories.actor_for(practice)


def seen(actor: Actor, patient_id: int) -> set[str]:
    with unit_of_work(actor, read_only=True):
        return set(HistoryEntry.objects.filter(patient_id=patient_id).values_list("external_id", flat=True))


def rpps(practice: PractitionerRole) -> str:
    return str(practice.professional.rpps)


@pytest.mark.parametrize("role", ["coordination", "administration", "serveur"])
def test_an_archive_is_taken_over_and_a_second_passage_writes_nothing(tmp_path: Path, role: str) -> None:
    network = a_network()
    actor = coordinator(network)
    persons = followed(tmp_path, actor, network)
    actor = server() if role == "serveur" else coordinator(network, role)
    path = archive(
        tmp_path / "a.zip",
        {
            "conversations": [{"id": "C1", "dossier": "D1", "titre": "Retour à domicile", "participants": "Lise Roy"}],
            "messages": [message("M1"), message("M2", "C9")],
            "notes": [note("N1", fonction="infirmière"), note("N2", dossier="D9"), note("N3", texte="")],
            "documents": [
                {"id": "F1", "fichier": "photo.jpg", "note": "N1", "message": "", "titre": "Plaie"},
                {"id": "F2", "fichier": "absent.jpg", "note": "", "message": "M1", "titre": ""},
            ],
        },
        {"photo.jpg": jpeg()},
    )
    with as_owner():
        told = FilEntry.objects.count()
    own_session = as_owner if role == "serveur" else nullcontext
    with own_session():
        checked = passage(actor, network, path, dry_run=True)
    with as_owner():
        assert not HistoryEntry.objects.exists()
        assert not HistoryThread.objects.exists()
    assert not list((tmp_path / "files").glob("??/*"))
    with own_session():
        first = passage(actor, network, path)
        second = passage(actor, network, path)
    assert {key: one.outcome for key, one in first.items()} == {key: one.outcome for key, one in checked.items()}
    assert {key: str(one.outcome) for key, one in first.items()} == {
        "conversations:2": "repris", "messages:2": "repris", "messages:3": "refuse", "notes:2": "repris",
        "notes:3": "sans_personne", "notes:4": "refuse", "documents:2": "repris", "documents:3": "refuse",
    }  # fmt: skip
    assert counted(second) == {"deja_repris": 4, "refuse": 3, "sans_personne": 1}
    with as_owner():
        assert HistoryEntry.objects.filter(patient_id=persons["D1"]).count() == 3
        assert HistoryEntry.objects.get(external_id="N1").author_text == "Lise Roy (infirmière)"
        assert HistoryFile.objects.get().entry.parent == HistoryEntry.objects.get(external_id="N1")
        assert set(ports.names_in_use()) >= {HistoryFile.objects.get().blob}
        # History is no news: nothing in the fil, nothing on the live stream.
        assert FilEntry.objects.count() == told
        assert not ConversationEvent.objects.exists()
        batches = Entry.objects.filter(code="coordination.takeover.batch", subject_ids__contains=[persons["D1"]])
        assert batches.count() == 12


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"dossier": "D1"}, ""),
        ({"nom": "Wu", "prenom": "maria", "date de naissance": "31/01/1951"}, ""),
        ({"dossier": "ZZ", "nom": "Wu", "prenom": "maria", "date de naissance": "31/01/1951", "sexe": "F"}, ""),
        ({"dossier": ""}, "Rien de sûr"),
        ({"nom": "Wu", "prenom": "Maria"}, "Rien de sûr"),
        ({"nom": "Wu", "prenom": "Maria", "date de naissance": "1951"}, "Rien de sûr"),
        ({"nom": "Wu", "prenom": "Marie", "date de naissance": "31/01/1951"}, "Aucune personne"),
        ({"nom": "Wu", "prenom": "Maria", "date de naissance": "31/01/1951", "sexe": "M"}, "Aucune personne"),
        ({"dossier": "D1", "nom": "Alba", "prenom": "Ana", "date de naissance": "02/02/1960"}, "personnes différentes"),
        ({"dossier": "D1", "nom": "Autre", "prenom": "Ana", "date de naissance": "02/02/1960"}, "identité écrite ici"),
        ({"ins": "1234"}, "15 caractères"),
        ({"dossier": "D1", "nom": "Wu", "prenom": "Maria", "date de naissance": "hier"}, "date"),
    ],
)
def test_a_person_is_matched_for_sure_or_not_at_all(tmp_path: Path, keys: dict[str, str], said: str) -> None:
    network = a_network()
    actor = coordinator(network)
    persons = followed(tmp_path, actor, network)
    line = {"id": "N1", "date": "2023-04-05", "texte": "Texte"} | keys
    found = passage(actor, network, archive(tmp_path / "a.zip", {"notes": [line]}))["notes:2"]
    assert found.patient_id == (None if said else persons["D1"])
    assert said in found.message


def test_persons_of_another_network_are_out_of_reach(tmp_path: Path) -> None:
    network, other = a_network(), a_network()
    followed(tmp_path, coordinator(other), other)
    line = {"id": "N1", "date": "2023-04-05", "texte": "T", "nom": "Wu", "prenom": "Maria", "naissance": "31/01/1951"}
    found = passage(coordinator(network), network, archive(tmp_path / "a.zip", {"notes": [line]}))
    assert counted(found) == {"sans_personne": 1}


def test_a_conversation_is_read_by_those_who_took_part_and_still_have_the_file(tmp_path: Path) -> None:
    network = a_network()
    actor = coordinator(network)
    person = followed(tmp_path, actor, network)["D1"]
    nurse, author, gone, absent = (a_practice() for _ in range(4))
    path = archive(
        tmp_path / "a.zip",
        {
            "conversations": [{"id": "C1", "dossier": "D1", "participants": f"{rpps(nurse)} | {rpps(gone)} ; Paul"}],
            "messages": [message("M1", auteur_id=rpps(author))],
            "documents": [{"id": "F1", "fichier": "photo.jpg", "message": "M1"}],
        },
        {"photo.jpg": jpeg()},
    )
    assert counted(passage(actor, network, path)) == {"repris": 3}
    assert seen(circle(person, nurse), person) == {"M1", "F1"}
    assert seen(circle(person, author, 2), person) == {"M1", "F1"}
    assert seen(circle(person, absent), person) == set()
    assert seen(actor, person) == set()  # the coordination that took it over was not in it
    with as_owner():
        left = factories.actor_for(gone)
    assert seen(left, person) == set()
    with unit_of_work(left, read_only=True):
        assert not HistoryThread.objects.exists()
        assert not HistoryFile.objects.exists()


def test_a_note_is_read_by_level(tmp_path: Path) -> None:
    network = a_network()
    actor = coordinator(network)
    person = followed(tmp_path, actor, network)["D1"]
    social = a_practice(category="social")
    path = archive(
        tmp_path / "a.zip", {"notes": [note("N1"), note("N2", auteur_id=rpps(social)), note("N3", auteur_id="inconnu")]}
    )
    passage(actor, network, path)
    assert seen(actor, person) == {"N1", "N2", "N3"}
    assert seen(circle(person, a_practice(), 3), person) == {"N1", "N2", "N3"}
    assert seen(circle(person, a_practice(), 2), person) == {"N2"}
    assert seen(circle(person, a_practice(), 1), person) == set()
    assert seen(coordinator(network, "administration"), person) == set()


def test_authors_are_known_by_number_login_or_mail_never_by_name(tmp_path: Path) -> None:
    network = a_network()
    actor = coordinator(network)
    followed(tmp_path, actor, network)
    with as_owner():
        practices = [factories.practice() for _ in range(4)]
        for place, mail in zip(practices, ("", "lise@essai.test", "deux@essai.test", "deux@essai.test"), strict=True):
            factories.user(professional=place.professional, email=mail, login=f"compte.{place.pk}")
    said = [rpps(practices[0]), f"COMPTE.{practices[0].pk}", "Lise@essai.test", "deux@essai.test",
            practices[0].professional.display_name]  # fmt: skip
    passage(
        actor,
        network,
        archive(tmp_path / "a.zip", {"notes": [note(f"N{n}", auteur_id=one) for n, one in enumerate(said)]}),
    )
    with as_owner():
        found = dict(HistoryEntry.objects.values_list("external_id", "author_id"))
    first, second = practices[0].professional_id, practices[1].professional_id
    assert found == {"N0": first, "N1": first, "N2": second, "N3": None, "N4": None}


def test_an_account_made_since_reads_at_the_next_passage(tmp_path: Path) -> None:
    network = a_network()
    actor = coordinator(network)
    followed(tmp_path, actor, network)
    path = archive(tmp_path / "a.zip", {"conversations": [{"id": "C1", "dossier": "D1", "participants": "lise.roy"}]})
    passage(actor, network, path)
    with as_owner():
        assert not HistoryReader.objects.exists()
        factories.user(login="lise.roy", professional=factories.professional())
    assert counted(passage(actor, network, path)) == {"deja_repris": 1}
    with as_owner():
        assert HistoryReader.objects.count() == 1


def test_nothing_is_taken_over_against_the_person(tmp_path: Path) -> None:
    network = a_network()
    actor = coordinator(network)
    person = followed(tmp_path, actor, network)["D1"]
    with as_owner():
        Opposition.objects.create(patient_id=person, network=network, proof="Dit")
    found = passage(actor, network, archive(tmp_path / "a.zip", {"notes": [note("N1"), note("N2", dossier="D2")]}))
    assert [str(one.outcome) for one in found.values()] == ["refuse", "repris"]
    assert "s'oppose" in found["notes:2"].message


def test_one_identifier_is_one_person(tmp_path: Path) -> None:
    network = a_network()
    actor = coordinator(network)
    followed(tmp_path, actor, network)
    passage(actor, network, archive(tmp_path / "a.zip", {"notes": [note("N1")]}))
    found = passage(actor, network, archive(tmp_path / "b.zip", {"notes": [note("N1", dossier="D2"), note("N1")]}))
    assert "autre personne" in found["notes:2"].message
    assert "plus haut" in found["notes:3"].message


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"date": "2199-01-01"}, "futur"),
        ({"date": "01/01/1899"}, "antérieure"),
        ({"date": "bientôt"}, "illisible"),
        ({"texte": "a" * 20_001}, "dépasse"),
        ({"texte": " \x07\x1b "}, "vide"),
        ({"id": ""}, "identifiant manque"),
        ({"id": "x" * 101}, "100 caractères"),
    ],
)
def test_a_line_that_cannot_be_kept_is_told(tmp_path: Path, values: dict[str, str], said: str) -> None:
    network = a_network()
    actor = coordinator(network)
    followed(tmp_path, actor, network)
    found = passage(actor, network, archive(tmp_path / "a.zip", {"notes": [note("N1", **values), note("N2")]}))
    assert said in found["notes:2"].message
    assert str(found["notes:3"].outcome) == "repris"


def test_control_marks_leave_the_text(tmp_path: Path) -> None:
    network = a_network()
    actor = coordinator(network)
    followed(tmp_path, actor, network)
    passage(actor, network, archive(tmp_path / "a.zip", {"notes": [note("N1", texte="Bon\x07jour \u202eton\nsuite")]}))
    with as_owner():
        assert HistoryEntry.objects.get().text == "Bonjour ton\nsuite"


def test_a_passage_cut_in_the_middle_is_finished_by_the_next(tmp_path: Path) -> None:
    network = a_network()
    actor = coordinator(network)
    followed(tmp_path, actor, network)
    path = archive(tmp_path / "a.zip", {"notes": [note(f"N{n}") for n in range(2 * BATCH + 7)]})
    batches = 0

    def cut(results: Any) -> None:
        nonlocal batches
        batches += 1
        if batches == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        passage(actor, network, path, on_batch=cut)
    with as_owner():
        assert HistoryEntry.objects.count() == BATCH
    assert counted(passage(actor, network, path)) == {"deja_repris": BATCH, "repris": BATCH + 7}
    with as_owner():
        assert HistoryEntry.objects.count() == 2 * BATCH + 7


def test_an_outsider_is_refused_and_the_refusal_is_journalled(tmp_path: Path) -> None:
    network = a_network()
    followed(tmp_path, coordinator(network), network)
    path = archive(tmp_path / "a.zip", {"notes": [note("N1")]})
    for actor in (coordinator(network, "membre"), coordinator(a_network())):
        with pytest.raises(Refused):
            passage(actor, network, path)
    with as_owner():
        assert Entry.objects.filter(code="coordination.takeover.refused", outcome=4).count() == 2


def test_the_database_refuses_by_itself(tmp_path: Path) -> None:
    network, other = a_network(), a_network()
    actor = coordinator(network)
    persons = followed(tmp_path, actor, network)
    passage(actor, network, archive(tmp_path / "a.zip", {"notes": [note("N1")]}))
    acts = [
        (other, "SELECT * FROM coordination_history_match(%s, 'x', '[]')", [network.pk], "role_missing"),
        (other, "SELECT coordination_history_write(%s, 'x', '[]', '[]')", [network.pk], "role_missing"),
        # A person that the network does not follow.
        (other, "SELECT coordination_history_write(%s, 'x', '[]', %s::jsonb)",
         [other.pk, json.dumps([{"patient_id": persons["D1"], "kind": "note"}])], "opposition"),
        (network, "UPDATE coordination_historyentry SET text = ''", [], "permission denied"),
        (network, "DELETE FROM coordination_historyentry", [], "permission denied"),
        (network, "INSERT INTO coordination_historyreader (thread_id) VALUES (1)", [], "permission denied"),
    ]  # fmt: skip
    for where, statement, values, said in acts:
        who = coordinator(where)
        with pytest.raises(Exception, match=said), unit_of_work(who), connection.cursor() as cursor:
            cursor.execute(statement, values)


def test_reading_costs_the_same_whatever_the_number_of_rows(tmp_path: Path) -> None:
    network = a_network()
    actor = coordinator(network)
    person = followed(tmp_path, actor, network)["D1"]
    costs = []
    for number in (2, 25):
        rows = [note(f"N{number}-{n}") for n in range(number)]
        files = [{"id": f"F{one['id']}", "fichier": "p.jpg", "note": one["id"]} for one in rows]
        path = archive(tmp_path / f"{number}.zip", {"notes": rows, "documents": files}, {"p.jpg": jpeg((40, 30))})
        assert counted(passage(actor, network, path)) == {"repris": 2 * number}
        with unit_of_work(actor, read_only=True), CaptureQueriesContext(connection) as queries:
            told, more = selectors.history_visible_to(actor, person, 1)
        assert len(told) == number + (2 if number == 25 else 0)
        assert not more
        assert told[0].pieces
        assert told[0].author == f"Lise Roy, d'après {TOOL}"
        costs.append(len(queries))
    assert costs[0] == costs[1]
