"""How rows are kept: one DuckDB table per Dataverse table, columns under their wire names.

Every row has `versionnumber`, taken from one counter for the whole organisation; a customer
lookup has a companion `_<name>_type` with the table it points at. Deleted rows leave a tombstone.
"""

from collections.abc import Iterable

import duckdb

from sandbox.database import Database
from sandbox.dataverse.metadata import Column, Table

COUNTER = """
create table if not exists sandbox.versions (newest bigint not null);
create table if not exists sandbox.deleted_rows (
    table_name varchar not null, row_id uuid not null, version bigint not null
);
"""

STORED_TYPES = {
    "uniqueidentifier": "uuid",
    "lookup": "uuid",
    "customer": "uuid",
    "string": "varchar",
    "memo": "varchar",
    "integer": "integer",
    "picklist": "integer",
    "state": "integer",
    "status": "integer",
    "bigint": "bigint",
    "double": "double",
    "boolean": "boolean",
}
FIRST_VERSION = 1_000_000


def stored_type(column: Column) -> str:
    """Return the database type of a column's values."""
    if column.type == "money":
        return f"decimal(19, {column.scale})"
    if column.type == "decimal":
        return f"decimal(23, {column.scale})"
    if column.type == "datetime":
        return "date" if column.date_behavior == "DateOnly" else "timestamp"
    return STORED_TYPES[column.type]


def stored_columns(table: Table) -> dict[str, str]:
    """Return database column -> type, companions of customer lookups included."""
    columns: dict[str, str] = {}
    for name, column in table.properties.items():
        columns[name] = stored_type(column)
        if column.type == "customer":
            columns[type_column(column)] = "varchar"
    return columns


def type_column(column: Column) -> str:
    """Return the database column that says which table a customer lookup points at."""
    return f"_{column.name}_type"


def create(database: Database, tables: Iterable[Table]) -> None:
    """Make the tables that are not there yet, and the version counter."""
    with database.writing() as cursor:
        cursor.execute(COUNTER)
        if cursor.execute("select count(*) from sandbox.versions").fetchone() == (0,):
            cursor.execute("insert into sandbox.versions values (?)", [FIRST_VERSION])
        for table in tables:
            columns = ", ".join(f'"{name}" {kind}' for name, kind in stored_columns(table).items())
            cursor.execute(f'create table if not exists dataverse."{table.name}" ({columns})')


def newest_version(cursor: duckdb.DuckDBPyConnection) -> int:
    """Return the version of the latest change the cursor's transaction can see."""
    row = cursor.execute("select newest from sandbox.versions").fetchone()
    return int(row[0]) if row else FIRST_VERSION


def next_versions(cursor: duckdb.DuckDBPyConnection, count: int = 1) -> int:
    """Reserve `count` versions and return the first of them; needs the write lock."""
    first = newest_version(cursor) + 1
    cursor.execute("update sandbox.versions set newest = newest + ?", [count])
    return first
