"""Files of a demande: taken in, kept in quarantine, let out by who is asked (P1; interface §13)."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.db import connection

from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import DomainError
from pepites.coordination.referrals.enums import MOST_FILES
from pepites.coordination.referrals.models import Referral, ReferralFile
from pepites.documents.services import keep_file
from pepites.messaging.values import Upload

_HEADS = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


def keep_files(files: Sequence[Upload]) -> list[dict[str, Any]]:
    """Check each file by its content, take away what a photo says of its place, keep it; the rows still to write.

    Raises ``DomainError`` with what to do about it.
    """
    if len(files) > MOST_FILES:
        raise DomainError(f"Joignez {MOST_FILES} fichiers au plus.", field="fichiers")
    if any(one.content and not one.content.startswith(_HEADS) for one in files):
        raise DomainError("Ce type de fichier n'est pas accepté. Envoyez un PDF ou une photo (JPEG, PNG).",
                          field="fichiers")  # fmt: skip
    rows = []
    for rank, one in enumerate(files, start=1):
        kept = asdict(keep_file(name=one.name, content=one.content))
        kept.pop("thumbnail")
        rows.append(kept | {"rank": rank, "name": kept["name"][:120]})
    return rows


def attach(referral: Referral, rows: Sequence[dict[str, Any]]) -> None:
    """Write the rows. No RETURNING: who sends a file does not read it back."""
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO coordination_referralfile (public_id, referral_id, patient_id, rank, name, content_type,"
                " size, sha256, blob) SELECT gen_random_uuid(), %s, %s, f.rank, f.name, f.content_type, f.size,"
                " f.sha256, f.blob FROM jsonb_to_recordset(%s) AS f(rank integer, name text, content_type text,"
                " size integer, sha256 text, blob text)",
                [referral.pk, referral.patient_id, json.dumps(rows)],
            )


def files_of(referral: Referral) -> list[ReferralFile]:
    """The files that the actor may know of, in the order they were sent."""
    return list(ReferralFile.objects.filter(referral=referral).order_by("rank"))


def let_out(actor: Actor, referral: Referral) -> int:
    """Out of quarantine; returns how many were in it."""
    held = ReferralFile.objects.filter(referral=referral, released_at=None)
    return held.update(released_at=now(), released_by_id=actor.practice_id)


def names_in_use() -> list[str]:
    """Files of the store that a demande holds."""
    return list(ReferralFile.objects.values_list("blob", flat=True))
