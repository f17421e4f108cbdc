"""Language and protection of a person."""

import pytest
from tests.identity.identity_factories import actor, person

from pepites.audit.unit import unit_of_work
from pepites.common.errors import DomainError
from pepites.patients.services import set_preferences

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("values", [{"language": "xx"}, {"protected_minor": True, "protected_adult": True}])
def test_unknown_language_and_double_protection_are_refused(values: dict[str, object]) -> None:
    nurse = actor()
    patient = person(nurse)
    with unit_of_work(nurse), pytest.raises(DomainError):
        set_preferences(actor=nurse, patient=patient, **values)  # type: ignore[arg-type]
