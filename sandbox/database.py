"""The sandbox's rows: one embedded DuckDB database, a file or in memory.

Schemas: `dataverse` (one table per source table), `finops` (one table per entity) and `sandbox`
(what the process remembers about itself).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

SCHEMAS = ("dataverse", "finops", "sandbox")

BOOKKEEPING = """
create table if not exists sandbox.settings (name varchar primary key, value varchar not null);
create table if not exists sandbox.awkward_cases (
    "case" varchar not null, table_name varchar not null, row_id varchar not null
);
create table if not exists sandbox.shared_facts (
    kind varchar not null, key varchar not null, company varchar, detail json
);
"""


class Database:
    """One DuckDB database, shared by every request thread of the process.

    Reading: take a cursor per request; it sees the last committed state.
    Writing: `with database.writing() as cursor`, one writer at a time, one transaction.

    `sandbox.shared_facts` is what both halves must agree on. Its kinds:
      product             key = product number; detail {"name", "unit", "description", "price",
                          "cost", "currency", "type": Item or Service, "stocked": Yes or No,
                          "field_service_type"}; on both ends
      native_sales_order  key = sales order number that F&O made itself, in `company`;
                          detail {"customer"}
      native_order        the same, of goods; detail {"customer", "status", "origin",
                          "totals_updated", "lines": [{"product", "quantity", "price"}]}
      native_customer     key = customer account that F&O made itself, in `company`;
                          detail {"name", "externally_maintained": Yes where it is}
      native_project      key = project number in `company`; detail {"name", "type", "stage",
                          "customer"}; Dataverse has some of them
      native_warehouse    key = warehouse id in `company`; detail {"name", "site"}
      native_vendor       key = vendor account in `company`; detail {"name"}
      native_purchase_order
                          key = purchase order number in `company`; detail {"vendor", "status":
                          Confirmed or Draft, "warehouse", "lines" like those of native_order}
      category            key = project category that F&O has in `company`, enabled for project
                          and expense; detail {}
    Amounts and quantities are texts.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Open or create the database; `path` None keeps it in memory."""
        self._connection = duckdb.connect(str(path) if path else ":memory:")
        self._write_lock = threading.RLock()
        self._connection.execute("set timezone = 'UTC'")
        for schema in SCHEMAS:
            self._connection.execute(f"create schema if not exists {schema}")
        self._connection.execute(BOOKKEEPING)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return a new connection to the same database; use it in one thread, then close it."""
        cursor = self._connection.cursor()
        cursor.execute("set timezone = 'UTC'")
        return cursor

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Hold the write lock and a transaction: commit at the end, roll back on any error."""
        with self._write_lock:
            cursor = self.cursor()
            try:
                cursor.begin()
                try:
                    yield cursor
                except BaseException:
                    cursor.rollback()
                    raise
                cursor.commit()
            finally:
                cursor.close()

    def setting(self, name: str) -> str | None:
        """Return what `remember` stored under `name`, or None."""
        cursor = self.cursor()
        try:
            row = cursor.execute(
                "select value from sandbox.settings where name = ?", [name]
            ).fetchone()
        finally:
            cursor.close()
        return None if row is None else str(row[0])

    def remember(self, name: str, value: str) -> None:
        """Store `value` under `name`, replacing what was there."""
        with self.writing() as cursor:
            cursor.execute("insert or replace into sandbox.settings values (?, ?)", [name, value])

    def close(self) -> None:
        """Write everything to the file and let it go."""
        self._connection.close()
