"""Read one table to its end and land what changed."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx

from connection.errors import ServiceRefused
from connection.odata import pages
from extract.decode import PageDecoder
from extract.errors import TableFailed, refusal
from extract.landing import IncomingFile, Landed, Landing, RawTable, Stamp
from extract.layout import TableLayout
from extract.presence import LANDED_COLUMNS, presence, presence_file
from extract.schema import arrow_schema

OnRows = Callable[[int], None]
"""Told the number of rows read so far."""


@dataclass(frozen=True, slots=True)
class Run:
    """What all tables of one extract share.

    presence: the newest landed rows of LANDED_COLUMNS. stop: set when the run is interrupted.
    """

    extract_id: str
    landing: Landing
    work: Path
    presence: frozenset[tuple[object, ...]]
    stop: threading.Event

    def go_on(self, layout: TableLayout) -> None:
        """Raise TableFailed when the run was interrupted."""
        if self.stop.is_set():
            raise TableFailed(
                f"{layout.table.label} was not read to its end: run the extract again."
            )


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading one table brought.

    layout: as it was found while reading. complete: every row of the table was seen.
    has_landed: called once the rows have landed; what they were read from is not needed any more.
    """

    layout: TableLayout
    rows: IncomingFile
    complete: bool = True
    has_landed: Callable[[], None] = lambda: None


def incoming_file(layout: TableLayout, run: Run) -> IncomingFile:
    """Return a file in the work folder that collects the rows of a table."""
    table = layout.table
    return IncomingFile(run.work / f"{table.label}.read", arrow_schema(table))


def read_pages(
    client: httpx.Client,
    layout: TableLayout,
    run: Run,
    on_rows: OnRows,
    *,
    url: str,
    params: Mapping[str, str],
    prefer: str | None = None,
) -> Reading:
    """Read every row of a collection into a file in the work folder.

    Asks for exactly the columns that exist, ordered by primary key so that no row is skipped
    between pages. Raises TableFailed when the service refuses or a value does not fit.
    """
    decoder = PageDecoder(layout)
    incoming = incoming_file(layout, run)
    asked = {
        **params,
        "$select": ",".join(column.name for column in layout.present),
        "$orderby": ",".join(layout.table.key),
    }
    try:
        for page in pages(client, url, params=asked, prefer=prefer):
            run.go_on(layout)
            incoming.append(decoder.decode(page))
            on_rows(incoming.rows)
    except ServiceRefused as error:
        raise refusal(layout.table, error) from error
    finally:
        incoming.close()
    return Reading(layout, incoming)


def land_table(reading: Reading, run: Run, read_at: datetime) -> Landed:
    """Land the rows of one reading; return what was appended. read_at: UTC without zone.

    The presence of the columns lands first: rows are never visible without it.
    """
    table, stamp = reading.layout.table, Stamp(run.extract_id, read_at)
    columns = presence(reading.layout)
    if not columns <= run.presence:
        said = presence_file(columns, run.work / f"{table.label}.columns")
        part = f"{run.extract_id}.{table.label}"
        run.landing.land(LANDED_COLUMNS, said, stamp, complete=False, part=part)
        said.path.unlink()
    landed = run.landing.land(RawTable.of(table), reading.rows, stamp, complete=reading.complete)
    reading.rows.path.unlink()
    reading.has_landed()
    return landed
