"""Reserved items (coordination §2.3, P8): who is not named does not see that they exist, whatever the way in."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from tests import factories
from tests.conftest import as_owner
from tests.coordination.factories import World, signed_in, world

from pepites.access.enums import EmergencyMotive, Level
from pepites.access.readers import change_readers, readers_of
from pepites.access.services import break_glass
from pepites.audit.models import Entry
from pepites.common.clock import today
from pepites.common.errors import DomainError, Refused
from pepites.common.identifiers import new_uuid
from pepites.coordination import services
from pepites.coordination.enums import MemberStatus
from pepites.coordination.models import CareTeamMember, LiaisonNote, PatientActivity, ProtectionReport
from pepites.coordination.reserved import services as reserved
from pepites.coordination.reserved.enums import Addressee, Means, Outcome
from pepites.coordination.reserved.policies import concerns_a_minor
from pepites.coordination.reserved.readers import nameable_readers
from pepites.coordination.selectors.fil import fil_visible_to, note_visible_to
from pepites.notifications.models import Notification

pytestmark = pytest.mark.django_db
CHILD = {"birth_date": date(2019, 3, 4)}


def circle(w: World, *names: str, level: int = Level.FULL) -> None:
    """Those practices, active members of the circle with a grant of that level."""
    with as_owner():
        for name in names:
            practice = getattr(w, name)
            CareTeamMember.objects.create(
                patient=w.patient, practice=practice, status=MemberStatus.ACTIVE, level=level,
                answered_at="2025-01-02T00:00:00Z",
            )  # fmt: skip
            factories.grant(w.patient, practice, level=level)


def secret_note(w: World, *readers: str) -> LiaisonNote:
    with w.acting("nurse") as actor:
        return services.add_liaison_note(
            actor=actor, patient_id=w.patient.pk, type="OBS", text="Elle a peur de rentrer.",
            readers=[getattr(w, name).pk for name in readers],
        )  # fmt: skip


def seen(w: World, name: str, note: LiaisonNote) -> tuple[bool, bool, bool]:
    """Through the note, its history and the fil."""
    events = LiaisonNote.pgh_event_model.objects  # type: ignore[attr-defined]
    with w.acting(name) as actor:
        lines = fil_visible_to(actor, w.patient.pk).lines
        return (
            note_visible_to(actor, note.public_id) is not None,
            events.filter(pgh_obj_id=note.pk).exists(),
            any(line.object_id == note.public_id for line in lines),
        )


def test_a_reserved_note_is_read_by_its_author_and_the_readers_named_only() -> None:
    w = world(**CHILD)
    circle(w, "nurse", "outsider")
    note = secret_note(w)
    assert seen(w, "nurse", note) == (True, True, True)
    assert seen(w, "outsider", note) == (False, False, False)
    assert seen(w, "coordinator", note) == (False, False, False)  # the wide role opens nothing
    with w.acting("nurse") as actor:
        change_readers(actor=actor, patient_id=w.patient.pk, item=note.public_id, practices=[w.outsider.pk])
    assert seen(w, "outsider", note) == (True, True, True)
    with w.acting("nurse") as actor:
        change_readers(actor=actor, patient_id=w.patient.pk, item=note.public_id, practices=[])
        assert readers_of(note.public_id) == [w.nurse.pk]
    assert seen(w, "outsider", note) == (False, False, False)


def test_its_pages_say_nothing_of_it_to_others() -> None:
    w = world(**CHILD)
    circle(w, "nurse", "outsider")
    note = secret_note(w)
    page = signed_in(w.outsider).get(f"/dossiers/{w.patient.public_id}/").content.decode()
    assert "peur de rentrer" not in page
    assert str(note.public_id) not in page
    own = signed_in(w.nurse).get(f"/dossiers/{w.patient.public_id}/").content.decode()
    assert "peur de rentrer" in own
    assert "Réservée" in own
    for path in (f"/notes/{note.public_id}/corriger/", f"/reserves/{note.public_id}/lecteurs/"):
        assert signed_in(w.outsider).get(path).status_code == 404
    with as_owner():
        assert not PatientActivity.objects.filter(patient=w.patient, last_contact_at__isnull=False).exists()


def test_a_reader_who_lost_the_file_reads_it_no_more() -> None:
    w = world(**CHILD)
    circle(w, "nurse", "outsider")
    note = secret_note(w, "outsider")
    assert seen(w, "outsider", note)[0]
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("UPDATE access_accessgrant SET ends_at = now() WHERE practice_id = %s", [w.outsider.pk])
    assert seen(w, "outsider", note) == (False, False, False)


def test_a_bris_de_glace_does_not_open_it() -> None:
    w = world(**CHILD)
    circle(w, "nurse")
    note = secret_note(w)
    with w.acting("outsider") as actor:
        break_glass(
            actor=actor, patient_id=w.patient.pk, motive=EmergencyMotive.VITAL, explanation="Convulsions, seule ici."
        )
    with w.acting("outsider"):
        assert CareTeamMember.objects.filter(patient=w.patient).exists()  # the file is open
    assert seen(w, "outsider", note) == (False, False, False)


def test_who_is_not_the_author_names_nobody_even_in_the_database() -> None:
    w = world(**CHILD)
    circle(w, "nurse", "outsider")
    note = secret_note(w)
    with pytest.raises(Refused), w.acting("outsider") as actor:
        change_readers(actor=actor, patient_id=w.patient.pk, item=note.public_id, practices=[])
    with w.acting("outsider"), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO access_itemreader (patient_id, item, practice_id, named_by_id) VALUES (%s, %s, %s, %s)",
            [w.patient.pk, note.public_id, w.outsider.pk, w.outsider.pk],
        )
    with w.acting("coordinator"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM access_itemreader WHERE item = %s", [note.public_id])
        assert cursor.fetchone() == (0,)


def test_readers_are_members_who_hold_the_level() -> None:
    w = world(**CHILD)
    circle(w, "nurse")
    circle(w, "outsider", level=Level.SOCIAL)
    with w.acting("nurse") as actor:
        assert nameable_readers(actor, w.patient.pk, level=Level.FULL) == []
        assert [key for key, _ in nameable_readers(actor, w.patient.pk)] == [w.outsider.pk]
        with pytest.raises(DomainError, match="plus dans le cercle"), transaction.atomic():
            services.add_liaison_note(
                actor=actor, patient_id=w.patient.pk, type="OBS", text="Non", readers=[w.coordinator.pk]
            )


def test_a_reply_would_betray_it_and_a_secret_is_always_reserved() -> None:
    w = world(**CHILD)
    circle(w, "nurse", "outsider")
    note = secret_note(w, "outsider")
    with w.acting("outsider") as actor:
        with pytest.raises(DomainError, match="réservée"):
            services.add_liaison_note(actor=actor, patient_id=w.patient.pk, type="OBS", text="Oui", reply_to=note)
        with pytest.raises(DomainError, match="réservée"):
            services.add_liaison_note(actor=actor, patient_id=w.patient.pk, type="OBS", text="Oui", minor_secret=True)


def test_nobody_is_told_of_it_even_urgent() -> None:
    w = world(**CHILD)
    circle(w, "nurse", "outsider")
    for readers, told in (([], 0), (None, 1)):
        with w.acting("nurse") as actor:
            services.add_liaison_note(
                actor=actor, patient_id=w.patient.pk, type="OBS", text="Vite", emergency=True, readers=readers
            )
        with as_owner():
            assert Notification.objects.filter(practice=w.outsider).count() == told


def test_the_same_key_writes_one_reserved_note() -> None:
    w = world(**CHILD)
    circle(w, "nurse")
    key = new_uuid()
    for _ in range(2):
        with w.acting("nurse") as actor:
            services.add_liaison_note(
                actor=actor, patient_id=w.patient.pk, type="OBS", text="Une fois", readers=[], key=key
            )
    with as_owner():
        assert LiaisonNote.objects.filter(text="Une fois").count() == 1


SENT = reserved.Sent(date(2025, 5, 2), Addressee.CRIP, Means.MSSANTE, parents_informed=True)


def report(w: World, sent: reserved.Sent = SENT, *readers: str) -> ProtectionReport:
    with w.acting("nurse") as actor:
        return reserved.keep_report(
            actor=actor, patient=w.patient, sent=sent, readers=[getattr(w, name).pk for name in readers]
        )


def reports_of(w: World, name: str) -> int:
    with w.acting(name):
        return ProtectionReport.objects.count()


def test_a_report_is_seen_by_its_author_and_the_readers_named_only() -> None:
    w = world(**CHILD)
    circle(w, "nurse", "outsider")
    report(w)
    assert [reports_of(w, name) for name in ("nurse", "outsider", "coordinator")] == [1, 0, 0]
    report(w, SENT, "outsider")
    assert [reports_of(w, name) for name in ("nurse", "outsider", "coordinator")] == [2, 1, 0]
    with w.acting("coordinator") as actor:
        assert not fil_visible_to(actor, w.patient.pk).lines


def test_the_author_keeps_their_own_view_when_the_family_closes_the_file() -> None:
    """The law asks for the report whatever the parents want (§2.3 c, §2.4-2)."""
    w = world(**CHILD)
    circle(w, "nurse")
    report(w)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("UPDATE access_accessgrant SET ends_at = now()")
    assert reports_of(w, "nurse") == 1


def test_its_journal_lines_do_not_tell_what_it_is() -> None:
    w = world(**CHILD)
    circle(w, "nurse")
    made = report(w)
    signed_in(w.nurse).get(f"/reserves/{made.public_id}/")
    with as_owner():
        codes = set(Entry.objects.filter(subject_ids__contains=[w.patient.pk]).values_list("code", flat=True))
    assert {"coordination.reserved.written", "coordination.reserved.read"} <= codes
    assert not [code for code in codes if "protection" in code or "report" in code]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (reserved.Sent(today() + timedelta(days=2), Addressee.CRIP, Means.POST, parents_informed=True), "futur"),
        (reserved.Sent(date(2025, 5, 2), Addressee.CRIP, Means.POST, parents_informed=False), "intérêt"),
    ],
)
def test_a_report_says_whether_the_parents_were_told(sent: reserved.Sent, sentence: str) -> None:
    w = world(**CHILD)
    circle(w, "nurse")
    with pytest.raises(DomainError, match=sentence):
        report(w, sent)


def test_reports_are_about_minors_and_their_outcome_is_the_authors() -> None:
    adult = world(birth_date=date(1980, 1, 1))
    circle(adult, "nurse")
    with pytest.raises(DomainError, match="mineure"):
        report(adult)
    w = world(**CHILD)
    circle(w, "nurse", "outsider")
    made = report(w, SENT, "outsider")
    with w.acting("outsider") as actor, pytest.raises(Refused):
        reserved.note_outcome(actor=actor, report=made, outcome=Outcome.CLOSED, outcome_on=today())
    with w.acting("nurse") as actor:
        with pytest.raises(DomainError, match="après l'envoi"):
            reserved.note_outcome(actor=actor, report=made, outcome=Outcome.CLOSED, outcome_on=date(2025, 1, 1))
        reserved.note_outcome(actor=actor, report=made, outcome=Outcome.MEASURE, outcome_on=today())
    with w.acting("outsider"), connection.cursor() as cursor:
        cursor.execute("UPDATE coordination_protectionreport SET outcome = 'aide'")
        assert cursor.rowcount == 0
    with as_owner():
        assert ProtectionReport.objects.get().outcome == Outcome.MEASURE


@pytest.mark.parametrize(
    ("born", "minor"), [(date(2008, 5, 2), True), (date(2007, 5, 2), False), (None, True), (date(2007, 5, 3), True)]
)
def test_majority_is_counted_to_the_day(born: date | None, minor: bool) -> None:
    assert concerns_a_minor(born, date(2025, 5, 2)) is minor


def test_the_document_is_handed_over_and_kept_nowhere() -> None:
    w = world(**CHILD)
    circle(w, "nurse")
    typed = {"addressee": "crip", "facts": "Ecchymose #1 au bras,\nle 2 mai.", "worries": "Une récidive @",
             "parents": "Non : elle serait en danger."}  # fmt: skip
    client, path = signed_in(w.nurse), f"/dossiers/{w.patient.public_id}/reserves/document/"
    answer = client.post(path, typed)
    assert answer.content[:5] == b"%PDF-"
    assert "no-store" in answer["Cache-Control"]
    refused = client.post(path, typed | {"facts": ""})
    assert refused.status_code == 422
    assert "Une récidive @" in refused.content.decode()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_entry WHERE detail::text LIKE '%%cchymose%%'")
        assert cursor.fetchone() == (0,)
        assert not ProtectionReport.objects.exists()
