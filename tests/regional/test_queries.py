"""What a domain may ask, and what nobody else may (ITI-83, ITI-78, ITI-119; STIC-10): as the web role, no filter."""

import datetime as dt

import pytest
from django.db import connection
from tests.conftest import as_owner
from tests.regional.regional_factories import BORN, INS_A, cell, domain, feed, incoming, machine, open_doors, record_of

from pepites.audit.unit import unit_of_work
from pepites.common.actor import ANONYMOUS, Actor
from pepites.common.errors import DomainError, Refused
from pepites.regional import selectors, services
from pepites.regional.models import Domain, RegionalRecord
from pepites.regional.values import PdqCriteria

pytestmark = pytest.mark.django_db

TABLES = (
    "regional_regionalrecord", "regional_regionalrecordevent", "regional_regionalperson",
    "regional_regionalpersonevent",
    "regional_link", "regional_card", "regional_cardevent", "regional_nonlink", "regional_nonlinkevent",
    "regional_domainevent", "regional_notification",
)  # fmt: skip


def linked_pair() -> tuple[Domain, Domain, Actor]:
    open_doors()
    actor, one, two = cell(), domain("CHC"), domain("CHK")
    feed(actor, one, "1", ins=INS_A)
    feed(actor, two, "A", birth_name="KOUYOURY")
    return one, two, actor


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def test_traits_are_for_the_cell_alone(actor_outside: Actor) -> None:
    _, _, actor = linked_pair()
    for who in (actor_outside, ANONYMOUS):
        with unit_of_work(who):
            assert [table for table in TABLES if count(table)] == []
    with unit_of_work(actor):
        assert count("regional_regionalrecord") == 2
        assert count("regional_link") == 3


def test_a_client_reads_its_own_domain_alone() -> None:
    one, _, _ = linked_pair()
    with machine(one), unit_of_work(ANONYMOUS):
        assert list(RegionalRecord.objects.values_list("local_id", flat=True)) == ["1"]
        assert [table for table in TABLES[2:] if count(table)] == []


def test_nobody_writes_a_table_directly(actor_outside: Actor) -> None:
    _, _, actor = linked_pair()
    for who in (actor_outside, actor):
        for table in (*TABLES, "regional_domain", "regional_ruleset", "regional_recordkey"):
            for verb in ("INSERT", "UPDATE", "DELETE"):
                with unit_of_work(who), connection.cursor() as cursor:
                    cursor.execute("SELECT has_any_column_privilege(%s, %s)", [table, verb]) if verb != "DELETE" else (
                        cursor.execute("SELECT has_table_privilege(%s, %s)", [table, verb])
                    )
                    assert not cursor.fetchone()[0], (table, verb)


def test_blocking_keys_are_read_by_nobody() -> None:
    _, _, actor = linked_pair()
    with pytest.raises(Exception, match="permission denied"), unit_of_work(actor):
        count("regional_recordkey")


def test_a_client_feeds_its_own_domain_alone() -> None:
    one, two, _ = linked_pair()
    with machine(one):
        assert feed(ANONYMOUS, one, "2", given_names="PAULE").created
        with pytest.raises(Refused):
            feed(ANONYMOUS, two, "B", given_names="PAULE")
        for act in (services.withdraw_record,):
            with pytest.raises(Refused), unit_of_work(ANONYMOUS):
                act(actor=ANONYMOUS, domain=two, local_id="A")
        with pytest.raises(Refused), unit_of_work(ANONYMOUS):
            services.merge_local_ids(actor=ANONYMOUS, domain=two, survivor="A", absorbed="B")
        with pytest.raises(Refused), unit_of_work(ANONYMOUS):
            services.change_local_id(actor=ANONYMOUS, domain=two, former="A", new="B")
        with unit_of_work(ANONYMOUS):
            done = services.change_local_id(actor=ANONYMOUS, domain=one, former="2", new="3")
    assert record_of(done).local_id == "3"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM regional_candidates(%s, false)",
        "SELECT * FROM regional_identifiers(%s)",
        "SELECT * FROM regional_known((%s::bigint[])[1])",
    ],
)
def test_a_client_matches_what_it_just_fed_and_nothing_else(statement: str) -> None:
    """The traits of candidates are given for a record of this very transaction only."""
    one, two, _ = linked_pair()
    with as_owner():
        RegionalRecord.objects.update(fed_in=1)  # as of former transactions: a test is one transaction
        other = RegionalRecord.objects.get(domain=two).pk
    with machine(one), unit_of_work(ANONYMOUS), connection.cursor() as cursor:
        cursor.execute(statement, [[other]])
        assert cursor.fetchall() == []


def test_a_client_links_nothing_by_itself() -> None:
    one, two, _ = linked_pair()
    with as_owner():
        RegionalRecord.objects.update(fed_in=1)
        pair = list(RegionalRecord.objects.values_list("pk", flat=True))
    with machine(one), pytest.raises(Exception, match="state"), unit_of_work(ANONYMOUS):  # noqa: SIM117
        with connection.cursor() as cursor:
            cursor.execute("SELECT regional_join(%s, %s, 'auto', 99, '', '[]')", pair)
    assert two


INTERNAL = (
    "put(1, '[]')",
    "merge(1, 2, 'auto', 1, '', '[]', '')",
    "split(ARRAY[1]::bigint[], 'GF', '')",
    "drop(1)",
    "move(ARRAY[1]::bigint[], 1, 'auto', 1, 1, 1, '', '[]', '')",
    "doubt(ARRAY[1]::bigint[])",
)


@pytest.mark.parametrize("call", INTERNAL)
def test_internal_functions_are_closed(actor_outside: Actor, call: str) -> None:
    with pytest.raises(Exception, match="permission denied"), unit_of_work(actor_outside):  # noqa: SIM117
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT regional_{call}")


def test_cross_references_by_own_number_only() -> None:
    """ITI-83: the source is not repeated; a domain asks by its own numbers."""
    one, two, _ = linked_pair()
    with machine(one), unit_of_work(ANONYMOUS):
        (found,) = selectors.cross_references(actor=ANONYMOUS, source=one, local_id="1", targets=[two])
        assert (found.system, found.local_id, found.domain_id) == (two.uri, "A", two.pk)
        assert selectors.cross_references(actor=ANONYMOUS, source=one, local_id="1", targets=[one]) == []
        with pytest.raises(selectors.UnknownLocalId):
            selectors.cross_references(actor=ANONYMOUS, source=one, local_id="9", targets=[])
    with machine(one), pytest.raises(Refused), unit_of_work(ANONYMOUS):
        selectors.cross_references(actor=ANONYMOUS, source=two, local_id="A", targets=[])


def test_domain_by_oid_or_uri() -> None:
    one = domain("CHC")
    with unit_of_work(ANONYMOUS):
        assert selectors.domain_by_system(one.oid) == one == selectors.domain_by_system(one.uri)
        assert selectors.domain_by_system(f"urn:oid:{one.oid}") == one
        assert selectors.domain_by_system("1.2.3") is None is selectors.domain_by_system("")


@pytest.mark.parametrize(
    "criteria",
    [
        PdqCriteria(),
        PdqCriteria(birth_date=BORN),
        PdqCriteria(birth_date=BORN, family="KOUYOURI"),
        PdqCriteria(family="KOUYOURI", given="MARIE"),
    ],
)
def test_incomplete_criteria_find_nobody(criteria: PdqCriteria) -> None:
    """STIC-10: date + name + given name, minimum; said by the service and by the database."""
    one, _, _ = linked_pair()
    with machine(one), pytest.raises(DomainError, match="entiers"), unit_of_work(ANONYMOUS):
        selectors.find_records(actor=ANONYMOUS, criteria=criteria)
    with machine(one), pytest.raises(Exception, match="state"), unit_of_work(ANONYMOUS):  # noqa: SIM117
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM regional_find(NULL, '', %s, 'K', 'M', '', 0)", [BORN])


def test_best_traits_by_status_with_their_source() -> None:
    """STIC-3; no matricule in the answer; the local number of the caller's own domain only."""
    one, two, _ = linked_pair()
    asked = PdqCriteria(birth_date=BORN, family="Kouyoury", given="Marie-Ange".replace("-", " "))
    with machine(two), unit_of_work(ANONYMOUS):
        (found,) = selectors.find_records(actor=ANONYMOUS, criteria=asked).items
    assert (found.traits.birth_name, found.status, found.source, found.local_id) == ("KOUYOURI", "QUAL", one.name, "A")
    assert INS_A.matricule not in repr(found)


def test_own_number_finds_without_criteria() -> None:
    one, two, _ = linked_pair()
    with machine(one), unit_of_work(ANONYMOUS):
        assert (
            len(selectors.find_records(actor=ANONYMOUS, criteria=PdqCriteria(local_id="1", domain_id=one.pk)).items)
            == 1
        )
    with machine(one), pytest.raises(Refused), unit_of_work(ANONYMOUS):
        selectors.find_records(actor=ANONYMOUS, criteria=PdqCriteria(local_id="A", domain_id=two.pk))


def test_match_grades() -> None:
    """ITI-119."""
    one, _, _ = linked_pair()
    with machine(one), unit_of_work(ANONYMOUS):
        (sure,) = selectors.match_traits(actor=ANONYMOUS, record=incoming("x"), count=5, only_certain=True)
        twin = selectors.match_traits(actor=ANONYMOUS, record=incoming("x", sex="M"), count=5, only_certain=False)
        nobody = selectors.match_traits(
            actor=ANONYMOUS, record=incoming("x", birth_name="TOTO", given_names="LEO", born=dt.date(1999, 1, 2)),
            count=5, only_certain=False,
        )  # fmt: skip
    assert sure.grade == "certain"
    assert 0.5 < sure.score <= 1
    assert [each.grade for each in twin] == ["possible"]
    assert nobody == []


def test_queries_are_for_the_cell_and_the_domains(actor_outside: Actor) -> None:
    one, _, _ = linked_pair()
    for act in (
        lambda: selectors.cross_references(actor=actor_outside, source=one, local_id="1", targets=[]),
        lambda: selectors.find_records(
            actor=actor_outside, criteria=PdqCriteria(birth_date=BORN, family="KOUYOURI", given="MARIE")
        ),
        lambda: selectors.match_traits(actor=actor_outside, record=incoming("x"), count=1, only_certain=False),
    ):
        with pytest.raises(Refused), unit_of_work(actor_outside):
            act()


def test_every_query_is_journalled() -> None:
    one, two, _ = linked_pair()
    with machine(one), unit_of_work(ANONYMOUS):
        selectors.cross_references(actor=ANONYMOUS, source=one, local_id="1", targets=[two])
        selectors.find_records(
            actor=ANONYMOUS, criteria=PdqCriteria(birth_date=BORN, family="KOUYOURI", given="MARIE ANGE")
        )
        selectors.match_traits(actor=ANONYMOUS, record=incoming("x"), count=1, only_certain=False)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT code, object_id FROM audit_entry WHERE code LIKE 'regional.query.%' ORDER BY id")
        lines = cursor.fetchall()
    irp = lines[0][1]
    assert lines == [(f"regional.query.{name}", irp) for name in ("crossref", "pdq", "match")]
    assert irp.startswith("GF")


@pytest.mark.parametrize("name", ["regional_match", "regional_persons", "regional_candidates", "regional_store"])
def test_feeds_and_look_ups_keep_their_plans(name: str) -> None:
    """Planning them anew took longer than reading: three milliseconds for a feed, one for a ``$match``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT proconfig FROM pg_proc WHERE proname = %s", [name])
        assert "plan_cache_mode=force_generic_plan" in cursor.fetchone()[0]
