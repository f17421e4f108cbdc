"""Mother and children followed together (coordination, RSEV; GUY-12): only those whose file the reader may open."""

from django.urls import reverse

from pepites.common.actor import Actor
from pepites.coordination.selectors.around import person_name
from pepites.coordination.selectors.labels import short_day
from pepites.identity.enums import FiliationKind
from pepites.identity.models import Filiation
from pepites.patients.models import Patient


def family_visible_to(actor: Actor, patient_id: int) -> list[dict[str, str]]:
    """The mother, then the children by age, ready to print; a link whose other end is out of reach is not told."""
    del actor
    links = Filiation.objects.filter(kind=FiliationKind.MOTHER, ended_at=None)
    mothers = set(links.filter(patient_id__same_person=patient_id).values_list("parent_id", flat=True))
    children = set(links.filter(parent_id__same_person=patient_id).values_list("patient_id", flat=True))
    found = Patient.objects.filter(pk__in=mothers | children)
    return [
        {
            "relation": "Mère" if one.pk in mothers else "Enfant",
            "name": person_name(one),
            "born": short_day(one.birth_date),
            "url": reverse("coordination:pathways", args=[one.public_id]),
        }
        for one in sorted(
            found, key=lambda one: (one.pk not in mothers, one.birth_date is None, one.birth_date, one.pk)
        )
    ]
