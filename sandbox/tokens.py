"""Bearer tokens: one fixed for the whole run, others handed out by the token endpoint."""

import secrets
import threading
import time
from collections.abc import Callable

WELL_KNOWN = "sandbox"


class Tokens:
    """Which tokens are good now."""

    def __init__(self, fixed: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._fixed = fixed
        self._clock = clock
        self._ends: dict[str, float] = {}
        self._lock = threading.Lock()

    def issue(self, life_seconds: int) -> str:
        """Make a token that is good for `life_seconds`."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._ends[token] = self._clock() + life_seconds
        return token

    def is_good(self, token: str) -> bool:
        """Tell whether `token` is the fixed one or was issued and has not ended."""
        if secrets.compare_digest(token.encode(), self._fixed.encode()):
            return True
        with self._lock:
            return self._ends.get(token, float("-inf")) > self._clock()
