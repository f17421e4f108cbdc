"""``pepites identity``: files as structures send them, refusals, what comes out, what it is worth."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.identity.matching.records import population, written

from pepites.bench.matching_quality import clusters, eligible_recall, read_labels, read_truth, review_recall

pytestmark = pytest.mark.slow
SRC = Path(__file__).parents[3] / "src"
HEAD = "record_id,birth_name,given_name,sex,birth_date,phone\n"


def pepites(*arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "pepites.cli.main", "identity", *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(SRC)}, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_rows_come_back_in_their_order_with_their_clusters(tmp_path: Path) -> None:
    source, target, pairs = tmp_path / "fiches.csv", tmp_path / "groupes.csv", tmp_path / "paires.csv"
    source.write_text(
        HEAD + 'B,DUPONT,"ANNE, dite NANA",F,1980-05-17,\nA,KALIWEMPI,SIDONIE,F,1984-07-19,0694127845\n'
        "C,Kaliwempi,Sidonie,F,1984-07-19,+594 694 12 78 45\n", encoding="utf-8",
    )  # fmt: skip
    done = pepites("link", source, target, "--pairs", pairs)
    assert done.returncode == 0, done.stderr
    found = rows(target)
    assert [row["record_id"] for row in found] == ["B", "A", "C"]
    assert found[0]["given_name"] == "ANNE, dite NANA"
    assert found[1]["cluster_id"] == found[2]["cluster_id"] != found[0]["cluster_id"]
    assert found[1]["auto_cluster_id"] == found[2]["auto_cluster_id"]
    assert [row["link_class"] for row in found] == ["C", "A", "A"]
    assert [found[0]["score"] == "", float(found[1]["score"]) > 0] == [True, True]
    assert rows(pairs)[0].keys() == {"record_id_1", "record_id_2", "score", "link_class"}
    assert "3 fiches, 2 personnes" in done.stdout


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
def test_usual_encodings_and_separators(tmp_path: Path, encoding: str) -> None:
    source, target = tmp_path / "fiches.csv", tmp_path / "groupes.csv"
    text = HEAD.replace(",", ";") + "A;ÉLÉONORE;Zoé;F;1980-05-17;\nB;ELEONORE;ZOE;F;1980-05-17;\n"
    source.write_text(text, encoding=encoding)
    assert pepites("link", source, target).returncode == 0
    found = rows(target)
    assert found[0]["birth_name"] == "ÉLÉONORE"
    assert found[0]["cluster_id"] == found[1]["cluster_id"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "vide"),
        ("nom,prenom\nA,B\n", "record_id"),
        ("record_id,record_id\n1,2\n", "en double"),
        ("record_id,cluster_id\n1,2\n", "renommez-la"),
        ("record_id,birth_name\n1,A\n,B\n", "Ligne 3"),
        ("record_id,birth_name\n1,A\n1,B\n", "plusieurs fois"),
        ('record_id,birth_name\n1,"A\n2,B\n', "CSV régulier"),
        ("record_id,birth_name\n1,A,B,C\n", "CSV régulier"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_nothing_is_written(tmp_path: Path, text: str, words: str) -> None:
    source, target = tmp_path / "fiches.csv", tmp_path / "groupes.csv"
    source.write_text(text, encoding="utf-8")
    done = pepites("link", source, target)
    assert (done.returncode, words in done.stderr) == (1, True), done.stderr
    assert list(tmp_path.iterdir()) == [source]


def test_a_missing_file_and_an_output_over_the_input_are_refused(tmp_path: Path) -> None:
    source = tmp_path / "fiches.csv"
    assert "n'existe pas" in pepites("link", source, tmp_path / "o.csv").stderr
    source.write_text(HEAD, encoding="utf-8")
    assert "écraserait" in pepites("link", source, source).stderr
    assert "n'existe pas" in pepites("link", source, tmp_path / "absent" / "o.csv").stderr
    assert pepites("link", source).returncode == 2
    assert pepites("link", source, tmp_path / "o.csv", "--engine", "duckdb").returncode == 0


def test_hostile_values_are_kept_and_link_nothing(tmp_path: Path) -> None:
    source, target = tmp_path / "fiches.csv", tmp_path / "groupes.csv"
    bad = ["A" * 100_000, "\u202eEVIL", "'; DROP TABLE given; --", "ЖЖЖ", "=cmd()", "🙂"]
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["record_id", "birth_name", "given_name", "birth_date", "ins"])
        writer.writerows([[f"R{number}", text, text, "31/31/2020", text] for number, text in enumerate(bad)])
    assert pepites("link", source, target).returncode == 0
    found = rows(target)
    assert [row["birth_name"] for row in found] == bad
    assert len({row["cluster_id"] for row in found}) == len(bad)


def test_endless_values_are_compared_up_to_a_length(tmp_path: Path) -> None:
    """Likeness costs the square of the length: two of these would take hours. What was written comes back whole."""
    source, target = tmp_path / "fiches.csv", tmp_path / "groupes.csv"
    given = [("KALI" * 50_000 + end, "LONGUE" * 30_000 + end, "VILLAGE" * 30_000 + end) for end in ("A", "B")]
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["record_id", "birth_name", "given_name", "birth_date", "address", "commune"])
        writer.writerows([f"R{number}", name, name, "1984-07-19", street, town]
                         for number, (name, street, town) in enumerate(given))  # fmt: skip
    done = pepites("link", source, target)
    assert done.returncode == 0, done.stderr
    found = rows(target)
    assert [row["birth_name"] for row in found] == [name for name, _, _ in given]
    assert found[0]["cluster_id"] == found[1]["cluster_id"]


def test_what_a_link_is_worth_on_a_population_never_trained_on(tmp_path: Path) -> None:
    source = written(population(20_000, seed=77, noise=1.0), tmp_path)
    target, pairs = tmp_path / "groupes.csv", tmp_path / "paires.csv"
    assert pepites("link", source, target, "--without-ins", "--pairs", pairs).returncode == 0
    truth = read_truth(tmp_path / "truth.csv")
    found = clusters(read_labels(target, "cluster_id"), truth)
    auto = clusters(read_labels(target, "auto_cluster_id"), truth)
    assert found["f1"] >= 0.965
    assert found["twins"] <= 40
    assert auto["precision"] >= 0.998
    assert auto["recall"] >= 0.80
    assert auto["twins"] <= 2
    assert review_recall(pairs, truth)[0] >= 0.97
    automatic = read_labels(target, "auto_cluster_id")
    assert auto["recall"] - 0.05 < eligible_recall(source, automatic, truth) < 1
    assert eligible_recall(source, truth.person, truth) == 1
    with_ins = tmp_path / "avec-ins.csv"
    assert pepites("link", source, with_ins).returncode == 0
    assert clusters(read_labels(with_ins, "cluster_id"), truth)["f1"] > found["f1"]


def test_a_model_is_estimated_signed_used_and_explained(tmp_path: Path) -> None:
    source = written(population(12_000, seed=9), tmp_path)
    model, questions = tmp_path / "modele.json", tmp_path / "questions.csv"
    done = pepites("train", source, "--model", model, "--ask", 5, "--questions", questions)
    assert done.returncode == 0, done.stderr
    assert "Étalonnage" in done.stdout
    replayed = tmp_path / "rejoue.json"
    assert pepites("train", source, "--model", replayed).returncode == 0
    assert replayed.read_bytes() == model.read_bytes(), "a model is replayed to the bit, whatever the engine's order"
    asked = rows(questions)
    assert len(asked) == 5
    told = tmp_path / "decisions.csv"
    told.write_text(
        "record_id_1,record_id_2,same\n" + "".join(f"{row['record_id_1']},{row['record_id_2']},non\n" for row in asked),
        encoding="utf-8",
    )
    again = pepites("train", source, "--model", model, "--decisions", told)
    assert again.returncode == 0, again.stderr
    assert pepites("link", source, tmp_path / "o.csv", "--model", model).returncode == 0
    one, two = asked[0]["record_id_1"], asked[0]["record_id_2"]
    said = pepites("explain", one, two, "--file", source)
    assert ("Score" in said.stdout, said.returncode) == (True, 0), said.stderr
    assert "n'est pas dans ce fichier" in pepites("explain", one, "R-ABSENT", "--file", source).stderr
    told.write_text("record_id_1,record_id_2,same\nA,B,peut-être\n", encoding="utf-8")
    assert "ligne 2" in pepites("train", source, "--model", model, "--decisions", told).stderr
    model.write_text(model.read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert "signature" in pepites("link", source, tmp_path / "o.csv", "--model", model).stderr


def test_a_file_with_hardly_any_pair_cannot_teach(tmp_path: Path) -> None:
    source = tmp_path / "fiches.csv"
    source.write_text(HEAD + "A,DUPONT,ANNE,F,1980-05-17,\n", encoding="utf-8")
    done = pepites("train", source, "--model", tmp_path / "m.json")
    assert (done.returncode, "il en faut 200" in done.stderr) == (1, True)


def test_a_cold_start_estimates_by_em_without_ins_nor_decision(tmp_path: Path) -> None:
    """Worse than a taught model, better than nothing; what it links by itself is nearly always right."""
    source = written(population(12_000, seed=9), tmp_path)
    bare, model, target = tmp_path / "sans-ins.csv", tmp_path / "froid.json", tmp_path / "groupes.csv"
    records = [row | {"ins": ""} for row in rows(source)]
    with bare.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(records[0]))
        writer.writeheader()
        writer.writerows(records)
    done = pepites("train", bare, "--model", model)
    assert (done.returncode, "sans étiquette" in done.stdout) == (0, True), done.stderr
    assert "n'a pas de familles" not in done.stdout, "dates far apart are left out"
    assert pepites("link", bare, target, "--model", model).returncode == 0
    truth = read_truth(tmp_path / "truth.csv")
    found, auto = (clusters(read_labels(target, name), truth) for name in ("cluster_id", "auto_cluster_id"))
    assert found["f1"] >= 0.97
    assert auto["precision"] >= 0.999


def test_the_population_has_initials_and_names_in_use_that_last() -> None:
    """GUY-6, GUY-8: the other name of a person is the same from one record to the next."""
    made = population(12_000, seed=9)
    told = [
        (row, truth["person_id"], truth["noise"].split("|"))
        for row, truth in zip(made.records, made.truth, strict=True)
    ]
    cut = [row["other_given"] for row, _, noise in told if "initial_others" in noise and "second_first" not in noise]
    assert cut
    assert all(len(word.rstrip(".")) == 1 for names in cut for word in names.split())
    spoilt = {
        "typo_giv",
        "phon_giv",
        "diminutive",
        "second_first",
        "second_fused",
        "swap_names",
        "newborn_bb",
        "placeholder",
    }
    used: dict[str, set[str]] = {}
    for row, person, noise in told:
        if "other_name" in noise and not spoilt & set(noise):
            used.setdefault(person, set()).add(row["given_name"].upper())
    assert used
    assert {len(names) for names in used.values()} == {1}


def test_the_population_is_the_same_for_a_seed() -> None:
    from pepites.bench.population import generate

    assert generate(500, 3).records == generate(500, 3).records
    assert generate(500, 3).records != generate(500, 4).records
    kinds = {kind for row in generate(20_000, 3).truth for kind in row["noise"].split("|")}
    assert {
        "dob_undoc_year",
        "swap_names",
        "newborn_bb",
        "compound_cut",
        "married_as_birth",
        "other_name",
        "phon_sur",
    } <= kinds
    assert np.isclose(len(generate(500, 3).records), 500)
