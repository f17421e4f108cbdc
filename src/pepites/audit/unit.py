"""The unit of work: begin, set the actor, work, journal, commit; only then do bytes leave (design, law 4)."""

import dataclasses
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from pepites.audit import journal
from pepites.common.actor import Actor
from pepites.common.errors import Refused

_WRITES = ("INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE")


class MixedActors(RuntimeError):
    """A unit of work was opened inside another one's by somebody else."""


class NoUnitOfWork(RuntimeError):
    """Something tried to write in the journal, or to read patient data, outside any unit of work."""


@dataclass
class UnitOfWork:
    """The transaction under way and what it will write in the journal."""

    actor: Actor
    lines: list[journal.Line] = field(default_factory=list)
    refusals: list[journal.Line] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)  # what a page that only reads asks more than once
    read_only: bool = False

    def refuse(self, refused: Refused) -> None:
        """Undo the work; the refusal is written once the transaction is rolled back."""
        transaction.set_rollback(True)
        self.refusals.append(refusal_line(refused))


_current: ContextVar[UnitOfWork | None] = ContextVar("pepites_unit_of_work", default=None)


def refusal_line(refused: Refused) -> journal.Line:
    """The journal line of a refusal."""
    return journal.Line(
        code=refused.code,
        action="E",
        subjects=refused.subject_ids,
        object_type=refused.object_type,
        object_id=refused.object_id,
        outcome=4,
        reason=str(refused.decision.reason),
    )


def current() -> UnitOfWork:
    """The unit under way."""
    unit = _current.get()
    if unit is None:
        raise NoUnitOfWork("no unit of work is open")
    return unit


def in_unit() -> bool:
    """Whether a unit of work is open."""
    return _current.get() is not None


def record(
    code: str,
    *,
    action: str = "R",
    subjects: tuple[int, ...] = (),
    object_type: str = "",
    object_id: object = "",
    basis: str = "",
    justification: str = "",
    detail: Mapping[str, object] | None = None,
) -> None:
    """Write an act in the journal, in the transaction of the act. ``action``: C, R, U, D or E (rgpd §3.1)."""
    journal.check_code(code)
    current().lines.append(
        journal.Line(
            code=code,
            action=action,
            subjects=subjects,
            object_type=object_type,
            object_id=str(object_id),
            basis=basis,
            justification=justification,
            detail=detail or {},
        )
    )


def set_database_actor(actor: Actor) -> None:
    """Tell PostgreSQL who acts, for this transaction only: the policies read it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pepites.user', %s, true), set_config('pepites.practice', %s, true),"
            " set_config('pepites.client', %s, true)",
            [str(actor.user_id or ""), str(actor.practice_id or ""), str(actor.service_client_id or "")],
        )


def _refuse_writes(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    if sql.lstrip()[:8].upper().startswith(_WRITES):
        raise RuntimeError("a GET may write nothing but the journal")
    return execute(sql, params, many, context)


def _same(one: Actor, other: Actor) -> bool:
    return _identity(one) == _identity(other)


def _identity(actor: Actor) -> tuple[object, ...]:
    return (actor.user_id, actor.practice_id, actor.service_client_id, actor.ref.kind)


@contextmanager
def unit_of_work(actor: Actor, *, read_only: bool = False) -> Generator[UnitOfWork]:
    """Open the transaction of one request, job step or command step, acting as ``actor``.

    Nested with the same actor it joins; with another it raises ``MixedActors``. A ``Refused`` that leaves the block
    rolls everything back, then its line is written in a transaction of its own. ``read_only`` refuses any write but
    the journal.
    """
    outer = _current.get()
    if outer is not None:
        if not _same(outer.actor, actor):
            raise MixedActors("another actor's unit of work is open")
        yield outer
        return
    unit = UnitOfWork(actor, read_only=read_only)
    token = _current.set(unit)
    try:
        with transaction.atomic(durable=True):
            set_database_actor(actor)
            with ExitStack() as stack:
                if read_only:
                    stack.enter_context(connection.execute_wrapper(_refuse_writes))
                yield unit
            if not transaction.get_rollback():
                journal.write(actor.ref, unit.lines)
    except Refused as refused:
        unit.refusals.append(refusal_line(refused))
        raise
    finally:
        _current.reset(token)
        if unit.refusals:
            write_refusals(unit)


def write_refusals(unit: UnitOfWork) -> None:
    """Write the refusals of a rolled-back unit, in their own transaction."""
    with transaction.atomic():
        set_database_actor(unit.actor)  # a line is written in one's own name only
        journal.write(unit.actor.ref, unit.refusals)


def release_connection() -> None:
    """Give the database connection back while another server is waited for: its slowness must not empty the pool."""
    if not connection.in_atomic_block:
        connection.close()


def with_request(actor: Actor, request_id: str, ip: str) -> Actor:
    """The same actor, with where the request came from."""
    return dataclasses.replace(actor, ref=dataclasses.replace(actor.ref, request_id=request_id, ip=ip))
