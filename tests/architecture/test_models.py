"""Every model with personal data is declared; migrations are complete; foreign keys never cascade over a person."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

from pepites.common.personal_data import registered

OURS = [model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("pepites.")]
PERSONAL = {
    "patient",
    "patient_id",
    "user",
    "user_id",
    "professional",
    "family_name",
    "birth_name",
    "login",
    "phone",
    "email",
}
# pghistory's event models follow the declaration of the model whose history they keep.
NO_PERSONAL_DATA = {"networks.NetworkMembership": "a practice in a network, no person followed"}


def _tracked(model: type[models.Model]) -> bool:
    return hasattr(model, "pgh_tracked_model")


def test_every_model_with_personal_data_is_declared() -> None:
    declared = registered()
    missing = [
        model._meta.label
        for model in OURS
        if {field.name for field in model._meta.get_fields()} & PERSONAL
        and not _tracked(model)
        and model._meta.label not in declared
        and model._meta.label not in NO_PERSONAL_DATA
    ]
    assert missing == []


def test_declarations_speak_of_models_that_exist() -> None:
    for label, entry in registered().items():
        model = apps.get_model(label)
        names = {field.name for field in model._meta.get_fields()} | {
            getattr(field, "attname", "") for field in model._meta.get_fields()
        }
        assert entry.path.split("__")[0] in names, label
        assert entry.retention, label


def test_no_deletion_cascades_from_a_person() -> None:
    faults = [
        f"{model._meta.label}.{field.name}"
        for model in OURS
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and field.remote_field.model._meta.label == "patients.Patient"
        and field.remote_field.on_delete is models.CASCADE
    ]
    assert faults == []


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0, skip_checks=True)
