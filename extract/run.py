"""Extract the selected tables: check, read and land each; one bad table stops no other."""

import threading
import time
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import structlog

from connection.declarations import SourceTable
from connection.errors import IntegrationError, StorageError
from connection.landings import LandingRecord, read_landing, write_landing
from connection.manifest import Manifest
from connection.settings import Settings
from connection.storage import Storage
from extract.catalog import tables
from extract.errors import TableAbsent, TableFailed
from extract.landing import Landing, RawTable
from extract.layout import TableLayout
from extract.lock import exclusive
from extract.order import waves
from extract.origin import settle_environment
from extract.presence import LANDED_COLUMNS
from extract.progress import ExtractProgress, NoProgress
from extract.report import ExtractReport, TableResult
from extract.systems import System, systems
from extract.table import Run, land_table
from extract.work import work_folder

WORKERS = 4
"""Tables read at the same time."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, as tests may replace it. now: aware UTC. elapsed and sleep: seconds.

    sleep: None waits in a way that an interruption ends.
    """

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    elapsed: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] | None = None


def run_extract(
    settings: Settings,
    manifest: Manifest,
    select: Collection[str] | None = None,
    *,
    progress: ExtractProgress | None = None,
    transport: httpx.BaseTransport | None = None,
    clock: Clock | None = None,
) -> ExtractReport:
    """Read the selected source tables and land what changed.

    select: names of templates or tables; None means all. transport: replaces the network.
    Every table gets a result and a landing record. Raises IntegrationError only when no table
    can be read: wrong selection, another environment, no connection, RAW_ROOT in use.
    """
    time_source = clock or Clock()
    selected = tables(manifest, select)
    storage = Storage(settings.raw_root)
    stop = threading.Event()

    def pause(seconds: float) -> None:
        if stop.wait(seconds):
            raise TableFailed(
                "The run was interrupted while it waited for the service: run it again."
            )

    readable = systems(
        settings,
        manifest,
        storage,
        transport=transport,
        sleep=time_source.sleep or pause,
        now=time_source.now,
    )
    with exclusive(storage), work_folder(storage) as work:
        with readable["dataverse"].open() as client:
            settle_environment(storage, settings, client)
        with closing(Landing(storage, work)) as landing:
            known = landing.newest_rows(LANDED_COLUMNS)
            run = Run(_new_id(time_source), landing, work, known, stop)
            extraction = _Extraction(storage, run, readable, progress or NoProgress(), time_source)
            return extraction.report(selected)


class _Extraction:
    """The tables of one run, several at once."""

    def __init__(
        self,
        storage: Storage,
        run: Run,
        readable: Mapping[str, System],
        progress: ExtractProgress,
        clock: Clock,
    ) -> None:
        self._storage = storage
        self._run = run
        self._systems = readable
        self._progress = progress
        self._clock = clock

    def report(self, selected: Sequence[SourceTable]) -> ExtractReport:
        """Extract every table; return the results in the order of `selected`."""
        started = self._clock.elapsed()
        results: dict[str, TableResult] = {}
        with self._progress, ThreadPoolExecutor(WORKERS) as pool:
            try:
                layouts = []
                for checked in pool.map(self._check, selected):
                    if isinstance(checked, TableLayout):
                        layouts.append(checked)
                    else:
                        results[f"{checked.system}.{checked.table}"] = checked
                for wave in waves(layouts):
                    for result in pool.map(self._extract, wave):
                        results[f"{result.system}.{result.table}"] = result
            except BaseException:
                # Without this, an interrupted run would first read its tables to the end.
                self._run.stop.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return ExtractReport(
            extract_id=self._run.extract_id,
            tables=tuple(results[table.label] for table in selected),
            seconds=round(self._clock.elapsed() - started, 3),
        )

    def _check(self, table: SourceTable) -> TableLayout | TableResult:
        system = self._systems[table.system]
        try:
            with system.open() as client:
                return system.check(client, table)
        except IntegrationError as error:
            lacks = table.optional and isinstance(error, TableAbsent)
            result = self._lacking(table) if lacks else _failed(table, error, 0.0)
            return self._finish(result, self._clock.now())

    def _lacking(self, table: SourceTable) -> TableResult:
        """Return the result of an optional table that the organisation does not have.

        Rows that it had are not given up for it: what the service says may be a mistake.
        """
        landed = RawTable.of(table)
        try:
            if not self._run.landing.has_rows(landed):
                return _empty(table)
        except StorageError as error:
            return _failed(table, error, 0.0)
        gone = TableFailed(
            f"{table.label} does not exist in this organisation any more, and rows of it have landed: "
            "extract again, or if its solution was removed for good, move "
            f"{self._storage.path(landed.folder)} away, and the table counts as empty."
        )
        return _failed(table, gone, 0.0)

    def _extract(self, layout: TableLayout) -> TableResult:
        table, read_at, started = layout.table, self._clock.now(), self._clock.elapsed()
        system = self._systems[table.system]
        self._progress.started(table.label)
        try:
            with system.open() as client:
                reading = system.read(
                    client, layout, self._run, lambda rows: self._progress.read(table.label, rows)
                )
            landed = land_table(reading, self._run, read_at.replace(tzinfo=None))
        except (IntegrationError, OSError) as error:
            failed = _failed(table, error, self._clock.elapsed() - started)
            return self._finish(failed, read_at)
        result = TableResult(
            system=table.system,
            table=table.name,
            status="landed",
            rows_read=reading.rows.rows,
            rows_appended=landed.appended,
            tombstones=landed.tombstones,
            seconds=round(self._clock.elapsed() - started, 3),
            missing_columns=tuple(sorted(reading.layout.missing)),
        )
        return self._finish(result, read_at)

    def _finish(self, result: TableResult, attempted_at: datetime) -> TableResult:
        """Write the landing record, after the part it speaks of, and show the result."""
        before = read_landing(self._storage, result.system, result.table)
        landed = result.status == "landed"
        record = LandingRecord(
            system=result.system,
            table=result.table,
            extract_id=self._run.extract_id,
            status=result.status,
            attempted_at=attempted_at,
            landed_at=attempted_at if landed else before.landed_at if before else None,
            rows_read=result.rows_read,
            rows_appended=result.rows_appended,
            tombstones=result.tombstones,
            missing_columns=result.missing_columns,
            message=result.message,
        )
        write_landing(self._storage, record)
        log.info("table finished", table=f"{result.system}.{result.table}", status=result.status)
        self._progress.finished(result)
        return result


def _empty(table: SourceTable) -> TableResult:
    """Return the result of an optional table that the organisation never had."""
    return TableResult(
        system=table.system,
        table=table.name,
        status="landed",
        missing_columns=tuple(sorted(column.name for column in table.columns)),
    )


def _failed(table: SourceTable, error: Exception, seconds: float) -> TableResult:
    message = str(error)
    if table.label not in message:
        message = f"{table.label}: {message}"
    return TableResult(
        system=table.system,
        table=table.name,
        status="failed",
        seconds=round(seconds, 3),
        message=message,
    )


def _new_id(clock: Clock) -> str:
    """Return an id that sorts by time and names a file."""
    return f"{clock.now():%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:8]}"
