"""Coherent business data made by a seed: set-based SQL in the numbered files beside this one.

The SQL fills one temporary table `new_<table>` per Dataverse table; this module plans the counts,
runs the files and moves what was made into the organisation's tables.
"""

from pathlib import Path

import duckdb

from sandbox.dataverse.metadata import Table
from sandbox.dataverse.storage import next_versions, stored_columns
from sandbox.generator.plan import SMALLEST, Beside, PlannedRow, make_plan, read_cases

__all__ = ["SMALLEST", "generate"]

FOLDER = Path(__file__).parent
COMPUTED = ("createdon", "modifiedon", "versionnumber")
FIRST_MOMENT = "timestamp '2025-01-06 08:00:00'"


def generate(
    cursor: duckdb.DuckDBPyConnection,
    tables: dict[str, Table],
    *,
    rows: int,
    seed: int,
    generation: str,
) -> None:
    """Fill the empty organisation with about `rows` rows, and a third more beside them.

    The rows beside are those of sales, stock and purchasing (see plan.BESIDE_SHARES).

    `cursor` is in a transaction. The same seed, rows and generation give the same rows. Also
    fills sandbox.awkward_cases and sandbox.shared_facts.
    """
    plan = make_plan(rows)
    cursor.execute("set variable seed = ?", [seed])
    cursor.execute("set variable generation = ?", [generation])
    cursor.execute("set variable folder = ?", [str(FOLDER)])
    for name, value in plan.variables.items():
        cursor.execute(f"set variable {name} = ?", [value])
    _record_plan(cursor, plan.planned_rows)
    _record_beside(cursor, plan.beside)
    for file in sorted(FOLDER.glob("*.sql")):
        cursor.execute(file.read_text(encoding="utf-8"))
    for table in tables.values():
        _move(cursor, table)
    _record_awkward_cases(cursor, tables)


def _record_plan(cursor: duckdb.DuckDBPyConnection, planned: list[PlannedRow]) -> None:
    cursor.execute(
        """
        create or replace temp table planned_cases (
            "case" varchar, table_name varchar, position varchar, ordinal bigint,
            occurrence integer, place integer
        )
        """
    )
    cursor.execute(
        "insert into planned_cases select " + ", ".join(["unnest(?)"] * 6),
        [
            [row.case.name for row in planned],
            [row.case.table_name for row in planned],
            [row.case.position for row in planned],
            [row.ordinal for row in planned],
            [row.occurrence for row in planned],
            [row.place for row in planned],
        ],
    )


def _record_beside(cursor: duckdb.DuckDBPyConnection, beside: list[Beside]) -> None:
    cursor.execute(
        """
        create or replace temp table planned_beside (
            table_name varchar, first bigint, ordinary bigint, awkward bigint
        )
        """
    )
    cursor.executemany(
        "insert into planned_beside values (?, ?, ?, ?)",
        [[rows.table_name, rows.first, rows.ordinary, rows.awkward] for rows in beside],
    )


def _move(cursor: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Copy what was made into the organisation, sorted by key, with versions and moments.

    A table that no file fills stays empty.
    """
    made = {
        name
        for (name,) in cursor.execute(
            "select column_name from duckdb_columns() where table_name = ?",
            [f"new_{table.name}"],
        ).fetchall()
    }
    if not made:
        return
    columns = [name for name in stored_columns(table) if name in made and name not in COMPUTED]
    listed = ", ".join(f'"{name}"' for name in columns)
    found = cursor.execute(f"select count(*) from new_{table.name}").fetchone()
    first = next_versions(cursor, int(found[0]) if found else 0)
    created = f"{FIRST_MOMENT} + to_seconds(cast(60 * (ordinal % 400000) as bigint))"
    cursor.execute(
        f"""
        insert into dataverse."{table.name}" by name
        select
            {listed},
            {created} as createdon,
            {created} + interval 3 hour as modifiedon,
            ? + row_number() over (order by ordinal) - 1 as versionnumber
        from new_{table.name}
        order by "{table.primary_key}"
        """,
        [first],
    )


def _record_awkward_cases(cursor: duckdb.DuckDBPyConnection, tables: dict[str, Table]) -> None:
    with_cases = {case.table_name for case in read_cases()}
    for name, table in tables.items():
        if name not in with_cases:
            continue
        cursor.execute(
            f"""
            insert into sandbox.awkward_cases
            select planned_cases."case", planned_cases.table_name, new_{name}."{table.primary_key}"
            from planned_cases
            inner join new_{name} on new_{name}.ordinal = planned_cases.ordinal
            where planned_cases.table_name = ?
            """,
            [name],
        )
