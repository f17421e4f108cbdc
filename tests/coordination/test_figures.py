"""The figures of a network: who may count, what is counted, and what is hidden."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests import factories
from tests.conftest import as_owner
from tests.coordination.factories import World, follow, signed_in, world

from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.common.errors import Refused
from pepites.coordination import services
from pepites.coordination.figures.board import Board, board_of, said, trend
from pepites.coordination.figures.periods import Period, calendar, read_period
from pepites.coordination.models import Pathway
from pepites.directory.models import PractitionerRole

pytestmark = pytest.mark.django_db
MONTH = read_period("", today())


def followed(w: World, count: int, **values: Any) -> None:
    with as_owner():
        for _ in range(count):
            follow(w.network, factories.patient(**values))


def board(w: World, **values: Any) -> Board:
    with w.acting("coordinator") as actor:
        return board_of(actor, w.network, values.pop("period", MONTH), **values)


def text(found: Board, key: str) -> str:
    shown = found.named(key)
    assert shown is not None
    return said(shown, shown.now)


def director(w: World) -> PractitionerRole:
    with as_owner():
        practice = factories.practice()
        factories.membership(w.network, practice, "administration")
    return practice


def test_only_who_runs_the_network_or_the_cell_counts_and_the_base_says_so() -> None:
    w = world()
    with as_owner():
        cell = factories.actor_for(factories.practice(identity_cell=True))
        other = factories.practice()
        factories.membership(factories.network(), other, "administration")
    for practice, narrowed, allowed in (
        (w.coordinator, True, True), (director(w), False, True), (director(w), True, False), (w.nurse, False, False),
        (other, False, False),
    ):  # fmt: skip
        with as_owner():
            actor = factories.actor_for(practice)
        assert asks(actor, w, narrowed) is allowed
    assert asks(cell, w, narrowed=False)
    assert not asks(cell, w, narrowed=True)


def asks(actor: Actor, w: World, narrowed: bool) -> bool:
    with unit_of_work(actor), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(
                    "SELECT count(*) FROM coordination_figures(%s, %s::date[], %s::date[], %s, NULL)",
                    [w.network.pk, [today()], [today()], "97302" if narrowed else ""],
                )
        except DatabaseError:
            return False
        return True


def test_small_counts_are_hidden_and_so_is_what_would_give_them() -> None:
    w = world(commune_cog="97302")
    followed(w, 7, commune_cog="97302")
    followed(w, 3, commune_cog="97304")
    followed(w, 20, commune_cog="97309")
    found = board(w)
    assert text(found, "suivies") == "31"
    places = found.named("par_commune")
    assert places is not None
    assert places.lines == [("Remire-Montjoly", "20"), ("Cayenne", "masqué"), ("Kourou", "masqué")]
    outside = board(w, least=11).named("par_commune")
    assert outside is not None
    assert [n for _, n in outside.now.parts] == [None, None, None]


def test_a_count_says_its_trend_its_parts_and_costs_the_same_at_any_size() -> None:
    w = world()
    followed(w, 6)
    costs = []
    for more in (0, 40):
        followed(w, more)
        with w.acting("coordinator") as actor, CaptureQueriesContext(connection) as queries:
            board_of(actor, w.network, MONTH)
        costs.append(len(queries))
    assert costs[0] == costs[1]
    with w.acting("coordinator") as actor:
        for case in list(Pathway.objects.filter(network=w.network).select_related("network")[:6]):
            services.close_pathway(actor=actor, pathway=case, reason="demenagement")
            services.create_task(actor=actor, patient_id=case.patient_id, title="Appeler", due_on=today())
    found = board(w)
    suivies, exits = found.named("suivies"), found.named("sorties")
    assert suivies is not None
    assert exits is not None
    assert (said(suivies, suivies.now), trend(suivies)) == ("41", "− 6")
    assert dict(exits.lines)["Déménagement"] == "6"
    assert dict(exits.lines)["Décès"] == "0"
    assert len(suivies.series) == 12
