"""Show how a load goes on, on standard error: one line per model, and per batch of a long one."""

import sys
import time
from typing import Protocol, TextIO

LINE_SECONDS = 10.0


class LoadProgress(Protocol):
    """Told what is being sent."""

    def sending(self, model: str, rows: int) -> None:
        """`rows` rows of a model are about to go out."""
        ...

    def sent(self, model: str, done: int, rows: int) -> None:
        """`done` of `rows` rows have their receipts."""
        ...


class NoProgress:
    """Shows nothing."""

    def sending(self, model: str, rows: int) -> None:
        """Ignore it."""

    def sent(self, model: str, done: int, rows: int) -> None:
        """Ignore it."""


class Lines:
    """Plain lines."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stderr
        self._last = time.monotonic()

    def sending(self, model: str, rows: int) -> None:
        """Say what goes out."""
        self._say(f"sending {rows:,} rows of {model}")

    def sent(self, model: str, done: int, rows: int) -> None:
        """Say how far a long sending is."""
        if done < rows and time.monotonic() - self._last >= LINE_SECONDS:
            self._say(f"sent {done:,} of {rows:,} rows of {model}")

    def _say(self, line: str) -> None:
        self._last = time.monotonic()
        self._out.write(line + "\n")
        self._out.flush()
