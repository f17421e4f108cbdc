"""What an interaction answers when it cannot be done: an OperationOutcome, never with anything about a person."""

from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError

from pepites.common.errors import Conflict, DomainError, Refused, TooMany

ISSUE_OF_STATUS = {
    400: "invalid", 401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported", 406: "not-supported",
    409: "conflict", 410: "deleted", 412: "conflict", 413: "too-long", 415: "not-supported", 422: "business-rule",
    429: "throttled", 500: "exception", 503: "transient",
}  # fmt: skip


@dataclass
class FhirError(Exception):
    """A refusal of the interface. ``text`` is French and says what to do; ``diagnostics`` a standard's own words."""

    status: int
    text: str
    code: str = ""
    diagnostics: str = ""
    expression: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    severity: str = "error"

    def outcome(self) -> dict[str, Any]:
        """The OperationOutcome."""
        issue: dict[str, Any] = {"severity": self.severity, "code": self.code or ISSUE_OF_STATUS[self.status]}
        if self.text:
            issue["details"] = {"text": self.text}
        if self.diagnostics:
            issue["diagnostics"] = self.diagnostics
        if self.expression:
            issue["expression"] = [self.expression]
        return {"resourceType": "OperationOutcome", "issue": [issue]}


def invalid(text: str, *, code: str = "invalid", expression: str = "") -> FhirError:
    """A request that cannot be read."""
    return FhirError(400, text, code=code, expression=expression)


def of_exception(error: BaseException) -> FhirError:
    """What the caller is told of an exception of the domain, or of one that nobody expected."""
    if isinstance(error, FhirError):
        return error
    if isinstance(error, TooMany):
        return FhirError(429, error.message, headers={"Retry-After": "60"})
    if isinstance(error, Refused):
        return FhirError(error.status, error.message)
    if isinstance(error, Conflict):
        return FhirError(409, error.message)
    if isinstance(error, DomainError):
        status = error.status if error.status in ISSUE_OF_STATUS else 422
        return FhirError(status, error.message)
    text = "La demande n'a pas pu être traitée. Recommencez ; si cela dure, prévenez l'exploitant."
    return FhirError(503 if isinstance(error, DatabaseError) and _transient(error) else 500, text)


def _transient(error: DatabaseError) -> bool:
    """A lock or a serialisation that the caller may try again: SQLSTATE classes 40 and 55."""
    return str(getattr(error.__cause__, "sqlstate", "") or "")[:2] in {"40", "55"}
