"""Rows from files instead of the generator: <entity set>.json in the shape of the Web API.

Columns the metadata does not know are left out; columns a row does not have are null. Where no
file shows a column of the integration solution, the organisation does not have it.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import duckdb

from sandbox.dataverse.metadata import SOLUTION_PREFIX, Column, Table
from sandbox.dataverse.storage import next_versions, stored_columns, type_column
from sandbox.errors import UnreadableRowsError

Row = dict[str, object]
LOOKUP_TABLE = "@Microsoft.Dynamics.CRM.lookuplogicalname"


def read_files(folder: Path, tables: Mapping[str, Table]) -> dict[str, list[Row]]:
    """Return the rows of each table that has a file in `folder`.

    Raises UnreadableRowsError when a file is not {"value": [rows]}, when a row has no primary key,
    or when the folder holds no file of a known entity set.
    """
    found = {
        table.name: _read_file(folder / f"{table.entity_set}.json", table)
        for table in tables.values()
        if (folder / f"{table.entity_set}.json").is_file()
    }
    if not found:
        raise UnreadableRowsError(
            f"{folder} holds no <entity set>.json; name a folder with a file like accounts.json."
        )
    return found


def absent_solution_columns(
    files: Mapping[str, list[Row]], tables: Mapping[str, Table]
) -> dict[str, list[str]]:
    """Return, by table, the solution columns that no row of any file has."""
    return {
        name: [
            column.name
            for column in table.columns.values()
            if column.name.startswith(SOLUTION_PREFIX)
            and not any(column.wire_name in row for row in files.get(name, ()))
        ]
        for name, table in tables.items()
    }


def load_rows(
    cursor: duckdb.DuckDBPyConnection,
    files: Mapping[str, list[Row]],
    tables: Mapping[str, Table],
) -> None:
    """Put the rows into the organisation's empty tables, with versions of its own counter."""
    for name, rows in files.items():
        columns = stored_columns(tables[name])
        listed = ", ".join(f'"{column}"' for column in columns)
        marks = ", ".join(f"cast(? as {kind})" for kind in columns.values())
        first = next_versions(cursor, len(rows))
        values = []
        for place, row in enumerate(rows):
            stored = _stored(row | {"versionnumber": first + place}, tables[name])
            values.append([stored[column] for column in columns])
        if values:
            cursor.executemany(
                f'insert into dataverse."{name}" ({listed}) values ({marks})', values
            )


def _read_file(file: Path, table: Table) -> list[Row]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise UnreadableRowsError(f"{file} is not readable JSON: {error}") from error
    rows = content.get("value") if isinstance(content, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnreadableRowsError(f'{file} must be {{"value": [rows]}}, as the Web API answers.')
    for row in rows:
        if not isinstance(row.get(table.primary_key), str):
            raise UnreadableRowsError(f"{file} holds a row without {table.primary_key}.")
    return rows


def _stored(row: Row, table: Table) -> dict[str, object]:
    """Return a row of a file as the database keeps it."""
    stored: dict[str, object] = {}
    for name, column in table.properties.items():
        stored[name] = _text(row.get(name))
        if column.type == "customer":
            stored[type_column(column)] = _customer_table(row, column)
    return stored


def _text(value: object) -> object:
    """Return a number with a point as text, which the database casts without a float between."""
    return str(value) if isinstance(value, Decimal) else value


def _customer_table(row: Row, column: Column) -> object:
    if row.get(column.wire_name) is None:
        return None
    first_target = next(iter(column.navigations.values()))
    return row.get(column.wire_name + LOOKUP_TABLE, first_target)
