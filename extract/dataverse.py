"""Tables of Dataverse: checked against its metadata, read page by page."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx

from connection.declarations import SourceTable
from extract.layout import TableLayout
from extract.metadata import check_table
from extract.table import OnRows, Reading, Run, read_pages

PAGE_SIZE = 5000
"""Rows per page; Dataverse gives no more."""


@dataclass(frozen=True, slots=True)
class Dataverse:
    """One organisation. open: gives a client of its Web API."""

    open: Callable[[], httpx.Client]

    def check(self, client: httpx.Client, table: SourceTable) -> TableLayout:
        """Return the table as the organisation has it. Raises TableFailed."""
        return check_table(client, table)

    def read(self, client: httpx.Client, layout: TableLayout, run: Run, on_rows: OnRows) -> Reading:
        """Read every row. Raises TableFailed."""
        return read_pages(
            client,
            layout,
            run,
            on_rows,
            url=layout.table.entity_set,
            params={},
            prefer=f"odata.maxpagesize={PAGE_SIZE}",
        )
