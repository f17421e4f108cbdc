"""The HL7 v2 listener process. `python -m pepites.config.hl7` runs one, with the rights of the web role."""

from __future__ import annotations

import asyncio
import os
import sys


def run() -> int:
    """Listen until SIGTERM or SIGINT; 1 when the settings do not allow it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pepites.config.settings")
    import django

    django.setup()
    from django.conf import settings

    from pepites.interop.hl7v2.service import BadSettings, serve

    try:
        asyncio.run(serve(settings.PEPITES_HL7_PORT))
    except BadSettings as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(run())
