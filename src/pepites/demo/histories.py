"""What time brings: urgencies, replies, tasks ended, pathways suspended or closed, invitations without answer.

Told of a few persons, so that every state shows somewhere. All invented, all by the services.
"""

import io
from datetime import timedelta

from PIL import Image, ImageDraw

from pepites.access.enums import ConsentMode, Level
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.common.identifiers import new_uuid
from pepites.coordination import services as coordination
from pepites.coordination.enums import ClosingReason, MemberRole, NoteType, Recurrence
from pepites.coordination.models import CareTeamMember, Pathway
from pepites.demo.stories import ActorsLike
from pepites.messaging import services as messaging
from pepites.messaging.enums import ConversationKind
from pepites.messaging.models import Conversation
from pepites.messaging.selectors import message_visible_to
from pepites.messaging.values import Upload
from pepites.patients.models import Patient

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
PDF += b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def tell_histories(actors: ActorsLike, people: dict[str, list[Patient]]) -> None:
    """Histories of persons whose circle is told already, and of others who have none."""
    told = {slug: [patient for patient in patients if patient.consents.exists()] for slug, patients in people.items()}
    _urgency(actors, told["maia"][1])
    _photo(actors, told["diam"][1])
    _exchange(actors, told["maia"][2])
    _tasks(actors, told["perinat"][1])
    _invitations(actors, told["maia"][20:23], people["maia"])
    _pathways(actors, told["diam"][20:24])
    _direct(actors)


def _post(actor: Actor, patient: Patient, text: str, **more: object) -> Conversation:
    with unit_of_work(actor):
        conversation = messaging.ensure_circle_conversation(actor=actor, patient_id=patient.pk)
        messaging.post_message(actor=actor, conversation=conversation, text=text, key=new_uuid(), **more)  # type: ignore[arg-type]
    return conversation


def _urgency(actors: ActorsLike, patient: Patient) -> None:
    """A fall, taken up by the doctor, then filed in the notebook."""
    nurse, doctor = actors.actor("jamayota"), actors.actor("lvaragne")
    with unit_of_work(nurse):
        conversation = messaging.ensure_circle_conversation(actor=nurse, patient_id=patient.pk)
        sent = messaging.post_message(
            actor=nurse, conversation=conversation, text="Chute cette nuit, douleur à la hanche droite.", urgent=True,
            key=new_uuid(),
        )  # fmt: skip
    with unit_of_work(doctor):
        messaging.acknowledge(actor=doctor, message=message_visible_to(doctor, sent.public_id))
        coordination.file_message(actor=doctor, message_public_id=sent.public_id, as_note=NoteType.OBSERVATION)
    _post(doctor, patient, f"J'arrive à 10 h. @{nurse.professional_name}, pouvez-vous rester avec elle ?")


def _photo(actors: ActorsLike, patient: Patient) -> None:
    drawn = Image.new("RGB", (900, 700), (214, 178, 148))
    ImageDraw.Draw(drawn).ellipse((330, 240, 520, 400), fill=(168, 82, 74), outline=(120, 60, 60), width=6)
    target = io.BytesIO()
    drawn.save(target, "JPEG", quality=85)
    photo, paper = Upload("pied-droit.jpg", target.getvalue()), Upload("bilan.pdf", PDF)
    _post(actors.actor("jamayota"), patient, "Le pied ce matin, et le bilan reçu.", files=[photo, paper])


def _exchange(actors: ActorsLike, patient: Patient) -> None:
    """A request for advice and its answer, an urgent instruction, a discussion of two members of the circle."""
    nurse, doctor, manager = actors.actor("jamayota"), actors.actor("lvaragne"), actors.actor("mrobinel")
    with unit_of_work(nurse):
        asked = coordination.add_liaison_note(
            actor=nurse, patient_id=patient.pk, type=NoteType.ADVICE, text="Peut-on espacer les pansements ?"
        )
    with unit_of_work(doctor):
        coordination.add_liaison_note(
            actor=doctor, patient_id=patient.pk, type=NoteType.GENERAL, text="Oui, tous les deux jours.", reply_to=asked
        )
        coordination.add_liaison_note(
            actor=doctor, patient_id=patient.pk, type=NoteType.INSTRUCTION, emergency=True,
            text="Arrêter l'anti-inflammatoire dès aujourd'hui.",
        )  # fmt: skip
    with unit_of_work(manager):
        subgroup = messaging.create_conversation(
            actor=manager, kind=ConversationKind.SUBGROUP, patient_id=patient.pk, title="Plan d'aide",
            practice_ids=[actors.practice("tmontabo").pk],
        )  # fmt: skip
        messaging.post_message(
            actor=manager, conversation=subgroup, text="Le dossier APA est parti ce matin.", key=new_uuid()
        )


def _tasks(actors: ActorsLike, patient: Patient) -> None:
    """One of each state: done and come back, under way, cancelled, and one that a role owns."""
    midwife = actors.actor("icalderon")
    with unit_of_work(midwife):
        weekly = coordination.create_task(
            actor=midwife, patient_id=patient.pk, title="Pesée", due_on=today(), recurrence=Recurrence.WEEKLY
        )
        coordination.complete_task(actor=midwife, task=weekly)
        under_way = coordination.create_task(
            actor=midwife, patient_id=patient.pk, title="Trouver un interprète", due_on=today() + timedelta(days=2)
        )
        coordination.start_task(actor=midwife, task=under_way)
        twice = coordination.create_task(actor=midwife, patient_id=patient.pk, title="Appeler la maternité")
        coordination.cancel_task(actor=midwife, task=twice, reason="Déjà fait par la PMI")
        coordination.create_task(
            actor=midwife, patient_id=patient.pk, title="Ordonnance à renouveler", owner_role=MemberRole.PHYSICIAN,
            due_on=today() + timedelta(days=5),
        )  # fmt: skip


def _invitations(actors: ActorsLike, patients: list[Patient], everybody: list[Patient]) -> None:
    """An invitation without answer, one refused, one accepted while the person's consent is awaited."""
    manager = actors.actor("mrobinel")
    asked = [(patients[0], "rtamarin"), (patients[1], "blorquet")]
    unheard = next(one for one in everybody if not one.consents.exists() and not one.oppositions.exists())
    members = {}
    with unit_of_work(manager):
        for patient, login in [*asked, (unheard, "gmerlieux")]:
            member = coordination.invite_member(
                actor=manager, patient_id=patient.pk, practice_id=actors.practice(login).pk, level=Level.FULL,
                role=MemberRole.NURSE if login == "rtamarin" else MemberRole.PHYSICIAN,
            )  # fmt: skip
            members[login] = member.pk
    for login, answer in (("blorquet", coordination.decline_invitation), ("gmerlieux", coordination.accept_invitation)):
        actor = actors.actor(login)
        with unit_of_work(actor):
            answer(actor=actor, member=CareTeamMember.objects.get(pk=members[login]))


def _pathways(actors: ActorsLike, patients: list[Patient]) -> None:
    """Suspended, closed, closed then opened again; a person who agreed, then changed their mind."""
    coordinator = actors.actor("pramsaran")
    with unit_of_work(coordinator):
        open_ones = [Pathway.objects.select_related("network").get(patient=patient) for patient in patients]
        coordination.suspend_pathway(actor=coordinator, pathway=open_ones[0], comment="Séjour de deux mois ailleurs")
        for pathway, reason in ((open_ones[1], ClosingReason.MOVED), (open_ones[2], ClosingReason.GOAL_REACHED)):
            coordination.close_pathway(actor=coordinator, pathway=pathway, reason=reason)
        coordination.open_pathway(actor=coordinator, patient_id=patients[2].pk, network_id=open_ones[2].network_id)
        consent = patients[3].consents.get()
        coordination.revoke_consent(actor=coordinator, consent=consent, reason="Préfère en parler d'abord à sa famille")
        coordination.collect_consent(actor=coordinator, patient_id=patients[3].pk, mode=ConsentMode.WRITTEN)


def _direct(actors: ActorsLike) -> None:
    manager, doctor = actors.actor("mrobinel"), actors.actor("lvaragne")
    with unit_of_work(doctor):
        talk = messaging.create_conversation(
            actor=doctor, kind=ConversationKind.DIRECT, practice_ids=[actors.practice("mrobinel").pk]
        )
        messaging.post_message(
            actor=doctor, conversation=talk, text="Réunion jeudi à 14 h, toujours bon ?", key=new_uuid()
        )
    with unit_of_work(manager):
        messaging.mark_read(actor=manager, conversation=talk, seq=1)
        messaging.post_message(actor=manager, conversation=talk, text="Oui, au centre de santé.", key=new_uuid())
