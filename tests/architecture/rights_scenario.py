"""One person, one circle, and somebody of each role around them: the ground of the rights table."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests import factories
from tests.accounts.machines import service_client
from tests.conftest import as_owner
from tests.coordination import plan_factories
from tests.documents.test_files import jpeg

from pepites.access.enums import ConsentMode, Level, Regime
from pepites.access.models import ConsentRecord, ItemReader, Opposition
from pepites.accounts.models import User
from pepites.agenda.enums import AppointmentKind
from pepites.agenda.services import plan_appointment
from pepites.agenda.shapes import Planned
from pepites.assessments import services as assessments
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor, Channel, system_actor
from pepites.common.clock import now, today
from pepites.common.identifiers import new_uuid
from pepites.coordination import services as coordination
from pepites.coordination.alerting.kinds import NOTE_URGENT
from pepites.coordination.editions.enums import EditionKind
from pepites.coordination.editions.services import ask_edition
from pepites.coordination.enums import MemberRole, NoteType
from pepites.coordination.models import (
    CareTeamMember,
    Contact,
    HistoryEntry,
    HistoryFile,
    HistoryRun,
    ProtectionMeasure,
    ProtectionReport,
)
from pepites.coordination.plan.drafting import open_plan
from pepites.coordination.plan.publishing import publish_plan
from pepites.coordination.referrals.services import send_referral
from pepites.coordination.referrals.values import Asked
from pepites.coordination.relatives.services import welcome_relative
from pepites.directory.models import PractitionerRole
from pepites.identity.dates import PartialDate, Precision
from pepites.identity.services import create_identity
from pepites.identity.traits import IdentityTraits
from pepites.messaging import services as messaging
from pepites.messaging.models import Attachment
from pepites.messaging.values import Upload
from pepites.networks.models import Network, NetworkPack
from pepites.networks.packs.registry import empty_pack
from pepites.notifications.models import Notification
from pepites.patients.models import Patient
from pepites.regional import services as regional
from pepites.regional.models import Card
from pepites.regional.values import IncomingRecord
from pepites.training import services as training
from pepites.training.models import Session, Trainee

ROLES = (
    "anonyme",
    "sans_lieu",
    "exterieur",
    "invite",
    "social",
    "membre",
    "coordination",
    "admin_reseau",
    "identite",
    "plateforme",
)
NOBODY = UUID("00000000-0000-7000-8000-000000000000")


@dataclass
class Scenario:
    """The actors and the objects that URLs may name."""

    users: dict[str, tuple[User | None, PractitionerRole | None]] = field(default_factory=dict)
    objects: dict[str, Any] = field(default_factory=dict)

    def client(self, role: str) -> Client:
        """A browser of that role: strongly signed in, in its place of practice."""
        user, practice = self.users[role]
        client = Client(raise_request_exception=False)
        if user is None:
            return client
        client.force_login(user, backend="pepites.accounts.backends.LocalBackend")
        session = client.session
        session["strong"], session["auth_method"] = True, "local+totp"
        if practice is not None:
            session["practice_id"] = practice.pk
        session.save()
        return client

    @staticmethod
    def renew(client: Client, cookie: str) -> None:
        """Forget what an answer put in the browser: the next question starts from the same session."""
        client.cookies.clear()
        if cookie:
            client.cookies["sessionid"] = cookie


def url_patterns() -> list[tuple[str, URLPattern, str]]:
    """Every URL of the platform: qualified name, pattern, namespace."""
    return sorted(_walk(get_resolver(), ""), key=lambda item: item[0])


def _walk(resolver: Any, namespace: str) -> Any:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, pattern.namespace or namespace)
        else:
            yield f"{namespace}:{pattern.name}", pattern, namespace


def _practice(scenario: Scenario, role: str, **values: Any) -> Actor:
    practice = factories.practice(**values)
    user = factories.user(professional=practice.professional)
    scenario.users[role] = (user, practice)
    return factories.actor_for(practice)


def build() -> Scenario:
    """Everything the table needs, made through the services where there is one."""
    scenario = Scenario()
    with as_owner():
        network, other = factories.network(slug="essai-droits"), factories.network()
        scenario.users["anonyme"] = (None, None)
        lost = factories.professional()
        scenario.users["sans_lieu"] = (factories.user(professional=lost), None)
        actors = {
            role: _practice(scenario, role)
            for role in ("exterieur", "invite", "social", "membre", "coordination", "admin_reseau")
        }
        _practice(scenario, "identite", identity_cell=True)
        plain = factories.practice()
        scenario.users["plateforme"] = (
            factories.user(professional=plain.professional, platform_admin=True),
            plain,
        )
        factories.membership(network, scenario.users["coordination"][1], "coordination")
        factories.membership(network, scenario.users["admin_reseau"][1], "administration")
        coordinator = factories.actor_for(scenario.users["coordination"][1])
        _pack(network)
    scenario.objects |= {"slug": network.slug, "other_network": other.pk}
    _around_the_person(scenario, coordinator, actors, network.pk)
    _around_assessments(scenario, actors, network.pk)
    _notice(scenario, coordinator)
    _referral(scenario, actors["membre"], network)
    _takeover(scenario, network)
    _training(scenario, network)
    _around_the_region(scenario)
    return scenario


def _pack(network: Network) -> None:
    """Settings in force, and a draft under way."""
    step = {"code": "appel", "title": "Appel", "offset": 2, "window": 7, "role": "coordination", "detail": ""}
    protocol = {"code": "suivi", "title": "Suivi", "anchor": "inclusion", "at_inclusion": False, "note": ""}
    sections = (
        empty_pack()
        | {"demandes": empty_pack()["demandes"] | {"public": True}}
        | {"protocoles": {"protocols": [protocol | {"steps": [step]}]}}
    )
    for number, state in ((1, "publie"), (2, "brouillon")):
        NetworkPack.objects.create(
            network=network, number=number, state=state, sections=sections,
            published_at=now() if state == "publie" else None,
        )  # fmt: skip


def _around_the_person(scenario: Scenario, coordinator: Actor, actors: dict[str, Actor], network_id: int) -> None:
    objects = scenario.objects
    traits = IdentityTraits(
        "DROITS", "LEA", "LEA", PartialDate(date(1950, 2, 3), Precision.JOUR, False), sex="F", birth_place_cog="97302"
    )
    with unit_of_work(coordinator):
        patient = create_identity(actor=coordinator, traits=traits, search_id=None)
        objects["patient"] = patient.public_id
        pathway = coordination.open_pathway(actor=coordinator, patient_id=patient.pk, network_id=network_id)
        objects["pathway"] = pathway.public_id
        objects["run"] = coordination.start_protocol(
            actor=coordinator, pathway=pathway, code="suivi", anchor_on=today()
        ).public_id
        coordination.collect_consent(
            actor=coordinator, patient_id=patient.pk, mode=ConsentMode.ORAL, network_id=network_id
        )
        coordination.oppose(actor=coordinator, patient_id=patient.pk, network_id=objects.pop("other_network"))
        conversation = messaging.ensure_circle_conversation(actor=coordinator, patient_id=patient.pk)
        for role, level in (("membre", Level.FULL), ("social", Level.SOCIAL), ("invite", Level.FULL)):
            coordination.invite_member(
                actor=coordinator,
                patient_id=patient.pk,
                practice_id=actors[role].practice_id,
                role=MemberRole.NURSE,
                level=level,
                regime=Regime.OUTSIDE_TEAM,
            )
        coordination.add_contact(actor=coordinator, patient_id=patient.pk, family_name="Proche")
    for role in ("membre", "social"):
        with unit_of_work(actors[role]):
            member = CareTeamMember.objects.get(practice_id=actors[role].practice_id)
            coordination.accept_invitation(actor=actors[role], member=member)
    member_actor = actors["membre"]
    with unit_of_work(member_actor):
        sent = messaging.post_message(
            actor=member_actor,
            conversation=conversation,
            text="Bonjour",
            key=new_uuid(),
            files=[Upload("photo.jpg", jpeg())],
        )
        objects["message"], objects["conversation"] = sent.public_id, conversation.public_id
        objects["note"] = coordination.add_liaison_note(
            actor=member_actor, patient_id=patient.pk, type=NoteType.OBSERVATION, text="Note"
        ).public_id
        objects["task"] = coordination.create_task(
            actor=member_actor, patient_id=patient.pk, title="Visite", owner_practice_id=member_actor.practice_id
        ).public_id
        objects["reserved"] = coordination.add_liaison_note(
            actor=member_actor, patient_id=patient.pk, type=NoteType.OBSERVATION, text="Réservée", readers=[]
        ).public_id
    with unit_of_work(coordinator):
        objects["relative"] = welcome_relative(
            actor=coordinator, patient_id=patient.pk, contact=None, rights=["plan"], mode=ConsentMode.ORAL
        ).public_id
    with unit_of_work(member_actor):
        starts = now() - timedelta(hours=3)
        planned = Planned(AppointmentKind.VISIT, starts, starts + timedelta(hours=1), patient_id=patient.pk)
        objects["appointment"] = plan_appointment(actor=member_actor, planned=planned).public_id
    _plan(objects, coordinator, patient.pk, network_id)
    with as_owner():
        objects["report"] = _report(patient, member_actor)
        objects["measure"] = ProtectionMeasure.objects.create(
            patient=patient, kind="tutelle", extent="tout", contact=Contact.objects.get(), starts_on="2025-01-01"
        ).public_id
        objects["contact"] = Contact.objects.get().public_id
        objects["consent"] = ConsentRecord.objects.get().public_id
        objects["opposition"] = Opposition.objects.get().public_id
        objects["member"] = CareTeamMember.objects.get(practice_id=member_actor.practice_id).public_id
        objects["invitation"] = CareTeamMember.objects.get(practice_id=actors["invite"].practice_id).public_id
        objects["attachment"] = Attachment.objects.get().public_id
        objects["account"] = scenario.users["membre"][0].public_id
        objects["machine"] = service_client().public_id
        objects["practice"] = scenario.users["membre"][1].public_id


def _report(patient: Patient, author: Actor) -> UUID:
    """The trace of a report, as its author keeps it once the child has come of age."""
    made = ProtectionReport.objects.create(
        patient=patient, author_id=author.practice_id, sent_on="2025-02-01", means="mssante", parents_informed=True
    )
    values = {"practice_id": author.practice_id, "named_by_id": author.practice_id}
    ItemReader.objects.create(patient=patient, item=made.public_id, **values)
    return made.public_id


def _notice(scenario: Scenario, coordinator: Actor) -> None:
    """An urgent note of the coordination, told to the member, who may take it in hand."""
    with unit_of_work(coordinator):
        patient = Patient.objects.get(public_id=scenario.objects["patient"])
        coordination.add_liaison_note(
            actor=coordinator, patient_id=patient.pk, type=NoteType.OBSERVATION, text="Urgent", emergency=True
        )
    with as_owner():
        told = Notification.objects.get(practice=scenario.users["membre"][1], event=NOTE_URGENT)
    scenario.objects["notification"] = told.public_id


def _referral(scenario: Scenario, member: Actor, network: Network) -> None:
    """A demande of a member to the network."""
    with unit_of_work(member):
        asked = Asked(motive="Une évaluation à domicile", family_name="Droits")
        files = [Upload("photo.jpg", jpeg())]
        made = send_referral(actor=member, asked=asked, key=new_uuid(), network=network, files=files)
    with as_owner():
        file = made.files.get()
        made.files.update(released_at=now())
    scenario.objects |= {
        "referral": made.public_id,
        "referral_file": file.public_id,
        "organization": scenario.users["membre"][1].organization.public_id,
    }


def _takeover(scenario: Scenario, network: Network) -> None:
    """A takeover under way, and a document that it left in the file."""
    user, practice = scenario.users["coordination"]
    with as_owner():
        run = HistoryRun.objects.create(network=network, user=user, practice=practice, tool="Essai", file_name="a.zip")
        entry = HistoryEntry.objects.create(
            patient=Patient.objects.get(public_id=scenario.objects["patient"]), network=network, tool="Essai",
            kind="document", external_id="1", written_at=now(), text="Photo", author_text="",
        )  # fmt: skip
        photo = Attachment.objects.get()
        HistoryFile.objects.create(
            patient=entry.patient, entry=entry, name="photo.jpg", content_type="image/jpeg", size=photo.size,
            sha256=photo.sha256, blob=photo.blob, thumbnail="",
        )  # fmt: skip
    scenario.objects |= {"takeover": run.public_id, "history": entry.public_id}


def _training(scenario: Scenario, network: Network) -> None:
    """A training copy run by the network's administrator, in which the member is trained; a session."""
    with as_owner():
        trainer = factories.actor_for(scenario.users["admin_reseau"][1])
    with unit_of_work(trainer):
        ends = today() + timedelta(days=30)
        copy = training.open_copy(actor=trainer, source=network, wanted=0, expires_on=ends)
    with as_owner():
        Trainee.objects.create(copy=copy, practice=scenario.users["membre"][1])
        session = Session.objects.create(copy=copy, day=today(), place="Salle", trainer_id=trainer.practice_id)
    scenario.objects |= {"training": copy.public_id, "session": session.public_id}


def _plan(objects: dict[str, Any], coordinator: Actor, patient_id: int, network_id: int) -> None:
    """A plan published once."""
    with unit_of_work(coordinator):
        plan = open_plan(actor=coordinator, patient_id=patient_id, network_id=network_id)
        wish = plan_factories.add(coordinator, plan, "attente", "Rester chez moi")
        problem = plan_factories.add(coordinator, plan, "probleme", "Logement")
        plan_factories.add(coordinator, plan, "objectif", "Aménager", problem)
        plan.refresh_from_db()
        publish_plan(
            actor=coordinator, plan=plan, reason="Début", review_on=today() + timedelta(days=90),
            revision=plan.revision,
        )  # fmt: skip
    objects |= {"plan": plan.public_id, "plan_item": wish.public_id}


def _around_assessments(scenario: Scenario, actors: dict[str, Actor], network_id: int) -> None:
    """A form of the network, served and being prepared again; an ended assessment and a draft of the member."""
    definition = {"resourceType": "Questionnaire", "title": "Essai", "item": [{"linkId": "a", "type": "string"}]}
    member = actors["membre"]
    with as_owner():
        administrator = factories.actor_for(scenario.users["admin_reseau"][1])
    with unit_of_work(administrator):
        version = assessments.create_form(
            actor=administrator, network_id=network_id, category="medical", questionnaire=definition, source="Essai",
            licence="Libre",
        )  # fmt: skip
        assessments.publish_version(actor=administrator, version=version, revision=1)
        prepared = assessments.start_version(actor=administrator, form=version.form)
    with unit_of_work(member):
        patient = Patient.objects.get(public_id=scenario.objects["patient"])
        made = [assessments.start_assessment(actor=member, patient=patient, version=version) for _ in range(2)]
        assessments.finish_assessment(actor=member, assessment=made[0], answers={}, version=1)
        edition = ask_edition(actor=member, patient_id=patient.pk, kind=EditionKind.ASSESSMENT, item=made[0].public_id)
    scenario.objects |= {
        "assessment": made[0].public_id, "draft": made[1].public_id, "form": version.form.public_id,
        "prepared": prepared.public_id, "edition": edition.public_id,
    }  # fmt: skip


def _around_the_region(scenario: Scenario) -> None:
    """A hospital that knows the same person: a card of the identity cell, and a link it may undo."""
    system = system_actor("essai", channel=Channel.COMMAND)
    traits = IdentityTraits("DROITS", "LEA", "LEA", PartialDate(date(1950, 2, 3)), sex="F", birth_place_cog="97302")
    with as_owner(), unit_of_work(system):
        hospital = regional.set_domain(actor=system, code="CH", name="Hôpital", oid="1.2.3")
        received = regional.receive_record(actor=system, domain=hospital, record=IncomingRecord("1", traits))
    scenario.objects["record"] = received.record_public_id
    scenario.objects["domain"] = hospital.public_id
    scenario.objects["irp"] = received.regional_id
    with as_owner():
        scenario.objects["card"] = Card.objects.get().public_id


REFERRAL_STEPS = ("-qualify", "-accept", "-refuse", "-redirect", "-close")
FORM_PAGES = ("edit", "question", "arrange", "score", "preview", "publish", "manage", "export")
# Which object stands for a URL's ``public_id``; the person by default, nobody where nothing of the kind was made.
OBJECT_OF = {
    "accounts:account-admin": "account",
    "accounts:demo": "account",
    "accounts:machine": "machine",
    "messaging:message": "message",
    "messaging:acknowledge": "message",
    "messaging:edit": "message",
    "messaging:withdraw": "message",
    "messaging:attachment": "attachment",
    "messaging:thumbnail": "attachment",
    "coordination:task-done": "task",
    "coordination:task-start": "task",
    "coordination:task-cancel": "task",
    "coordination:note-change": "note",
    "coordination:note-retire": "note",
    "coordination:file-message": "message",
    "coordination:member-remove": "member",
    "coordination:member-attending": "member",
    "coordination:invitation": "invitation",
    "coordination:contact-end": "contact",
    "coordination:pathway-change": "pathway",
    "coordination:pathway-close": "pathway",
    "coordination:pathway-stage": "pathway",
    **dict.fromkeys(("agenda:appointment", "agenda:move", "agenda:cancel", "agenda:end"), "appointment"),
    "coordination:appointment-note": "appointment",
    "coordination:readers": "reserved",
    "coordination:protection-report": "report",
    "coordination:relative-end": "relative",
    "coordination:measure-lift": "measure",
    "coordination:plan-referent": "plan",
    **{f"coordination:referral{step}": "referral" for step in ("", *REFERRAL_STEPS)},
    "coordination:referral-ask-structure": "organization",
    "coordination:referral-release": "referral",
    "coordination:referral-file": "referral_file",
    "coordination:pathway-adopt": "pathway",
    "coordination:protocol-start": "pathway",
    "coordination:protocol-move": "run",
    "coordination:protocol-end": "run",
    "coordination:consent-revoke": "consent",
    "coordination:opposition-lift": "opposition",
    **{f"coordination:takeover-{step}": "takeover" for step in ("run", "check", "start", "report")},
    "coordination:history-file": "history",
    **{f"training:{name}": "training" for name in ("copy", "enrol", "plan", "renew", "close", "steps")},
    **dict.fromkeys(("training:session", "training:sheet"), "session"),
    "coordination:plan-draft": "plan",
    "coordination:plan-add": "plan",
    "coordination:plan-item": "plan_item",
    "coordination:plan-item-remove": "plan_item",
    "coordination:plan-publish": "plan",
    "coordination:plan-close": "plan",
    "coordination:plan-versions": "plan",
    "coordination:plan-version": "plan",
    "coordination:plan-pdf": "plan",
    "coordination:plan-confirm": "plan",
    "coordination:plan-sign": "plan",
    **dict.fromkeys(("coordination:assessment", "coordination:assessment-amend"), "assessment"),
    "coordination:assessment-pdf": "assessment",
    "coordination:assessment-readers": "draft",
    **dict.fromkeys(("coordination:edition", "coordination:edition-file"), "edition"),
    "coordination:assessment-withdraw": "assessment",
    "coordination:assessment-fill": "draft",
    **{f"assessments:form-{name}": "prepared" for name in FORM_PAGES},
    **dict.fromkeys(("notifications:open", "notifications:acknowledge"), "notification"),
    "regional:card": "card",
    "regional:take": "card",
    "regional:separate": "record",
    "regional:domain": "domain",
    "regional:domain-figures": "domain",
}
UNMADE = {
    "accounts:remove-passkey", "access:review", "identity:double", "identity:merge", "identity:merge-decide",
    "identity:merge-undo", "identity:merge-sort", "identity:collision", "identity:collision-decide",
    "identity:collision-other", "identity:collision-settle", "identity:incident-close", "regional:undo",
    "regional:lift",
}  # fmt: skip


def arguments(name: str, pattern: URLPattern, objects: dict[str, Any]) -> dict[str, Any]:
    """Values for the variable parts of a URL."""
    found: dict[str, Any] = {}
    for key in pattern.pattern.regex.groupindex:
        if key == "public_id" and name in UNMADE:
            found[key] = NOBODY
        elif key == "public_id":
            default = "conversation" if name.startswith("messaging:") else "patient"
            found[key] = objects[OBJECT_OF.get(name, default)]
        else:
            found[key] = {
                "patient": objects["patient"],
                "slug": objects["slug"],
                "practice": objects["practice"],
                "irp": objects["irp"],
                "form_id": objects["form"],
                "rpps": "10000000017",
                "act": "suspendre",
                "key": "protocoles",
                "path": "suivi/appel",
                "entry": 1,
                "number": 1,
                "kind": "attente",
                "suffix": "csv",
                "token": "inconnu",
            }.get(key, NOBODY)
    return found
