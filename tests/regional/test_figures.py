"""Indicators of RNIV §2.7: hand-computed formulas; counts of a day as history tells it; who counts, reads, exports."""

import datetime as dt

import pytest
from django.db import connection
from django.urls import reverse
from tests.conftest import as_owner, as_role
from tests.identity.test_views import signed_in
from tests.regional.regional_factories import INS_A, cell, domain, feed, machine, open_doors

from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor, Channel, system_actor
from pepites.common.clock import now, today
from pepites.common.errors import DomainError, Refused
from pepites.regional import indicators, services
from pepites.regional.indicators import Counts
from pepites.regional.models import DailyFigures, RegionalRecord
from pepites.regional.selectors.domains import feed_of
from pepites.regional.services.figures import missing_days, take_figures
from pepites.regional.tasks import take_nightly

DAY = dt.timedelta(days=1)
COMMAND = system_actor("essai", channel=Channel.COMMAND)
HAND = Counts(
    total=200, provisional=30, retrieved=20, validated=50, qualified=100, doubtful=5, moved=40, moved_qualified=10,
    persons=150, without_ins=60, duplicates=4, absorbed=50, collisions=1, reviews=8, overdue=2, merge_hours=36.0,
    insi={"00": 7, "01": 2, "02": 1, "reseau": 3, "siram_40": 1},
)  # fmt: skip


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("taux_qualifiees", 50), ("taux_qualifiees_mois", 25), ("taux_validees", 75), ("taux_recuperees", 10),
        ("taux_provisoires", 15), ("taux_douteuses", 2.5), ("taux_doublons_potentiels", 2),
        ("taux_doublons_averes", 20), ("taux_collisions", 0.5), ("taux_sans_ins", 40), ("taux_retard", 25),
        ("delai_fusion_jours", 1.5),
    ],
)  # fmt: skip
def test_formulas_by_hand(key: str, expected: float) -> None:
    formula = next(formula for one, formula in indicators.INDICATORS.items() if one.key == key)
    assert formula(HAND) == pytest.approx(expected)
    assert formula(Counts()) is None


def test_insi_results_are_told_apart() -> None:
    assert indicators.insi_calls(HAND) == {"trouvée": 7, "aucune": 2, "plusieurs": 1, "sans réponse": 4}


def test_a_curve_is_cut_where_nothing_is_known() -> None:
    assert indicators.curve([0, None, 100], 100) == ["0.0,80.0 0.0,80.0", "300.0,0.0 300.0,0.0"]
    assert indicators.curve([0, 50, 100], 100) == ["0.0,80.0 150.0,40.0 300.0,0.0"]
    assert [indicators.ceiling([value]) for value in (None, 0.4, 3, 51, 400)] == [1, 1, 5, 100, 400]


def history_since(days: int) -> None:
    """Everything made so far happened that many days ago."""
    moved = {
        "regional_regionalrecordevent": "pgh_created_at", "regional_domainevent": "pgh_created_at",
        "regional_link": "created_at", "regional_card": "opened_at",
    }  # fmt: skip
    with as_owner(), connection.cursor() as cursor:
        for table, column in moved.items():
            cursor.execute(f"UPDATE {table} SET {column} = {column} - %s * interval '1 day'", [days])
            if table == "regional_link":
                cursor.execute("UPDATE regional_link SET ended_at = ended_at - %s * interval '1 day'", [days])


def count(day: dt.date) -> dict[str, DailyFigures]:
    with as_owner(), unit_of_work(COMMAND):
        take_figures(actor=COMMAND, day=day)
        rows = DailyFigures.objects.filter(day=day).select_related("domain")
        return {row.domain.code if row.domain else "": row for row in rows}


@pytest.fixture
def reader(db: None) -> Actor:
    return cell()


def test_a_past_day_is_told_from_history(reader: Actor) -> None:
    open_doors()
    chc, chk = domain("CHC"), domain("CHK")
    feed(reader, chc, "1", ins=INS_A)
    feed(reader, chk, "A", given_names="ROSA", born=dt.date(1960, 2, 3))
    history_since(40)
    feed(reader, chk, "A", given_names="ROSA", born=dt.date(1960, 2, 3), status="VALI")
    feed(reader, chc, "2", given_names="KALI", birth_name="POEKETI", attributes=("DOUT",))
    history_since(2)
    before, after = count(today() - 5 * DAY), count(today() - DAY)
    assert (before[""].total, before[""].qualified, before[""].provisional, before[""].moved) == (2, 1, 1, 0)
    assert (before["CHK"].provisional, before["CHK"].validated, before["CHK"].without_ins) == (1, 0, 1)
    assert (after["CHK"].provisional, after["CHK"].validated, after["CHK"].moved) == (0, 1, 1)
    assert (after["CHC"].total, after["CHC"].qualified, after["CHC"].doubtful) == (2, 1, 1)
    assert (after[""].persons, after[""].without_ins) == (3, 2)
    assert count(today() - 60 * DAY)[""].total == 0


def test_duplicates_merges_and_separations(reader: Actor) -> None:
    chc, chk = domain("CHC"), domain("CHK")
    feed(reader, chc, "1", phones=("0694123456",))
    feed(reader, chc, "2", phones=("0694123456",))
    history_since(3)
    waiting = count(today() - 2 * DAY)
    assert (waiting["CHC"].duplicates, waiting["CHC"].duplicates_month, waiting[""].reviews) == (1, 1, 1)
    assert (waiting["CHK"].duplicates, waiting["CHC"].absorbed) == (0, 0)
    with unit_of_work(reader):
        services.merge_local_ids(actor=reader, domain=chc, survivor="1", absorbed="2")
    open_doors()
    feed(reader, chk, "A", ins=INS_A, given_names="ROSA")
    linked = feed(reader, chc, "3", ins=INS_A, given_names="ROSA")
    with unit_of_work(reader):
        services.unlink_record(actor=reader, record_public_id=linked.record_public_id, reason="deux cousines")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("UPDATE regional_card SET closed_at = closed_at - interval '1 day' WHERE closed_at IS NOT NULL")
    history_since(1)
    after = count(today() - DAY)
    assert (after["CHC"].duplicates, after["CHC"].absorbed, after["CHC"].absorbed_month) == (0, 1, 1)
    assert after["CHC"].merge_hours == pytest.approx(72, abs=0.1)
    assert (after[""].links_month, after[""].separations_month) == (1, 1)


def test_refused_messages_are_counted(reader: Actor) -> None:
    chc = domain("CHC")
    for _ in range(2):
        with unit_of_work(reader):
            services.note_feed_error(actor=reader, domain=chc, message="date illisible")
    history_since(1)
    counted = count(today() - DAY)
    assert (counted["CHC"].errors, counted[""].errors, counted["PEPITES"].errors) == (2, 2, 0)


def test_a_day_counted_twice_is_the_same_day(reader: Actor) -> None:
    feed(reader, domain("CHC"), "1")
    history_since(2)
    day = today() - DAY
    first, again = count(day), count(day)
    assert {code: row.pk for code, row in first.items()} == {code: row.pk for code, row in again.items()}
    with pytest.raises(DomainError, match="pas fini"):
        count(today())


@pytest.mark.django_db
def test_nights_missed_are_caught_up() -> None:
    domain("CHC")
    assert len(missing_days()) == 1
    count(today() - 4 * DAY)
    with as_role("pepites_worker"):
        assert take_nightly() == 3
        assert take_nightly() == 0
    with as_owner():
        assert DailyFigures.objects.filter(domain=None).count() == 4


def test_who_counts_and_who_reads(reader: Actor, actor_outside: Actor) -> None:
    chc, chk = domain("CHC"), domain("CHK")
    count(today() - DAY)
    for actor in (reader, actor_outside):
        with pytest.raises(Refused), unit_of_work(actor):
            take_figures(actor=actor, day=today() - DAY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_function_privilege('pepites_web', 'regional_take_figures(date)', 'EXECUTE')")
        assert cursor.fetchone() == (False,)
    with unit_of_work(reader):
        assert DailyFigures.objects.count() == 4
    with unit_of_work(actor_outside):
        assert DailyFigures.objects.count() == 0
    with machine(chc), unit_of_work(actor_outside):
        assert [row.domain_id for row in DailyFigures.objects.all()] == [chc.pk]
    assert chk.pk != chc.pk


def test_pages_and_exports(reader: Actor, actor_outside: Actor) -> None:
    chc = domain("CHC", referent="Mme Essai")
    client = signed_in(reader)
    assert "le premier point viendra demain" in client.get(reverse("regional:region")).content.decode()
    feed(reader, chc, "1", ins=INS_A)
    history_since(3)
    count(today() - 2 * DAY)
    count(today() - DAY)
    page = client.get(reverse("regional:domain", args=[chc.public_id])).content.decode()
    for words in (
        "Identités qualifiées : 100,0 %",
        "<polyline",
        "Reçues en 30 jours",
        "Mme Essai",
        "Doublons à traiter",
    ):
        assert words in page
    assert "Personnes sans aucune INS : 0,0 %" in client.get(reverse("regional:region")).content.decode()
    text = client.get(reverse("regional:domain-figures", args=[chc.public_id])).content.decode("utf-8-sig")
    lines = [line.split(";") for line in text.splitlines()]
    assert [line[1] for line in lines] == ["domaine", "CHC", "CHC"]
    assert dict(zip(lines[0], lines[1], strict=True))["taux_qualifiees"] == "100,00"
    whole = client.get(reverse("regional:region-figures")).content.decode("utf-8-sig")
    assert {line.split(";")[1] for line in whole.splitlines()[1:]} == {"CHC", "PEPITES", "REGION"}
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT object_id FROM audit_entry WHERE code = 'regional.figures.exported' ORDER BY id")
        assert [row[0] for row in cursor.fetchall()] == ["CHC", "region"]
    outsider = signed_in(actor_outside)
    assert outsider.get(reverse("regional:region-figures")).status_code == 403
    assert outsider.get(reverse("regional:domain-figures", args=[chc.public_id])).status_code == 403


def test_delay_of_a_feed(reader: Actor) -> None:
    chc = domain("CHC")
    with unit_of_work(reader):
        assert feed_of(chc)["delay"] == "inconnu"
    sent = feed(reader, chc, "1", occurred_at=now() - dt.timedelta(hours=5, minutes=1))
    with unit_of_work(reader):
        assert feed_of(chc)["delay"] == "5 h"
        assert RegionalRecord.objects.get(public_id=sent.record_public_id).received_at
