"""A mother and her twins followed together, her sister in the circle, a note for few readers. All invented."""

from datetime import timedelta

from pepites.access.enums import ConsentMode
from pepites.audit.unit import unit_of_work
from pepites.common.clock import today
from pepites.coordination.enums import NoteType
from pepites.coordination.measures.enums import Extent, MeasureKind
from pepites.coordination.measures.services import Measure, record_measure
from pepites.coordination.models import Contact
from pepites.coordination.relatives.enums import RelativeRight
from pepites.coordination.relatives.services import welcome_relative
from pepites.coordination.services import add_contact, add_liaison_note
from pepites.demo.followed import COORDINATION
from pepites.demo.stories import ActorsLike
from pepites.identity.models import DomainIdentity
from pepites.identity.services import link_mother
from pepites.patients.models import Patient

TWINS, MOTHER = (0, 1), 2


def tell_families(actors: ActorsLike, people: dict[str, list[Patient]]) -> None:
    """Written by the coordination that follows the three of them."""
    _guardian(actors, people["maia"][0])
    actor = actors.actor(COORDINATION["perinat"])
    mother = people["perinat"][MOTHER]
    with unit_of_work(actor):
        for rank in TWINS:
            child = DomainIdentity.objects.get(patient=people["perinat"][rank])
            link_mother(actor=actor, identity=child, number=mother.regional_id)
        sister: Contact = add_contact(
            actor=actor, patient_id=mother.pk, family_name="KOLEKO", given_name="Ayomi", relation="fratrie",
            phones="0639 98 23 34", caregiver=True,
        )  # fmt: skip
        for contact, rights in ((None, list(RelativeRight)), (sister, [RelativeRight.AGENDA, RelativeRight.WRITE])):
            welcome_relative(actor=actor, patient_id=mother.pk, contact=contact, rights=rights, mode=ConsentMode.ORAL)
        add_liaison_note(
            actor=actor, patient_id=mother.pk, type=NoteType.OBSERVATION, readers=[],
            text="Elle demande que sa belle-famille ne sache pas qu'elle vient seule au rendez-vous.",
        )  # fmt: skip


def _guardian(actors: ActorsLike, elder: Patient) -> None:
    """Her nephew looks after her property, and nothing else."""
    actor = actors.actor(COORDINATION["maia"])
    with unit_of_work(actor):
        nephew = add_contact(
            actor=actor, patient_id=elder.pk, family_name="MONTE", given_name="Adriano", relation="famille",
            phones="0639 98 20 44",
        )  # fmt: skip
        record_measure(
            actor=actor, patient=elder,
            measure=Measure(
                kind=MeasureKind.CURATORSHIP, extent=Extent.PROPERTY, starts_on=today() - timedelta(days=400),
                contact=nephew, proof="Jugement présenté par le neveu (inventé)",
            ),
        )  # fmt: skip
