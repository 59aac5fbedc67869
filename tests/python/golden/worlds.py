"""Land the rows of golden cases and build them: one dbt build per kind of organisation.

A case is a folder tests/golden/<template>/<case>:

- raw.json: {table: [rows]} with the names and values of the wire; columns that are not named are null. A row
  names its key: the id, in Finance the company and the rest of it. A row that stands twice has two versions,
  the later one newer; `_is_deleted: true` makes a version a tombstone. accepted_rows is what targets have
  accepted before, its payload a JSON object.
- missing_columns.json, if the organisation lacks columns: {table: [columns]}. Such cases are built together,
  apart from the others.
- what must come out, see test_golden_cases.py.

Ids begin with the case's own prefix, so that cases do not meet.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from connection.declarations import SourceTable
from connection.manifest import manifest_of
from connection.parse import parse_project

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden"
CASES = sorted(path.parent for path in GOLDEN.glob("*/*/raw.json"))
DATABASE = "golden.duckdb"
REMEMBERED = "accepted_rows"
Row = dict[str, Any]


@dataclass(frozen=True)
class World:
    """An organisation: the cases that are built together."""

    cases: tuple[Path, ...]
    unit_tests: bool = False

    def rows(self, table: str) -> list[Row]:
        """Return the rows that its cases have for a table."""
        return [row for case in self.cases for row in raw_rows(case).get(table, [])]

    def missing_columns(self) -> list[tuple[str, str]]:
        """Return the tables and columns its cases do without."""
        return sorted(
            (table, column)
            for case in self.cases
            for table, columns in missing_columns(case).items()
            for column in columns
        )


def raw_rows(case: Path) -> dict[str, list[Row]]:
    """Return the rows of a case by table; decimals stay text, so that they stay exact."""
    content: dict[str, list[Row]] = json.loads((case / "raw.json").read_text(), parse_float=str)
    return content


def source_ids(case: Path) -> set[str]:
    """Return the ids of the source rows of a case, as `_source_id` has them."""
    return {
        source_id(sources()[table], row)
        for table, rows in raw_rows(case).items()
        for row in rows
        if table != REMEMBERED
    }


def source_id(table: SourceTable, row: Row) -> str:
    """Return the id of a row as the macro source_row_id makes it."""
    types = {column.name: column.data_type for column in table.columns}
    parts = [
        f"{Decimal(str(row[name])):.{types[name].scale}f}"
        if types[name].kind == "decimal"
        else str(row[name])
        for name in table.key
    ]
    if len(parts) == 1:
        return parts[0]
    first, *between, last = parts
    escaped = (part.replace("%", "%25").replace("/", "%2F") for part in between)
    return "/".join([first.lower(), *escaped, last])


@cache
def sources() -> dict[str, SourceTable]:
    """Return the tables that are read, by name."""
    return {table.name: table for table in manifest_of(parse_project(ROOT)).sources}


def missing_columns(case: Path) -> dict[str, list[str]]:
    """Return the columns that the organisation of a case lacks, by table."""
    path = case / "missing_columns.json"
    content: dict[str, list[str]] = json.loads(path.read_text()) if path.exists() else {}
    return content


def worlds() -> tuple[World, World]:
    """Return the complete organisation and the one that lacks columns."""
    return (
        World(tuple(case for case in CASES if not missing_columns(case)), True),
        World(tuple(case for case in CASES if missing_columns(case))),
    )


def build(world: World, folder: Path) -> subprocess.CompletedProcess[str]:
    """Land the rows of a world under `folder`/raw and build the database in `folder` from them."""
    root = folder / "raw"
    root.mkdir()
    (root / "environment.json").write_text(json.dumps({"environment": "golden", "sandbox": True}))
    manifest = manifest_of(parse_project(ROOT))
    tables = [*manifest.sources, manifest.table("ledger", REMEMBERED)]
    # raw.json names a table without its system
    assert len({table.name for table in tables}) == len(tables)
    with duckdb.connect() as connection:
        for table in tables:
            _land(connection, root, table, world.rows(table.name))
        _land_missing_columns(connection, root, world.missing_columns())
    return subprocess.run(
        [
            *(sys.executable, "-c", "from dbt.cli.main import cli; cli()", "build"),
            *(() if world.unit_tests else ("--exclude-resource-type", "unit_test")),
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "RAW_ROOT": str(root),
            "DUCKDB_PATH": str(folder / DATABASE),
            "D365_COMPANY": "usmf",
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def _land(
    connection: duckdb.DuckDBPyConnection, root: Path, table: SourceTable, rows: list[Row]
) -> None:
    declared = {column.name: str(column.data_type) for column in table.columns}
    for row in rows:
        unknown = set(row) - set(declared) - {"_is_deleted"}
        assert not unknown, (table.name, unknown)
    values = ", ".join(
        f"""cast(json_extract_string(item, '$."{name}"') as {kind}) as "{name}" """
        for name, kind in declared.items()
    )
    connection.execute("create or replace table items (item json, position bigint)")
    if rows:
        connection.executemany(
            "insert into items values (?, ?)",
            [[json.dumps(row), position] for position, row in enumerate(rows)],
        )
    folder = root / table.system / table.name
    folder.mkdir(parents=True)
    connection.execute(
        f"""
        copy (
            select {values}, timestamp '2026-01-01' as _extracted_at, 'golden' as _extract_id,
                position as _extract_row,
                coalesce(cast(item ->> '_is_deleted' as boolean), false) as _is_deleted
            from items
        ) to '{folder}/part.parquet' (format parquet)
        """
    )


def _land_missing_columns(
    connection: duckdb.DuckDBPyConnection, root: Path, columns: list[tuple[str, str]]
) -> None:
    """Record, as the extract does, which declared columns the service did not have."""
    folder = root / "extract" / "landed_columns"
    folder.mkdir(parents=True)
    connection.execute("create table missing (table_name varchar, column_name varchar)")
    if columns:
        connection.executemany("insert into missing values (?, ?)", columns)
    connection.execute(
        f"""
        copy (
            select 'dataverse' as system, table_name, column_name, false as is_present,
                timestamp '2026-01-01' as _extracted_at, 'golden' as _extract_id,
                row_number() over () as _extract_row, false as _is_deleted
            from missing
        ) to '{folder}/part.parquet' (format parquet)
        """
    )
