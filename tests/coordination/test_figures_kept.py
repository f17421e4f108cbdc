"""The counts kept of a large network: the same as counted now, for the same readers, never for long (ADR 0031)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests import factories
from tests.conftest import as_owner, as_role
from tests.coordination.factories import World, follow, signed_in, world

from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.common.actor import system_actor
from pepites.common.clock import now, today
from pepites.coordination import services
from pepites.coordination.figures import services as counting
from pepites.coordination.figures.board import board_of, said
from pepites.coordination.figures.periods import needed_for, offered, read_period, whole_years
from pepites.coordination.figures.selectors import counts_of, kept_or_counted
from pepites.coordination.figures.tasks import count_nightly, count_one
from pepites.coordination.models import FigureCount, Pathway

pytestmark = pytest.mark.django_db
MONTH = read_period("", today())


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> World:
    """A network that counts as large, its figures kept by the nightly job."""
    monkeypatch.setattr(counting, "KEPT_FROM", 5)
    w = world(commune_cog="97302")
    with as_owner():
        for n in range(12):
            follow(w.network, factories.patient(commune_cog="97302" if n % 2 else "97304"))
    with w.acting("coordinator") as actor:
        for case in list(Pathway.objects.filter(network=w.network).select_related("network")[:5]):
            services.create_task(actor=actor, patient_id=case.patient_id, title="Appeler", due_on=today())
            services.close_pathway(actor=actor, pathway=case, reason="demenagement")
    with as_role("pepites_worker"):
        assert count_nightly() == len(needed_for(today()))
    return w


def test_what_is_kept_is_what_is_counted(large: World) -> None:
    periods = needed_for(today())
    with large.acting("coordinator") as actor:
        with CaptureQueriesContext(connection) as queries:
            kept, counted_at = kept_or_counted(actor, large.network, periods, today())
        assert len(queries) == 1
        assert kept == counts_of(actor, large.network, periods, today())
    assert counted_at is not None
    assert now() - counted_at < timedelta(minutes=5)


def test_every_period_offered_finds_all_it_draws_among_those_kept() -> None:
    kept = set(needed_for(today()))
    for one in offered(today()):
        assert {one, one.previous, *whole_years(one, today())} <= kept


def test_a_small_network_is_counted_when_asked() -> None:
    w = world()
    with as_role("pepites_worker"):
        assert count_one(w.network.pk) == 0
    with w.acting("coordinator") as actor:
        assert not FigureCount.objects.exists()
        assert kept_or_counted(actor, w.network, [MONTH], today())[1] is None


def test_a_choice_or_a_count_too_old_is_counted_now(large: World) -> None:
    with as_owner():
        FigureCount.objects.update(counts=[["suivies", "", 900, 900, None]])
    with large.acting("coordinator") as actor:
        shown = board_of(actor, large.network, MONTH).figures[0]
        assert (shown.figure.key, said(shown.figure, shown.now)) == ("suivies", "900")
        narrowed = board_of(actor, large.network, MONTH, commune="97302")
        assert (said(shown.figure, narrowed.figures[0].now), narrowed.counted_at) != ("900", None)
        assert narrowed.counted_at is None
    with as_owner():
        FigureCount.objects.update(counted_at=now() - timedelta(hours=37))
    with large.acting("coordinator") as actor:
        old = board_of(actor, large.network, MONTH)
    assert (said(shown.figure, old.figures[0].now), old.counted_at) == ("8", None)


def refused(statement: str, network_id: int) -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor
    ):  # fmt: skip
        cursor.execute(statement, [network_id])


def test_the_base_gives_the_counts_to_who_may_count_and_lets_the_job_alone_write_them(large: World) -> None:
    with as_owner():
        director, cell = factories.practice(), factories.practice(identity_cell=True)
        factories.membership(large.network, director, "administration")
        other = factories.practice()
        factories.membership(factories.network(), other, "coordination")
    for practice, reads in (
        (large.coordinator, True), (director, True), (cell, True), (large.nurse, False), (other, False),
    ):  # fmt: skip
        with as_owner():
            actor = factories.actor_for(practice)
        with unit_of_work(actor):
            assert FigureCount.objects.exists() is reads
    count = "SELECT coordination_keep_figures(%s, ARRAY[current_date], ARRAY[current_date], current_date, 1)"
    write = "UPDATE coordination_figurecount SET counts = '[]' WHERE network_id = %s"
    for statement in (count, write, "DELETE FROM coordination_figurecount WHERE network_id = %s"):
        with large.acting("coordinator"):
            refused(statement, large.network.pk)


def test_the_counting_without_a_check_is_closed_to_everybody(large: World) -> None:
    for role in ("pepites_web", "pepites_worker"):
        with as_role(role), unit_of_work(system_actor("essai")):
            refused("SELECT * FROM coordination_counted(%s, '{}', '{}', '', NULL)", large.network.pk)


def test_the_screen_says_when_it_was_counted_and_counts_again_when_asked(large: World) -> None:
    path = f"/reseaux/{large.network.slug}/tableau-de-bord/"
    client = signed_in(large.coordinator)
    body = client.get(path).content.decode()
    assert "Compté le " in body
    assert "Recompter" in body
    for _ in range(2):  # asked twice, counted once
        answer = client.post(f"{path}recompter/", {"periode": "2026-t1"})
        assert (answer.status_code, answer["Location"]) == (302, f"{path}?periode=2026-t1")
    assert signed_in(large.nurse).post(f"{path}recompter/").status_code == 403
    assert client.post("/reseaux/inconnu/tableau-de-bord/recompter/").status_code == 404
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [counting.COUNT_TASK])
        assert cursor.fetchone() == (1,)
        assert Entry.objects.filter(code="coordination.figures.asked").count() == 2
    assert "Compté le " not in client.get(path, {"commune": "97302"}).content.decode()
