"""What is reserved, above the reader's level, or closed by the person leaves by no exit (issue « must show » 6).

Exits are found, not remembered: every URL is asked, every view that hands over a document and every command must be
listed here, and a new one fails until somebody says how it is closed.
"""

import ast
import asyncio
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse
from pypdf import PdfReader
from tests import factories
from tests.architecture import rights_scenario as rights
from tests.assessments.factories import typed
from tests.conftest import ROOT, as_owner
from tests.coordination import plan_factories
from tests.coordination.editions import work
from tests.messaging.streaming import Page, in_thread, sign_in, web_conninfo

from pepites.access.models import ConsentRecord
from pepites.assessments import services as assessments
from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.cli.main import cli
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.common.errors import Refused
from pepites.common.identifiers import new_uuid
from pepites.coordination import services
from pepites.coordination.editions.models import Edition
from pepites.coordination.models import CarePlan
from pepites.coordination.plan.publishing import publish_plan
from pepites.fhir.exports.command import bundle_for
from pepites.fhir.mappers.notes import from_document_reference
from pepites.fhir.registry import Kind, mounted
from pepites.messaging import services as messaging
from pepites.messaging.live import Flux
from pepites.messaging.models import Conversation
from pepites.patients.models import Patient

SEALED, HEALTH, SHARED = "ZIBELINE", "OCELOT", "TAMANOIR"
# Each view that hands over something else than a page, and what it may say of a person.
DOCUMENTS = {
    "accounts/views/federation.py": "image et adresse de Pro Santé Connect : rien d'une personne",
    "accounts/views/habilitations.py": "habilitations des professionnels",
    "accounts/views/rppsplus.py": "inscriptions des professionnels au RPPS+",
    "agenda/views/settings.py": "calendrier à titres neutres, rien d'une personne (essais de l'agenda)",
    "assessments/views.py": "définition d'un questionnaire, sans réponse",
    "coordination/figures/views.py": "chiffres d'un réseau, petits effectifs masqués (essais des tableaux de bord)",
    "coordination/importing/views.py": "compte rendu de son propre import",
    "coordination/editions/views.py": "plan et évaluation imprimés par un job : adresse edition-file, demandée ici",
    "coordination/referrals/views.py": "fichiers d'une demande, pour qui elle est adressée : adresse referral-file",
    "coordination/reserved/views.py": "document d'une information préoccupante, remis à qui vient de l'écrire",
    "coordination/takeover/views.py": "documents repris : adresse history-file, demandée ici",
    "messaging/views/reading.py": "pièces jointes : adresses attachment et thumbnail, demandées ici",
    "networks/packs/views.py": "réglages d'un réseau",
    "regional/views/domains.py": "comptes d'un domaine, sans personne",
}
# Each command, and whether it writes something of a person's file.
COMMANDS = {
    "fhir export": "le dossier d'une personne : essayé ici",
    "regional export": "liens d'identité, par l'exploitant",
    "regional close": "fermeture, après l'export des liens",
    **dict.fromkeys(
        ("identity explain", "identity link", "identity train", "identity rekey"), "traits d'identité, sans dossier"
    ),
    **dict.fromkeys(("regional drift", "regional figures"), "comptes"),
    **dict.fromkeys(("import history", "import patients", "import professionals", "import structures"), "entrées"),
    **dict.fromkeys(("serve", "worker", "hl7", "demo", "doctor", "sandbox", "bench"), "exploitation"),
    **dict.fromkeys(
        ("admin homologation", "admin invite", "admin panne", "admin client add", "admin client list",
         "admin client revoke"),
        "comptes et clients",
    ),
}  # fmt: skip


class Ground:
    """The scenario of the rights table, with a word to look for behind each kind of door."""

    def __init__(self) -> None:
        self.scenario = rights.build()
        self.actors = {
            role: self._actor(role) for role in ("membre", "social", "coordination", "admin_reseau")
        }  # fmt: skip
        with as_owner():
            self.patient = Patient.objects.get(public_id=self.scenario.objects["patient"])
        key = self.patient.pk
        with unit_of_work(self.actors["membre"]) as unit:
            services.add_liaison_note(actor=unit.actor, patient_id=key, type="OBS", text=f"{HEALTH} craintif")
        self.write_sealed()
        self.made: dict[str, list[Edition]] = {}
        self._plan()
        self._assessment()
        with unit_of_work(self.actors["coordination"]) as unit:
            for level in (2, 3):
                services.create_task(
                    actor=unit.actor, patient_id=key, title=f"{SHARED} craintif {level}", due_on=today(),
                    owner_practice_id=self.actors["membre"].practice_id,
                )  # fmt: skip
            services.add_contact(actor=unit.actor, patient_id=key, family_name=SHARED)

    def write_sealed(self) -> None:
        """An urgent note that its author alone reads."""
        with unit_of_work(actor := self.actors["membre"]):
            services.add_liaison_note(
                actor=actor, patient_id=self.patient.pk, type="OBS", text=f"{SEALED} craintive", readers=[],
                emergency=True,
            )  # fmt: skip

    def withdraw(self) -> None:
        """The only consent, for the person."""
        with unit_of_work(actor := self.actors["coordination"]):
            services.revoke_consent(actor=actor, consent=ConsentRecord.objects.get(), reason="Ne le veut plus")

    def post(self, actor: Actor, text: str) -> None:
        """A message in the discussion of the circle."""
        with unit_of_work(actor):
            conversation = Conversation.objects.get(public_id=self.scenario.objects["conversation"])
            messaging.post_message(actor=actor, conversation=conversation, text=text, key=new_uuid(), files=[])

    def _actor(self, role: str) -> Actor:
        practice = self.scenario.users[role][1]
        assert practice is not None
        with as_owner():
            return factories.actor_for(practice)

    def _plan(self) -> None:
        actor = self.actors["coordination"]
        with unit_of_work(actor):
            plan = CarePlan.objects.get()
            illness = plan_factories.add(actor, plan, "probleme", f"{HEALTH} traité", domain="medical", medical=True)
            goal = plan_factories.add(actor, plan, "objectif", f"{HEALTH} stable", illness)
            plan_factories.add(actor, plan, "action", f"{HEALTH} à revoir", goal)
            plan.refresh_from_db()
            publish_plan(
                actor=actor, plan=plan, reason="Suite", review_on=today() + timedelta(days=90), revision=plan.revision
            )  # fmt: skip

    def _assessment(self) -> None:
        """A medical form of the network, answered."""
        definition = {
            "resourceType": "Questionnaire", "title": "Dessin", "item": [{"linkId": "a", "type": "string", "text": "Q"}]
        }  # fmt: skip
        admin, member = self.actors["admin_reseau"], self.actors["membre"]
        network = self.actors["coordination"].coordinated
        with unit_of_work(admin):
            version = assessments.create_form(
                actor=admin, network_id=next(iter(network)), category="medical", questionnaire=definition,
                source="Essai", licence="Libre",
            )  # fmt: skip
            assessments.publish_version(actor=admin, version=version, revision=1)
        with unit_of_work(member):
            made = assessments.start_assessment(actor=member, patient=self.patient, version=version)
            answers = typed(version, a=f"{HEALTH} dessiné")
            assessments.finish_assessment(actor=member, assessment=made, answers=answers, version=1)
            sealed = assessments.start_assessment(actor=member, patient=self.patient, version=version)
            assessments.reserve_assessment(actor=member, assessment=sealed, readers=[])
            answers = typed(version, a=f"{SEALED} dessinée")
            assessments.finish_assessment(actor=member, assessment=sealed, answers=answers, version=1)
            self.sealed = sealed.public_id
        self.assessment = made.public_id
        self.scenario.objects |= {"assessment": made.public_id, "form": version.form.public_id}

    def pages(self, role: str) -> Iterator[tuple[str, str]]:
        """What every URL says to that role; a URL that names nothing is also searched, in a word the note holds."""
        client = self.scenario.client(role)
        cookie = client.cookies["sessionid"].value
        for name, pattern, _ in rights.url_patterns():
            asked = rights.arguments(name, pattern, self.scenario.objects)
            if name == "coordination:plan-version":
                asked["number"] = 2
            queries = [{}] if asked else [{}, {"q": "craintif"}, {"q": "craintive"}]
            for query in queries:
                point = transaction.savepoint()
                self.scenario.renew(client, cookie)
                response = client.get(reverse(name, kwargs=asked), query)
                yield name, said(response)
                transaction.savepoint_rollback(point)

    def papers(self, role: str) -> Iterator[tuple[str, str]]:
        """What every document says: those made before, and those that may be asked for now."""
        client = self.scenario.client(role)
        plan, held = self.scenario.objects["plan"], self.made.setdefault(role, [])
        for path in (
            reverse("coordination:plan-pdf", args=[plan, 2]),
            *(reverse("coordination:assessment-pdf", args=[one]) for one in (self.sealed, self.assessment)),
        ):
            if client.post(path).status_code == 302:
                with as_owner():
                    asked = Edition.objects.order_by("-pk")[0]
                held.append(work(asked))
        for one in held:
            yield "coordination:edition", said(client.get(reverse("coordination:edition", args=[one.public_id])))
            yield (
                "coordination:edition-file",
                said(client.get(reverse("coordination:edition-file", args=[one.public_id]))),
            )
        yield "coordination:assessment", said(client.get(reverse("coordination:assessment", args=[self.sealed])))


def said(response: Any) -> str:
    """The words of an answer, whatever its form."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if content.startswith(b"%PDF"):
        return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if content.startswith(b"PK"):
        held = zipfile.ZipFile(io.BytesIO(content))
        return " ".join(held.read(one).decode("utf-8", "replace") for one in held.namelist())
    return str(content.decode("utf-8", "replace"))


def bundle_words(ground: Ground, role: str) -> str:
    """The FHIR export of that role; nothing when it is refused."""
    user = ground.scenario.users[role][0]
    assert user is not None
    try:
        bundle = bundle_for(str(ground.patient.public_id), user.login)
    except Refused:
        return ""
    notes = [one["resource"] for one in bundle["entry"] if one["resource"]["resourceType"] == "DocumentReference"]
    return json.dumps([bundle, [from_document_reference(one).text for one in notes]], ensure_ascii=False)


def exits(ground: Ground, role: str) -> dict[str, str]:
    """Every exit of that role, with what it says."""
    found: dict[str, str] = {}
    for name, words in (*ground.pages(role), *ground.papers(role)):
        found[name] = found.get(name, "") + words
    return found | {"fhir export": bundle_words(ground, role)}


def leaking(found: dict[str, str], word: str) -> list[str]:
    return sorted(name for name, words in found.items() if word in words)


@pytest.fixture
def ground(db: None, settings: Any, tmp_path: Path) -> Ground:
    settings.PEPITES_VAR = tmp_path
    settings.PEPITES_FHIR_ANONYMOUS_PER_MINUTE = 1_000_000
    return Ground()


@pytest.mark.slow
def test_no_exit_says_what_its_reader_may_not_read(ground: Ground) -> None:
    author, social, wide = (exits(ground, role) for role in ("membre", "social", "coordination"))
    # The words are there for who may read them: else the rest would prove nothing.
    assert {"coordination:file", "coordination:assessment", "coordination:assessment-trend",
            "coordination:edition-file"} <= set(leaking(author, SEALED))  # fmt: skip
    assert {"coordination:file", "coordination:edition-file", "coordination:assessment", "fhir export"} <= set(
        leaking(wide, HEALTH)
    )
    assert {"coordination:file-tasks", "coordination:contacts", "fhir export"} <= set(leaking(social, SHARED))
    for found in (social, wide):
        assert leaking(found, SEALED) == []
    assert leaking(social, HEALTH) == []
    assert SEALED not in author["fhir export"]
    with as_owner():
        journal = json.dumps(list(Entry.objects.values_list("detail", "justification")), default=str)
    sent = " ".join(f"{one.subject} {one.body}" for one in mail.outbox)
    assert [word for word in (SEALED, HEALTH, SHARED) if word in journal + sent] == []


@pytest.mark.slow
def test_a_withdrawal_or_an_opposition_closes_every_exit_at_once(ground: Ground) -> None:
    assert leaking(exits(ground, "social"), SHARED)
    coordination = ground.actors["coordination"]
    ground.withdraw()
    for word in (SHARED, HEALTH, SEALED):
        assert leaking(exits(ground, "social"), word) == []
    with unit_of_work(coordination):
        services.oppose(actor=coordination, patient_id=ground.patient.pk)
    with as_owner():
        name = ground.patient.birth_name
    after = exits(ground, "membre")
    assert leaking(after, SHARED) == []
    assert after["fhir export"] == ""
    # The page that asks for an emergency access names the person, so that nobody opens another's file.
    assert leaking(exits(ground, "social"), name) == ["access:emergency"]


@pytest.mark.slow
def test_the_live_stream_says_no_more(committed_database: dict[str, str], settings: Any, tmp_path: Path) -> None:
    settings.PEPITES_VAR = tmp_path

    async def play() -> None:
        ground = await in_thread(Ground)
        author, wide = ground.actors["membre"], ground.actors["coordination"]
        cookies = {role: await in_thread(lambda: sign_in(ground.actors[role])) for role in ("social", "coordination")}  # noqa: B023
        flux = Flux(web_conninfo(committed_database))
        await flux.startup()
        try:
            pages = {role: await Page(flux, cookie).opened() for role, cookie in cookies.items()}
            await in_thread(lambda: ground.write_sealed())
            await in_thread(lambda: ground.post(author, "Bonjour"))
            for page in pages.values():
                await page.until(lambda page: "Bonjour" in str(page.events))
            await in_thread(lambda: ground.withdraw())
            await in_thread(lambda: ground.post(wide, SHARED))
            await pages["coordination"].until(lambda page: SHARED in str(page.events))
            await asyncio.sleep(0.3)
            assert [page for page in pages.values() if SEALED in str(page.events)] == []
            assert SHARED not in str(pages["social"].events)
        finally:
            await flux.shutdown()

    asyncio.run(play())


def test_every_view_that_hands_over_a_document_is_listed() -> None:
    package = ROOT / "src" / "pepites"
    found = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if "views" in str(path.relative_to(package)) and _hands_over(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == set(DOCUMENTS)


def _hands_over(tree: ast.Module) -> bool:
    """Whether a module answers with something else than a page: a file, a stream, another type of content."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value == "Content-Disposition":
            return True
        if isinstance(node, ast.Name) and node.id in {"StreamingHttpResponse", "FileResponse"}:
            return True
        if isinstance(node, ast.keyword) and node.arg == "content_type" and "html" not in ast.dump(node.value):
            return True
    return False


def test_every_command_is_listed() -> None:
    assert set(_commands(cli, "")) == set(COMMANDS)


def _commands(command: click.Command, prefix: str) -> Iterator[str]:
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from _commands(child, f"{prefix} {name}".strip())
    else:
        yield prefix


def test_machines_read_identities_alone() -> None:
    """Nothing clinical is read by service clients: their rights over it are not decided. Hospitals only tell."""
    assert {one.resource for one in mounted() if one.kind is not Kind.CREATE} == {"Patient"}
