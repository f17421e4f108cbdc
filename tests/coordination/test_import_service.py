"""Imports on a real base: outcomes, idempotence, consent, rights, kills."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests import factories
from tests.conftest import as_owner, as_role, shared_data
from tests.coordination.import_helpers import a_network, coordinator, counted, outcomes, row, server, write_csv

from pepites.access.models import ConsentRecord, NetworkPatient, Opposition
from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.common.clock import now
from pepites.common.errors import Conflict, Refused
from pepites.coordination.importing import service
from pepites.coordination.models import LiaisonNote, LocalIdentifier, Pathway, Task
from pepites.identity.models import Collision, DomainIdentity, DoubleCandidate, Phone
from pepites.patients.models import Patient

pytestmark = pytest.mark.usefixtures("committed_database")
SAMPLES = shared_data() / "file-active"


def count(model: Any, **values: Any) -> int:
    with as_owner():
        return int(model.objects.filter(**values).count())


def everything() -> dict[str, int]:
    models = (Patient, DomainIdentity, Pathway, NetworkPatient, ConsentRecord, Opposition, Task, DoubleCandidate)
    return {model.__name__: count(model) for model in (*models, LiaisonNote, LocalIdentifier, Phone)}


@contextmanager
def acting(actor: Any) -> Iterator[None]:
    with unit_of_work(actor):
        yield


@pytest.mark.skipif(not SAMPLES.exists(), reason="exemples de files actives absents")
@pytest.mark.parametrize("name", ["file-active-maia.csv", "file-active-perinat.xlsx"])
@pytest.mark.parametrize("who", ["coordination", "administration", "server"])
def test_samples_give_the_expected_outcomes_then_nothing_new(name: str, who: str) -> None:
    network = a_network()
    expected = json.loads((SAMPLES / "attendu.json").read_text())[name]
    path = SAMPLES / name
    actor = server() if who == "server" else coordinator(network, who)
    with as_role("pepites_owner" if who == "server" else "pepites_worker"):
        assert outcomes(actor, network, path, dry_run=True) == {int(k): v for k, v in expected.items()}
        assert everything()["Patient"] == 0
    with as_role("pepites_owner" if who == "server" else "pepites_worker"):
        assert outcomes(actor, network, path) == {int(k): v for k, v in expected.items()}
    before = everything()
    assert before["Patient"] == counted(expected)["cree"]
    assert before["DoubleCandidate"] == counted(expected).get("doublon", 0)
    with as_role("pepites_owner" if who == "server" else "pepites_worker"):
        again = outcomes(actor, network, path)
    assert again == {int(k): "connu" if v == "cree" else v for k, v in expected.items()}
    assert everything() == before


def test_an_edited_file_is_told_by_matching_not_by_line_numbers(tmp_path: Path) -> None:
    network = a_network()
    actor = coordinator(network)
    first = [row("ROBO", "Nicolas", "22/12/1970"), row("Roboh", "Nicolas", "22/12/1970"), row("SINGH", "Mei", "1957")]
    with as_role("pepites_worker"):
        assert list(outcomes(actor, network, write_csv(tmp_path / "a.csv", first)).values()) == [
            "cree", "doublon", "cree",
        ]  # fmt: skip
        edited = [row("WU", "Maria", "31/01/1951"), *first[::-1], ["", "", "", "", "", "", "", "", "", "", ""]]
        assert list(outcomes(actor, network, write_csv(tmp_path / "b.csv", edited)).values())[:4] == [
            "cree", "connu", "doublon", "connu",
        ]  # fmt: skip
    assert (count(Patient), count(DoubleCandidate)) == (3, 1)


def test_a_person_of_another_network_is_known_and_the_pathway_is_opened(tmp_path: Path) -> None:
    one, two = a_network(), a_network()
    path = write_csv(tmp_path / "a.csv", [row("ROBO", "Nicolas", "22/12/1970", local_id="D-1", phone="0694123456")])
    with as_role("pepites_worker"):
        outcomes(coordinator(one), one, path)
        assert outcomes(coordinator(two), two, path) == {2: "connu"}
    assert count(Patient) == 1
    assert count(Pathway, network=two) == count(NetworkPatient, network=two, organization=None) == 1
    assert count(LocalIdentifier, value="D-1") == 2
    assert count(Phone, number="0694123456") == 1


def test_consent_three_ways(tmp_path: Path) -> None:
    network = a_network()
    actor = coordinator(network)
    rows = [
        row("ROBO", "Nicolas", "22/12/1970", consent="oui"),
        row("SINGH", "Mei", "28/09/1957", consent="non"),
        row("WU", "Maria", "31/01/1951", consent=""),
    ]
    path = write_csv(tmp_path / "liste.csv", rows)
    with as_role("pepites_worker"):
        outcomes(actor, network, path)
    with as_owner():
        yes, no, empty = (Patient.objects.get(birth_name=name) for name in ("ROBO", "SINGH", "WU"))
        consent = ConsentRecord.objects.get()
        assert (consent.patient_id, consent.mode, consent.proof) == (yes.pk, "oral", "Fichier liste.csv, ligne 2")
        assert consent.collected_by_id == actor.practice_id
        assert Opposition.objects.get().patient_id == no.pk
        task = Task.objects.get()
        assert (task.patient_id, task.title, task.owner_role) == (empty.pk, "Consentement à recueillir", "coordination")
    other = coordinator(network)
    mine = coordinator(network, organization=_organization(actor))
    everyone = {yes.pk, no.pk, empty.pk}
    for who, expected in ((actor, everyone), (mine, everyone), (other, everyone - {no.pk})):
        with acting(who), connection.cursor() as cursor:
            for table in ("patients_patient", "coordination_pathway"):
                cursor.execute(f"SELECT {'id' if table == 'patients_patient' else 'patient_id'} FROM {table}")
                assert {pk for (pk,) in cursor.fetchall()} == expected, table


def _organization(actor: Any) -> Any:
    from pepites.directory.models import Organization

    with as_owner():
        return Organization.objects.get(pk=actor.ref.organization_id)


def test_no_said_later_closes_the_file_to_other_structures(tmp_path: Path) -> None:
    network = a_network()
    actor, other = coordinator(network), coordinator(network)
    with as_role("pepites_worker"):
        outcomes(actor, network, write_csv(tmp_path / "a.csv", [row("WU", "Maria", "31/01/1951", consent="")]))
    with acting(other):
        assert Patient.objects.count() == 1
    with as_role("pepites_worker"):
        path = write_csv(tmp_path / "b.csv", [row("WU", "Maria", "31/01/1951", consent="non")])
        assert outcomes(actor, network, path) == {2: "connu"}
        outcomes(actor, network, path)
    assert count(Opposition) == 1
    assert count(Task, state="faite") == 1
    with acting(other):
        assert Patient.objects.count() == Pathway.objects.count() == 0
    with acting(actor):
        assert Patient.objects.count() == 1


def test_an_administrator_imports_without_reading_the_files(tmp_path: Path) -> None:
    network = a_network()
    actor, reader = coordinator(network, "administration"), coordinator(network)
    with as_role("pepites_worker"):
        outcomes(actor, network, write_csv(tmp_path / "a.csv", [row("WU", "Maria", "31/01/1951", note="GIR 2")]))
    with acting(actor):
        assert Patient.objects.count() == 0
    with acting(reader):
        assert Patient.objects.count() == 1
        assert Pathway.objects.get().comment == "GIR 2"


def test_a_coordinator_s_observation_becomes_a_note(tmp_path: Path) -> None:
    network = a_network()
    actor = coordinator(network)
    path = write_csv(tmp_path / "a.csv", [row("WU", "Maria", "31/01/1951", note="GIR 2 <b>")])
    with as_role("pepites_worker"):
        outcomes(actor, network, path)
        outcomes(actor, network, path)
    with acting(actor):
        note = LiaisonNote.objects.get()
        assert (note.type, note.text, "<b>" in note.html) == ("GEN", "GIR 2 <b>", False)


def test_the_server_imports_on_an_empty_base_and_no_stays_with_the_network_s_own_structure(tmp_path: Path) -> None:
    network = a_network()
    path = write_csv(tmp_path / "a.csv", [row("WU", "Maria", "31/01/1951", consent="non"), row("ROBO", "Léa", "1960")])
    with as_owner():
        assert set(outcomes(server(), network, path).values()) == {"cree"}
        assert set(outcomes(server(), network, path).values()) == {"connu"}
    someone = coordinator(network)
    with acting(someone):
        assert [patient.birth_name for patient in Patient.objects.all()] == ["ROBO"]


def test_an_outsider_is_refused_and_the_refusal_is_journalled(tmp_path: Path) -> None:
    network, other = a_network(), a_network()
    path = write_csv(tmp_path / "a.csv", [row("WU", "Maria", "31/01/1951")])
    for actor in (coordinator(other), coordinator(network, "membre")):
        with as_role("pepites_worker"), pytest.raises(Refused):
            outcomes(actor, network, path)
    assert count(Patient) == 0
    assert count(Entry, code="coordination.import.refused", outcome=4) == 2


def test_the_database_refuses_an_outsider_without_the_service() -> None:
    network, other = a_network(), a_network()
    actor = coordinator(other)
    for sql, params in (
        ("SELECT * FROM coordination_import_lines(%s, 1, current_date, '[]')", [network.pk]),
        ("SELECT coordination_import_organization(%s)", [network.pk]),
    ):
        with pytest.raises(Exception, match="role_missing"), acting(actor), connection.cursor() as cursor:
            cursor.execute(sql, params)
    with as_owner():
        plain = factories.actor_for(factories.practice())
    for call in ("identity_match_many('{}', '{}', '{}', '{}')", "identity_import_persons('[]')"):
        with pytest.raises(Exception, match="role_missing"), acting(plain), connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {call}")


def test_a_cut_import_leaves_whole_batches_and_a_second_one_finishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 3)
    network = a_network()
    actor = coordinator(network)
    names = ["ALBA", "BRUNO", "CARDOZ", "DUMESLE", "ERNEST", "FILOU", "GOMEZ"]
    rows = [row(name, "Ana", f"0{n}/03/195{n}") for n, name in enumerate(names, start=1)]
    path = write_csv(tmp_path / "a.csv", [*rows[:4], rows[0], *rows[4:]])
    seen = []

    def cut(results: Any) -> None:
        seen.append(results)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with as_role("pepites_worker"), pytest.raises(KeyboardInterrupt):
        outcomes(actor, network, path, on_batch=cut)
    assert count(Patient) == count(Pathway) == count(ConsentRecord) == 3
    with as_role("pepites_worker"):
        assert list(outcomes(actor, network, path).values()) == ["connu"] * 3 + ["cree", "doublon"] + ["cree"] * 3
    assert (count(Patient), count(DoubleCandidate)) == (7, 1)


def test_two_imports_of_one_network_at_once_are_refused_clearly(
    tmp_path: Path, committed_database: dict[str, str]
) -> None:
    import psycopg

    network = a_network()
    actor = coordinator(network)
    path = write_csv(tmp_path / "a.csv", [row("WU", "Maria", "31/01/1951")])
    wanted = ("host", "port", "user", "password", "dbname")
    parts = {key: committed_database[key] for key in wanted if key in committed_database}
    with psycopg.connect(**parts, autocommit=True) as elsewhere:  # type: ignore[arg-type]
        elsewhere.execute("SELECT pg_advisory_lock(%s, %s)", [service._LOCK, network.pk])
        with as_role("pepites_worker"), pytest.raises(Conflict, match="Un autre import"):
            outcomes(actor, network, path)
        assert outcomes(actor, network, path, dry_run=True) == {2: "cree"}
    with as_role("pepites_worker"):
        assert outcomes(actor, network, path) == {2: "cree"}


def test_decisions_of_the_worklist_hold_at_the_next_import(tmp_path: Path) -> None:
    network = a_network()
    actor = coordinator(network)
    same = row("Brisberder", "Jean", "24/02/1980")
    path = write_csv(tmp_path / "a.csv", [row("BRISBERDET", "Jean", "24/02/1980"), same])
    with as_role("pepites_worker"):
        assert list(outcomes(actor, network, path).values()) == ["cree", "doublon"]
    with as_owner():
        DoubleCandidate.objects.update(state="distinct")
    with as_role("pepites_worker"):
        assert list(outcomes(actor, network, path).values()) == ["connu", "cree"]
        assert list(outcomes(actor, network, path).values()) == ["connu", "connu"]
    assert (count(Patient), count(DoubleCandidate)) == (2, 1)


def test_a_refusal_is_never_lost_between_two_lines_of_one_person(tmp_path: Path) -> None:
    network = a_network()
    actor = coordinator(network)
    twice = [row("BRISBERDET", "Jean", "24/02/1980"), row("Brisberder", "Jean", "24/02/1980", consent="non")]
    path, said = write_csv(tmp_path / "a.csv", twice), []

    def keep(results: Any) -> None:
        said.extend(one.message for one in results)

    with as_role("pepites_worker"):
        assert list(outcomes(actor, network, path, on_batch=keep).values()) == ["cree", "doublon"]
    assert "refuse le partage" in said[1]
    assert count(Opposition) == 0
    with as_owner():
        DoubleCandidate.objects.update(state="meme")
    with as_role("pepites_worker"):
        assert list(outcomes(actor, network, path).values()) == ["connu", "connu"]
    assert count(Opposition) == 1


def test_a_refused_pathway_is_not_opened_again(tmp_path: Path) -> None:
    network = a_network()
    actor = coordinator(network)
    path = write_csv(tmp_path / "a.csv", [row("WU", "Maria", "31/01/1951")])
    with as_role("pepites_worker"):
        outcomes(actor, network, path)
    with as_owner():
        Pathway.objects.update(status="clos", closed_on="2099-01-01", closing_reason="refus")
        NetworkPatient.objects.update(ends_at="2020-01-01T00:00:00Z")
    with as_role("pepites_worker"):
        assert outcomes(actor, network, path) == {2: "connu"}
    assert (count(Pathway), count(NetworkPatient)) == (1, 1)


def test_the_journal_names_the_persons_of_each_batch_and_counts_the_whole(tmp_path: Path) -> None:
    network = a_network()
    actor = coordinator(network)
    path = write_csv(tmp_path / "a.csv", [row("WU", "Maria", "31/01/1951"), row("WU", "?", "1960")])
    with as_role("pepites_worker"):
        outcomes(actor, network, path)
    with as_owner():
        batch = Entry.objects.get(code="coordination.import.batch")
        assert batch.subject_ids == [Patient.objects.get().pk]
        assert batch.purpose == "coordination"
        done = Entry.objects.get(code="coordination.import.done")
        assert (done.detail["cree"], done.detail["refuse"]) == (1, 1)
        assert "WU" not in str(done.detail)


def test_a_frozen_file_is_left_as_it_is_and_the_rest_goes_in(tmp_path: Path) -> None:
    """Two persons are mixed in it (RNIV-14): its line is told, the others of the batch are imported."""
    first, second = a_network(), a_network()
    who, other = coordinator(first), coordinator(second)
    lines = [row("KALI", "ROSA", "14/07/1985"), row("WEMPI", "LEA", "03/02/1971")]
    outcomes(who, first, write_csv(tmp_path / "un.csv", lines[:1]))
    with as_owner():
        mixed = Patient.objects.get()
        Collision.objects.create(
            patient=mixed, state="averee", description="deux tailles", decided_at=now(), decision_reason="vu"
        )
    seen: list[Any] = []
    assert outcomes(other, second, write_csv(tmp_path / "deux.csv", lines), on_batch=seen.extend) == {
        2: "connu",
        3: "cree",
    }
    assert "gelé" in seen[0].message
    assert count(Pathway, network=second) == 1
    assert count(Pathway, patient=mixed) == 1
