"""Receiving the identities of domains (STIC-2, STIC-7), replay, order, refusals."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from tests.conftest import as_owner
from tests.regional.regional_factories import INS_A, NIR, cell, domain, feed, incoming, irp, record_of

from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.errors import Conflict, DomainError, Refused
from pepites.common.identifiers import is_regional_id
from pepites.regional import services
from pepites.regional.models import Domain, Link, Notification, RegionalPerson, RegionalRecord, RegionalRecordEvent
from pepites.regional.values import InsNumber

pytestmark = pytest.mark.django_db


def test_a_first_identity_is_a_person_of_its_own() -> None:
    actor, where = cell(), domain()
    received = feed(actor, where, "100", phones=("0694 12 34 56",))
    assert received.created
    assert received.outcome == "C"
    assert is_regional_id(received.regional_id)
    with as_owner():
        record = RegionalRecord.objects.get()
        assert (record.local_id, record.version, record.phones) == ("100", 1, ["0694 12 34 56"])
        assert Link.objects.get(active=True).origin == "seul"
        assert RegionalPerson.objects.get().irp == received.regional_id


def test_the_same_message_again_changes_nothing() -> None:
    actor, where = cell(), domain()
    first = feed(actor, where, "100", key="m-1")
    assert feed(actor, where, "100", key="m-1") == first
    assert record_of(first).version == 1
    with pytest.raises(Conflict):
        feed(actor, where, "100", key="m-1", given_names="ANGE")


def test_an_update_keeps_the_identifier_and_the_history() -> None:
    actor, where = cell(), domain()
    first = feed(actor, where, "100")
    second = feed(actor, where, "100", given_names="MARIE-ANGE")
    assert (second.created, second.regional_id) == (False, first.regional_id)
    record = record_of(second)
    assert (record.version, record.given_names) == (2, "MARIE-ANGE")
    assert feed(actor, where, "100", given_names="MARIE-ANGE")
    assert record_of(second).version == 2
    with as_owner():
        labels = list(RegionalRecordEvent.objects.order_by("pgh_id").values_list("pgh_label", "given_names"))
    assert labels == [("insert", "MARIE ANGE"), ("update", "MARIE-ANGE")]


def test_a_late_message_does_not_undo_a_newer_one() -> None:
    actor, where = cell(), domain()
    noon = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
    feed(actor, where, "100", given_names="MARIE", occurred_at=noon)
    late = feed(actor, where, "100", given_names="MAUVAIS", occurred_at=noon - dt.timedelta(hours=1))
    assert record_of(late).given_names == "MARIE"


@pytest.mark.parametrize("mark", ["FICT", "CACH", "ANOM"])
def test_fictitious_and_hidden_identities_are_not_fed(mark: str) -> None:
    actor, where = cell(), domain()
    with pytest.raises(DomainError, match="fictive"):
        feed(actor, where, "100", attributes=frozenset({mark}))
    with as_owner():
        assert not RegionalRecord.objects.exists()


@pytest.mark.parametrize(
    ("local_id", "values", "said"),
    [
        ("", {}, "1 à 64"),
        ("x" * 65, {}, "1 à 64"),
        ("a\nb", {}, "1 à 64"),
        ("1", {"status": "QUAL"}, "matricule"),
        ("1", {"ins": InsNumber(NIR, "2850797302001")}, "15 caractères"),
        ("1", {"ins": InsNumber("1.2.3", "285079730200175")}, "OID"),
        ("1", {"ins_history": (InsNumber("", "285079730200175"),)}, "OID"),
        ("1", {"status": "VALI", "attributes": frozenset({"DOUT"})}, "RNIV"),
        ("1", {"status": "XXX"}, "RNIV"),
        ("1", {"birth_rank": 12}, "rang"),
        ("1", {"commune_cog": "973"}, "commune"),
        ("1", {"phones": ("0694123456",) * 11}, "téléphones"),
        ("1", {"birth_name": "D4"}, "seules les lettres"),
    ],
)  # fmt: skip
def test_bad_messages_say_what_to_mend(local_id: str, values: dict[str, object], said: str) -> None:
    actor, where = cell(), domain()
    with pytest.raises(DomainError, match=said):
        feed(actor, where, local_id, **values)


def test_only_a_qualified_identity_keeps_its_matricule() -> None:
    """§2.6-1: a retrieved or validated identity shares none."""
    actor, where = cell(), domain()
    for number, status in enumerate(("PROV", "RECUP", "VALI")):
        assert record_of(feed(actor, where, f"{number}", ins=INS_A, status=status)).ins_matricule == ""
    assert record_of(feed(actor, where, "9", ins=INS_A)).ins_matricule == INS_A.matricule


def test_a_test_matricule_never_enters_production(settings: object) -> None:
    """INS-2."""
    actor, where = cell(), domain()
    settings.PRODUCTION = True  # type: ignore[attr-defined]
    with pytest.raises(DomainError, match="production"):
        feed(actor, where, "1", ins=InsNumber("1.2.250.1.213.1.4.10", INS_A.matricule))
    assert feed(actor, where, "1", ins=InsNumber(NIR, INS_A.matricule)).created


def test_an_outsider_feeds_nothing(actor_outside: Actor) -> None:
    where = domain()
    with pytest.raises(Refused):
        feed(actor_outside, where, "1")


def test_pepites_is_fed_by_itself_only() -> None:
    actor = cell()
    with as_owner():
        home = Domain.objects.get(code="PEPITES")
    with pytest.raises(Refused):
        feed(actor, home, "1")
    with pytest.raises(Exception, match="role_missing"), unit_of_work(actor), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM regional_store(%s, '[]')", [home.pk])


def test_withdrawn_then_sent_again() -> None:
    actor, where = cell(), domain()
    first = feed(actor, where, "100")
    with unit_of_work(actor):
        services.withdraw_record(actor=actor, domain=where, local_id="100")
    with as_owner():
        assert not RegionalRecord.objects.get().active
        assert not RegionalPerson.objects.get().active
        assert not Link.objects.filter(active=True).exists()
    again = feed(actor, where, "100")
    assert again.record_public_id == first.record_public_id
    assert again.regional_id != first.regional_id, "an identifier is never used again (STIC-1)"
    with pytest.raises(services.UnknownLocalId), unit_of_work(actor):
        services.withdraw_record(actor=actor, domain=where, local_id="inconnu")


def test_an_inactive_message_is_a_removal() -> None:
    actor, where = cell(), domain()
    feed(actor, where, "100")
    gone = feed(actor, where, "100", active=False)
    assert gone.regional_id == ""
    assert not record_of(gone).active


def test_merge_of_two_numbers_of_a_domain() -> None:
    """RNIV-13, A40: the absorbed identity stays, inactive, and points to the survivor; its number is closed."""
    actor, where = cell(), domain()
    old, new = feed(actor, where, "1"), feed(actor, where, "2", given_names="ANGELE", born=dt.date(1950, 1, 2))
    with unit_of_work(actor):
        done = services.merge_local_ids(actor=actor, domain=where, survivor="2", absorbed="1", key="a")
    assert done.regional_id == old.regional_id, "the older regional identifier stays"
    with unit_of_work(actor):
        assert services.merge_local_ids(actor=actor, domain=where, survivor="2", absorbed="1", key="a") == done
        assert services.merge_local_ids(actor=actor, domain=where, survivor="2", absorbed="1").record_public_id
    absorbed = record_of(old)
    assert not absorbed.active
    assert absorbed.replaced_by_id == record_of(new).pk
    with pytest.raises(Conflict, match="fusionnée dans 2"):
        feed(actor, where, "1")
    with as_owner():
        closed = RegionalPerson.objects.get(irp=new.regional_id)
        assert not closed.active
        assert closed.merged_into is not None
    with pytest.raises(services.UnknownLocalId, match="doit rester"), unit_of_work(actor):
        services.merge_local_ids(actor=actor, domain=where, survivor="7", absorbed="2")


def test_change_of_number() -> None:
    """A47."""
    actor, where = cell(), domain()
    first = feed(actor, where, "1")
    feed(actor, where, "2", given_names="PAUL", sex="M", born=dt.date(1950, 1, 2))
    with pytest.raises(Conflict, match="déjà pris"), unit_of_work(actor):
        services.change_local_id(actor=actor, domain=where, former="1", new="2")
    with unit_of_work(actor):
        done = services.change_local_id(actor=actor, domain=where, former="1", new="3", key="k")
    assert (done.record_public_id, done.regional_id) == (first.record_public_id, first.regional_id)
    assert record_of(first).local_id == "3"


def test_a_batch_of_the_first_load() -> None:
    actor, where = cell(), domain()
    wanted = [
        incoming(f"{n}", born=dt.date(1900 + n, 1 + n % 12, 3), given_names=f"A{'BCDEFGHIJ'[n % 9]}") for n in range(60)
    ]
    with unit_of_work(actor):
        got = services.receive_batch(actor=actor, domain=where, records=wanted)
    assert len({one.regional_id for one in got}) == len(got) == 60
    with pytest.raises(DomainError, match="500"), unit_of_work(actor):
        services.receive_batch(actor=actor, domain=where, records=wanted * 9)


def test_every_active_record_has_its_link_or_the_base_refuses() -> None:
    record = record_of(feed(cell(), domain(), "1"))
    with as_owner(), pytest.raises(IntegrityError, match="no active link"), transaction.atomic():  # noqa: SIM117
        with connection.cursor() as cursor:
            cursor.execute("UPDATE regional_link SET active = false WHERE record_id = %s", [record.pk])
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_second_active_link_is_refused_by_the_base() -> None:
    record = record_of(feed(cell(), domain(), "1"))
    with as_owner(), pytest.raises(IntegrityError, match="regional_one_active_link"), transaction.atomic():
        Link.objects.create(record=record, person=RegionalPerson.objects.create())


def test_domain_errors_are_counted() -> None:
    actor, where = cell(), domain()
    with unit_of_work(actor):
        services.note_feed_error(actor=actor, domain=where, message="PID-7 illisible")
    with as_owner():
        where.refresh_from_db()
    assert (where.errors, where.last_error) == (1, "PID-7 illisible")


def test_nothing_is_said_to_a_domain_about_itself_alone() -> None:
    feed(cell(), domain(), "1")
    with as_owner():
        assert not Notification.objects.exists()
    assert irp
