"""Errors of the domain: each carries the French sentence the screen shows and an English code for logs."""

from pepites.common.decision import Decision


class DomainError(Exception):
    """An expected refusal of the work asked for: nothing was written.

    ``message`` is French and tells what to do; ``field`` names the form field concerned, if one is.
    """

    status = 422
    code = "domain_error"

    def __init__(self, message: str, *, field: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if code:
            self.code = code


class NotFound(DomainError):
    """The thing does not exist, or the actor may not know that it does: same answer for both."""

    status = 404
    code = "not_found"

    def __init__(self, message: str = "Cette page n'existe pas ou ne vous est pas ouverte.") -> None:
        super().__init__(message)


class Conflict(DomainError):
    """Someone changed the same thing meanwhile."""

    status = 409
    code = "conflict"


class TooMany(DomainError):
    """A rate limit was reached."""

    status = 429
    code = "too_many"


class Refused(DomainError):
    """A right is missing. The unit of work rolls back, then writes the refusal in the journal (design, law 4).

    ``subject`` is the public identifier of the person concerned, if the caller knows it; ``code`` the journal code.
    """

    status = 403
    code = "access.refused"

    def __init__(
        self,
        decision: Decision,
        *,
        code: str = "access.refused",
        subject_ids: tuple[int, ...] = (),
        object_type: str = "",
        object_id: str = "",
        hide: bool = False,
    ) -> None:
        super().__init__(decision.message, code=code)
        self.decision = decision
        self.subject_ids = subject_ids
        self.object_type = object_type
        self.object_id = object_id
        if hide:  # the answer must not tell that the thing exists
            self.status = 404
            self.message = "Cette page n'existe pas ou ne vous est pas ouverte."
