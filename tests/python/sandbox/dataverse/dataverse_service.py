"""A running Dataverse for tests: its address, a client with a good token, its switches."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from sandbox.app import create_app, declared_switches
from sandbox.database import Database
from sandbox.server import running
from sandbox.switches import Switches

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Dataverse:
    """The service under test."""

    database: Database
    switches: Switches
    client: httpx.Client
    base: str

    def get(self, path: str, prefer: str = "") -> httpx.Response:
        """GET below the service root, or an absolute link."""
        return self.client.get(path, headers={"Prefer": prefer} if prefer else {})

    def rows(self, path: str, prefer: str = "") -> list[Row]:
        """Return every row of a read, following next links."""
        found: list[Row] = []
        link: str | None = path
        while link is not None:
            page = self.get(link, prefer).raise_for_status().json()
            found += page["value"]
            link = page.get("@odata.nextLink")
        return found

    def create(self, entity_set: str, **content: object) -> str:
        """Create a row and return its id."""
        response = self.client.post(entity_set, json=content).raise_for_status()
        return response.headers["OData-EntityId"].rpartition("(")[2][:-1]

    def awkward(self, case: str) -> list[str]:
        """Return the ids of the rows that an awkward case touches."""
        cursor = self.database.cursor()
        try:
            found = cursor.execute(
                'select row_id from sandbox.awkward_cases where "case" = ? order by row_id', [case]
            ).fetchall()
        finally:
            cursor.close()
        return [row_id for (row_id,) in found]


@contextmanager
def serve(database: Database) -> Iterator[Dataverse]:
    """Serve `database` on a free port."""
    switches = Switches(declared_switches())
    with (
        running(create_app(database, switches)) as base,
        httpx.Client(
            base_url=f"{base}/api/data/v9.2/", headers={"Authorization": "Bearer sandbox"}
        ) as client,
    ):
        yield Dataverse(database, switches, client, base)
