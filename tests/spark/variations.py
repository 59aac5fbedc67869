"""Rows with one odd value each: what two engines may see differently."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from connection.declarations import Column, SourceTable

TEXT = "'He said \"no'', it''s C:\\temp\\n; 100% 😀 שלום' || chr(10) || 'line two '"
SMALL = 300
VALUES = {
    "string": ("''", "'  '", TEXT, "'ß İ ÄÖ'"),
    "decimal": ("-12.5", "0", "0.005", "-0.005", "2.125", "1234.5678", "-0.0001", "99999999.9999"),
    "timestamp": (
        "timestamp '2024-02-29 23:59:59'",
        "timestamp '2024-12-31 23:59:59'",
        "timestamp '2025-01-31 00:00:00'",
        "timestamp '2025-03-30 01:30:00'",
        "timestamp '2025-10-26 00:59:59.5'",
        "timestamp '1999-12-31 12:00:00'",
    ),
    "date": ("date '2024-02-29'", "date '2025-12-31'"),
    "integer": ("-1", "0", "7"),
    "bigint": ("0",),
    "boolean": ("true", "false"),
}


def add_variations(raw: Path, tables: list[SourceTable]) -> int:
    """Land, for each column of each table, rows with null and odd values in it; returns how many.

    In a table with many rows they are newer versions of rows, which other rows refer to; in a
    small one, such as currencies, rows of their own, so that not all is lost with them.
    """
    added = 0
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for table in tables:
            files = raw / table.system / table.name
            if table.written_by or not list(files.glob("*.parquet")):
                continue
            connection.execute(
                f"create or replace temp table landed as select *, row_number() over () as number "
                f"from read_parquet('{files}/*.parquet', union_by_name = true)"
            )
            rows = connection.execute("select count(*) from landed").fetchone() or (0,)
            selects = list(_selects(table, is_small=rows[0] < SMALL))
            connection.execute(
                f"copy ({' union all by name '.join(selects)}) to '{files}/variations.parquet'"
            )
            added += len(selects)
    return added


def _selects(table: SourceTable, *, is_small: bool) -> Iterator[str]:
    others = [column for column in table.columns if column.name != table.primary_key]
    number = 0
    for column in others:
        for value in ("null", *_values(column)):
            number += 1
            identity = f"cast(cast(md5('{table.name} {number}') as uuid) as varchar)"
            key = identity if is_small else f'"{table.primary_key}"'
            kind = "varchar" if column.data_type.kind == "string" else str(column.data_type)
            yield (
                f'select * exclude (number) replace ({key} as "{table.primary_key}", '
                f"_extracted_at + interval 1 minute as _extracted_at, "
                f'cast({value} as {kind}) as "{column.name}") from landed '
                f"where number = 1 + {number * 7} % (select count(*) from landed)"
            )


def _values(column: Column) -> tuple[str, ...]:
    is_lookup = column.name.startswith("_") or column.name.endswith("id")
    if column.data_type.kind == "string" and is_lookup:
        return ()
    return VALUES[column.data_type.kind]
