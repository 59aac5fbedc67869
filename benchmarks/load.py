"""Rows per second of a load's own work, and how many times a naive loop does in the same run.

python -m benchmarks.load [--rows 1000000] [--columns 30] [--without-loop]

Measured: hashing the desired rows, planning them against a ledger that knows nine of ten, and
rendering packages of what is new or changed. The naive loop does the same row by row in Python.
"""

import argparse
import csv
import hashlib
import io
import json
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from connection.datatypes import parse_data_type
from connection.declarations import Column, TargetModel
from connection.settings import Settings
from load.desired import attached, copy_desired
from load.ledger import open_ledger
from load.packages import PackageEntity, build_package, csv_body, used_columns
from load.plan import Wishes, make_base_plan
from load.rows import chunks, make_send_table

CHUNK = 50_000
TECHNICAL = ("_source_table", "_source_id")
KINDS = {
    "string": "'Value ' || number || ' of a row'",
    "decimal(19, 4)": "cast(number % 100000 + 0.25 as decimal(19, 4))",
    "date": "date '2026-01-01' + cast(number % 365 as integer)",
    "integer": "cast(number % 1000 as integer)",
}


def declared(columns: int) -> TargetModel:
    """Declare a model with a key of two columns and all kinds in turn."""
    kinds = [list(KINDS)[number % len(KINDS)] for number in range(columns)]
    named = {"dataAreaId": "string", "Account": "string"}
    named |= {f"C{number}": kind for number, kind in enumerate(kinds)}
    named |= dict.fromkeys(TECHNICAL, "string")
    return TargetModel(
        name="benchmark",
        unique_id="model.benchmark",
        schema="integration",
        alias="benchmark",
        template="benchmark",
        target="finops",
        entity="Benchmark",
        collection="Benchmarks",
        key=("dataAreaId", "Account"),
        columns=tuple(Column(name, parse_data_type(kind)) for name, kind in named.items()),
    )


def build_warehouse(path: Path, model: TargetModel, rows: int) -> None:
    """Write the model's table and empty monitoring tables."""
    values = [
        f'{KINDS[str(column.data_type)]} as "{column.name}"'
        for column in model.payload_columns
        if column.name not in model.key
    ]
    with duckdb.connect(str(path)) as warehouse:
        warehouse.execute(
            f"""
            create schema integration;
            create table integration.benchmark as
            select 'usmf' as "dataAreaId", 'A' || number as "Account", {", ".join(values)},
                'source' as _source_table, cast(number as varchar) as _source_id
            from range({rows}) as numbers(number);
            create schema monitoring;
            create table monitoring.rejected_rows
                (target_model varchar, source_table varchar, source_id varchar);
            create table monitoring.filtered_rows as from monitoring.rejected_rows;
            create table monitoring.deleted_rows (source_table varchar, source_id varchar);
            create table monitoring.reconciliation (template varchar);
            """
        )


def remember_most(connection: duckdb.DuckDBPyConnection) -> None:
    """Let the ledger know nine of ten rows as they are."""
    connection.execute(
        """
        insert into ledger by name
        select target, template, 'benchmark' as model, key_text, 'in_target' as state,
            _source_table as source_table, _source_id as source_id, hash as accepted_hash,
            payload as accepted_payload, 'run' as run_id, now()::timestamp as updated_at
        from desired_benchmark where cast(_source_id as bigint) % 10 > 0
        """
    )


def load(connection: duckdb.DuckDBPyConnection, settings: Settings, model: TargetModel) -> int:
    """Hash, plan and render; returns the rows rendered."""
    with attached(connection, settings) as catalog:
        copy_desired(connection, catalog, [model])
    make_base_plan(connection, model, Wishes())
    rendered = make_send_table(connection, model, "this run")
    for _, chunk, _ in chunks(connection, model, CHUNK, CHUNK):
        used = used_columns(connection, chunk, model.payload_columns)
        entity = PackageEntity("group", model.entity, tuple(c.name.upper() for c in used))
        build_package(entity, csv_body(connection, chunk, used))
    return rendered


def loop(warehouse: Path, known: dict[str, str], names: list[str]) -> dict[str, str]:
    """Do the same row by row; returns the hashes of the rows rendered, by key."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute("from integration.benchmark").fetchall()
    hashes, waiting = {}, []
    for values in found:
        row = dict(zip(names, values, strict=True))
        payload = {name: canonical(row[name]) for name in sorted(names) if name not in TECHNICAL}
        told = json.dumps({name: text for name, text in payload.items() if text is not None})
        digest = hashlib.sha256(told.encode()).hexdigest()
        key = json.dumps([row["dataAreaId"].lower(), row["Account"].lower()])
        if known.get(key) != digest:
            hashes[key] = digest
            waiting.append(payload)
    for start in range(0, len(waiting), CHUNK):
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_ALL)
        writer.writerows(row.values() for row in waiting[start : start + CHUNK])
        with zipfile.ZipFile(io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("Benchmark.csv", text.getvalue().encode("utf-16"))
    return hashes


def canonical(value: Any) -> str | None:
    """Return a value as text, as simply as one would write it."""
    if value is None:
        return None
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text.rstrip()


def seconds(work: Callable[[], object]) -> float:
    """Measure `work`."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    """Measure both and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=30)
    parser.add_argument("--without-loop", action="store_true", help="at sizes it cannot hold")
    options = parser.parse_args()
    model = declared(options.columns)
    names = [column.name for column in model.columns]
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Path(folder) / "warehouse.duckdb"
        settings = Settings(duckdb_path=warehouse, dbt_target="duckdb")
        build_warehouse(warehouse, model, options.rows)
        with open_ledger(Path(folder) / "ledger.duckdb") as ledger:
            with attached(ledger.connection, settings) as catalog:
                copy_desired(ledger.connection, catalog, [model])
            remember_most(ledger.connection)
            ours = seconds(lambda: load(ledger.connection, settings, model))
        result = {
            "rows": options.rows,
            "columns": options.columns,
            "load_seconds": round(ours, 1),
            "load_rows_per_second": round(options.rows / ours),
        }
        if not options.without_loop:
            hashes = loop(warehouse, {}, names)
            known = {
                key: digest for number, (key, digest) in enumerate(hashes.items()) if number % 10
            }
            naive = seconds(lambda: loop(warehouse, known, names))
            result |= {
                "loop_rows_per_second": round(options.rows / naive),
                "times_the_loop": round(naive / ours, 1),
            }
    print(json.dumps(result))  # noqa: T201


if __name__ == "__main__":
    main()
