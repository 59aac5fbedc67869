"""Creating, updating, upserting and deleting one row, inside a transaction the caller holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import duckdb

from sandbox.dataverse.answers import ApiError, missing_row
from sandbox.dataverse.catalog import Catalog
from sandbox.dataverse.keys import Key, find
from sandbox.dataverse.metadata import Table
from sandbox.dataverse.solution import PLUG_IN_FAILURE, Change, after_write, answers, before_write
from sandbox.dataverse.storage import next_versions, stored_columns
from sandbox.dataverse.values import to_row

ROOT_BUSINESS_UNIT = UUID("b0000000-0000-4000-8000-000000000001")
EXISTS = "A record with matching key values already exists."
CHANGED = "The version of the existing record doesn't match the RowVersion property provided."


@dataclass(frozen=True, slots=True)
class Written:
    """What happened to a row."""

    row_id: UUID
    created: bool


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes within one transaction; the caller holds the write lock."""

    cursor: duckdb.DuckDBPyConnection
    catalog: Catalog

    def create(self, table: Table, content: Mapping[str, object]) -> Written:
        """Insert a row; raises ApiError 412 when its key is taken."""
        row = to_row(self.cursor, self.catalog, table, content)
        return self._insert(table, row)

    def upsert(
        self, table: Table, key: Key, content: Mapping[str, object], conditions: Mapping[str, str]
    ) -> Written:
        """Update the row at `key`, or create it.

        conditions: the headers if-match and if-none-match. Raises ApiError: 404 when the row is
        absent under If-Match, 412 when it is present under If-None-Match or has another version.
        """
        row_id = find(self.cursor, table, key)
        match = conditions.get("if-match")
        if row_id is None:
            if match is not None:
                raise _absent(table, key)
            row = to_row(self.cursor, self.catalog, table, content)
            if key.row_id is not None:
                row[table.primary_key] = key.row_id
            for name, value in zip(table.alternate_key, key.alternate, strict=False):
                row.setdefault(name, value)
            return self._insert(table, row)
        if conditions.get("if-none-match") == "*":
            raise ApiError(412, "", EXISTS)
        self._check_version(table, row_id, match)
        self._update(table, row_id, to_row(self.cursor, self.catalog, table, content))
        return Written(row_id, created=False)

    def delete(self, table: Table, key: Key, match: str | None = None) -> None:
        """Delete the row at `key` and leave a tombstone.

        Raises ApiError: 404 when it is absent, 400 when the solution does not let it go.
        """
        row_id = find(self.cursor, table, key)
        if row_id is None:
            raise _absent(table, key)
        if table.undeletable:
            raise ApiError(400, PLUG_IN_FAILURE, f"{table.display_name} records can't be deleted.")
        self._check_version(table, row_id, match)
        before_write(self, Change(table, row_id, self._stored(table, row_id), None))
        self.cursor.execute(
            f'delete from dataverse."{table.name}" where "{table.primary_key}" = ?', [row_id]
        )
        self.cursor.execute(
            "insert into sandbox.deleted_rows values (?, ?, ?)",
            [table.name, row_id, next_versions(self.cursor)],
        )

    def put(self, table_name: str, row: dict[str, object]) -> None:
        """Insert a row that already is in terms of the database."""
        self._insert(self.catalog.by_name(table_name), row)

    def change(self, table_name: str, row_id: UUID, row: dict[str, object]) -> None:
        """Update a row with values that already are in terms of the database."""
        self._update(self.catalog.by_name(table_name), row_id, row)

    def remove(self, table_name: str, row_id: UUID) -> None:
        """Delete a row."""
        self.delete(self.catalog.by_name(table_name), Key(row_id))

    def _insert(self, table: Table, row: dict[str, object]) -> Written:
        row_id = row.setdefault(table.primary_key, uuid4())
        if not isinstance(row_id, UUID):
            row_id = row[table.primary_key] = uuid4()
        if find(self.cursor, table, Key(row_id)) is not None:
            raise ApiError(412, "0x80040237", EXISTS)
        self._check_alternate_key(table, row_id, row)
        change = Change(table, row_id, None, row)
        before_write(self, change)
        self._check_required(table, row)
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        values = _defaults(table) | row
        values |= {
            "createdon": now,
            "modifiedon": now,
            "versionnumber": next_versions(self.cursor),
        }
        columns = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" for _ in values)
        self.cursor.execute(
            f'insert into dataverse."{table.name}" ({columns}) values ({marks})',
            list(values.values()),
        )
        after_write(self, change)
        return Written(row_id, created=True)

    def _update(self, table: Table, row_id: UUID, row: dict[str, object]) -> None:
        row.pop(table.primary_key, None)
        self._check_alternate_key(table, row_id, row)
        change = Change(table, row_id, self._stored(table, row_id), row)
        before_write(self, change)
        values = row | {
            "modifiedon": datetime.now(UTC).replace(tzinfo=None, microsecond=0),
            "versionnumber": next_versions(self.cursor),
        }
        settings = ", ".join(f'"{name}" = ?' for name in values)
        self.cursor.execute(
            f'update dataverse."{table.name}" set {settings} where "{table.primary_key}" = ?',
            [*values.values(), row_id],
        )
        after_write(self, change)

    def _stored(self, table: Table, row_id: UUID) -> dict[str, object]:
        """Return the row as it is, for the behaviours; nothing where there are none."""
        return self._read(table, row_id) if answers(table) else {}

    def _read(self, table: Table, row_id: UUID) -> dict[str, object]:
        found = self.cursor.execute(
            f'select * from dataverse."{table.name}" where "{table.primary_key}" = ?', [row_id]
        )
        names = [column[0] for column in found.description or []]
        row = found.fetchone()
        return {} if row is None else dict(zip(names, row, strict=True))

    def _check_required(self, table: Table, row: Mapping[str, object]) -> None:
        if not self.catalog.needs_required(table):
            return
        for name in table.required:
            if name in table.columns and row.get(table.columns[name].wire_name) is None:
                raise ApiError(400, PLUG_IN_FAILURE, f"Required field '{name}' is missing.")

    def _check_version(self, table: Table, row_id: UUID, match: str | None) -> None:
        if match is None or match == "*":
            return
        found = self.cursor.execute(
            f'select versionnumber from dataverse."{table.name}" where "{table.primary_key}" = ?',
            [row_id],
        ).fetchone()
        if found is None or match != f'W/"{found[0]}"':
            raise ApiError(412, "", CHANGED)

    def _check_alternate_key(self, table: Table, row_id: UUID, row: Mapping[str, object]) -> None:
        if not any(name in row for name in table.alternate_key):
            return
        whole = {**self._read(table, row_id), **row}
        values = [whole.get(name) for name in table.alternate_key]
        if all(isinstance(value, str) for value in values):
            owner = find(self.cursor, table, Key(None, tuple(str(value) for value in values)))
            if owner not in (None, row_id):
                raise ApiError(412, "0x80060892", EXISTS)


def _defaults(table: Table) -> dict[str, object]:
    """Return what the service fills in by itself on create."""
    stored = stored_columns(table)
    defaults: dict[str, object] = {"statecode": 0, "statuscode": 1}
    defaults["_owningbusinessunit_value"] = ROOT_BUSINESS_UNIT
    return {name: value for name, value in defaults.items() if name in stored}


def _absent(table: Table, key: Key) -> ApiError:
    error = missing_row(table.name, key)
    return ApiError(error.status, "", error.message)
