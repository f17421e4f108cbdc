"""How often somebody may ask: buckets of tokens kept by each process."""

import threading
import time

_MOST = 10_000  # keys remembered


class Bucket:
    """Requests a minute for each key, with a reserve of a quarter of a minute; full again after a pause."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, key: str, per_minute: int) -> int:
        """Count one request; 0 when it may pass, else the seconds to wait."""
        moment, room = time.monotonic(), max(1.0, per_minute / 4)
        with self._lock:
            if len(self._left) > _MOST:
                self._left.clear()
            left, since = self._left.get(key, (room, moment))
            left = min(room, left + (moment - since) * per_minute / 60)
            passes = left >= 1
            self._left[key] = (left - 1 if passes else left, moment)
            return 0 if passes else int((1 - left) * 60 / per_minute) + 1

    def forget(self) -> None:
        """Everybody starts anew."""
        with self._lock:
            self._left.clear()
