"""How many requests came in: what lets a test prove that nothing was written."""

import threading
from collections import Counter

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class RequestLog:
    """Counts by system, method and kind (`read` or `write`); safe from every thread.

    The frame counts every request but `$batch`; whoever answers a `$batch` counts its
    operations with `add`, through `request.app.state.request_log`.
    """

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._lock = threading.Lock()

    def add(self, system: str, method: str, path: str = "") -> None:
        """Count one operation; a POST that only asks (an action named Get..., Export...) is a read."""
        action = path.rstrip("/").rsplit("/", 1)[-1].rsplit(".", 1)[-1]
        asks = method in READING_METHODS or action.startswith(("Get", "Generate", "Export"))
        with self._lock:
            self._counts[system, method, "read" if asks else "write"] += 1

    def reset(self) -> None:
        """Forget everything counted so far."""
        with self._lock:
            self._counts.clear()

    def as_json(self) -> dict[str, object]:
        """Return {"reads": {system: n}, "writes": {system: n}, "requests": [...]}."""
        with self._lock:
            counts = sorted(self._counts.items())
        totals: dict[str, Counter[str]] = {"read": Counter(), "write": Counter()}
        for (system, _, kind), number in counts:
            totals[kind][system] += number
        return {
            "reads": dict(totals["read"]),
            "writes": dict(totals["write"]),
            "requests": [
                {"system": system, "method": method, "kind": kind, "count": number}
                for (system, method, kind), number in counts
            ],
        }
