"""Answers of INSi, sealed with their row: what is proposed, and the bytes as they came (RNIV-8)."""

import base64
import datetime as dt
import json
from dataclasses import asdict
from typing import Any

from pepites.identity.ins import InsNumber
from pepites.identity.insi.models import InsiCall
from pepites.identity.insi.sealing import seal, unseal
from pepites.identity.ports import FormerIns, InsiPerson, InsiReply


def _where(message_id: object, patient_id: int) -> str:
    return f"identity_insicall|{message_id}|{patient_id}"


def sealed(reply: InsiReply, patient_id: int) -> bytes | None:
    """The answer encrypted for its row, None when nothing came."""
    if not reply.raw:
        return None
    kept = {"raw": base64.b64encode(reply.raw).decode(), "person": asdict(reply.person) if reply.person else None}
    return seal(json.dumps(kept, default=str).encode(), where=_where(reply.message_id, patient_id))


def raw_answer(call: InsiCall) -> bytes:
    """The answer as it came, for whoever investigates."""
    return base64.b64decode(str(_opened(call).get("raw") or ""))


def proposal(call: InsiCall) -> InsiPerson | None:
    """The person an answer proposes."""
    found = _opened(call).get("person")
    if not found:
        return None
    return InsiPerson(
        active=InsNumber(**found["active"]),
        history=tuple(
            FormerIns(InsNumber(**one["number"]), _date(one["starts_on"]), _date(one["ends_on"]))
            for one in found["history"]
        ),
        birth_name=found["birth_name"],
        given_names=found["given_names"],
        sex=found["sex"],
        birth_date=dt.date.fromisoformat(found["birth_date"]),
        birth_place_cog=found["birth_place_cog"],
    )


def _opened(call: InsiCall) -> dict[str, Any]:
    if call.sealed_answer is None:
        return {}
    plain = unseal(call.sealed_answer, where=_where(call.public_id, call.patient_id))
    opened: dict[str, Any] = json.loads(plain)
    return opened


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
