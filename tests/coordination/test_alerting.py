"""Who is told of what happens around a person: the network's rules, the roles, what is late."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import factories
from tests.assessments.factories import EPDS, ended, library
from tests.conftest import as_owner, as_role
from tests.coordination import plan_factories
from tests.coordination.factories import World, signed_in, world
from tests.coordination.test_protocols import publish
from tests.messaging.factories import acting, circle, post

from pepites.audit.unit import unit_of_work
from pepites.common.clock import now, today
from pepites.coordination import services
from pepites.coordination.alerting import kinds
from pepites.coordination.alerting.section import ALERTS
from pepites.coordination.alerting.tasks import escalate_alerts, tell_late
from pepites.coordination.alerting.team import Team, team_of
from pepites.coordination.models import CareTeamMember, Pathway, Task
from pepites.networks.packs.registry import clean_pack
from pepites.networks.packs.schema import clean_section
from pepites.networks.packs.services import read_file
from pepites.networks.packs.shipped import FOLDER
from pepites.notifications import selectors
from pepites.notifications.models import Alert, Notification

pytestmark = pytest.mark.django_db


def rule(event: str, role: str = "cercle", hours: int | None = None, then: str = "") -> dict[str, Any]:
    return {"code": f"{event.split('.')[1]}-{role}".replace("_", "-"), "event": event, "role": role, "hours": hours,
            "then": then}  # fmt: skip


def ruled(*rules: dict[str, Any], **values: Any) -> World:
    """A person whose network chose these rules, with a nurse and a doctor (``outsider``) in the circle."""
    w = world(**values)
    publish(w.network, alertes={"rules": list(rules)})
    with as_owner():
        Pathway.objects.filter(patient=w.patient).delete()
        Pathway.objects.create(network=w.network, patient=w.patient, opened_on="2025-01-01")
        for name, role in (("nurse", "infirmier"), ("outsider", "medecin")):
            factories.grant(w.patient, getattr(w, name), level=3)
            CareTeamMember.objects.create(
                patient=w.patient, practice=getattr(w, name), role=role, level=3, status="actif", answered_at=now()
            )
    return w


def told(w: World, name: str) -> list[str]:
    with w.acting(name) as actor:
        return [line.title for line in selectors.list_visible_to(actor)[0]]


def urgent_note(w: World) -> None:
    with w.acting("coordinator") as actor:
        services.add_liaison_note(
            actor=actor, patient_id=w.patient.pk, type="OBS", text="Chute cette nuit", emergency=True
        )


NOTE = "Note urgente dans le cahier de liaison"


def test_an_urgent_note_is_told_to_the_whole_circle_without_its_words() -> None:
    w = ruled()
    urgent_note(w)
    assert told(w, "nurse") == told(w, "outsider") == [NOTE]
    with w.acting("coordinator") as actor:  # an ordinary note tells nobody
        services.add_liaison_note(actor=actor, patient_id=w.patient.pk, type="OBS", text="Rien")
    with as_owner():
        assert Notification.objects.count() == 2
        assert "Chute" not in str(list(Notification.objects.values())) + str(list(Alert.objects.values()))
        assert Alert.objects.get().escalate_at is None


def test_the_rules_of_the_network_say_whom_to_warn_and_who_comes_next() -> None:
    w = ruled(rule(kinds.NOTE_URGENT, "infirmier", 4, "medecin"))
    urgent_note(w)
    assert (told(w, "nurse"), told(w, "outsider")) == ([NOTE], [])
    with as_owner():
        alert = Alert.objects.get()
        assert (alert.escalate_to, alert.escalate_at is not None) == ("medecin", True)
        Alert.objects.update(escalate_at=now() - timedelta(seconds=1))
    with as_role("pepites_worker"):
        assert escalate_alerts() == 1
    assert told(w, "outsider") == [f"Sans réponse : {NOTE}"]


@given(
    st.lists(st.tuples(st.integers(1, 9), st.sampled_from(["infirmier", "medecin", "coordination"])), max_size=5),
    st.lists(st.tuples(st.integers(1, 5), st.sampled_from(["infirmier", "social", "coordination"])), max_size=6),
)
def test_the_shortest_delay_holds_and_an_alert_always_reaches_somebody(
    rules: list[tuple[int, str]], people: list[tuple[int, str]]
) -> None:
    event = kinds.ADMISSION
    team = Team(people=people, rules=[rule(event, role, hours, role) for hours, role in rules])
    found = team.escalation(event)
    assert (found is None) == (not rules)
    if found is not None:
        soonest = min(hours for hours, _ in rules)
        assert abs(found.at - now() - timedelta(hours=soonest)) < timedelta(minutes=1)
        assert (soonest, found.to) in rules
    if any(role == "coordination" for _, role in people):
        assert team.warned_of(event)
    assert team.warned_of("autre") == {practice for practice, _ in people}


def test_a_task_is_told_to_its_owner_or_to_its_role() -> None:
    w = ruled()
    with w.acting("coordinator") as actor:
        services.create_task(actor=actor, patient_id=w.patient.pk, title="Peser", owner_practice_id=w.nurse.pk)
        services.create_task(actor=actor, patient_id=w.patient.pk, title="Lire", owner_role="medecin")
        services.create_task(actor=actor, patient_id=w.patient.pk, title="Pour moi")
        services.create_task(actor=actor, patient_id=None, title="Sans personne", owner_practice_id=w.nurse.pk)
    assert told(w, "nurse") == ["Une tâche vous est confiée"] * 2
    assert told(w, "outsider") == ["Une tâche vous est confiée"]
    assert told(w, "coordinator") == []


def test_an_invitation_is_told_to_whoever_is_invited() -> None:
    w = world()
    with w.acting("coordinator") as actor:
        services.invite_member(
            actor=actor, patient_id=w.patient.pk, practice_id=w.nurse.pk, role="infirmier", level=3
        )  # fmt: skip
    assert told(w, "nurse") == ["Invitation dans un cercle de soins"]
    with as_owner():
        notice = Notification.objects.get()
    answer = signed_in(w.nurse).post(f"/notifications/{notice.public_id}/ouvrir/")
    assert answer.headers["Location"].startswith("/invitations/")
    assert signed_in(w.nurse).get(answer.headers["Location"]).status_code == 200


def test_a_published_plan_is_told_to_the_circle_at_each_version() -> None:
    p = plan_factories.planned()
    plan_factories.publish(p)
    assert "Nouvelle version du plan de coordination" in told(p.w, "nurse")
    with as_owner():
        social = Notification.objects.filter(practice=p.social, event=kinds.PLAN_PUBLISHED)
        assert social.count() == 1
        assert plan_factories.SECRET not in str(list(Notification.objects.values()))


def test_an_alert_of_an_assessment_is_told_without_its_answers() -> None:
    w = ruled(birth_date="1990-01-01")
    with as_owner():
        w.patient.refresh_from_db()
    ended(w, "coordinator", library()["epds"], **EPDS)
    assert told(w, "nurse") == ["Une évaluation demande à être lue aujourd'hui"]
    with as_owner():
        Notification.objects.filter(event=kinds.ASSESSMENT_ALERT).get(practice=w.nurse)
        assert not Notification.objects.filter(event=kinds.TASK_GIVEN).exists()  # its tasks are not told twice


def late(w: World) -> int:
    with as_role("pepites_worker"):
        return tell_late()


def test_what_became_late_is_told_once_to_whom_it_was_given() -> None:
    w = ruled()
    with w.acting("coordinator") as actor:
        for title, days in (("Hier", 1), ("Aujourd'hui", 0), ("Il y a un mois", 31)):
            services.create_task(
                actor=actor, patient_id=w.patient.pk, title=title, due_on=today() - timedelta(days=days),
                owner_practice_id=w.nurse.pk,
            )  # fmt: skip
    assert (late(w), late(w)) == (1, 0)
    assert told(w, "nurse").count("Une tâche est en retard") == 1
    with as_owner():
        Task.objects.filter(title="Hier").update(due_on=today() - timedelta(days=2))
    assert late(w) == 1  # dated again, late again: told again


def test_a_step_that_became_late_is_told_to_its_role_and_as_the_network_says() -> None:
    w = ruled(rule(kinds.STEP_LATE, "medecin"))
    step = {"code": "a", "title": "Peser", "offset": 0, "window": 2, "role": "infirmier", "form": "", "detail": ""}
    protocol = {
        "code": "p", "title": "Suivi", "anchor": "inclusion", "at_inclusion": False, "note": "", "steps": [step],
    }  # fmt: skip
    publish(w.network, 2, protocoles={"protocols": [protocol]}, alertes={"rules": [rule(kinds.STEP_LATE, "medecin")]})
    with w.acting("coordinator") as actor:
        case = Pathway.objects.select_related("pack", "network").get()
        case = services.adopt_pack(actor=actor, pathway=case)
        services.start_protocol(actor=actor, pathway=case, code="p", anchor_on=today() - timedelta(days=3))
    assert late(w) == 2
    for name in ("nurse", "outsider"):
        assert told(w, name) == ["Une étape d'un parcours est en retard"]


def test_the_team_is_told_to_those_who_follow_the_person_alone() -> None:
    w = ruled()
    with w.acting("nurse"):
        assert {w.nurse.pk, w.outsider.pk, w.coordinator.pk} == {one for one, _ in team_of(w.patient.pk).people}
    with as_owner():
        stranger = factories.actor_for(factories.practice())
    with unit_of_work(stranger):
        assert team_of(w.patient.pk) == Team()
    with as_owner():
        w.patient.enrolments.update(organization_id=w.nurse.organization_id)  # the person opposed the sharing
    with w.acting("nurse"):
        assert w.coordinator.pk not in {one for one, _ in team_of(w.patient.pk).people}


def test_rules_are_checked_and_the_three_packs_hold_sound_ones() -> None:
    def problems(*rules: dict[str, Any]) -> list[str]:
        return [one.message for one in clean_section(ALERTS, {"rules": list(rules)}, {})[1]]

    assert problems(rule(kinds.ADMISSION, "medecin", 4, "coordination"), rule(kinds.ADMISSION)) == []
    assert problems(rule(kinds.ADMISSION), rule(kinds.ADMISSION) | {"code": "deux"}) != []
    assert problems(rule(kinds.ADMISSION, hours=4)) != []
    assert problems(rule(kinds.ADMISSION, then="medecin")) != []
    assert problems(rule(kinds.TASK_GIVEN)) != []  # a task goes to its owner, whatever the network
    for path in FOLDER.glob("*.json"):
        sections, found = clean_pack(read_file(path.read_bytes()))
        assert [one for key, one in found if key == "alertes"] == []
        assert sections["alertes"]["rules"]


def test_a_mention_and_an_urgent_message_are_told() -> None:
    c = circle()
    post(c.ana, c.conversation, "Bonjour")
    post(c.ana, c.conversation, "@cercle venez voir")
    post(c.ana, c.conversation, "Vite", urgent=True)
    with acting(c.jean):
        lines, _ = selectors.list_visible_to(c.jean)
    assert [line.title for line in lines] == [
        "Message urgent dans une discussion", "Quelqu'un vous mentionne dans une discussion",
    ]  # fmt: skip
    with as_owner():
        assert {one.practice_id for one in Notification.objects.all()} == {c.jean.practice_id}


def test_the_badge_and_the_entry_say_how_many_wait() -> None:
    w = ruled()
    client = signed_in(w.nurse)
    assert "Tout est lu" in client.get("/plus/").content.decode()
    urgent_note(w)
    page = client.get("/plus/").content.decode()
    assert "1 non lue" in page
    assert "1 notifications non lues" in page
