"""The agenda at work on the real database: rights, series, clashes, absences, addresses."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests import factories
from tests.conftest import as_owner
from tests.coordination.factories import World, signed_in, world

from pepites.access.enums import Level
from pepites.access.models import AccessGrant, NetworkPatient
from pepites.agenda import services
from pepites.agenda.enums import AppointmentKind, AppointmentState, Repeat, Scope, Travel
from pepites.agenda.models import Appointment, CalendarFeed
from pepites.agenda.selectors.clashes import clashes_of
from pepites.agenda.selectors.feed import feed_lines
from pepites.agenda.selectors.lines import Filter, days_visible_to, upcoming_visible_to
from pepites.agenda.services.feeds import digest_of
from pepites.agenda.shapes import Planned
from pepites.common.clock import CAYENNE, now, today
from pepites.common.errors import Conflict, DomainError, Refused
from pepites.common.identifiers import new_uuid
from pepites.coordination.models import LiaisonNote

pytestmark = pytest.mark.django_db


def at(days: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime.combine(today() + timedelta(days=days), time(hour, minute), CAYENNE)


def slot(w: World | None = None, days: int = 1, hour: int = 9, **values: Any) -> Planned:
    begins = values.pop("starts_at", at(days, hour))
    return Planned(**{
        "kind": AppointmentKind.VISIT, "starts_at": begins, "ends_at": begins + timedelta(hours=1),
        "patient_id": w.patient.pk if w else None, "title": "" if w else "Réunion d'équipe",
    } | values)  # fmt: skip


def plan(w: World, name: str, planned: Planned, **values: Any) -> Appointment:
    with w.acting(name) as actor:
        return services.plan_appointment(actor=actor, planned=planned, **values)


def seen(w: World, name: str) -> int:
    with w.acting(name):
        return Appointment.objects.count()


def test_an_appointment_about_a_person_is_read_by_the_circle_and_closes_with_the_file() -> None:
    w = world()
    with as_owner():
        factories.grant(w.patient, w.nurse, level=Level.FULL)
        identity_only = factories.practice()
        factories.grant(w.patient, identity_only, level=Level.IDENTITY)
    plan(w, "coordinator", slot(w, participants=(w.nurse.pk, w.outsider.pk)))
    assert [seen(w, name) for name in ("coordinator", "nurse", "outsider")] == [1, 1, 0]
    with as_owner():
        AccessGrant.objects.filter(practice=w.nurse).update(ends_at=now())
    assert seen(w, "nurse") == 0  # taking part is not enough once the person withdrew


def test_without_a_person_it_is_for_its_participants_and_its_team() -> None:
    w = world()
    with as_owner():
        factories.membership(w.network, w.nurse, "membre")
    plan(w, "coordinator", slot())
    assert [seen(w, name) for name in ("coordinator", "nurse", "outsider")] == [1, 0, 0]
    plan(w, "coordinator", slot(network_id=w.network.pk))
    plan(w, "coordinator", slot(participants=(w.outsider.pk,)))
    assert [seen(w, name) for name in ("coordinator", "nurse", "outsider")] == [3, 1, 1]


def test_nobody_plans_for_a_person_out_of_reach_even_in_the_database() -> None:
    w = world()
    with pytest.raises(Refused):
        plan(w, "outsider", slot(w))
    values = [new_uuid(), w.patient.pk, at(1), at(1, 10), [w.outsider.pk], w.outsider.pk]
    sql = (
        "INSERT INTO agenda_appointment (public_id, patient_id, kind, title, starts_at, ends_at, travel,"
        " travel_minutes, place, level, note, participants, state, reason, uid, version, created_by_id)"
        " VALUES (%s, %s, 'visite', '', %s, %s, '', 0, '', 2, '', %s, 'prevu', '', '', 1, %s)"
    )
    with w.acting("outsider"), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_the_same_key_plans_once_and_a_series_is_rows_of_its_own() -> None:
    w = world()
    key = new_uuid()
    weekly = slot(w, repeat=Repeat.WEEKLY, repeat_until=today() + timedelta(days=29))
    first = plan(w, "coordinator", weekly, key=key)
    assert plan(w, "coordinator", weekly, key=key) == first
    with as_owner():
        rows = list(Appointment.objects.order_by("starts_at"))
    assert [(row.starts_at - rows[0].starts_at).days for row in rows] == [0, 7, 14, 21, 28]
    assert {row.series for row in rows} == {first.series}


def test_moving_one_or_those_that_follow() -> None:
    w = world()
    first = plan(w, "coordinator", slot(w, repeat=Repeat.WEEKLY, repeat_until=today() + timedelta(days=22)))
    with w.acting("coordinator") as actor:
        rows = list(Appointment.objects.order_by("starts_at"))
        services.move_appointment(
            actor=actor, appointment=rows[1], starts_at=rows[1].starts_at + timedelta(hours=3),
            ends_at=rows[1].ends_at + timedelta(hours=4), version=1, scope=Scope.FOLLOWING,
        )  # fmt: skip
        moved = list(Appointment.objects.order_by("starts_at"))
        assert [row.starts_at.astimezone(CAYENNE).hour for row in moved] == [9, 12, 12, 12]
        assert {row.ends_at - row.starts_at for row in moved[1:]} == {timedelta(hours=2)}
        with pytest.raises(Conflict):
            services.cancel_appointment(actor=actor, appointment=rows[1], reason="Non", version=1)
        rows[1].refresh_from_db()
        services.cancel_appointment(
            actor=actor, appointment=rows[1], reason="Pirogue en panne", version=2, scope=Scope.FOLLOWING
        )
    with as_owner():
        assert Appointment.objects.filter(state="annule").count() == 3
        assert Appointment.objects.get(pk=first.pk).state == "prevu"


def test_what_is_over_is_noted_and_what_is_ahead_is_not() -> None:
    w = world()
    ahead, over = plan(w, "coordinator", slot(w)), plan(w, "coordinator", slot(w, starts_at=now() - timedelta(hours=2)))
    with w.acting("coordinator") as actor:
        with pytest.raises(DomainError, match="pas encore commencé"):
            services.end_appointment(actor=actor, appointment=ahead, state=AppointmentState.DONE)
        for _ in range(2):
            services.end_appointment(actor=actor, appointment=over, state=AppointmentState.DONE)
        assert over.version == 2
        with pytest.raises(DomainError, match="planifiez"):
            services.cancel_appointment(actor=actor, appointment=over, reason="Trop tard", version=2)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"ends_at": at(1, 8)}, "après le début"),
        ({"ends_at": at(4)}, "une journée"),
        ({"travel_minutes": 30}, "trajet"),
        ({"travel": Travel.ROAD, "travel_minutes": 3000}, "une journée"),
        ({"title": "  "}, "titre"),
        ({"starts_at": at(-500), "ends_at": at(-500, 10)}, "ancienne"),
        ({"repeat_until": date(2030, 1, 1)}, "comment"),
        ({"participants": tuple(range(1, 70))}, "au plus"),
        ({"participants": (10**9,)}, "exerce plus"),
    ],
)
def test_what_cannot_be_is_refused_in_words(values: dict[str, Any], sentence: str) -> None:
    w = world()
    with pytest.raises(DomainError, match=sentence):
        plan(w, "coordinator", slot(**values))


def test_clashes_count_the_travel_the_absences_and_the_hours_and_tell_nothing_else() -> None:
    w = world()
    with as_owner():
        factories.membership(w.network, w.nurse, "membre")
    plan(w, "nurse", slot(title="Consultation de Mme Secret", hour=9, travel=Travel.RIVER, travel_minutes=60))
    both = (w.coordinator.pk, w.nurse.pk)

    def words(planned: Planned) -> list[str]:
        with w.acting("coordinator") as actor:
            return [clash.words for clash in clashes_of(actor, planned)]

    assert words(slot(hour=14, participants=both)) == []
    (said,) = words(slot(hour=8, participants=both))
    assert "8 h 00 à 10 h 00" in said
    assert "Secret" not in said
    assert words(slot(hour=10, participants=both)) == []
    assert len(words(slot(hour=10, participants=both, travel=Travel.ROAD, travel_minutes=30))) == 1
    with w.acting("nurse") as actor:
        services.declare_absence(
            actor=actor, starts_on=today() + timedelta(days=3), ends_on=today() + timedelta(days=4)
        )
        services.set_usual_hours(actor=actor, hours={day: (time(8), time(12)) if day < 6 else None for day in range(7)})
    assert any("absent jusqu'au" in one for one in words(slot(days=3, hour=9, participants=both)))
    assert any("d'habitude" in one for one in words(slot(days=2, hour=14, participants=both)))
    with w.acting("outsider") as actor:  # no colleague: nothing to ask
        assert clashes_of(actor, slot(hour=8, participants=(w.nurse.pk,))) == []


def test_an_absence_hands_over_what_it_covers() -> None:
    w = world()
    with as_owner():
        factories.grant(w.patient, w.nurse, level=Level.FULL)
        stand_in = factories.practice(organization=w.nurse.organization)
        factories.grant(w.patient, stand_in, level=Level.FULL)
    inside = plan(w, "nurse", slot(w, days=3))
    outside = plan(w, "nurse", slot(w, days=8))
    with w.acting("nurse") as actor:
        _, handed = services.declare_absence(
            actor=actor, starts_on=today() + timedelta(days=2), ends_on=today() + timedelta(days=4),
            replaced_by=stand_in.pk,
        )  # fmt: skip
        assert handed == 1
        with pytest.raises(DomainError, match="soi-même"):
            services.declare_absence(actor=actor, starts_on=today(), ends_on=today(), replaced_by=w.nurse.pk)
    with as_owner():
        assert Appointment.objects.get(pk=inside.pk).participants == [stand_in.pk]
        assert Appointment.objects.get(pk=outside.pk).participants == [w.nurse.pk]


def test_an_address_shows_hours_alone_and_dies_with_the_account_the_place_or_the_act() -> None:
    w = world()
    client = signed_in(w.coordinator)
    page = client.post("/agenda/adresses/", {"label": "Téléphone"}).content.decode()
    secret = page.split("/agenda/calendrier/")[1].split(".ics")[0]
    plan(w, "coordinator", slot(w, place="Chez elle"))
    path = f"/agenda/calendrier/{secret}.ics"

    def answer() -> Any:
        from django.test import Client

        return Client().get(path)

    text = answer().content.decode()
    assert text.count("BEGIN:VEVENT") == 1
    assert "Rendez-vous Pépites" in text
    assert "Chez elle" not in text
    assert w.patient.birth_name not in text
    assert secret not in client.get("/agenda/adresses/").content.decode()
    with as_owner():
        feed = CalendarFeed.objects.get()
        assert feed.digest == digest_of(secret)
    for table, column in (("accounts_user", "is_active"), ("directory_practitionerrole", "ends_at")):
        with as_owner(), connection.cursor() as cursor:
            gone, back = ("false", "true") if column == "is_active" else ("now() - interval '1 second'", "NULL")
            key = feed.user_id if table == "accounts_user" else feed.practice_id
            cursor.execute(f"UPDATE {table} SET {column} = {gone} WHERE id = %s", [key])
        assert answer().status_code == 404
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {column} = {back} WHERE id = %s", [key])
    assert answer().status_code == 200
    with as_owner():
        NetworkPatient.objects.update(ends_at=now())  # the person left the network: the address forgets the hour too
    assert "BEGIN:VEVENT" not in answer().content.decode()
    client.post(f"/agenda/adresses/{feed.public_id}/revoquer/")
    assert answer().status_code == 404
    assert feed_lines("x" * 64) is None


def test_a_calendar_taken_in_twice_changes_nothing_and_what_left_it_goes() -> None:
    w = world()
    day = f"{today() + timedelta(days=2):%Y%m%d}"
    event = (
        "BEGIN:VEVENT\r\nUID:{0}\r\nDTSTART:{1}T{2}0000Z\r\nDTEND:{1}T{3}0000Z\r\nSUMMARY:Mme Secret\r\nEND:VEVENT\r\n"
    )
    wrap = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{}END:VCALENDAR\r\n"
    both = wrap.format(event.format("a", day, 12, 13) + event.format("b", day, 15, 16)).encode()
    one = wrap.format(event.format("a", day, 12, 13)).encode()
    with w.acting("nurse") as actor:
        assert services.import_calendar(actor=actor, content=both) == (2, 0)
        assert services.import_calendar(actor=actor, content=both) == (0, 0)
        assert services.import_calendar(actor=actor, content=one) == (0, 1)
        assert services.import_calendar(actor=actor, content=both) == (1, 0)
        assert not Appointment.objects.filter(title__contains="Secret").exists()


def test_the_screens_from_the_file_to_the_note() -> None:
    w = world()
    client = signed_in(w.coordinator)
    form = {
        "personne": str(w.patient.public_id), "kind": "visite", "day": str(today() + timedelta(days=1)),
        "starts": "09:00", "minutes": "60", "place": "Domicile", "travel": "fleuve", "travel_minutes": "45",
        "participants": [w.coordinator.pk], "repeat": "", "cle": str(new_uuid()),
    }  # fmt: skip
    refused = client.post("/agenda/nouveau/", form | {"starts": ""})
    assert refused.status_code == 422
    assert "Domicile" in refused.content.decode()
    made = client.post("/agenda/nouveau/", form)
    assert made.status_code == 302
    clash = client.post("/agenda/nouveau/", form | {"cle": str(new_uuid())})
    assert clash.status_code == 422
    assert "8 h 15 à 10 h 00" in clash.content.decode()
    assert client.post("/agenda/nouveau/", form | {"cle": str(new_uuid()), "anyway": "on"}).status_code == 302
    page = client.get(f"/dossiers/{w.patient.public_id}/rendez-vous/").content.decode()
    assert page.count("Domicile") == 2
    listed = client.get("/file-active/").content.decode()
    assert "demain, 9 h 00" in listed
    with as_owner():
        one = Appointment.objects.order_by("id").first()
        assert one is not None
        Appointment.objects.filter(pk=one.pk).update(starts_at=now() - timedelta(hours=2), ends_at=now())
    assert "Écrire la note" in client.get(made.headers["Location"]).content.decode()
    note = {"type": "INTERV", "text": "Tension prise.", "cle": str(new_uuid())}
    assert client.post(f"/agenda/{one.public_id}/note/", note).status_code == 302
    with as_owner():
        one.refresh_from_db()
        assert (one.state, one.report) == ("honore", LiaisonNote.objects.get().public_id)


def test_a_conflict_of_two_editors_is_a_409() -> None:
    w = world()
    one = plan(w, "coordinator", slot(w))
    with w.acting("coordinator") as actor:
        services.move_appointment(actor=actor, appointment=one, starts_at=at(2), ends_at=at(2, 10), version=1)
    client, path = signed_in(w.coordinator), f"/agenda/{one.public_id}/deplacer/"
    sent = {"day": str(today() + timedelta(days=5)), "starts": "09:00", "minutes": "60", "place": "Mon lieu"}
    late = client.post(path, sent | {"version": "1"})
    html = late.content.decode()
    assert late.status_code == 409
    assert html.count("Différent") == 2  # the day and the place; the rest is the same
    for words in ("Votre saisie", "Mon lieu", f"{today() + timedelta(days=5):%d/%m/%Y}", f"{at(2):%d/%m/%Y}"):
        assert words in html
    assert 'name="version" value="2"' in html
    assert client.post(path, sent | {"version": "2"}).status_code == 302


def test_a_cancellation_written_on_an_older_version_keeps_its_reason() -> None:
    w = world()
    one = plan(w, "coordinator", slot(w))
    with w.acting("coordinator") as actor:
        services.move_appointment(actor=actor, appointment=one, starts_at=at(2), ends_at=at(2, 10), version=1)
    client, path = signed_in(w.coordinator), f"/agenda/{one.public_id}/annuler/"
    late = client.post(path, {"reason": "Pirogue en panne", "version": "1"})
    html = late.content.decode()
    assert late.status_code == 409
    assert "Pirogue en panne" in html
    assert f"{at(2):%d/%m/%Y}" in html
    assert "Votre saisie" not in html
    assert client.post(path, {"reason": "Pirogue en panne", "version": "2"}).status_code == 302
    again = client.post(path, {"reason": "Pirogue en panne", "version": "2"})
    assert again.status_code == 422  # there is nothing left to cancel


def test_five_thousand_appointments_cost_the_queries_of_one() -> None:
    w = world()
    plan(w, "coordinator", slot())

    def queries() -> int:
        client = signed_in(w.coordinator)
        client.get("/agenda/?vue=semaine")
        with CaptureQueriesContext(connection) as counted:
            assert client.get("/agenda/?vue=semaine").status_code == 200
        return len(counted)

    few = queries()
    with as_owner():
        Appointment.objects.bulk_create(
            batch_size=1000,
            objs=(Appointment(
                kind="reunion", title=f"Réunion {n}", starts_at=at(n % 350, 7 + n % 10),
                ends_at=at(n % 350, 8 + n % 10),
                participants=[w.coordinator.pk], created_by_id=w.coordinator.pk, series=new_uuid(),
            )
            for n in range(5000)),
        )  # fmt: skip
    assert queries() == few <= 12
    with w.acting("coordinator") as actor:
        days, cut = days_visible_to(actor, Filter(), today(), 7)
        assert not cut
        assert sum(len(day.lines) for day in days) > 90
        assert len(upcoming_visible_to(actor, Filter())) == 50
