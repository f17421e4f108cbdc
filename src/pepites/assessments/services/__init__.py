"""The only way to write forms and assessments."""

from pepites.assessments.services.answering import (
    amend_assessment,
    finish_assessment,
    save_assessment,
    start_assessment,
    withdraw_assessment,
)
from pepites.assessments.services.forms import create_form, publish_version, retire_form, save_version, start_version
from pepites.assessments.services.library import ensure_library
from pepites.assessments.services.reserving import reserve_assessment

__all__ = [
    "amend_assessment",
    "create_form",
    "ensure_library",
    "finish_assessment",
    "publish_version",
    "reserve_assessment",
    "retire_form",
    "save_assessment",
    "save_version",
    "start_assessment",
    "start_version",
    "withdraw_assessment",
]
