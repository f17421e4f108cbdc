"""Run as the owner by `prepare`: tables, then the reference data every instance has."""

from __future__ import annotations

import os
from importlib import import_module


def _call_if_present(module: str, function: str) -> None:
    try:
        found = import_module(module)
    except ModuleNotFoundError as error:
        if error.name == module:
            return
        raise
    getattr(found, function, lambda: None)()


def _spare_rendering() -> None:
    """An index, a constraint or a trigger added by a migration changes no field: the models that Django drew for that
    moment still stand. Drawing them and all their relatives anew took a third of the time to prepare a base."""
    from django.db.migrations.state import ProjectState
    from pgtrigger.migrations import AddTrigger

    def append(state: ProjectState, app_label: str, model_name: str, option: str, added: object) -> None:
        options = state.models[app_label, model_name.lower()].options
        options[option] = [*options.get(option, []), added]

    def trigger(operation: AddTrigger, app_label: str, state: ProjectState) -> None:
        append(state, app_label, operation.model_name, "triggers", operation.trigger)

    ProjectState._append_option = append  # type: ignore[attr-defined]  # noqa: SLF001
    AddTrigger.state_forwards = trigger  # type: ignore[method-assign,assignment]


def main() -> None:
    os.environ["PEPITES_DB_ROLE"] = "owner"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pepites.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    _spare_rendering()
    call_command("migrate", interactive=False, verbosity=0)
    _call_if_present("pepites.terminology.services", "load_reference_data")
    _call_if_present("pepites.networks.services", "ensure_pilot_networks")
    _call_if_present("pepites.assessments.services", "ensure_library")


if __name__ == "__main__":
    main()
