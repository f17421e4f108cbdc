"""A circuit breaker: when the service fails again and again, stop making people wait (INSI-5)."""

import threading
import time
from dataclasses import dataclass, field

FAILURES = 5
PAUSE = 60.0  # seconds


@dataclass
class Breaker:
    """Opens after ``FAILURES`` failures in a row; after ``PAUSE`` one call is let through, which decides."""

    failures: int = 0
    opened_at: float | None = None
    trying: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def open(self) -> bool:
        """Whether the service is held for down."""
        with self._lock:
            return self.opened_at is not None

    def allows(self) -> bool:
        """Whether a call may be made now."""
        with self._lock:
            if self.opened_at is None:
                return True
            if self.trying or time.monotonic() - self.opened_at < PAUSE:
                return False
            self.trying = True
            return True

    def succeeded(self) -> None:
        """The service answered, whatever it said."""
        with self._lock:
            self.failures, self.opened_at, self.trying = 0, None, False

    def failed(self) -> None:
        """No answer, or « come back later »."""
        with self._lock:
            self.failures += 1
            self.trying = False
            if self.failures >= FAILURES:
                self.opened_at = time.monotonic()
