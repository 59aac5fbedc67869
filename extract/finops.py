"""Tables of Finance and Operations: public collections page by page, the others as packages."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from connection.addresses import FINOPS_API
from connection.declarations import SourceTable
from connection.errors import ServiceRefused
from connection.responses import accepted, json_object
from extract.errors import TableFailed, refusal
from extract.exports import Exports
from extract.layout import TableLayout
from extract.table import OnRows, Reading, Run, read_pages

PUBLIC_ENTITIES = "/Metadata/PublicEntities"
COMPANIES = {"cross-company": "true"}
"""Without it the service shows the rows of the user's own company."""


@dataclass(slots=True)
class Finops:
    """One environment. open: gives a client of it. exports: for what only packages carry."""

    open: Callable[[], httpx.Client]
    exports: Exports
    _public: dict[str, dict[str, Any]] = field(default_factory=dict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def check(self, client: httpx.Client, table: SourceTable) -> TableLayout:
        """Return the table as the environment has it.

        What only packages carry tells its columns when it is read. Raises TableFailed.
        """
        if table.entity_set:
            return _layout(table, self._public_entity(client, table))
        self.exports.check(client, table)
        return TableLayout(table)

    def read(self, client: httpx.Client, layout: TableLayout, run: Run, on_rows: OnRows) -> Reading:
        """Read the rows of all companies. Raises TableFailed."""
        if not layout.table.entity_set:
            return self.exports.read(client, layout, run, on_rows)
        url = FINOPS_API + layout.table.entity_set
        return read_pages(client, layout, run, on_rows, url=url, params=COMPANIES)

    def _public_entity(self, client: httpx.Client, table: SourceTable) -> dict[str, Any]:
        with self._turn:
            if not self._public:
                try:
                    told = json_object(accepted(client.get(PUBLIC_ENTITIES)).content)
                except ServiceRefused as error:
                    raise refusal(table, error) from error
                self._public |= {
                    str(row.get("EntitySetName")): row for row in told.get("value") or ()
                }
        found = self._public.get(table.entity_set)
        if found is None:
            raise TableFailed(
                f"{table.label} is declared with the collection {table.entity_set}, which is not "
                "public in this environment: correct config.meta of the source."
            )
        return found


def _layout(table: SourceTable, entity: dict[str, Any]) -> TableLayout:
    properties = {str(row["Name"]): row for row in entity.get("Properties") or ()}
    keys = {name for name, row in properties.items() if row.get("IsKey")}
    if keys != set(table.key):
        raise TableFailed(
            f"{table.label} is declared with the primary key {', '.join(table.key)} but the service "
            f"says {', '.join(sorted(keys))}: correct config.meta of the source."
        )
    missing = frozenset(c.name for c in table.columns if c.name not in properties)
    for column in table.columns:
        if column.name in missing and not column.optional:
            raise TableFailed(
                f"{table.label} has no property {column.name} in this environment: correct the "
                "column's name, or mark it `optional: true`."
            )
    types = {name: str(row.get("TypeName")) for name, row in properties.items()}
    return TableLayout(
        table=table,
        missing=missing,
        guids=frozenset(name for name, kind in types.items() if kind == "Edm.Guid"),
        doubles=frozenset(name for name, kind in types.items() if kind == "Edm.Double"),
        noon_days=frozenset(c.name for c in table.columns if c.data_type.kind == "date"),
    )
