"""Merge, work, unmerge, over random histories: each file ends as if nothing had been, rows made in between are listed.

The model beside it knows nothing of SQL: files, edges, who was given what on which file, who wrote what and when.
"""

from dataclasses import dataclass, field

import pytest
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests import factories
from tests.conftest import as_owner
from tests.identity import identity_factories as known

from pepites.access import services as access
from pepites.access.models import AccessGrant, NetworkPatient
from pepites.access.selectors import level_on, patient_for
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.errors import Conflict
from pepites.coordination import services as work
from pepites.coordination.enums import NoteType
from pepites.coordination.models import CareTeamMember, Contact, LiaisonNote, Pathway, Task
from pepites.identity import services
from pepites.identity.models import Merge, NotSame, RowToSort
from pepites.patients.models import Patient

pytestmark = pytest.mark.django_db
FILES = 4
TABLES = {model._meta.db_table: model for model in (LiaisonNote, Task, Contact, CareTeamMember, Pathway)}
KEPT = ("survivor_id", "active", "identity_flags", "identity_status", "search_text", "sort_key", "regional_id")
NAMES = ("MARIE ANGE", "MARIE ANGELE", "MARIE ANGELA", "MARIANGE")


@dataclass
class Edge:
    """A merge in force: since which step."""

    merge: Merge
    step: int

    @property
    def ends(self) -> tuple[int, int]:
        return self.merge.patient_id, self.merge.survivor_id


@dataclass
class Told:
    """What the model knows."""

    step: int = 0
    edges: list[Edge] = field(default_factory=list)
    rows: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)  # → file, step
    levels: dict[tuple[int, int], int] = field(default_factory=dict)  # practice, file → own level
    listed: set[tuple[int, str, int]] = field(default_factory=set)

    def together(self, file: int) -> set[int]:
        """Files that are one with this one."""
        return set(self.since(file, self.edges))

    def since(self, file: int, edges: list[Edge], start: int = 0) -> dict[int, int]:
        """Each file reached through these merges, and the step of the latest one on the way."""
        found, waiting = {file: start}, [file]
        while waiting:
            here = waiting.pop()
            for edge in edges:
                if here in edge.ends:
                    (there,) = set(edge.ends) - {here}
                    if there not in found:
                        found[there] = max(found[here], edge.step)
                        waiting.append(there)
        return found

    def to_sort(self, edge: Edge) -> set[tuple[str, int]]:
        """Rows written since the two ends were seen as one, on every file reached from either."""
        others = [each for each in self.edges if each is not edge]
        seen: dict[int, int] = {}
        for end in edge.ends:
            seen |= self.since(end, others, edge.step)
        return {row for row, (file, step) in self.rows.items() if file in seen and step > seen[file]}


class World:
    """Four files, a nurse each and one who holds all, a coordinator, two readers of the cell."""

    def __init__(self) -> None:
        self.cell = known.actor(identity_cell=True)
        self.nurses = [known.actor() for _ in range(FILES)]
        self.guest = known.actor()
        with as_owner():
            self.network = factories.network()
        self.coordinator = known.actor(coordinates=self.network)
        self.files = [known.person(who, given_names=name) for who, name in zip(self.nurses, NAMES, strict=True)]
        self.told = Told()
        for who, file in zip(self.nurses, self.files, strict=True):
            assert who.practice_id is not None
            self.told.levels[who.practice_id, file.pk] = 3
        self.before = self.state()

    def state(self) -> dict[str, object]:
        """Everything that must come back: person rows, own rights, where each pathway is shown."""
        with as_owner():
            ids = [file.pk for file in self.files]
            return {
                "persons": list(Patient.objects.filter(pk__in=ids).order_by("pk").values_list("pk", *KEPT)),
                "copies": [
                    AccessGrant.objects.filter(merged=True, ends_at=None).count(),
                    NetworkPatient.objects.filter(merged=True, ends_at=None).count(),
                ],
                "shown elsewhere": Pathway.objects.exclude(person_id=F("patient_id")).count(),
            }

    def nurse(self, number: int) -> Actor:
        return self.nurses[number]

    def write(self, number: int, kind: str) -> None:
        """Work done by the nurse of a file, through the address she knows: it goes to the file that is shown."""
        who = self.nurse(number)
        with unit_of_work(who):
            shown = patient_for(who, self.files[number].public_id)
            if kind == "note":
                work.add_liaison_note(actor=who, patient_id=shown.pk, type=NoteType.GENERAL, text="vu ce matin")
            elif kind == "task":
                work.create_task(actor=who, patient_id=shown.pk, title="rappeler")
            else:
                work.add_contact(actor=who, patient_id=shown.pk, family_name="VOISINE")
        assert shown.pk in self.told.together(self.files[number].pk)
        self.notice()

    def notice(self) -> None:
        """Rows that appeared belong to the step; none ever changes file (design, law 2)."""
        with as_owner():
            for table, model in TABLES.items():
                for key, file in model.objects.values_list("pk", "patient_id"):
                    if file is not None:
                        known_as = self.told.rows.setdefault((table, key), (file, self.told.step))
                        assert known_as[0] == file

    def offer(self, number: int) -> None:
        """A guest is given the social level on the file shown, and accepts."""
        who, guest = self.nurse(number), self.guest
        assert guest.practice_id is not None
        with unit_of_work(who):
            shown = patient_for(who, self.files[number].public_id)
            access.offer_access(
                actor=who, patient_id=shown.pk, practice_id=guest.practice_id, level=2, regime=access.Regime.TEAM
            )
        with unit_of_work(guest):
            access.accept_access(actor=guest, patient_id=shown.pk)
        self.told.levels[guest.practice_id, shown.pk] = 2

    def follow(self, number: int) -> None:
        """The network follows a file."""
        with unit_of_work(self.coordinator):
            file = self.files[number]
            access.enrol_in_network(actor=self.coordinator, patient_id=file.pk, network_id=self.network.pk)
            work.open_pathway(actor=self.coordinator, patient_id=file.pk, network_id=self.network.pk)
        assert self.coordinator.practice_id is not None
        self.told.levels[self.coordinator.practice_id, file.pk] = 3
        self.notice()

    def merge(self, one: int, other: int) -> None:
        files = self.files[one], self.files[other]
        joined = files[1].pk in self.told.together(files[0].pk)
        parted = any(
            self.told.together(pair[0]) == self.told.together(files[0].pk)
            and self.told.together(pair[1]) == self.told.together(files[1].pk)
            for pair in self.parted()
        )
        try:
            with unit_of_work(self.cell):
                merge_id, _ = services.ask_merge(
                    actor=self.cell, one=files[0].public_id, two=files[1].public_id, reason="même personne"
                )
        except Conflict:
            assert joined or parted
            return
        assert not joined
        assert not parted
        with as_owner():
            self.told.edges.append(Edge(Merge.objects.get(public_id=merge_id), self.told.step))

    def parted(self) -> list[tuple[int, int]]:
        """Pairs said to be two persons: by the unmerges."""
        with as_owner():
            pairs = list(NotSame.objects.filter(lifted_at=None).values_list("patient_id", "other_id"))
        return [*pairs, *((two, one) for one, two in pairs)]

    def undo(self, which: int) -> None:
        if not self.told.edges:
            return
        edge = self.told.edges[which % len(self.told.edges)]
        expected = self.told.to_sort(edge)
        with unit_of_work(self.cell):
            listed = services.undo_merge(actor=self.cell, merge_id=edge.merge.public_id, reason="deux personnes")
        self.told.edges.remove(edge)
        with as_owner():
            found = RowToSort.objects.filter(merge=edge.merge).values_list("table", "row_id", "patient_id")
            assert {(table, key) for table, key, _ in found} == expected
            assert all(self.told.rows[table, key][0] == file for table, key, file in found)
        assert listed == len(expected)

    def check(self) -> None:
        """Whoever holds a right on a file holds it on every file of the person, and nobody else does."""
        for who in (*self.nurses, self.guest, self.coordinator):
            with unit_of_work(who):
                held = {file.pk: level_on(file.pk) for file in self.files}
            assert who.practice_id is not None
            for file, level in held.items():
                own = (self.told.levels.get((who.practice_id, each), 0) for each in self.told.together(file))
                assert level == max(own)
        with as_owner():
            shown = dict(Patient.objects.values_list("pk", "survivor_id"))
        for file in self.files:
            roots = {each for each in self.told.together(file.pk) if shown[each] is None}
            assert roots == {shown[file.pk] or file.pk}


ACTS = st.one_of(
    st.tuples(st.just("write"), st.integers(0, FILES - 1), st.sampled_from(("note", "task", "contact"))),
    st.tuples(st.just("offer"), st.integers(0, FILES - 1)),
    st.tuples(st.just("follow"), st.integers(0, FILES - 1)),
    st.lists(st.integers(0, FILES - 1), min_size=2, max_size=2, unique=True).map(lambda two: ("merge", *two)),
    st.tuples(st.just("undo"), st.integers(0, 9)),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example([("merge", 2, 1), ("write", 0, "note"), ("merge", 1, 0), ("write", 1, "task"), ("undo", 0)])
@example([("merge", 1, 0), ("write", 0, "note"), ("merge", 2, 0), ("write", 2, "task"), ("undo", 1), ("undo", 0)])
@given(acts=st.lists(ACTS, min_size=3, max_size=14))
def test_random_histories(acts: list[tuple[str, ...]]) -> None:
    savepoint = transaction.atomic()
    savepoint._from_testcase = True  # units of work are durable: they nest in nothing but a test
    with savepoint:
        world = World()
        for name, *values in acts:
            world.told.step += 1
            getattr(world, name)(*values)
            world.check()
        while world.told.edges:
            world.told.step += 1
            world.undo(len(world.told.edges) - 1)
            world.check()
        after = world.state()
        assert after == world.before
        transaction.set_rollback(True)
