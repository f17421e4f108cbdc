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


def main() -> None:
    os.environ["PEPITES_DB_ROLE"] = "owner"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pepites.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    _call_if_present("pepites.terminology.services", "load_reference_data")
    _call_if_present("pepites.networks.services", "ensure_pilot_networks")
    _call_if_present("pepites.assessments.services", "ensure_library")


if __name__ == "__main__":
    main()
