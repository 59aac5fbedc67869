"""Read one table to its end and land what changed."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx

from connection.errors import ServiceRefused
from connection.odata import pages
from extract.decode import PageDecoder
from extract.errors import TableFailed
from extract.landing import IncomingFile, Landed, Landing, RawTable, Stamp
from extract.metadata import TableLayout, refusal
from extract.presence import LANDED_COLUMNS, presence, presence_file
from extract.schema import arrow_schema

PAGE_SIZE = 5000
"""Rows per page; Dataverse gives no more."""


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


def read_table(
    client: httpx.Client, layout: TableLayout, run: Run, on_rows: Callable[[int], None]
) -> IncomingFile:
    """Read every row of a table into a file in the work folder.

    Asks for exactly the columns that exist, ordered by primary key so that no row is skipped
    between pages. on_rows: told the number of rows read so far.
    Raises TableFailed when the service refuses or a value does not fit.
    """
    table = layout.table
    decoder = PageDecoder(layout)
    incoming = IncomingFile(run.work / f"{table.label}.read", arrow_schema(table))
    params = {
        "$select": ",".join(column.name for column in layout.present),
        "$orderby": table.primary_key,
    }
    try:
        for page in pages(
            client, table.entity_set, params=params, prefer=f"odata.maxpagesize={PAGE_SIZE}"
        ):
            if run.stop.is_set():
                raise TableFailed(f"{table.label} was not read to its end: run the extract again.")
            incoming.append(decoder.decode(page))
            on_rows(incoming.rows)
    except ServiceRefused as error:
        raise refusal(table, error) from error
    finally:
        incoming.close()
    return incoming


def land_table(layout: TableLayout, incoming: IncomingFile, run: Run, read_at: datetime) -> Landed:
    """Land the rows of one complete read; return what was appended. read_at: UTC without zone.

    The presence of the columns lands first: rows are never visible without it.
    """
    stamp = Stamp(run.extract_id, read_at)
    columns = presence(layout)
    if not columns <= run.presence:
        said = presence_file(columns, run.work / f"{layout.table.label}.columns")
        part = f"{run.extract_id}.{layout.table.label}"
        run.landing.land(LANDED_COLUMNS, said, stamp, complete=False, part=part)
        said.path.unlink()
    landed = run.landing.land(RawTable.of(layout.table), incoming, stamp, complete=True)
    incoming.path.unlink()
    return landed
