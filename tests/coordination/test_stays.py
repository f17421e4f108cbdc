"""Hospital movements, from the message of a hospital to the circle: order, replays, cancellations, unknown persons."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import factories
from tests.accounts.machines import service_client
from tests.conftest import as_owner, as_role
from tests.coordination.factories import World, follow, signed_in
from tests.identity import identity_factories as known
from tests.interop.hl7v2.samples import OTHER, OWN, msh
from tests.interop.hl7v2.samples import pid as pid_of
from tests.regional.regional_factories import cell, domain, feed, open_doors

from pepites.audit.unit import unit_of_work
from pepites.common.actor import Channel, system_actor
from pepites.common.clock import CAYENNE, now
from pepites.coordination.alerting import kinds
from pepites.coordination.models import CareTeamMember, FilEntry, HospitalStay, ProtocolRun, Task
from pepites.coordination.stays.enums import Movement
from pepites.coordination.stays.selectors import last_discharge, stays_visible_to
from pepites.coordination.stays.services import StayMovement, receive_movement
from pepites.coordination.stays.tasks import tell_stay
from pepites.interop import gateway
from pepites.interop.hl7v2.parsing import parse
from pepites.interop.hl7v2.processing import _unknown, answer
from pepites.networks.models import NetworkPack
from pepites.networks.packs.registry import clean_pack
from pepites.notifications import selectors, services
from pepites.notifications.models import Alert, Notification
from pepites.regional.models import Domain

pytestmark = pytest.mark.django_db
IPP = "IPP-1"
RULES = [
    {"code": "entree", "event": kinds.ADMISSION, "role": "infirmier", "hours": 24, "then": "coordination"},
]
RETURN = {
    "code": "retour", "title": "Retour à la maison", "anchor": "sortie", "at_inclusion": False, "note": "",
    "steps": [{"code": "appel", "title": "Appeler", "offset": 2, "window": 1, "role": "coordination", "form": "",
               "detail": ""}],
}  # fmt: skip


@pytest.fixture
def hospital(db: None, settings: Any) -> Iterator[Domain]:
    from pepites.interop.regional_server import RegionalServer

    before = list(gateway._registered)
    gateway.register(RegionalServer())
    _unknown.forget()
    made = domain("CHK", oid=OWN)
    with as_owner():
        service_client(domain_system=OWN, scopes=["hl7v2.sejours"], client_id="gam-essai")
    settings.PEPITES_HL7_PEERS = {"127.0.0.1": "gam-essai"}
    yield made
    gateway.register(before[0] if before else None)


def followed(hospital: Domain) -> World:
    """A person of a network, known by the hospital, with a nurse in the circle and somebody who is not."""
    open_doors()
    patient = known.person(known.actor())
    feed(cell(), hospital, IPP)
    with as_owner():
        network = factories.network()
        name = {"name": network.name, "short_name": network.short_name, "colour": "1", "person_word": "usager"}
        value, problems = clean_pack(
            {"reseau": name, "alertes": {"rules": RULES}, "protocoles": {"protocols": [RETURN]}}
        )
        assert problems == []
        NetworkPack.objects.create(
            network=network, number=1, state="publie", sections=value, published_at=now()
        )  # fmt: skip
        coordinator, nurse, outsider = (factories.practice() for _ in range(3))
        factories.membership(network, coordinator)
        follow(network, patient)
        factories.grant(patient, nurse, level=3)
        CareTeamMember.objects.create(
            patient=patient, practice=nurse, role="infirmier", level=3, status="actif", answered_at=now()
        )
    return World(network, coordinator, nurse, outsider, patient)


_control = itertools.count(1)


def stamp(moment: datetime) -> str:
    return moment.astimezone(CAYENNE).strftime("%Y%m%d%H%M%S%z")


def adt(
    event: str, *, minutes: int = 0, control: str = "", visit: str = "V-1", unit: str = "CARDIO", **fields: str
) -> bytes:
    """A movement said some minutes after this morning's admission."""
    said = now() - timedelta(hours=5) + timedelta(minutes=minutes)
    pv1 = [""] * 46
    pv1[0], pv1[1], pv1[2], pv1[3], pv1[19] = "PV1", "1", "I", f"{unit}^101^2", visit
    pv1[44] = stamp(now() - timedelta(hours=5))
    pv1[45] = stamp(said) if event == "A03" else ""
    for name, value in fields.items():
        pv1[int(name.removeprefix("f"))] = value
    lines = [
        msh(event, "ADT_A01", control=control or f"M-{next(_control)}"), f"EVN||{stamp(said)}", pid_of(IPP),
        "|".join(pv1).rstrip("|"),
    ]  # fmt: skip
    return "".join(f"{line}\r" for line in lines).encode()


def said(frame: bytes) -> tuple[str, ...]:
    """The acknowledgement of a frame, and where it is wrong."""
    message = parse(answer(frame, address="127.0.0.1"))
    err = message.all("ERR")
    return (message.one("MSA").text(1), *(f"{err[0].text(2)}-{err[0].text(2, 3)}" for _ in err))


def tell() -> int:
    """What the worker does of the jobs that were asked."""
    with as_owner():
        ids = list(HospitalStay.objects.values_list("pk", flat=True))
    with as_role("pepites_worker"):
        return sum(tell_stay(stay_id=pk) for pk in ids)


def fil(w: World) -> list[str]:
    with as_owner():
        return list(FilEntry.objects.filter(kind="sejour").order_by("id").values_list("title", flat=True))


def notices(w: World, name: str) -> list[str]:
    with w.acting(name) as actor:
        return [line.title for line in selectors.list_visible_to(actor)[0]]


def test_an_admission_enters_the_fil_and_alerts_those_the_network_names(hospital: Domain) -> None:
    w = followed(hospital)
    assert said(adt("A01")) == ("AA",)
    assert tell() == 1
    day = (now() - timedelta(hours=5)).astimezone(CAYENNE)
    assert fil(w) == [f"Entrée à l'hôpital le {day:%d/%m/%Y} : Hôpital CHK"]
    assert "CARDIO" not in "".join(fil(w))  # the unit alone may tell an illness
    assert notices(w, "nurse") == ["Entrée à l'hôpital"]
    assert notices(w, "coordinator") == []
    assert notices(w, "outsider") == []
    with as_owner():
        alert = Alert.objects.get()
        assert alert.escalate_to == "coordination"
        assert alert.escalate_at is not None
        assert alert.escalate_at > now() + timedelta(hours=23)
    page = signed_in(w.coordinator).get(f"/dossiers/{w.patient.public_id}/").content.decode()
    assert "Entrée à l&#x27;hôpital" in page


def test_the_same_message_again_does_nothing_twice(hospital: Domain) -> None:
    w = followed(hospital)
    frame = adt("A01", control="UNIQUE")
    assert [said(frame), tell(), said(frame), tell()] == [("AA",), 1, ("AA",), 0]
    with as_owner():
        assert HospitalStay.objects.count() == 1
        assert Notification.objects.count() == 1
    assert len(fil(w)) == 1


def test_a_discharge_asks_the_coordination_for_the_protocol_counted_from_it(hospital: Domain) -> None:
    w = followed(hospital)
    said(adt("A01"))
    tell()
    assert said(adt("A03", minutes=60)) == ("AA",)
    assert tell() == 1
    with as_owner():
        task = Task.objects.get(kind="sejour")
        assert (task.title, task.owner_role) == (
            "Sortie de l'hôpital : commencer « Retour à la maison » ?",
            "coordination",
        )
        admission = Alert.objects.get(event=kinds.ADMISSION)
        assert admission.settled_at is not None  # nobody is warned any more of an entry that is over
    assert "Sortie de l'hôpital" in notices(w, "nurse")  # no rule about it: the whole circle
    assert notices(w, "coordinator") == ["Sortie de l'hôpital"]
    with w.acting("coordinator") as actor:
        day = last_discharge(actor, w.patient.pk)
    assert day is not None
    client = signed_in(w.coordinator)
    with as_owner():
        case = w.patient.pathways.get()
    page = client.get(f"/parcours/{case.public_id}/protocole/").content.decode()
    assert f'value="{day:%Y-%m-%d}"' in page
    with as_owner():
        assert not ProtocolRun.objects.exists()  # proposed, never started by itself


def test_a_discharge_before_its_admission_is_told_alone(hospital: Domain) -> None:
    w = followed(hospital)
    assert said(adt("A03", minutes=60)) == ("AA",)
    tell()
    assert said(adt("A01")) == ("AA",)
    tell()
    with as_owner():
        stay = HospitalStay.objects.get()
        assert stay.admitted_at is not None
        assert stay.discharged_at is not None
        assert stay.admitted_at < stay.discharged_at
    assert notices(w, "nurse") == ["Sortie de l'hôpital"]
    assert [line.split(" le ")[0] for line in fil(w)] == ["Sortie de l'hôpital", "Entrée à l'hôpital"]


def test_a_cancelled_admission_leaves_nothing_to_take_in_hand(hospital: Domain) -> None:
    w = followed(hospital)
    said(adt("A01"))
    tell()
    assert said(adt("A11", minutes=5)) == ("AA",)
    tell()
    assert said(adt("A01", control="TARD")) == ("AA",)  # the first word, come again late
    assert tell() == 0
    with as_owner():
        assert HospitalStay.objects.get().cancelled
        assert Alert.objects.get().settled_at is not None
    assert fil(w)[-1] == "Entrée à l'hôpital annulée : Hôpital CHK"
    with w.acting("nurse") as actor:
        assert not selectors.list_visible_to(actor, only=selectors.TO_TAKE)[0]
        assert stays_visible_to(actor, w.patient.pk) == []


def test_a_cancelled_discharge_then_another_are_each_told(hospital: Domain) -> None:
    w = followed(hospital)
    said(adt("A01"))
    for event, minutes in (("A03", 30), ("A13", 40), ("A03", 90)):
        assert said(adt(event, minutes=minutes)) == ("AA",)
        assert tell() == 1
    assert [line.split(" le ")[0].split(" :")[0] for line in fil(w)] == [
        "Entrée à l'hôpital", "Sortie de l'hôpital", "Sortie de l'hôpital annulée", "Sortie de l'hôpital",
    ]  # fmt: skip
    assert notices(w, "nurse").count("Sortie de l'hôpital") == 2
    with as_owner():
        assert Task.objects.filter(kind="sejour").count() == 1  # the protocol is proposed already


def test_a_transfer_changes_the_unit_and_tells_nobody(hospital: Domain) -> None:
    w = followed(hospital)
    said(adt("A01"))
    tell()
    assert said(adt("A02", minutes=20, unit="REANIMATION")) == ("AA",)
    assert tell() == 0
    with w.acting("nurse") as actor:
        assert [one["unit"] for one in stays_visible_to(actor, w.patient.pk)] == ["REANIMATION"]


def test_old_movements_enter_the_fil_and_alert_nobody(hospital: Domain) -> None:
    w = followed(hospital)
    with as_owner(), unit_of_work(system_actor("essai", channel=Channel.COMMAND)) as unit:
        long_ago = now() - timedelta(days=300)
        movement = StayMovement(kind=Movement.ADMISSION, local_id=IPP, visit="V", said_at=long_ago)
        receive_movement(actor=unit.actor, domain_id=hospital.pk, movement=movement)
    assert tell() == 1
    assert len(fil(w)) == 1
    assert notices(w, "nurse") == []


def test_somebody_nobody_follows_is_acknowledged_and_leaves_no_trace(hospital: Domain) -> None:
    feed(cell(), hospital, IPP)
    assert said(adt("A01")) == ("AA",)
    with as_owner():
        assert not HospitalStay.objects.exists()
        assert Domain.objects.get(code="CHK").errors == 0


def test_a_number_the_domain_never_sent_shows_on_its_page(hospital: Domain) -> None:
    assert said(adt("A01")) == ("AA",)
    with as_owner():
        assert not HospitalStay.objects.exists()
        held = Domain.objects.get(code="CHK")
        assert held.errors == 1
        assert "n'a jamais envoyé" in held.last_error
        assert IPP not in held.last_error


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (lambda: adt("A01", visit=""), ("AE", "PV1-19")),
        (lambda: adt("A01", visit="V" * 65), ("AE", "PV1-19")),
        (lambda: adt("A01", f44="hier"), ("AE", "PV1-44")),
        (lambda: adt("A03", f45="20010101"), ("AE", "PV1-45")),
        (lambda: adt("A03", f45="20010101120000"), ("AE", "PV1-45")),
        (lambda: adt("A01", unit="CAR\x0bDIO"), ("AR", "-")),
        (lambda: adt("A01").replace(b"\rPV1", b"\rZV1"), ("AR", "PV1-")),
        (lambda: adt("A01").replace(OWN.encode(), OTHER.encode()), ("AE", "PID-3")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_kept(hospital: Domain, frame: Any, expected: tuple[str, ...]) -> None:
    followed(hospital)
    assert said(frame()) == expected
    with as_owner():
        assert not HospitalStay.objects.exists()


def test_an_escaped_control_never_reaches_the_screen(hospital: Domain) -> None:
    followed(hospital)
    assert said(adt("A01", unit="CAR\\X07\\DIO<b>")) == ("AA",)
    with as_owner():
        assert "\x07" not in HospitalStay.objects.get().unit


def test_the_scope_of_identities_does_not_tell_stays(hospital: Domain) -> None:
    followed(hospital)
    with as_owner():
        from pepites.accounts.models import ServiceClient

        ServiceClient.objects.update(scopes=["hl7v2.pam"])
    assert said(adt("A01")) == ("AR", "MSH-3")


def test_the_base_takes_movements_of_the_domains_own_machine_alone(hospital: Domain) -> None:
    w = followed(hospital)
    movement = StayMovement(kind=Movement.ADMISSION, local_id=IPP, visit="V", said_at=now())
    from pepites.common.errors import Refused

    with pytest.raises(Refused), w.acting("coordinator") as actor:
        receive_movement(actor=actor, domain_id=hospital.pk, movement=movement)
    with pytest.raises(ProgrammingError), w.acting("coordinator"), transaction.atomic():
        HospitalStay.objects.create(patient=w.patient, domain=hospital, visit="X")


def test_stays_are_read_from_the_full_level(hospital: Domain) -> None:
    w = followed(hospital)
    said(adt("A01"))
    with as_owner():
        factories.grant(w.patient, w.outsider, level=2)
    with w.acting("outsider"):
        assert not HospitalStay.objects.exists()
    with w.acting("nurse"):
        assert HospitalStay.objects.count() == 1
    with as_owner():
        w.patient.grants.update(ends_at=now())
    with w.acting("nurse"):
        assert not HospitalStay.objects.exists()


def test_an_admission_nobody_answers_goes_to_the_coordination(hospital: Domain) -> None:
    from pepites.coordination.alerting.tasks import escalate_alerts

    w = followed(hospital)
    said(adt("A01"))
    tell()
    with as_owner():
        Alert.objects.update(escalate_at=now() - timedelta(minutes=1))
    with as_role("pepites_worker"):
        assert [escalate_alerts(), escalate_alerts()] == [1, 0]
    assert notices(w, "coordinator") == ["Sans réponse : Entrée à l'hôpital"]
    with w.acting("coordinator") as actor:
        services.acknowledge(actor=actor, notification=Notification.objects.get(practice=w.coordinator))
    with w.acting("nurse") as actor:
        assert "Pris en compte par" in selectors.list_visible_to(actor)[0][0].state


START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
WORDS = st.lists(st.sampled_from(["A01", "A02", "A03", "A11", "A13"]), min_size=1, max_size=6)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=WORDS, data=st.data())
def test_whatever_the_order_and_the_repeats_the_stay_ends_the_same(
    hospital: Domain, words: list[str], data: st.DataObject
) -> None:
    if not hasattr(hospital, "told"):
        followed(hospital)
        hospital.told = True  # type: ignore[attr-defined]
    movements = [
        StayMovement(
            kind=Movement(word), local_id=IPP, visit="V-1", said_at=START + timedelta(minutes=rank), unit=f"U{rank}",
            admitted_at=START, discharged_at=START + timedelta(minutes=rank) if word == "A03" else None,
        )
        for rank, word in enumerate(words)
    ]  # fmt: skip
    again = data.draw(st.permutations(movements + data.draw(st.lists(st.sampled_from(movements), max_size=3))))

    def final(order: list[StayMovement]) -> tuple[Any, ...]:
        visit = f"V-{next(_control)}"  # each order is a stay of its own
        with as_owner(), unit_of_work(system_actor("essai", channel=Channel.COMMAND)) as unit:
            for one in order:
                receive_movement(actor=unit.actor, domain_id=hospital.pk, movement=replace(one, visit=visit))
            stay = HospitalStay.objects.get(visit=visit)
            return (stay.admitted_at, stay.discharged_at, stay.cancelled, stay.unit)

    assert final(list(again)) == final(movements)
