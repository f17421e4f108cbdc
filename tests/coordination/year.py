"""A year of three networks played through the services, and what it must count to, told by its own log alone.

The log keeps what the simulation did, day by day, in plain values; the recomputation reads nothing else. The base is
asked for a row only to act on it.
"""

import heapq
import itertools
import random
import statistics
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import time_machine
from tests import factories
from tests.assessments.factories import GDS, typed
from tests.conftest import as_owner
from tests.coordination.plan_factories import add

from pepites.assessments import services as assessments
from pepites.assessments.models import FormVersion
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.clock import CAYENNE
from pepites.common.identifiers import new_uuid
from pepites.coordination import services
from pepites.coordination.models import CareTeamMember, Pathway, Task
from pepites.coordination.plan.drafting import open_plan
from pepites.coordination.plan.publishing import publish_plan
from pepites.coordination.referrals import services as referrals
from pepites.coordination.referrals.values import Asked
from pepites.networks.models import Network
from pepites.patients.models import Patient

COMMUNES = ("97302", "97302", "97304", "97311", "97353", "97356", "")
REASONS = ("objectif", "refus", "demenagement", "deces", "relais", "perdu_de_vue")
Key = tuple[str, str]


@dataclass
class Stay:
    """One pathway, as the log tells it."""

    opened: date
    received: date
    closed: date | None = None
    reason: str = ""
    stage: str = ""

    def holds(self, day: date) -> bool:
        """Open at the end of that day."""
        return self.opened <= day and (self.closed is None or self.closed > day)

    def covers(self, day: date) -> bool:
        """Open at some time of that day."""
        return self.opened <= day and (self.closed is None or self.closed >= day)


@dataclass
class Chore:
    """One task; ``late_after`` for a step of a protocol, which belongs to a stay."""

    made: date
    due: date
    late_after: date | None = None
    stay: Stay | None = None
    ended: date | None = None
    done: bool = False


@dataclass
class Log:
    """What was done for one person in one network."""

    patient: Patient
    stays: list[Stay] = field(default_factory=list)
    chores: list[Chore] = field(default_factory=list)
    acts: list[date] = field(default_factory=list)
    evaluations: list[date] = field(default_factory=list)
    members: list[tuple[str, date, date | None]] = field(default_factory=list)
    reviews: list[tuple[date, date]] = field(default_factory=list)  # published, to review
    referent: str = ""


@dataclass
class House:
    """One network: who works there, whom it follows, the demandes it answered (received, answered)."""

    network: Network
    pack: dict[str, Any]
    coordinators: list[Actor]
    colleagues: list[Actor]
    logs: list[Log] = field(default_factory=list)
    answered: list[tuple[date, date]] = field(default_factory=list)


class Year:
    """The simulation: acts are played in the order of their moments, and may plan others."""

    def __init__(self, seed: int, first: date, last: date, form: FormVersion) -> None:
        self.dice = random.Random(seed)
        self.first, self.last, self.form = first, last, form
        self.acts: list[tuple[date, int, Actor, Callable[[date], None]]] = []
        self.rank = itertools.count()

    def at(self, day: date, actor: Actor, act: Callable[[date], None]) -> None:
        """Plan an act; what falls after the year is not played."""
        if day <= self.last:
            heapq.heappush(self.acts, (day, next(self.rank), actor, act))

    def days(self, least: int, most: int) -> timedelta:
        return timedelta(days=self.dice.randrange(least, most))

    def play(self) -> int:
        """Play the year; returns how many acts."""
        played = 0
        while self.acts:
            day, _, actor, act = heapq.heappop(self.acts)
            with time_machine.travel(datetime.combine(day, time(9), CAYENNE), tick=False), unit_of_work(actor):
                act(day)
            played += 1
        return played

    def live(self, house: House, patient: Patient) -> None:
        """Plan one person: a demande, refused or followed by an inclusion."""
        received = self.first + self.days(0, 330)
        actor, held = self.dice.choice(house.coordinators), {}
        asked = Asked(motive="Demande d'appui à domicile", family_name="Essai", informed=True)
        refused, opening = self.dice.random() < 0.1, self.days(0, 20)

        def ask(_: date) -> None:
            held["referral"] = referrals.send_referral(actor=actor, asked=asked, key=new_uuid(), network=house.network)

        def see(day: date) -> None:
            house.answered.append((received, day))
            known = {"actor": actor, "referral": held["referral"]}
            if refused:
                referrals.refuse(**known, reason="Complet", answer="Pas de place en ce moment")
                return
            referrals.qualify(**known, level=referrals.levels_of(held["referral"])[0], urgency="normale")
            log, stay = Log(patient), Stay(day + opening, received)
            self.at(stay.opened, actor, lambda _: self.include(house, actor, log, stay, held["referral"]))

        self.at(received, actor, ask)
        self.at(received + self.days(0, 12), actor, see)

    def include(self, house: House, actor: Actor, log: Log, stay: Stay, referral: Any) -> None:
        protocol = next((one for one in house.pack["protocoles"]["protocols"] if one["at_inclusion"]), None)
        pathway = services.include_person(
            actor=actor, patient_id=log.patient.pk, network=house.network,
            met=frozenset(one["code"] for one in house.pack["inclusion"]["criteria"]),
            anchors={protocol["code"]: stay.opened} if protocol else {},
        )  # fmt: skip
        stay.stage = house.pack["etapes"]["stages"][0]["code"]
        if referral is not None:
            referrals.link_patient(actor=actor, referral=referral, patient=log.patient)
            house.logs.append(log)
            self.work(house, actor, log, stay)
        log.stays.append(stay)
        for step in protocol["steps"] if protocol else ():
            due = stay.opened + timedelta(days=step["offset"])
            chore = Chore(stay.opened, due, due + timedelta(days=step["window"]), stay)
            log.chores.append(chore)
            task = Task.objects.filter(patient=log.patient, step__run__pathway=pathway, step__code=step["code"]).get()
            if self.dice.random() < 0.6:
                self.at(max(due + self.days(-5, 40), stay.opened), actor, self.tick(actor, log, chore, task))
        if self.dice.random() < 0.5:
            self.at(stay.opened + self.days(30, 250), actor, lambda day: self.leave(house, actor, log, stay, day))

    def tick(self, actor: Actor, log: Log, chore: Chore, task: Task) -> Callable[[date], None]:
        def act(day: date) -> None:
            if chore.ended is None and (chore.stay is None or chore.stay.closed is None) and not refused_by(log):
                task.refresh_from_db()
                services.complete_task(actor=actor, task=task)
                chore.ended, chore.done = day, True
                log.acts.append(day)

        return act

    def work(self, house: House, actor: Actor, log: Log, stay: Stay) -> None:
        """What is done while the person is followed, each on its day."""
        plain = (self.note, self.chore, self.assess, self.move)
        for act, times in zip(plain, (4, 3, 1, 1), strict=True):
            for _ in range(self.dice.randrange(0, times + 1)):
                self.at(stay.opened + self.days(1, 300), actor, guarded(act, house, actor, log))
        if self.dice.random() < 0.7:
            self.at(stay.opened + self.days(1, 60), actor, guarded(self.plan, house, actor, log))
        needed = [row["role"] for row in house.pack["cercle"]["roles"] if row["needed"]]
        for role, colleague in zip(needed, house.colleagues, strict=False):
            if self.dice.random() < 0.7:
                self.at(stay.opened + self.days(1, 30), actor, guarded(self.invite, house, actor, log, role, colleague))

    def note(self, house: House, actor: Actor, log: Log, day: date) -> None:
        services.add_liaison_note(actor=actor, patient_id=log.patient.pk, type="OBS", text="Tout va bien")
        log.acts.append(day)

    def chore(self, house: House, actor: Actor, log: Log, day: date) -> None:
        due = day + self.days(0, 30)
        task = services.create_task(actor=actor, patient_id=log.patient.pk, title="Appeler", due_on=due)
        one = Chore(day, due)
        log.chores.append(one)
        if self.dice.random() < 0.7:
            self.at(day + self.days(0, 50), actor, self.tick(actor, log, one, task))

    def assess(self, house: House, actor: Actor, log: Log, day: date) -> None:
        begun = assessments.start_assessment(actor=actor, patient=log.patient, version=self.form)
        assessments.finish_assessment(actor=actor, assessment=begun, answers=typed(self.form, **GDS), version=1)
        log.acts.append(day)
        log.evaluations.append(day)

    def move(self, house: House, actor: Actor, log: Log, day: date) -> None:
        case = Pathway.objects.select_related("pack", "network").exclude(status="clos").get(patient=log.patient)
        stage = self.dice.choice(house.pack["etapes"]["stages"])["code"]
        services.change_stage(actor=actor, pathway=case, stage=stage, before=log.stays[-1].stage)
        log.stays[-1].stage = stage

    def plan(self, house: House, actor: Actor, log: Log, day: date) -> None:
        plan = open_plan(actor=actor, patient_id=log.patient.pk, network_id=house.network.pk)
        log.referent = str(actor.practice_id)
        add(actor, plan, "objectif", "Aménager", add(actor, plan, "probleme", "Logement", domain="logement"))
        self.publish(house, actor, log, day, plan)
        if self.dice.random() < 0.4:
            self.at(day + self.days(30, 150), actor, guarded(self.publish, house, actor, log, plan))

    def publish(self, house: House, actor: Actor, log: Log, day: date, plan: Any) -> None:
        add(actor, plan, "attente", "Rester chez moi")
        plan.refresh_from_db()
        review = day + self.days(20, 200)
        publish_plan(actor=actor, plan=plan, reason="Point", review_on=review, revision=plan.revision)
        log.reviews.append((day, review))
        log.acts.append(day)

    def invite(self, house: House, actor: Actor, log: Log, day: date, role: str, colleague: Actor) -> None:
        practice = colleague.practice_id
        assert practice is not None
        member = services.invite_member(
            actor=actor, patient_id=log.patient.pk, practice_id=practice, role=role, level=3
        )

        def accept(accepted: date) -> None:
            services.accept_invitation(actor=colleague, member=member)
            log.members.append((role, accepted, None))
            place = len(log.members) - 1
            if self.dice.random() < 0.3:
                self.at(accepted + self.days(10, 120), actor, guarded(self.part, house, actor, log, member, place))

        self.at(day + self.days(0, 15), colleague, accept)

    def part(self, house: House, actor: Actor, log: Log, day: date, member: CareTeamMember, place: int) -> None:
        member.refresh_from_db()
        services.remove_member(actor=actor, member=member, reason="Départ")
        role, since, _ = log.members[place]
        log.members[place] = (role, since, day)

    def leave(self, house: House, actor: Actor, log: Log, stay: Stay, day: date) -> None:
        reason = self.dice.choice(REASONS)
        case = Pathway.objects.select_related("network").exclude(status="clos").get(patient=log.patient)
        services.close_pathway(actor=actor, pathway=case, reason=reason)
        stay.closed, stay.reason = day, reason
        for chore in log.chores:
            if chore.stay is stay and chore.ended is None:
                chore.ended = day
        if reason != "refus" and self.dice.random() < 0.4:
            again = Stay(day + self.days(10, 60), stay.received)
            self.at(again.opened, actor, lambda _: self.include(house, actor, log, again, None))


def refused_by(log: Log) -> bool:
    """The person refused the follow-up: their file is closed to the network."""
    return log.stays[-1].reason == "refus"


def guarded(act: Callable[..., None], house: House, actor: Actor, log: Log, *more: Any) -> Callable[[date], None]:
    """Done only while the person is followed."""

    def done(day: date) -> None:
        if log.stays[-1].closed is None:
            act(house, actor, log, day, *more)

    return done


def expected(house: House, since: date, upto: date) -> dict[Key, tuple[int, int]]:
    """Every count of a period, from the log: how many, and on how many persons."""
    persons: defaultdict[Key, set[int]] = defaultdict(set)
    things: defaultdict[Key, list[int]] = defaultdict(list)
    needed = {row["role"] for row in house.pack["cercle"]["roles"] if row["needed"]}
    for log in house.logs:
        who = log.patient.pk
        for stay in log.stays:
            if since <= stay.opened <= upto:
                persons["entrees", ""].add(who)
            if stay.closed and since <= stay.closed <= upto:
                persons["sorties", stay.reason].add(who)
        if any(since <= day <= upto and any(stay.covers(day) for stay in log.stays) for day in log.acts):
            persons["file_active", ""].add(who)
        for chore in log.chores:
            ended = chore.ended if chore.done else None
            if ended and since <= ended <= upto and any(stay.covers(ended) for stay in log.stays):
                things["taches_faites", "a_temps" if ended <= chore.due else "en_retard"].append(who)
        things["evaluations", "mini-gds"] += [who for day in log.evaluations if since <= day <= upto]
        if any(stay.holds(upto) for stay in log.stays):
            _standing(log, upto, needed, persons, things)
    found = {key: (len(who), len(who)) for key, who in persons.items()}
    return found | {key: (len(who), len(set(who))) for key, who in things.items() if who}


def _standing(
    log: Log, day: date, needed: set[str], persons: dict[Key, set[int]], things: dict[Key, list[int]]
) -> None:
    """What is true of a person followed at the end of a day."""
    who = log.patient.pk
    left = [one for one in log.chores if one.made <= day and (one.ended is None or one.ended > day)]
    things["taches_retard", ""] += [who for one in left if one.due < day]
    things["etapes_retard", ""] += [
        who for one in left if one.late_after and one.late_after < day and one.stay and one.stay.holds(day)
    ]
    published = [review for on, review in log.reviews if on <= day]
    held = {role for role, since, until in log.members if since <= day and (until is None or until > day)}
    keys = [
        ("suivies", ""), ("par_commune", log.patient.commune_cog), ("par_sexe", log.patient.sex),
        ("par_age", _band(log.patient.birth_date, day)),
        ("par_etape", next(stay.stage for stay in log.stays if stay.holds(day))),
        ("par_referent", log.referent) if log.referent else ("sans_referent", ""),
        ("cercle", "complet" if needed <= held else "incomplet"),
    ]  # fmt: skip
    if published and published[-1] <= day:
        keys.append(("plans_a_revoir", ""))
    for key in keys:
        persons[key].add(who)


def _band(born: date | None, day: date) -> str:
    assert born is not None
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    bounds = ((1, "0"), (7, "1-6"), (18, "7-17"), (40, "18-39"), (60, "40-59"), (75, "60-74"))
    return next((name for bound, name in bounds if age < bound), "75")


def delays(house: House, since: date, upto: date) -> dict[str, list[int]]:
    """The days waited, for each delay that ended in the period."""
    return {
        "premier_contact": [(seen - received).days for received, seen in house.answered if since <= seen <= upto],
        "inclusion": [
            (stay.opened - stay.received).days
            for log in house.logs
            for stay in log.stays
            if since <= stay.opened <= upto
        ],
    }


def quartiles(values: list[int]) -> tuple[float, float, float]:
    """Lower quartile, median, upper quartile."""
    if len(values) == 1:
        return (float(values[0]),) * 3
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


def household(network: Network, pack: dict[str, Any]) -> House:
    """Two coordinators and three colleagues of one structure, and nobody followed yet."""
    with as_owner():
        place = factories.organization()
        practices = [factories.practice(organization=place) for _ in range(5)]
        for practice in practices[:2]:
            factories.membership(network, practice)
        actors = [factories.actor_for(practice) for practice in practices]
    return House(network, pack, actors[:2], actors[2:])


def newcomer(dice: random.Random) -> Patient:
    """Somebody invented, of any age."""
    born = date(dice.randrange(1930, 2025), dice.randrange(1, 13), dice.randrange(1, 29))
    with as_owner():
        made = factories.patient(birth_date=born, sex=dice.choice("FM"), commune_cog=dice.choice(COMMUNES))
        made.refresh_from_db()
    return made
