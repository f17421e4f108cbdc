"""Loading an extraction: only the difference is written, nothing is lost, nothing suspect passes (annuaire §2)."""

from pathlib import Path
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from tests import factories
from tests.conftest import as_owner
from tests.directory import national_files as files

from pepites.audit.models import Entry
from pepites.common.errors import DomainError
from pepites.directory.enums import LoadState, Scope
from pepites.directory.models import (
    DirectoryLoad,
    NationalActivity,
    NationalDiploma,
    NationalLabel,
    NationalPerson,
    NationalSkill,
    NationalStructure,
    NationalWord,
)
from pepites.directory.national import loading, sql
from pepites.directory.national.selectors import last_load, lost_professionals, update_label

pytestmark = pytest.mark.django_db

SERVED = (NationalPerson, NationalStructure, NationalActivity, NationalWord, NationalLabel)


@pytest.fixture(autouse=True)
def _no_floor(settings: Any) -> None:
    settings.PEPITES_ANNUAIRE_MIN_ROWS = 0


def content() -> dict[str, list[Any]]:
    return {model.__name__: sorted(map(str, model.objects.values_list())) for model in SERVED}


def crowd(count: int = 40, **values: str) -> list[str]:
    return [files.line(number, nom=f"NOM{number}", **values) for number in range(1, count + 1)]


def test_a_first_load_fills_every_table(tmp_path: Path) -> None:
    lines = [
        files.line(1, nom="D'ALMÉIDA", prenom="Zoé", specialite="Pédiatrie", code="10", profession="Médecin"),
        files.line(1, nom="D'ALMÉIDA", prenom="Zoé", technique="F2", structure="CLINIQUE", ville="KOUROU"),
        files.line(2, technique="", structure="", ville=""),
    ]
    with as_owner():
        load = files.load(files.extraction(tmp_path, lines))
        zoe = NationalPerson.objects.get(national_id="8" + files.rpps(1))
        assert (zoe.sort_key, zoe.rpps, zoe.active) == ("d almeida zoe", files.rpps(1), True)
        assert zoe.pk == int(zoe.national_id)
        assert sorted(one.structure.town for one in zoe.activities.select_related("structure")) == ["CAYENNE", "KOUROU"]
        assert NationalActivity.objects.get(person_id=int("8" + files.rpps(2))).structure_id is None
        assert NationalLabel.objects.get(kind="skill").label == "Pédiatrie"
        assert {"almeida", "zoe", "pediatrie", "medecin", "kourou"} <= set(
            NationalWord.objects.values_list("word", flat=True)
        )
    assert (load.rows, load.added, load.changed, load.gone) == (3, 2 + 2 + 3, 0, 0)
    assert (load.state, str(load.extracted_on), len(load.sha256)) == (LoadState.DONE, "2026-11-25", 64)
    assert update_label(last_load()) == "RPPS, mise à jour du 25/11/2026"


def test_the_same_file_is_not_loaded_twice_and_another_with_the_same_lines_writes_nothing(tmp_path: Path) -> None:
    listener = files.Silent()
    with as_owner():
        path = files.extraction(tmp_path, crowd())
        files.load(path)
        before = content()
        again = files.load(path, listener=listener)
        shuffled = files.load(files.extraction(tmp_path, crowd()[::-1], name="autre_20261126.txt"))
        assert content() == before
    assert listener.read == []
    assert [(one.state, one.rows, one.added, one.changed, one.gone) for one in (again, shuffled)] == [
        (LoadState.DONE, 40, 0, 0, 0)
    ] * 2


def test_a_daily_load_writes_what_changed_and_nothing_else(tmp_path: Path) -> None:
    lines = crowd(100)
    with as_owner():
        files.load(files.extraction(tmp_path, lines))
        before = {row["id"]: row["ctid"] for row in _physical()}
        daily = [
            *lines[1:-1],
            files.line(2, nom="NOM2", mode="L"),
            files.line(200, nom="ARRIVE"),
            files.line(100, nom="MARIE"),
        ]
        load = files.load(files.extraction(tmp_path, daily, name="jour_20261126.txt"))
        after = {row["id"]: row["ctid"] for row in _physical()}
    assert (load.added, load.changed, load.gone) == (
        3,
        2,
        1,
    )  # an activity, a person and hers; a name; the one who left
    untouched = [key for key in before if before[key] == after.get(key)]
    assert len(untouched) == len(before) - 3  # person 1 (inactive), person 100 and the words of her activity


def _physical() -> list[dict[str, Any]]:
    """Where each row is on the disk: a row written again is elsewhere."""
    found = []
    with connection.cursor() as cursor:
        for table in ("person", "structure", "activity"):
            cursor.execute(f"SELECT id, ctid::text FROM {sql.SERVED[table]}")
            found += [{"id": (table, key), "ctid": ctid} for key, ctid in cursor.fetchall()]
    return found


def test_a_structure_renamed_is_found_by_its_new_name(tmp_path: Path) -> None:
    with as_owner():
        files.load(files.extraction(tmp_path, crowd()))
        one = files.line(1, nom="NOM1", structure="HOPITAL NEUF")
        rest = [files.line(number, nom=f"NOM{number}", structure="HOPITAL NEUF") for number in range(2, 41)]
        load = files.load(files.extraction(tmp_path, [one, *rest], name="b_20261126.txt"))
        assert NationalStructure.objects.get().name == "HOPITAL NEUF"
    assert (load.added, load.changed, load.gone) == (0, 1 + 40, 0)


def test_one_who_left_stays_inactive_and_is_told_when_she_works_with_pepites(tmp_path: Path) -> None:
    with as_owner():
        ours = factories.professional(rpps=files.rpps(1))
        factories.professional(rpps=files.rpps(2))
        files.load(files.extraction(tmp_path, crowd()))
        assert lost_professionals() == []
        files.load(files.extraction(tmp_path, crowd()[1:], name="b_20261126.txt"))
        gone = NationalPerson.objects.get(active=False)
        assert gone.missing_since is not None
        assert gone.activities.count() == 1
        assert [one.pk for one in lost_professionals()] == [ours.pk]
        files.load(files.extraction(tmp_path, crowd(), name="c_20261127.txt"))
        gone.refresh_from_db()
    assert (gone.active, gone.missing_since, lost_professionals()) == (True, None, [])


@pytest.mark.parametrize(("kept", "refused"), [(38, False), (37, True)])
def test_a_drop_of_more_than_five_percent_is_refused(tmp_path: Path, kept: int, refused: bool) -> None:
    with as_owner():
        files.load(files.extraction(tmp_path, crowd(40)))
        before = content()
        path = files.extraction(tmp_path, crowd(kept), name="b_20261126.txt")
        if not refused:
            files.load(path)
            return
        with pytest.raises(DomainError, match=r"a 37 lignes, le chargement précédent 40 : plus de 5 % en moins"):
            files.load(path)
        assert content() == before
        assert DirectoryLoad.objects.latest("id").state == LoadState.REFUSED
        listener = files.Silent()
        files.load(path, force=True, listener=listener)
        assert listener.read == []  # staged whole before it was refused: not read again
        assert NationalPerson.objects.filter(active=True).count() == 37


def test_too_few_lines_are_refused_for_the_whole_of_france_only(tmp_path: Path, settings: Any) -> None:
    settings.PEPITES_ANNUAIRE_MIN_ROWS = 41
    path = files.extraction(tmp_path, crowd(40))
    with as_owner():
        with pytest.raises(DomainError, match="moins que le minimum attendu de 41"):
            files.load(path)
        assert NationalPerson.objects.count() == 0
        assert files.load(path, scope=Scope.GUIANA).state == LoadState.DONE
        assert files.load(path, force=True).state == LoadState.DONE


def test_a_file_with_nothing_to_keep_is_refused_even_forced(tmp_path: Path) -> None:
    with as_owner(), pytest.raises(DomainError, match="aucune ligne à garder"):
        files.load(files.extraction(tmp_path, []), force=True)


@pytest.mark.parametrize(("bad", "refused"), [(1, False), (2, True)])
def test_more_than_one_bad_line_in_a_thousand_refuses_the_load(tmp_path: Path, bad: int, refused: bool) -> None:
    lines = crowd(1000 - bad) + ["illisible|"] * bad
    with as_owner():
        path = files.extraction(tmp_path, lines)
        if not refused:
            load = files.load(path)
            assert (load.rows, load.bad_rows, load.error) == (999, 1, "ligne 1001 : 2 champs au lieu de 56")
            return
        with pytest.raises(DomainError, match=r"2 lignes illisibles sur 1000.*ligne 1000 : 2 champs au lieu de 56"):
            files.load(path, force=True)
        assert NationalPerson.objects.count() == 0


def test_a_failure_during_the_update_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with as_owner():
        files.load(files.extraction(tmp_path, crowd()))
        before = content()
        broken = (*sql.APPLY[:-1], ("added", "SELECT 1/0"))
        monkeypatch.setattr(sql, "APPLY", broken)
        with pytest.raises(Exception, match="division by zero"):
            files.load(files.extraction(tmp_path, crowd(39), name="b_20261126.txt"))
        assert content() == before
        last = DirectoryLoad.objects.latest("id")
        assert (last.state, last.error, last.rows) == (LoadState.FAILED, "DataError", 39)


def test_skills_and_diplomas_complete_the_persons_we_have(tmp_path: Path) -> None:
    start = "8|{0}|8{0}|DURAND|Alice|"
    skills = [
        (start + "10|Médecin|C|Civil|S|Spécialité|SM40|Pédiatrie|").format(files.rpps(number)) for number in (1, 2, 99)
    ]
    diplomas = [(start + "DE|Diplôme d'État|DE09|Docteur en médecine||||||").format(files.rpps(1))[:-2]]
    skill_file = files.extraction(
        tmp_path, skills, name="PS_LibreAcces_SavoirFaire_202611250841.txt", titles=files.SKILL_TITLES
    )
    diploma_file = files.extraction(
        tmp_path, diplomas, name="PS_LibreAcces_Dipl_AutExerc_202611250841.txt", titles=files.DIPLOMA_TITLES
    )
    with as_owner():
        with pytest.raises(DomainError, match="Chargez d'abord le fichier Personne_activite"):
            files.load(skill_file)
        files.load(files.archive(tmp_path, diploma_file, skill_file, files.extraction(tmp_path, crowd())))
        assert {one.person.rpps for one in NationalSkill.objects.select_related("person")} == {
            files.rpps(1),
            files.rpps(2),
        }
        assert NationalDiploma.objects.get().person.rpps == files.rpps(1)
        assert DirectoryLoad.objects.filter(state=LoadState.DONE).count() == 3
        files.load(files.extraction(tmp_path, skills[1:], name="s_20261126.txt", titles=files.SKILL_TITLES), force=True)
        assert NationalSkill.objects.get().person.rpps == files.rpps(2)


def test_the_same_skills_are_read_again_for_those_who_arrive(tmp_path: Path) -> None:
    text = "8|{0}|8{0}|DURAND|Alice|10|Médecin|C|Civil|S|Spécialité|SM40|Pédiatrie|"
    skills = files.extraction(
        tmp_path, [text.format(files.rpps(41))], name="savoir_faire_20261125.txt", titles=files.SKILL_TITLES
    )
    with as_owner():
        files.load(files.extraction(tmp_path, crowd(40)), skills)
        assert NationalSkill.objects.count() == 0
        files.load(files.extraction(tmp_path, crowd(41), name="b_20261126.txt"))
        files.load(skills)
        assert NationalSkill.objects.count() == 1
        listener = files.Silent()
        files.load(skills, listener=listener)
    assert listener.read == []


def test_two_files_of_a_kind_or_of_no_kind_are_refused(tmp_path: Path) -> None:
    one, two = (files.extraction(tmp_path, crowd(), name=name) for name in ("a.txt", "b.txt"))
    other = files.extraction(tmp_path, ["x"], name="c.txt", titles="nom;prenom")
    with as_owner():
        with pytest.raises(DomainError, match="sont du même genre"):
            files.load(one, two)
        with pytest.raises(DomainError, match="titres inconnus"):
            files.load(other)


def test_a_repeated_line_counts_once_and_two_writings_of_a_name_do_not_depend_on_the_order(tmp_path: Path) -> None:
    lines = [files.line(1), files.line(2), files.line(1), files.line(1, nom="DURANT", mode="L")]
    with as_owner():
        files.load(files.extraction(tmp_path, lines))
        name = NationalPerson.objects.get(national_id="8" + files.rpps(1)).family_name
        assert NationalActivity.objects.count() == 3
        load = files.load(files.extraction(tmp_path, lines[::-1], name="b_20261126.txt"))
        assert NationalPerson.objects.get(national_id="8" + files.rpps(1)).family_name == name
    assert (load.added, load.changed, load.gone) == (0, 0, 0)


def test_tables_built_anew_keep_their_indexes_rights_and_constraints(tmp_path: Path) -> None:
    def described() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'directory_national%%'"
                " UNION ALL SELECT relname, conname, pg_get_constraintdef(o.oid) FROM pg_constraint o"
                " JOIN pg_class c ON c.oid = o.conrelid WHERE relname LIKE 'directory_national%%'"
                " UNION ALL SELECT relname, 'rights', (SELECT string_agg(one::text, ',' ORDER BY one::text)"
                " FROM unnest(relacl) AS one) FROM pg_class WHERE relname LIKE 'directory_national%%' AND relkind = 'r'"
            )
            return sorted(map(str, cursor.fetchall()))

    with as_owner():
        before = described()
        files.load(files.extraction(tmp_path, crowd()))
        assert described() == before
    assert any("rights" in line for line in before)


@pytest.mark.parametrize("model", [*SERVED, NationalSkill, NationalDiploma, DirectoryLoad])
def test_the_web_reads_and_cannot_write(tmp_path: Path, model: Any) -> None:
    with as_owner():
        files.load(files.extraction(tmp_path, crowd()))
    table = model._meta.db_table
    assert model.objects.count() >= 0
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {model._meta.fields[-1].column} = DEFAULT"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as one,
        ):
            one.execute(statement)


def test_a_load_is_journalled(tmp_path: Path) -> None:
    with as_owner():
        files.load(files.extraction(tmp_path, crowd()))
        assert Entry.objects.filter(code="directory.national.loaded").count() == 1


def test_a_second_load_at_the_same_time_is_refused(
    tmp_path: Path, test_database: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    monkeypatch.setattr(loading, "LOCK_PATIENCE", 0.3)
    path = files.extraction(tmp_path, crowd())
    dsn = psycopg.conninfo.make_conninfo(test_database["superuser"], dbname=test_database["dbname"])
    with as_owner(), psycopg.connect(dsn, autocommit=True) as other:
        other.execute(f"SELECT pg_advisory_lock({sql.LOCK})")
        with pytest.raises(DomainError, match="Un autre chargement de l'annuaire est en cours"):
            files.load(path)
        other.execute(f"SELECT pg_advisory_unlock({sql.LOCK})")
        assert files.load(path).state == LoadState.DONE


def test_narrowing_to_guiana_takes_the_others_away_but_tells_of_ours(tmp_path: Path) -> None:
    away = {"ville": "LYON", "commune": "69123"}
    lines = [files.line(1), files.line(2, **away), files.line(3, **away), files.line(4)]
    with as_owner():
        factories.professional(rpps=files.rpps(3))
        ours = factories.professional(rpps=files.rpps(4))
        files.load(files.extraction(tmp_path, lines))
        files.load(files.extraction(tmp_path, lines[:3], name="b_20261126.txt"), scope=Scope.GUIANA, force=True)
        kept = {one.rpps: one.active for one in NationalPerson.objects.all()}
        assert kept == {files.rpps(1): True, files.rpps(3): True, files.rpps(4): False}
        assert [one.pk for one in lost_professionals()] == [ours.pk]
        assert set(NationalActivity.objects.values_list("person__national_id", flat=True)) == {
            "8" + one for one in kept
        }


ODD = ["{1,2}", '"NULL"', "\\N", "\\.", "a\rb", "é\u00a0\u202eœ😀", "'; --", "%s %(a)s", "NULL", "{", "–,–"]


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_are_kept_and_break_nothing(tmp_path: Path, text: str) -> None:
    line = files.line(1, nom=text, structure=text, ville=text, profession=text, technique="F1")
    with as_owner():
        load = files.load(files.extraction(tmp_path, [line, files.line(2)]))
        wanted = text.replace("\\", "/").replace("\r", " ")
        assert (load.rows, load.bad_rows) == (2, 0)
        person = NationalPerson.objects.get(national_id="8" + files.rpps(1))
        assert (person.family_name, person.activities.get().structure.name) == (wanted, wanted)


def test_another_identifier_than_rpps_has_a_key_and_no_rpps(tmp_path: Path) -> None:
    with as_owner():
        files.load(files.extraction(tmp_path, [files.line(1, identification_nationale_pp="3970300001/12")]))
        person = NationalPerson.objects.get()
    assert (person.pk < 0, person.rpps, person.activities.count()) == (True, "", 1)
