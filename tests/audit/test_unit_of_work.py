"""The unit of work: actor set for one transaction, journal in it, refusals after it (design, law 4)."""

import threading

import pytest
from django.db import connection, connections
from tests.conftest import as_owner, as_role

from pepites.audit.journal import register_codes
from pepites.audit.models import Entry
from pepites.audit.unit import MixedActors, NoUnitOfWork, record, unit_of_work
from pepites.common.actor import Actor, ActorKind, ActorRef
from pepites.common.decision import Reason, deny
from pepites.common.errors import Refused

register_codes({"essai.fait": "Essai fait"})


def person(user_id: int, practice_id: int) -> Actor:
    return Actor(ref=ActorRef(kind=ActorKind.HUMAN, user_id=user_id, practice_id=practice_id))


def actor_in_database() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('pepites.user', true), current_setting('pepites.practice', true)")
        return tuple(cursor.fetchone())


def entries() -> list[Entry]:
    with as_owner():
        return list(Entry.objects.order_by("id"))


@pytest.mark.django_db
def test_act_and_journal_line_are_written_together() -> None:
    with unit_of_work(person(7, 11)):
        assert actor_in_database() == ("7", "11")
        record("essai.fait", action="C", subjects=(3, 4), object_type="essai", object_id=5, detail={"n": 1})
    (entry,) = entries()
    assert (entry.user_id, entry.practice_id, entry.subject_ids, entry.outcome) == (7, 11, [3, 4], 0)
    assert entry.detail == {"n": 1}


@pytest.mark.django_db
def test_refusal_undoes_the_work_and_keeps_its_own_line() -> None:
    with pytest.raises(Refused), unit_of_work(person(7, 11)):
        record("essai.fait", action="C")
        raise Refused(deny(Reason.NOT_IN_CIRCLE), subject_ids=(9,))
    (entry,) = entries()
    assert (entry.code, entry.outcome, entry.reason, entry.subject_ids) == (
        "access.refused",
        4,
        "not_in_circle",
        [9],
    )


@pytest.mark.django_db
def test_failure_leaves_no_line() -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work(person(7, 11)):
        record("essai.fait")
        _ = 1 / 0
    assert entries() == []


@pytest.mark.django_db
def test_same_actor_joins_and_another_is_refused() -> None:
    with unit_of_work(person(7, 11)) as outer:
        with unit_of_work(person(7, 11)) as inner:
            assert inner is outer
        with pytest.raises(MixedActors), unit_of_work(person(8, 11)):
            pass


def test_nothing_is_recorded_outside_a_unit() -> None:
    with pytest.raises(NoUnitOfWork):
        record("essai.fait")


@pytest.mark.django_db
def test_unknown_code_is_refused() -> None:
    with pytest.raises(ValueError, match="not registered"), unit_of_work(person(7, 11)):
        record("essai.inconnu")


@pytest.mark.django_db
def test_a_read_only_unit_refuses_writes_but_not_its_journal() -> None:
    with unit_of_work(person(7, 11), read_only=True), connection.cursor() as cursor:
        with pytest.raises(RuntimeError):
            cursor.execute("INSERT INTO audit_idempotencyrecord (user_id, key, request_hash) VALUES (1, %s, '')", ["x"])
        record("essai.fait")
    assert len(entries()) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["pepites_web", "pepites_worker", "pepites_owner"])
@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET code = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"]
)
def test_the_journal_is_append_only_for_everyone(role: str, statement: str) -> None:
    from django.db import DatabaseError, transaction

    with unit_of_work(person(7, 11)):
        record("essai.fait")
    with pytest.raises(DatabaseError), transaction.atomic(), as_role(role), connection.cursor() as cursor:
        cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION AUTHORIZATION pepites_web")
    assert len(entries()) == 1


@pytest.mark.django_db
def test_the_web_role_cannot_read_the_journal() -> None:
    from django.db import DatabaseError, transaction

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        list(Entry.objects.all())


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["pepites_web", "pepites_worker"])
@pytest.mark.parametrize(
    ("more", "value", "user", "kept"),
    [
        ("", "", "7", True),
        (", occurred_at", ", '2020-01-01'", "7", False),
        (", id", ", 1", "7", False),
        ("", "", "8", False),
        ("", "", "NULL", False),
    ],
)
def test_nobody_dates_or_signs_a_line_for_somebody_else(
    role: str, more: str, value: str, user: str, kept: bool
) -> None:
    from django.db import DatabaseError, transaction

    line = f"(actor_kind, action, code, user_id{more}) VALUES ('humain', 'R', 'x', {user}{value})"

    def write() -> None:
        with unit_of_work(person(7, 11)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL SESSION AUTHORIZATION {role}")
            cursor.execute(f"INSERT INTO audit_entry {line}")

    if kept:
        write()
    else:
        with pytest.raises(DatabaseError, match=r"permission denied|row-level security"):
            write()


@pytest.mark.slow
def test_pooled_connections_never_carry_one_actor_into_another(committed_database: dict[str, str]) -> None:
    """50 threads share 6 connections; before each unit the connection must know no actor (DB-02)."""
    gate = threading.BoundedSemaphore(6)
    faults: list[object] = []

    def work(number: int) -> None:
        try:
            for turn in range(8):
                with gate:
                    if actor_in_database() not in {("", ""), (None, None)}:
                        faults.append("an actor was left on the connection")
                    try:
                        with unit_of_work(person(number, number * 10)):
                            if actor_in_database() != (str(number), str(number * 10)):
                                faults.append("wrong actor")
                            record("essai.fait")
                            if turn % 3 == 0:
                                raise ZeroDivisionError
                    except ZeroDivisionError:
                        pass
        except Exception as error:  # noqa: BLE001 - reported to the main thread
            faults.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 51)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
