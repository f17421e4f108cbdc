"""Notices: who reads them, once, while the right lasts; alerts taken in hand, passed on; what one chooses."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests import factories
from tests.conftest import as_owner, as_role
from tests.coordination.factories import World, signed_in, world

from pepites.audit.unit import unit_of_work
from pepites.common.actor import system_actor
from pepites.common.clock import now
from pepites.common.errors import DomainError
from pepites.notifications import selectors, services
from pepites.notifications.enums import Channel, Urgency
from pepites.notifications.models import Alert, ChannelChoice, Notification, Schedule
from pepites.notifications.registry import EventType, event_types, register_event_type
from pepites.notifications.timing import Preference
from pepites.notifications.values import Escalation, Notice

pytestmark = pytest.mark.django_db

PLAIN = EventType(code="essai.simple", label="Essai")
GRAVE = EventType(code="essai.grave", label="Essai grave", urgency=Urgency.URGENT, email=True, acknowledged=True)


@pytest.fixture(autouse=True)
def _types(monkeypatch: pytest.MonkeyPatch) -> None:
    from pepites.notifications import registry

    monkeypatch.setattr(registry, "_types", dict(registry._types))
    register_event_type(PLAIN, GRAVE)


def notice(w: World, event: str = PLAIN.code, key: str = "un", level: int = 2, **values: Any) -> Notice:
    defaults: dict[str, Any] = {"title": "Quelque chose", "link": "/", "patient_id": w.patient.pk}
    return Notice(event=event, key=key, level=level, **defaults | values)


def tell(w: World, one: Notice, *names: str, **values: Any) -> int:
    with w.acting("coordinator") as actor:
        return services.notify(
            actor=actor, notice=one, practices=[getattr(w, name).pk for name in names], **values
        )  # fmt: skip


def seen(w: World, name: str, only: str = "") -> list[str]:
    with w.acting(name) as actor:
        return [line.title for line in selectors.list_visible_to(actor, only=only)[0]]


def given(w: World, name: str, level: int = 2, **values: Any) -> None:
    with as_owner():
        factories.grant(w.patient, getattr(w, name), level=level, **values)


def test_the_recipient_alone_reads_a_notice_and_is_told_once() -> None:
    w = world()
    given(w, "nurse")
    assert tell(w, notice(w), "nurse", "coordinator") == 1  # never whoever did it
    assert tell(w, notice(w), "nurse") == 0
    assert seen(w, "nurse") == ["Quelque chose"]
    assert seen(w, "coordinator") == []
    with w.acting("nurse") as actor:
        assert selectors.unread_count(actor) == 1


def test_a_right_that_ends_hides_the_notice_at_once() -> None:
    w = world()
    given(w, "nurse")
    tell(w, notice(w), "nurse", "outsider")
    tell(w, notice(w, key="deux", level=3), "nurse")
    assert seen(w, "nurse") == ["Quelque chose"]  # a social right does not read what asks the full one
    assert seen(w, "outsider") == []
    with as_owner():
        w.patient.grants.update(ends_at=now())
    assert seen(w, "nurse") == []
    with w.acting("nurse") as actor:
        assert selectors.unread_count(actor) == 0


def test_an_invitation_is_read_from_the_identity_level() -> None:
    w = world()
    given(w, "nurse", level=1, offered_level=3)
    tell(w, notice(w, level=1), "nurse")
    assert seen(w, "nurse") == ["Quelque chose"]


def test_the_base_refuses_to_tell_of_a_person_one_does_not_reach() -> None:
    w = world()
    with pytest.raises(ProgrammingError, match="row-level security"), w.acting("outsider") as actor:
        services.notify(actor=actor, notice=notice(w), practices=[w.nurse.pk])


def test_the_base_lets_nobody_read_or_change_the_notices_of_another() -> None:
    w = world()
    given(w, "nurse", level=3)
    given(w, "outsider", level=3)
    tell(w, notice(w), "nurse")
    with w.acting("outsider"):
        assert not Notification.objects.exists()
        assert Notification.objects.update(read_at=now()) == 0


def test_nobody_takes_an_alert_in_the_name_of_another() -> None:
    w = world()
    given(w, "nurse", level=3)
    tell(w, notice(w, GRAVE.code), "nurse")
    with pytest.raises(ProgrammingError), w.acting("nurse"), transaction.atomic():
        Alert.objects.update(acknowledged_at=now(), acknowledged_by_id=w.coordinator.pk)


def test_an_alert_is_raised_without_an_answer() -> None:
    w = world()
    raised = (
        "INSERT INTO notifications_alert (public_id, patient_id, event, key, level, title, link, escalate_to,"
        " acknowledged_at, acknowledged_by_id) VALUES (gen_random_uuid(), %s, 'e', 'k', 2, '', '', '', now(), %s)"
    )
    with pytest.raises(ProgrammingError, match="row-level security"), w.acting("coordinator"), transaction.atomic():
        connection.cursor().execute(raised, [w.patient.pk, w.nurse.pk])


def test_an_alert_is_taken_in_hand_once_and_everybody_sees_by_whom() -> None:
    w = world()
    for name in ("nurse", "outsider"):
        given(w, name, level=3)
    tell(w, notice(w, GRAVE.code), "nurse", "outsider")
    assert seen(w, "nurse", selectors.TO_TAKE) == ["Quelque chose"]
    for name in ("nurse", "outsider"):
        with w.acting(name) as actor:
            mine = Notification.objects.get()
            alert = services.acknowledge(actor=actor, notification=mine)
            assert alert.acknowledged_by_id == w.nurse.pk
    with w.acting("outsider") as actor:
        line = selectors.list_visible_to(actor)[0][0]
    assert not line.to_take
    assert w.nurse.professional.display_name in line.state


def test_reading_all_leaves_the_alert_to_take() -> None:
    w = world()
    given(w, "nurse", level=3)
    tell(w, notice(w, GRAVE.code), "nurse")
    tell(w, notice(w), "nurse")
    with w.acting("nurse") as actor:
        assert services.mark_all_read(actor=actor) == 2
    assert seen(w, "nurse", selectors.UNREAD) == []
    assert seen(w, "nurse", selectors.TO_TAKE) == ["Quelque chose"]


def escalate(w: World, *practices: int) -> int:
    with as_role("pepites_worker"), unit_of_work(system_actor("essai")):
        return services.escalate_unanswered(find=lambda alert: practices)


def test_an_alert_without_answer_is_passed_on_once_and_not_before_its_hour() -> None:
    w = world()
    for name in ("nurse", "outsider"):
        given(w, name, level=3)
    late = Escalation(now() - timedelta(minutes=1), "coordination")
    tell(w, notice(w, GRAVE.code), "nurse", escalation=late)
    tell(w, notice(w, GRAVE.code, key="plus tard"), "nurse", escalation=Escalation(now() + timedelta(hours=1), "x"))
    assert escalate(w, w.outsider.pk) == 1
    assert escalate(w, w.outsider.pk) == 0
    assert seen(w, "outsider") == ["Sans réponse : Quelque chose"]
    with w.acting("outsider") as actor:
        services.acknowledge(actor=actor, notification=Notification.objects.get())
    with w.acting("nurse") as actor:
        assert [line.to_take for line in selectors.list_visible_to(actor)[0]] == [True, False]


def test_an_alert_taken_or_settled_is_not_passed_on() -> None:
    w = world()
    given(w, "nurse", level=3)
    late = Escalation(now() - timedelta(minutes=1), "coordination")
    tell(w, notice(w, GRAVE.code), "nurse", escalation=late)
    tell(w, notice(w, GRAVE.code, key="annulé"), "nurse", escalation=late)
    with w.acting("nurse") as actor:
        services.acknowledge(actor=actor, notification=Notification.objects.get(key="un"))
    with as_role("pepites_worker"), unit_of_work(system_actor("essai")):
        services.settle(event=GRAVE.code, key_prefix="annulé")
    assert escalate(w, w.outsider.pk) == 0
    with w.acting("nurse") as actor:
        states = {line.state.split(" ")[0] for line in selectors.list_visible_to(actor)[0]}
    assert states == {"Pris", "Sans"}


def test_choices_are_ones_own() -> None:
    w = world()
    with as_owner():
        for name in ("nurse", "outsider"):
            factories.user(professional=getattr(w, name).professional)
    held = Preference(digest_hour=9, quiet_days=(5, 6))
    with w.acting("nurse") as actor:
        services.choose(actor=actor, preference=held, wanted={(PLAIN.code, Channel.EMAIL): True})
        services.choose(actor=actor, preference=held, wanted={(PLAIN.code, Channel.EMAIL): False})
        assert selectors.preference_of(actor) == held
        assert ChannelChoice.objects.get().wanted is False
    with w.acting("outsider") as actor:
        assert selectors.preference_of(actor) == Preference()
        assert not ChannelChoice.objects.exists()
        assert Schedule.objects.update(digest_hour=3) == 0


def test_quiet_hours_need_two_ends_that_differ() -> None:
    w = world()
    for quiet in ({"quiet_from": "20:00"}, {"quiet_to": "07:00"}, {"quiet_from": "20:00", "quiet_to": "20:00"}):
        client = signed_in(w.nurse)
        answer = client.post("/notifications/reglages/", {"rhythm": "immediat", "digest_hour": "7"} | quiet)
        assert answer.status_code == 422
    with pytest.raises(DomainError), w.acting("nurse") as actor:
        services.choose(actor=actor, preference=Preference(quiet_from=now().time()), wanted={})


def test_the_screens(settings: Any) -> None:
    w = world()
    given(w, "nurse", level=3)
    tell(w, notice(w, GRAVE.code, link="/plus/"), "nurse")
    client = signed_in(w.nurse)
    page = client.get("/notifications/").content.decode()
    assert "Quelque chose" in page
    assert "PERSONNE" in page
    assert "<title>Notifications – Pépites</title>" in page
    with w.acting("nurse"):
        one = Notification.objects.get()
    assert client.post(f"/notifications/{one.public_id}/ouvrir/").headers["Location"] == "/plus/"
    assert client.post(f"/notifications/{one.public_id}/pris-en-compte/").status_code == 302
    assert "Pris en compte par" in client.get("/notifications/").content.decode()
    assert signed_in(w.outsider).post(f"/notifications/{one.public_id}/ouvrir/").status_code == 404
    page = client.get("/notifications/reglages/").content.decode()
    assert page.count("pas encore raccordé") == 2  # MSSanté and push
    assert page.count('name="courriel"') == len(event_types())
    sent = {
        "rhythm": "jour", "digest_hour": "18", "quiet_from": "20:00", "quiet_to": "07:00", "quiet_days": ["4"],
        "courriel": ["essai.simple"],
    }  # fmt: skip
    assert client.post("/notifications/reglages/", sent).status_code == 302
    with w.acting("nurse") as actor:
        assert selectors.preference_of(actor).quiet_days == (4,)
        choices = selectors.choices_of([actor.user_id or 0])
    assert choices[actor.user_id or 0, "essai.simple", "courriel"]
    assert not choices[actor.user_id or 0, "essai.grave", "courriel"]


def test_the_list_costs_the_same_whatever_its_length() -> None:
    w = world()
    given(w, "nurse", level=3)

    def cost() -> int:
        with w.acting("nurse") as actor, CaptureQueriesContext(connection) as queries:
            selectors.list_visible_to(actor)
        return len(queries)

    tell(w, notice(w, GRAVE.code), "nurse")
    few = cost()
    for number in range(12):
        tell(w, notice(w, GRAVE.code, key=str(number)), "nurse")
    assert cost() == few <= 3
