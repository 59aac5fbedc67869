"""Key segments: accounts(<guid>), accounts(accountid=<guid>), products(productnumber='x')."""

import re
from dataclasses import dataclass
from urllib.parse import unquote
from uuid import UUID

import duckdb

from sandbox.dataverse.answers import ApiError, bad_request, missing_row
from sandbox.dataverse.catalog import Catalog
from sandbox.dataverse.metadata import Table

SEGMENT = re.compile(r"(?P<name>[^()/]+)(?:\((?P<key>.*)\))?", re.DOTALL)
PART = re.compile(r"\s*(\w+)\s*=\s*('(?:[^']|'')*'|[^,']+)\s*(?:,|$)")


@dataclass(frozen=True, slots=True)
class Key:
    """A row's address: its primary key, or the values of the table's alternate key."""

    row_id: UUID | None
    alternate: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ",".join(self.alternate) if self.row_id is None else str(self.row_id)


def split_segment(raw: str) -> tuple[str, str | None]:
    """Return the name and the decoded key of a path segment; the key is None without brackets."""
    match = SEGMENT.fullmatch(unquote(raw))
    if match is None:
        raise bad_request(f"Bad Request - Error in query syntax near '{unquote(raw)}'.")
    return match["name"], match["key"]


def read_key(table: Table, text: str) -> Key:
    """Parse what stands between the brackets; raises ApiError 400 when it is no key of `table`."""
    row_id = _guid(text)
    if row_id is not None:
        return Key(row_id)
    parts = dict(PART.findall(text))
    if len(parts) == 1:
        name, value = next(iter(parts.items()))
        if name == table.primary_key and _guid(value) is not None:
            return Key(_guid(value))
    if parts and parts.keys() == set(table.alternate_key):
        values = [parts[name] for name in table.alternate_key]
        if all(value.startswith("'") for value in values):
            return Key(None, tuple(value[1:-1].replace("''", "'") for value in values))
    raise bad_request(
        f"The key '{text}' does not identify a row of '{table.entity_set}': use the primary key, "
        "or the properties of an alternate key.",
        "0x80060888",
    )


def find(cursor: duckdb.DuckDBPyConnection, table: Table, key: Key) -> UUID | None:
    """Return the primary key of the row at `key`, or None when there is none."""
    column = table.primary_key
    condition, values = f'"{column}" = ?', [str(key.row_id)]
    if key.row_id is None:
        condition = " and ".join(f'lower("{name}") = lower(?)' for name in table.alternate_key)
        values = list(key.alternate)
    found = cursor.execute(
        f'select "{column}" from dataverse."{table.name}" where {condition}', values
    ).fetchone()
    return None if found is None else found[0]


def require(cursor: duckdb.DuckDBPyConnection, table: Table, key: Key) -> UUID:
    """Return the primary key of the row at `key`; raises ApiError 404."""
    row_id = find(cursor, table, key)
    if row_id is not None:
        return row_id
    if key.row_id is not None:
        raise missing_row(table.name, key.row_id)
    raise ApiError(
        404,
        "0x80060891",
        f"A record with the specified key values does not exist in {table.name} entity",
    )


def resolve(
    cursor: duckdb.DuckDBPyConnection, catalog: Catalog, reference: str
) -> tuple[str, UUID]:
    """Return (table name, primary key) of `/accounts(<guid>)`, a relative or absolute reference."""
    name, text = split_segment(reference.rstrip("/").rsplit("/", 1)[-1])
    table = catalog.by_set(name)
    if text is None:
        raise bad_request(f"The reference '{reference}' names no row.")
    return table.name, require(cursor, table, read_key(table, text))


def _guid(text: str) -> UUID | None:
    """Return the GUID a text spells in its plain form, or None."""
    if re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text.strip()):
        return UUID(text.strip())
    return None
