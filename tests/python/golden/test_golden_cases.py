"""Golden cases: raw rows and what Finance should get for them, one dbt build for all.

The build runs the dbt unit tests and data tests as well.

A case is a folder tests/golden/<template>/<case> with raw.json ({table: [rows]}; columns that are not
named are null), and, for each target model the case is about, <model>.csv: the columns that matter,
`_source_id` first. rejected.csv (source_id, target_model, reason_code, column_name) and filtered.csv
(source_id, target_model, filter_reason) list all such rows of the case. Ids begin with the case's own
prefix, so that cases do not meet.
"""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connection.declarations import SourceTable
from connection.manifest import manifest_of
from connection.parse import parse_project

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden"
CASES = sorted(path.parent for path in GOLDEN.glob("*/*/raw.json"))
Rows = list[tuple[str, ...]]


def raw_rows(case: Path) -> dict[str, list[dict[str, Any]]]:
    content: dict[str, list[dict[str, Any]]] = json.loads(
        (case / "raw.json").read_text(), parse_float=str
    )
    return content


def land(connection: duckdb.DuckDBPyConnection, root: Path, table: SourceTable) -> None:
    """Write the rows that all cases have for a table as one typed part."""
    rows = [row for case in CASES for row in raw_rows(case).get(table.name, [])]
    declared = {column.name: str(column.data_type) for column in table.columns}
    for row in rows:
        assert set(row) <= set(declared), (table.name, set(row) - set(declared))
    values = ", ".join(
        f"""cast(json_extract_string(item, '$."{name}"') as {kind}) as "{name}" """
        for name, kind in declared.items()
    )
    connection.execute("create or replace table items (item json)")
    if rows:
        connection.executemany("insert into items values (?)", [[json.dumps(row)] for row in rows])
    folder = root / table.system / table.name
    folder.mkdir(parents=True)
    connection.execute(
        f"""
        copy (
            select {values}, timestamp '2026-01-01' as _extracted_at, 'golden' as _extract_id,
                row_number() over () as _extract_row, false as _is_deleted
            from items
        ) to '{folder}/part.parquet' (format parquet)
        """
    )


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("golden")
    root = folder / "raw"
    root.mkdir()
    (root / "environment.json").write_text(json.dumps({"environment": "golden", "sandbox": True}))
    with duckdb.connect() as connection:
        for table in manifest_of(parse_project(ROOT)).sources:
            land(connection, root, table)
    completed = subprocess.run(
        [sys.executable, "-c", "from dbt.cli.main import cli; cli()", "build"],
        cwd=ROOT,
        env={
            **os.environ,
            "RAW_ROOT": str(root),
            "DUCKDB_PATH": str(folder / "golden.duckdb"),
            "D365_COMPANY": "usmf",
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stdout
    with duckdb.connect(str(folder / "golden.duckdb"), read_only=True) as connection:
        yield connection


def expected(file: Path) -> tuple[list[str], Rows]:
    with file.open(newline="") as content:
        header, *rows = list(csv.reader(content))
    return header, sorted(tuple(row) for row in rows)


def shown(value: Any) -> str:
    if value is None:
        return ""
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


def source_ids(case: Path) -> list[str]:
    return sorted(
        {str(next(iter(row.values()))) for rows in raw_rows(case).values() for row in rows}
    )


def actual(
    warehouse: duckdb.DuckDBPyConnection,
    relation: str,
    header: list[str],
    id_column: str,
    case: Path,
) -> Rows:
    columns = ", ".join(f'"{name}"' for name in header)
    rows = warehouse.execute(
        f"select {columns} from {relation} where list_contains($ids, {id_column})",
        {"ids": source_ids(case)},
    ).fetchall()
    return sorted(tuple(shown(value) for value in row) for row in rows)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_golden_case(warehouse: duckdb.DuckDBPyConnection, case: Path) -> None:
    models = sorted(case.glob("finops__*.csv"))
    assert models
    for file in models:
        header, rows = expected(file)
        found = actual(warehouse, f"integration.{file.stem}", header, "_source_id", case)
        assert found == rows, file.name
    for name, relation in (("rejected", "rejected_rows"), ("filtered", "filtered_rows")):
        default = {
            "rejected": ["source_id", "target_model", "reason_code", "column_name"],
            "filtered": ["source_id", "target_model", "filter_reason"],
        }[name]
        file = case / f"{name}.csv"
        header, rows = expected(file) if file.exists() else (default, [])
        found = actual(warehouse, f"monitoring.{relation}", header, "source_id", case)
        assert found == rows, file.name
