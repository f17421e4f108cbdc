"""The weekly look at what may drift: shares by structure, invented values, weights estimated again, alerts."""

from dataclasses import replace

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import as_owner, as_role
from tests.identity.test_views import signed_in
from tests.regional.regional_factories import cell, domain, feed

from pepites.audit.unit import unit_of_work
from pepites.common.actor import Channel, system_actor
from pepites.common.errors import Refused
from pepites.identity.matching.canonical import RawRecord, canonical
from pepites.identity.matching.comparisons import COMPARISONS
from pepites.identity.matching.model import shipped
from pepites.regional.drift import ENOUGH_PAIRS, Look, Repeated, alerts, distance, estimated
from pepites.regional.models import DriftReport
from pepites.regional.services.drift import take_look
from pepites.regional.tasks import look_at_drift

SHARES = {"place": 0.2, "mother": 0.5, "phone": 0.3, "commune": 0.1, "weak": 0.15}
CALM = Look({"CHC": 1000}, {"CHC": SHARES})


def test_nothing_moved_nothing_said() -> None:
    assert alerts(CALM, CALM.kept(), shipped()) == []
    assert alerts(CALM, None, shipped()) == []


def test_a_share_that_moved_is_said_with_both_numbers() -> None:
    moved = replace(CALM, shares={"CHC": SHARES | {"phone": 0.62}})
    (told,) = alerts(moved, CALM.kept(), shipped())
    assert told == "CHC : téléphone absent dans 62% des identités, 30% la dernière fois."
    few = replace(moved, totals={"CHC": 20})
    assert alerts(few, CALM.kept(), shipped()) == [], "twenty identities say nothing"


def test_an_invented_value_is_said() -> None:
    seen = replace(CALM, repeated=[Repeated("date", "CHC", "11/11/1911", 80)])
    assert alerts(seen, CALM.kept(), shipped()) == ["CHC : date de naissance 11/11/1911 portée par 80 identités."]


def test_weights_are_compared_with_those_learnt() -> None:
    model = shipped()
    same = {name: list(values) for name, values in model.m.items()}
    assert alerts(replace(CALM, weights=same, pairs=ENOUGH_PAIRS), None, model) == []
    far = same | {"sur": list(reversed(same["sur"]))}
    (told,) = alerts(replace(CALM, weights=far, pairs=ENOUGH_PAIRS), None, model)
    assert "« Nom »" in told
    assert alerts(replace(CALM, weights=far, pairs=ENOUGH_PAIRS - 1), None, model) == []


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8))
def test_a_distance_is_one(values: list[float]) -> None:
    total = sum(values) or 1.0
    one = [each / total for each in values] if sum(values) else [1 / len(values)] * len(values)
    assert distance(one, one) == 0
    assert 0 <= distance(one, list(reversed(one))) <= 1 + 1e-9
    assert distance([1.0, 0.0], [0.0, 1.0]) == 1


def test_levels_are_counted_missing_ones_apart() -> None:
    plain = RawRecord("KALI", "", "ROSA", "", "F", "1980-05-06")
    weights, pairs = estimated(
        [(canonical(plain), canonical(plain))] * 3 + [(canonical(plain), canonical(RawRecord("KALI")))]
    )
    assert pairs == 4
    best = {one.name: len(one.levels) - 1 for one in COMPARISONS}
    assert weights["giv"][best["giv"]] == 1.0, "the pair without a given name counts for nothing"
    assert "mot" not in weights
    assert all(abs(sum(row) - 1) < 1e-9 for row in weights.values())


@pytest.mark.django_db
def test_the_job_looks_keeps_and_the_page_shows() -> None:
    who, where = cell(), domain("CHC")
    for number in range(7):
        feed(who, where, f"K-{number}")
    with as_role("pepites_worker"):
        assert look_at_drift(0) == 1
        assert look_at_drift(0) == 1
    with as_owner():
        report = DriftReport.objects.order_by("-id")[0]
        assert DriftReport.objects.count() == 2
    assert report.alerts == ["CHC : identité KOUYOURI MARIE 14/07/1985 portée par 7 identités."]
    assert report.body["totals"]["CHC"] == 7
    client: Client = signed_in(who)
    assert "portée par 7 identités" in client.get("/identite/region/").content.decode()


@pytest.mark.django_db
def test_nobody_else_looks() -> None:
    who = cell()
    with pytest.raises(Refused), unit_of_work(who):
        take_look(actor=who)
    with as_owner(), unit_of_work(system_actor("essai", channel=Channel.COMMAND)):
        assert take_look(actor=system_actor("essai", channel=Channel.COMMAND)) == []
