"""Show how an extract goes on: bars on a terminal, plain lines elsewhere."""

import sys
import threading
import time
from collections.abc import Callable
from typing import Protocol, Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from extract.report import TableResult

LINE_SECONDS = 10.0
"""A table that takes longer says so this often."""


class ExtractProgress(Protocol):
    """Told by several threads what happens; a context around the run."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exception: object) -> None: ...

    def started(self, table: str) -> None:
        """Reading of `table` (system.name) begins."""
        ...

    def read(self, table: str, rows: int) -> None:
        """`rows` rows have been read in all."""
        ...

    def finished(self, result: TableResult) -> None:
        """A table landed or failed."""
        ...


class NoProgress:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        return None

    def started(self, table: str) -> None:
        """Ignore it."""

    def read(self, table: str, rows: int) -> None:
        """Ignore it."""

    def finished(self, result: TableResult) -> None:
        """Ignore it."""


class LineProgress(NoProgress):
    """A line per finished table, and one every ten seconds for a table that takes longer."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._last: dict[str, float] = {}
        self._lock = threading.Lock()

    def started(self, table: str) -> None:
        """Remember when it began."""
        with self._lock:
            self._last[table] = self._clock()

    def read(self, table: str, rows: int) -> None:
        """Print a line when the last one is long ago."""
        with self._lock:
            if self._clock() - self._last[table] >= LINE_SECONDS:
                self._last[table] = self._clock()
                self._print(f"{table}: {rows:,} rows read so far")

    def finished(self, result: TableResult) -> None:
        """Print the table's line."""
        with self._lock:
            self._print(summary(result))

    def _print(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


class BarProgress:
    """One bar per table on a terminal."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.completed:,} rows"),
            TimeElapsedColumn(),
            console=console,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._progress.stop()

    def started(self, table: str) -> None:
        """Add a bar; its length is unknown, because a service does not count its rows."""
        self._tasks[table] = self._progress.add_task(table, total=None)

    def read(self, table: str, rows: int) -> None:
        """Move the bar."""
        self._progress.update(self._tasks[table], completed=rows)

    def finished(self, result: TableResult) -> None:
        """Fill the bar; a failed table says why above the bars."""
        label = f"{result.system}.{result.table}"
        if label in self._tasks:
            self._progress.update(self._tasks[label], total=max(result.rows_read, 1))
            self._progress.update(self._tasks[label], completed=max(result.rows_read, 1))
        if result.status == "failed":
            self._progress.console.print(
                summary(result), markup=False, highlight=False, style="red"
            )


def progress_for(stream: TextIO | None = None, *, quiet: bool = False) -> ExtractProgress:
    """Return bars when `stream` (standard error by default) is a terminal, lines otherwise.

    quiet: show nothing.
    """
    if quiet:
        return NoProgress()
    target = stream or sys.stderr
    if target.isatty():
        return BarProgress(Console(file=target))
    return LineProgress(target)


def summary(result: TableResult) -> str:
    """Return one line about a finished table."""
    label = f"{result.system}.{result.table}"
    if result.status == "failed":
        return f"{label}: failed: {result.message}"
    missing = f", without {', '.join(result.missing_columns)}" if result.missing_columns else ""
    return (
        f"{label}: {result.rows_read:,} rows read, {result.rows_appended:,} appended, "
        f"{result.tombstones:,} deleted, {result.seconds:.1f} s{missing}"
    )
