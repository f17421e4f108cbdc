"""Pure rules: policies as truth tables, recurrence and search box as properties."""

import dataclasses
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pepites.common.actor import ANONYMOUS, Actor, ActorKind, ActorRef, ProfessionCategory, system_actor
from pepites.common.decision import Reason
from pepites.common.identifiers import new_regional_id
from pepites.coordination import policies
from pepites.coordination.enums import MemberStatus, NoteStatus, Recurrence, TaskState
from pepites.coordination.recurrence import next_date
from pepites.coordination.selectors.labels import due_label
from pepites.coordination.selectors.query import parse_query

NURSE = Actor(
    ref=ActorRef(kind=ActorKind.HUMAN, user_id=1, practice_id=10), category=ProfessionCategory.HEALTH, strong=True
)
SOCIAL = dataclasses.replace(NURSE, category=ProfessionCategory.SOCIAL)
COORDINATOR = dataclasses.replace(NURSE, coordinated=frozenset({5}))
NO_CONTEXT = dataclasses.replace(NURSE, ref=ActorRef(kind=ActorKind.HUMAN, user_id=1))
JOB = system_actor("essai")


@pytest.mark.parametrize(
    ("actor", "level", "reason"),
    [
        (ANONYMOUS, 3, Reason.NOT_SIGNED_IN),
        (NO_CONTEXT, 3, Reason.NO_CONTEXT),
        (NURSE, 0, Reason.NOT_IN_CIRCLE),
        (NURSE, 1, Reason.MEMBERSHIP_PENDING),
        (NURSE, 2, Reason.ALLOWED),
        (NURSE, 3, Reason.ALLOWED),
        (JOB, 0, Reason.ALLOWED),
    ],
)
def test_reading_the_file_and_social_writing(actor: Actor, level: int, reason: Reason) -> None:
    for rule in (policies.can_read_file, policies.can_write_social, policies.can_record_consent):
        assert rule(actor, level).reason is reason


@pytest.mark.parametrize(
    ("actor", "level", "reason"),
    [
        (NURSE, 3, Reason.ALLOWED),
        (NURSE, 2, Reason.LEVEL_TOO_LOW),
        (SOCIAL, 2, Reason.ALLOWED),
        (SOCIAL, 1, Reason.MEMBERSHIP_PENDING),
        (NO_CONTEXT, 3, Reason.NO_CONTEXT),
        (JOB, 3, Reason.NO_CONTEXT),
    ],
)
def test_writing_notes_follows_the_level_of_the_category(actor: Actor, level: int, reason: Reason) -> None:
    assert policies.can_write_note(actor, level).reason is reason


def test_notes_of_social_professionals_are_for_the_social_level() -> None:
    assert (policies.note_level(SOCIAL), policies.note_level(NURSE)) == (2, 3)


@pytest.mark.parametrize(
    ("actor", "network", "reason"),
    [(COORDINATOR, 5, Reason.ALLOWED), (COORDINATOR, 6, Reason.ROLE_MISSING), (NURSE, 5, Reason.ROLE_MISSING),
     (dataclasses.replace(NURSE, administered=frozenset({5})), 5, Reason.ALLOWED), (ANONYMOUS, 5, Reason.NOT_SIGNED_IN),
     (JOB, 5, Reason.ALLOWED)],
)  # fmt: skip
def test_opening_a_pathway(actor: Actor, network: int, reason: Reason) -> None:
    assert policies.can_open_pathway(actor, network).reason is reason


def test_changing_a_pathway_needs_coordination_and_full_level() -> None:
    assert policies.can_change_pathway(COORDINATOR, 5, 3)
    assert policies.can_change_pathway(COORDINATOR, 6, 3).reason is Reason.ROLE_MISSING
    assert policies.can_change_pathway(COORDINATOR, 5, 2).reason is Reason.LEVEL_TOO_LOW


def test_inviting() -> None:
    health = ProfessionCategory.HEALTH
    assert policies.can_invite(NURSE, 3, invitee=health, opposed=False)
    assert policies.can_invite(NURSE, 2, invitee=health, opposed=False).reason is Reason.LEVEL_TOO_LOW
    assert policies.can_invite(NURSE, 3, invitee=health, opposed=True).reason is Reason.OPPOSITION
    outside = ProfessionCategory.OUTSIDE
    assert policies.can_invite(NURSE, 3, invitee=outside, opposed=False).reason is Reason.CATEGORY_EXCLUDED


@pytest.mark.parametrize("status", MemberStatus.values)
def test_only_the_invited_practice_answers_and_once(status: str) -> None:
    assert bool(policies.can_answer(NURSE, 10, status)) is (status == MemberStatus.INVITED)
    assert policies.can_answer(NURSE, 11, status).reason is Reason.NOT_AUTHOR


def test_leaving_is_always_open_to_oneself_and_removing_needs_the_full_level() -> None:
    assert policies.can_remove_member(NURSE, 10, 0)
    assert policies.can_remove_member(NURSE, 11, 3)
    assert not policies.can_remove_member(NURSE, 11, 2)


def test_only_the_author_changes_a_standing_note() -> None:
    assert policies.can_change_note(NURSE, 10, NoteStatus.CURRENT)
    assert policies.can_change_note(NURSE, 11, NoteStatus.CURRENT).reason is Reason.NOT_AUTHOR
    assert policies.can_change_note(NURSE, 10, NoteStatus.RETIRED).reason is Reason.STATE


@pytest.mark.parametrize("state", TaskState.values)
@pytest.mark.parametrize("ending", [TaskState.DONE, TaskState.CANCELLED])
def test_ending_a_task_from_an_open_state_or_twice_the_same_way(state: str, ending: TaskState) -> None:
    decision = policies.can_end_task(NURSE, level=2, patient=True, state=state, mine=False, ending=ending)
    assert bool(decision) is (state in ("a_faire", "en_cours", ending))


def test_a_task_about_nobody_is_between_maker_and_owner() -> None:
    assert policies.can_end_task(NURSE, level=0, patient=False, state="a_faire", mine=True)
    assert not policies.can_end_task(NURSE, level=3, patient=False, state="a_faire", mine=False)


days = st.dates(min_value=date(2020, 1, 1), max_value=date(2090, 1, 1))


@given(days, st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]), st.integers(0, 500))
def test_next_occurrence_is_the_first_after_both_days_and_keeps_its_rhythm(due: date, rule: str, late: int) -> None:
    after = due + timedelta(days=late)
    following = next_date(due, rule, due.day if rule == "MONTHLY" else None, after=after)
    assert following is not None
    assert following > after
    step = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31}[rule]
    assert (following - after).days <= step
    if rule == "WEEKLY":
        assert following.weekday() == due.weekday()


@given(st.integers(2021, 2080))
def test_monthly_of_the_31st_comes_back_to_the_31st(year: int) -> None:
    due, seen = date(year, 1, 31), []
    for _ in range(4):
        following = next_date(due, "MONTHLY", 31)
        assert following is not None
        seen.append(following.day)
        due = following
    assert seen == [29 if year % 4 == 0 else 28, 31, 30, 31]


def test_no_recurrence_has_no_next() -> None:
    assert next_date(date(2025, 1, 1), Recurrence.NONE) is None


@pytest.mark.parametrize(
    ("text", "fragments", "born"),
    [
        ("Éloïse d'Almeida", ("ELOISE", "D", "ALMEIDA"), None),
        ("dupont 1954", ("DUPONT",), (date(1954, 1, 1), date(1954, 12, 31))),
        ("31/12/1954", (), (date(1954, 12, 31), date(1954, 12, 31))),
        ("martin 3-2-1960", ("MARTIN",), (date(1960, 2, 3), date(1960, 2, 3))),
        ("1954-12-31", (), (date(1954, 12, 31), date(1954, 12, 31))),
        ("99/99/1954", ("99", "99"), (date(1954, 1, 1), date(1954, 12, 31))),
        ("", (), None),
    ],
)
def test_search_box_understands_names_and_births(
    text: str, fragments: tuple[str, ...], born: tuple[date, date] | None
) -> None:
    query = parse_query(text)
    assert query.fragments == fragments
    assert (query.born_from, query.born_to) == (born or (None, None))


def test_search_box_understands_phones_and_regional_numbers() -> None:
    assert parse_query("06 94 12 34 56").phone == "94123456"
    assert parse_query("+594 694 12 34 56").phone == "94123456"
    number = new_regional_id()
    grouped = f"{number[:2]}-{number[2:6]}-{number[6:]}".lower()
    assert parse_query(grouped).regional_id == number


@given(st.text(max_size=200))
def test_search_box_never_fails_and_fragments_hold_no_pattern(text: str) -> None:
    query = parse_query(text)
    assert len(query.fragments) <= 5
    assert not any(set(fragment) & set("%_\\'\"") for fragment in query.fragments)


def test_late_tasks_say_so_in_words() -> None:
    day = date(2025, 3, 4)
    assert due_label(day, day) == "aujourd'hui"
    assert due_label(date(2025, 3, 3), day) == "en retard d'un jour"
    assert due_label(date(2025, 2, 1), day) == "en retard de 31 jours"
    assert due_label(None, day) == "sans échéance"
