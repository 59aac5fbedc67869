"""The systems that can be read, and what an extract needs to know of each."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

import httpx

from connection.addresses import DATAVERSE_API
from connection.auth import dataverse_token, finops_token
from connection.declarations import SourceTable
from connection.http import open_client
from connection.manifest import Manifest
from connection.settings import Settings
from connection.storage import Storage
from extract.dataverse import Dataverse
from extract.exports import Exports
from extract.finops import Finops
from extract.layout import TableLayout
from extract.table import OnRows, Reading, Run


class System(Protocol):
    """How the tables of one system are checked and read; several threads use it at once."""

    @property
    def open(self) -> Callable[[], httpx.Client]:
        """Gives a client for the calls below; one per thread."""
        ...

    def check(self, client: httpx.Client, table: SourceTable) -> TableLayout:
        """Return the table as the service has it, before any row is read.

        Raises TableFailed naming the table, and the column where there is one.
        """
        ...

    def read(self, client: httpx.Client, layout: TableLayout, run: Run, on_rows: OnRows) -> Reading:
        """Read the table into a file in the work folder. Raises TableFailed; nothing landed then."""
        ...


def systems(
    settings: Settings,
    manifest: Manifest,
    storage: Storage,
    *,
    transport: httpx.BaseTransport | None,
    sleep: Callable[[float], None],
    now: Callable[[], datetime],
) -> Mapping[str, System]:
    """Return the systems by their name in the dbt project.

    transport: replaces the network. sleep: seconds, raises when the run is interrupted.
    """
    dataverse, finops = dataverse_token(settings), finops_token(settings)

    def open_dataverse() -> httpx.Client:
        url = settings.dataverse_url + DATAVERSE_API
        return open_client(url, dataverse, transport=transport, sleep=sleep)

    def open_finops() -> httpx.Client:
        return open_client(settings.finops_url, finops, transport=transport, sleep=sleep)

    def open_download(url: str) -> httpx.Client:
        return open_client(url, None, transport=transport, sleep=sleep)

    exports = Exports(
        storage=storage,
        manifest=manifest,
        prefix=settings.export_project_prefix,
        open_download=open_download,
        sleep=sleep,
        now=now,
    )
    return {"dataverse": Dataverse(open_dataverse), "finops": Finops(open_finops, exports)}
