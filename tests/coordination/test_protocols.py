"""What a network's pack does to a case: pinned version, stages, criteria, protocols, the wall of who is late."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import factories
from tests.assessments.factories import GDS, ended, library
from tests.conftest import as_owner
from tests.coordination.factories import World, follow, signed_in, world

from pepites.common.clock import now, today
from pepites.common.errors import Conflict, DomainError, NotFound, Refused
from pepites.coordination import services
from pepites.coordination.enums import ClosingReason, TaskState
from pepites.coordination.models import FilEntry, Pathway, ProtocolRun, ProtocolStep, Task
from pepites.coordination.selectors import settings as around
from pepites.coordination.selectors.pathways import pathway_cards
from pepites.coordination.selectors.protocols import runs_visible_to, wall_visible_to
from pepites.networks.models import Network, NetworkPack
from pepites.networks.packs.registry import clean_pack

pytestmark = pytest.mark.django_db


def stage(code: str, days: int | None = None) -> dict[str, Any]:
    return {"code": code, "title": f"Étape {code}", "days": days, "hint": ""}


def step(code: str, offset: int, window: int = 7, role: str = "coordination") -> dict[str, Any]:
    return {"code": code, "title": f"Pas {code}", "offset": offset, "window": window, "role": role, "form": "",
            "detail": ""}  # fmt: skip


def expected(role: str, *, needed: bool = False) -> dict[str, Any]:
    return {"code": role, "role": role, "needed": needed}


def protocol(code: str, *steps: dict[str, Any], anchor: str = "inclusion", at: bool = False) -> dict[str, Any]:
    return {
        "code": code, "title": f"Protocole {code}", "anchor": anchor, "at_inclusion": at, "note": "",
        "steps": list(steps),
    }  # fmt: skip


def publish(network: Network, number: int = 1, **sections: Any) -> NetworkPack:
    """A version in force, sound, put there by the owner."""
    name = {"name": network.name, "short_name": network.short_name, "colour": "1", "person_word": "usager"}
    value, problems = clean_pack({"reseau": name, **sections})
    assert problems == []
    with as_owner():
        return NetworkPack.objects.create(
            network=network, number=number, state="publie", sections=value, published_at=now()
        )


THREE = {"protocols": [protocol("suivi", step("a", 0), step("b", 30, role="infirmier"), step("c", 90, 15), at=True)]}


def opened(w: World, **sections: Any) -> Pathway:
    """The person's case, opened with that pack."""
    publish(w.network, **sections)
    with as_owner():
        Pathway.objects.filter(patient=w.patient).delete()
        made = Pathway.objects.create(network=w.network, patient=w.patient, opened_on="2025-01-01")
        return Pathway.objects.select_related("pack", "network").get(pk=made.pk)


def test_a_case_keeps_the_pack_it_was_opened_with_until_someone_says_otherwise() -> None:
    w = world()
    case = opened(w, etapes={"stages": [stage("un"), stage("deux")]})
    assert (case.stage, case.stage_since) == ("un", date(2025, 1, 1))
    newer = publish(w.network, 2, etapes={"stages": [stage("trois")]})
    with w.acting("coordinator") as actor:
        case = Pathway.objects.select_related("pack", "network").get(pk=case.pk)
        assert case.pack is not None
        assert case.pack.number == 1
        with pytest.raises(DomainError, match="de la liste"):
            services.change_stage(actor=actor, pathway=case, stage="trois", before="un")
        services.change_stage(actor=actor, pathway=case, stage="deux", before="un")
        with pytest.raises(Conflict):
            services.change_stage(actor=actor, pathway=case, stage="un", before="un")
        services.adopt_pack(actor=actor, pathway=case)
        case.refresh_from_db()
        assert (case.pack_id, case.stage, case.stage_since) == (newer.pk, "trois", today())


def test_every_way_of_opening_a_case_pins_the_version_in_force() -> None:
    w = world()
    pack = publish(w.network, etapes={"stages": [stage("un")]})
    with as_owner():
        other = factories.patient()
    with w.acting("coordinator") as actor:
        case = services.open_pathway(actor=actor, patient_id=other.pk, network_id=w.network.pk)
    with as_owner():
        case.refresh_from_db()
        follow(w.network, factories.patient())
        assert (case.pack_id, case.stage) == (pack.pk, "un")
        assert set(Pathway.objects.exclude(patient=w.patient).values_list("pack_id", "stage")) == {(pack.pk, "un")}


def test_only_the_coordination_moves_a_case() -> None:
    w = world()
    case = opened(w, etapes={"stages": [stage("un"), stage("deux")]})
    with as_owner():
        factories.grant(w.patient, w.nurse, 3)
    with pytest.raises(Refused), w.acting("nurse") as actor:
        case = Pathway.objects.select_related("pack", "network").get(pk=case.pk)
        services.change_stage(actor=actor, pathway=case, stage="deux", before="un")


def test_a_needed_criterion_that_fails_asks_why_and_what_was_verified_is_kept() -> None:
    w = world()
    criteria = [
        {"code": "age", "title": "60 ans ou plus", "needed": True, "hint": ""},
        {"code": "seul", "title": "Vit seul", "needed": False, "hint": ""},
    ]
    publish(w.network, inclusion={"criteria": criteria}, protocoles=THREE)
    with as_owner():
        other = factories.patient()
    anchor = today() - timedelta(days=10)
    with w.acting("coordinator") as actor:
        known: dict[str, Any] = {"actor": actor, "patient_id": other.pk, "network": w.network}
        with pytest.raises(DomainError, match="60 ans ou plus"):
            services.include_person(**known, met=frozenset({"seul"}), waiver=" oui ")
        case = services.include_person(
            **known, met=frozenset({"seul"}), waiver="Maladie précoce", anchors={"suivi": anchor}
        )
        assert case.inclusion == {
            "criteria": [
                {"code": "age", "title": "60 ans ou plus", "met": False},
                {"code": "seul", "title": "Vit seul", "met": True},
            ],
            "waiver": "Maladie précoce",
        }
        assert ProtocolRun.objects.get(pathway=case).anchor_on == anchor
        again = services.include_person(**known, met=frozenset({"age"}))
        assert again.pk == case.pk
        assert Pathway.objects.get(pk=case.pk).inclusion == case.inclusion
        card = pathway_cards(
            actor, other.pk, [Pathway.objects.select_related("pack", "network").get(pk=case.pk)], may=True
        )[0]
        assert card.criteria == (("60 ans ou plus", False), ("Vit seul", True))


def test_a_protocol_lays_its_steps_down_as_tasks_once() -> None:
    w = world()
    case = opened(w, protocoles=THREE)
    anchor = today() - timedelta(days=40)
    with w.acting("coordinator") as actor:
        run = services.start_protocol(actor=actor, pathway=case, code="suivi", anchor_on=anchor)
        assert services.start_protocol(actor=actor, pathway=case, code="suivi", anchor_on=today()).pk == run.pk
        steps = list(ProtocolStep.objects.filter(run=run).select_related("task").order_by("offset_days"))
        assert [(one.task.due_on, one.task.owner_role, one.task.kind) for one in steps] == [
            (anchor, "coordination", "etape"),
            (anchor + timedelta(days=30), "infirmier", "etape"),
            (anchor + timedelta(days=90), "coordination", "etape"),
        ]
        assert [one.late_after for one in steps] == [anchor + timedelta(days=n) for n in (7, 37, 105)]
        services.complete_task(actor=actor, task=steps[0].task)
        line = runs_visible_to(actor, w.patient.pk)[0]
        assert (line.done, line.late, line.total) == (1, 1, 3)
        assert FilEntry.objects.filter(title="Parcours commencé : Protocole suivi").count() == 1


@pytest.mark.parametrize(
    ("code", "days", "error"), [("rien", 0, NotFound), ("suivi", 5000, DomainError), ("vide", 0, DomainError)]
)
def test_a_protocol_that_cannot_start_leaves_nothing(code: str, days: int, error: type[Exception]) -> None:
    w = world()
    case = opened(w, protocoles={"protocols": [*THREE["protocols"], protocol("vide")]})
    with w.acting("coordinator") as actor:
        with pytest.raises(error):
            services.start_protocol(actor=actor, pathway=case, code=code, anchor_on=today() - timedelta(days=days))
        assert not ProtocolRun.objects.exists()
        assert not Task.objects.exists()


@given(
    offsets=st.lists(st.integers(-300, 3000), min_size=1, max_size=6),
    moves=st.lists(st.integers(-400, 400), min_size=1, max_size=4),
    done=st.sets(st.integers(0, 5)),
)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_open_steps_follow_the_anchor_and_the_others_never_move(
    offsets: list[int], moves: list[int], done: set[int]
) -> None:
    w = world()
    steps = [step(f"s{n}", offset) for n, offset in enumerate(offsets)]
    case = opened(w, protocoles={"protocols": [protocol("p", *steps)]})
    start = today()
    with w.acting("coordinator") as actor:
        run = services.start_protocol(actor=actor, pathway=case, code="p", anchor_on=start)
        rows = list(ProtocolStep.objects.filter(run=run).select_related("task").order_by("id"))
        for place in done & set(range(len(rows))):
            services.complete_task(actor=actor, task=rows[place].task)
        anchor = start
        for shift in moves:
            anchor = start + timedelta(days=shift)
            services.move_anchor(actor=actor, run=run, anchor_on=anchor)
        for place, row in enumerate(rows):
            row.task.refresh_from_db()
            row.refresh_from_db()
            day = start if place in done else anchor
            assert row.task.due_on == day + timedelta(days=row.offset_days)
            assert row.late_after == row.task.due_on + timedelta(days=row.window_days)


def test_the_questionnaire_a_step_asks_for_ends_that_step_and_only_one() -> None:
    w = world()
    asking = [step("a", 0) | {"form": "mini-gds"}, step("b", 30) | {"form": "mini-gds"}, step("c", 0)]
    case = opened(w, protocoles={"protocols": [protocol("p", *asking)]})
    with as_owner():
        w.patient.refresh_from_db()
    with w.acting("coordinator") as actor:
        services.start_protocol(actor=actor, pathway=case, code="p", anchor_on=today())
        assert [line.form for line in runs_visible_to(actor, w.patient.pk)[0].steps] == ["mini-gds", "", "mini-gds"]
    ended(w, "coordinator", library()["mini-gds"], **GDS)
    with w.acting("coordinator"):
        assert sorted(Task.objects.filter(state=TaskState.DONE).values_list("title", flat=True)) == ["Pas a"]


def test_a_step_dated_by_hand_keeps_its_day() -> None:
    w = world()
    case = opened(w, protocoles=THREE)
    with w.acting("coordinator") as actor:
        run = services.start_protocol(actor=actor, pathway=case, code="suivi", anchor_on=today())
        task = Task.objects.get(title="Pas b")
        Task.objects.filter(pk=task.pk).update(due_on=today() + timedelta(days=3))
        assert services.move_anchor(actor=actor, run=run, anchor_on=today() + timedelta(days=10)) == 2
        task.refresh_from_db()
        assert task.due_on == today() + timedelta(days=3)


def test_what_ends_takes_its_open_steps_along() -> None:
    w = world()
    case = opened(w, protocoles=THREE)
    with w.acting("coordinator") as actor:
        case = Pathway.objects.select_related("network").get(pk=case.pk)
        run = services.start_protocol(actor=actor, pathway=case, code="suivi", anchor_on=today())
        services.complete_task(actor=actor, task=Task.objects.get(title="Pas a"))
        services.close_pathway(actor=actor, pathway=case, reason=ClosingReason.MOVED)
        assert sorted(Task.objects.values_list("state", flat=True)) == [
            TaskState.CANCELLED, TaskState.CANCELLED, TaskState.DONE,
        ]  # fmt: skip
        run.refresh_from_db()
        assert run.end_reason == "Suivi clos : déménagement"
        with pytest.raises(Conflict):
            services.end_protocol(actor=actor, run=run, reason="encore")


def late_network(w: World, persons: int) -> None:
    """That many persons, each a month late on one step and at ease on another."""
    with as_owner():
        for _ in range(persons):
            patient = factories.patient()
            follow(w.network, patient)
    anchor = today() - timedelta(days=40)
    with w.acting("coordinator") as actor:
        for case in Pathway.objects.filter(network=w.network).exclude(patient=w.patient):
            services.start_protocol(actor=actor, pathway=case, code="suivi", anchor_on=anchor)


def test_the_wall_says_who_is_late_oldest_first_and_costs_the_same_at_any_size() -> None:
    w = world()
    publish(w.network, protocoles=THREE)
    late_network(w, 3)
    client, page = signed_in(w.coordinator), f"/reseaux/{w.network.slug}/retards/"
    client.get(page)
    with CaptureQueriesContext(
        connection,
    ) as few:
        answer = client.get(page)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert text.count('data-label="Échéance"') == 6  # a (33 days) and b (3 days), three persons each
    late_network(w, 9)
    with CaptureQueriesContext(connection) as many:
        assert client.get(page).status_code == 200
    assert len(many) == len(few)
    with w.acting("coordinator") as actor:
        wall = wall_visible_to(actor, w.network)
        assert (wall.late, [count for _, count in wall.bands]) == (24, [12, 0, 12])
        assert [line.step for line in wall.lines[:12]] == ["Pas a"] * 12
        assert wall_visible_to(actor, w.network, role="infirmier").late == 12
        assert wall_visible_to(actor, w.network, code="autre").late == 0


def test_the_wall_is_the_coordination_s_and_an_opposition_empties_it() -> None:
    w = world()
    publish(w.network, protocoles=THREE)
    late_network(w, 1)
    with as_owner():
        factories.membership(w.network, w.nurse, "membre")
    assert signed_in(w.nurse).get(f"/reseaux/{w.network.slug}/retards/").status_code == 403
    with as_owner():
        other = factories.network()
        stranger = factories.practice()
        factories.membership(other, stranger)
    assert signed_in(stranger).get(f"/reseaux/{w.network.slug}/retards/").status_code == 403
    with as_owner():
        factories.membership(w.network, w.outsider)  # coordinates too, from another structure
    with w.acting("outsider") as actor:
        assert wall_visible_to(actor, w.network).late == 2
    with w.acting("coordinator") as actor:
        subject = ProtocolRun.objects.get().patient_id
        services.oppose(actor=actor, patient_id=subject, network_id=w.network.pk)
    with w.acting("outsider") as actor:
        wall = wall_visible_to(actor, w.network)
        assert (wall.late, wall.lines, wall.shares) == (0, (), ())


def test_an_outsider_reads_no_run_nor_step() -> None:
    w = world()
    case = opened(w, protocoles=THREE)
    with w.acting("coordinator") as actor:
        services.start_protocol(actor=actor, pathway=case, code="suivi", anchor_on=today())
    with as_owner():
        factories.grant(w.patient, w.nurse, 2)
    with w.acting("nurse") as actor:  # the social level reads, and steers nothing: here, nor in the database
        run = ProtocolRun.objects.select_related("pathway").get()
        with pytest.raises(Refused):
            services.end_protocol(actor=actor, run=run, reason="non")
        assert not ProtocolRun.objects.filter(pk=run.pk).update(end_reason="non", ended_at=now())
    with w.acting("outsider") as actor:
        assert not ProtocolRun.objects.exists()
        assert not ProtocolStep.objects.exists()
        with pytest.raises(Refused):
            services.start_protocol(actor=actor, pathway=case, code="suivi", anchor_on=today())


def test_the_screens_of_a_file_follow_the_networks_of_the_person() -> None:
    w = world()
    opened(
        w,
        modules={"tabs": ["tasks"]},
        notes={"types": ["GEN", "DEM-AVIS"]},
        cercle={"roles": [expected("medecin", needed=True), expected("social")]},
        taches={"templates": [{"code": "v", "title": "Visite", "days": 7, "role": "medecin", "detail": "Au domicile"}]},
        accord={"text": "Je dis oui au réseau.", "charter": ""},
        cloture={"reasons": ["objectif", "refus"]},
    )  # fmt: skip
    client, base = signed_in(w.coordinator), f"/dossiers/{w.patient.public_id}/"
    page = client.get(base).content.decode()
    assert "Discussion</" not in page
    assert '<option value="GEN"' in page
    assert '<option value="OBS"' not in page
    circle = client.get(f"{base}cercle/").content.decode()
    assert circle.index("Médecin") < circle.index("nécessaire") < circle.index("Travail social")
    with w.acting("coordinator") as actor:
        code = around.task_templates(actor, w.patient.pk)[0]["code"]
        assert around.consent_text(actor, w.patient.pk) == "Je dis oui au réseau."
    tasks = client.get(f"{base}taches/?modele={code}").content.decode()
    assert 'value="Visite"' in tasks
    assert (today() + timedelta(days=7)).isoformat() in tasks
    assert 'value="role:coordination" selected' in tasks  # nobody is the physician here
    with as_owner():
        case = Pathway.objects.get(patient=w.patient)
    closing = client.get(f"/parcours/{case.public_id}/clore/").content.decode()
    assert "Objectif atteint" in closing
    assert "Perdu de vue" not in closing
    with as_owner():
        other = factories.network()
        factories.membership(other, w.coordinator)
        follow(other, w.patient)
    publish(other)
    with as_owner():
        Pathway.objects.filter(network=other).update(pack=NetworkPack.objects.get(network=other))
    assert "Discussion</" in client.get(base).content.decode()
