"""Rows with one odd value each, and tasks far below each other: what two engines may see differently."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from connection.declarations import DATAVERSE, Column, SourceTable, TargetModel

TEXT = "'He said \"no'', it''s C:\\temp\\n; 100% 😀 שלום' || chr(10) || 'line two '"
SMALL = 300
NULLS, COPIES = 4, 2
"""Rows that get a null, or another value, in a column: some are filtered or rejected for other reasons."""
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
    "date": ("date '2024-02-29'", "date '2025-12-31'", "date '1900-01-01'"),
    "integer": ("-1", "0", "7"),
    "bigint": ("0",),
    "boolean": ("true", "false"),
}
CHAIN = 104
"""Tasks in a chain: more levels than the 100 at which Spark stops when nobody tells it otherwise."""
LEDGER = "ledger/accepted_rows"


def add_variations(raw: Path, tables: Sequence[SourceTable]) -> int:
    """Land, for each column of each table, rows with null and odd values in it; returns how many.

    In a table with many rows they are newer versions of rows, which other rows refer to; in a
    small one, such as currencies, rows of their own with names of their own, so that not all is
    lost with them.
    """
    added = 0
    with duckdb.connect() as connection:
        for table in tables:
            if not list((raw / table.system / table.name).glob("*.parquet")):
                continue
            rows = _read(connection, raw / table.system / table.name, table.key)
            selects = list(_selects(table, is_small=rows < SMALL))
            assert rows < SMALL or len(selects) <= rows, table.name
            _land(connection, raw / table.system / table.name, "variations", selects)
            added += len(selects)
    return added


def add_remembered_variations(raw: Path, models: Sequence[TargetModel]) -> int:
    """Land odd values of each column of what targets accepted, and rows that lack it."""
    with duckdb.connect() as connection:
        _read(connection, raw / LEDGER, ("model", "key_text"))
        selects = [select for model in models for select in _remembered(connection, model)]
        _land(connection, raw / LEDGER, "variations", selects)
    return len(selects)


def add_chain(raw: Path) -> str:
    """Land a chain of tasks below a line task; returns the id of the last.

    What is below a line task is filtered, however far: a load need not send level after level.
    """
    folder = raw / "dataverse" / "msdyn_projecttask"
    with duckdb.connect() as connection:
        _read(connection, folder, ("msdyn_projecttaskid",))
        connection.execute(
            f"""
            create temp table chain as
            select * exclude (number, level) replace (
                {_task_of_chain("level")} as msdyn_projecttaskid,
                case
                    when level = 1 then msdyn_projecttaskid else {_task_of_chain("level - 1")}
                end as _msdyn_parenttask_value,
                'Level ' || level as msdyn_subject,
                false as msdyn_islinetask
            )
            from (from landed where msdyn_islinetask order by number limit 1)
            cross join (select unnest(range(1, {CHAIN} + 1)) as level)
            """
        )
        connection.execute(f"copy chain to '{folder}/chain.parquet'")
        last = connection.execute(f"select {_task_of_chain(str(CHAIN))}").fetchone() or ("",)
    return str(last[0])


def _task_of_chain(level: str) -> str:
    return f"cast(cast(md5('level ' || ({level})) as uuid) as varchar)"


def _read(connection: duckdb.DuckDBPyConnection, folder: Path, key: Sequence[str]) -> int:
    """Read the rows in `folder` as the table `landed`, numbered at random; returns how many."""
    names = ", ".join(_quoted(name) for name in key)
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(
        f"""
        create or replace temp table landed as
        select *, row_number() over (order by md5(concat_ws('/', {names}))) as number
        from (
            select * from read_parquet('{folder}/*.parquet', union_by_name = true)
            qualify row_number() over (
                partition by {names} order by _extracted_at desc, _extract_id desc, _extract_row desc
            ) = 1
        )
        where not _is_deleted
        """
    )
    rows = connection.execute("select count(*) from landed").fetchone() or (0,)
    return int(rows[0])


def _land(
    connection: duckdb.DuckDBPyConnection, folder: Path, name: str, selects: list[str]
) -> None:
    connection.execute(f"copy ({' union all by name '.join(selects)}) to '{folder}/{name}.parquet'")


def _selects(table: SourceTable, *, is_small: bool) -> Iterator[str]:
    others = [column for column in table.columns if column.name not in table.key]
    number = 0
    for column in others:
        for value in (*["null"] * NULLS, *_values(column) * COPIES):
            number += 1
            replaced = {column.name: _cast(value, column)}
            if is_small:
                replaced = _own_names(table, number) | replaced
            # one variation of a row, or it would be open which of them is the newest
            yield _newer(replaced, f"number = 1 + {number} % (select count(*) from landed)")


def _own_names(table: SourceTable, number: int) -> dict[str, str]:
    """Return values that make a row of its own: another key, and in Dataverse other texts.

    A name there belongs to one row; the other texts of Finance name customers, units and the like.
    """
    texts = [column.name for column in table.columns if column.data_type.kind == "string"]
    names = {
        name: f"{_quoted(name)} || ' {number}'"
        for name in texts
        if table.system == DATAVERSE and name != table.key[-1] and not _is_id(name.lower())
    }
    key, identity = table.key[-1], f"'{table.name} {number}'"
    kinds = {column.name: column.data_type for column in table.columns}
    if _is_id(key):
        return names | {key: f"cast(cast(md5({identity}) as uuid) as varchar)"}
    if kinds[key].kind != "string":
        return names | {key: f"cast({900_000 + number} as {kinds[key]})"}
    return names | {key: f"{TEXT} || {identity}"}


def _remembered(connection: duckdb.DuckDBPyConnection, model: TargetModel) -> Iterator[str]:
    """A variation per row; where a model has fewer rows, several columns of a row are varied."""
    numbers = connection.execute(
        "select number from landed where model = ? order by number", [model.name]
    ).fetchall()
    varied = [
        (column.name, value)
        for column in model.payload_columns
        if column.name not in model.key
        for value in ("null", *_as_remembered_values(column))
    ]
    # else a row would get two values of one column, and the first of them would be lost
    most = max(Counter(name for name, _ in varied).values())
    assert len(numbers) >= most, f"{model.name}: {len(numbers)} rows, {most} values of a column"
    payloads = dict.fromkeys((number for (number,) in numbers), "payload")
    for place, (name, value) in enumerate(varied):
        (number,) = numbers[place % len(numbers)]
        payloads[number] = f"json_merge_patch({payloads[number]}, json_object('{name}', {value}))"
    for number, payload in payloads.items():
        if payload != "payload":
            yield _newer({"payload": f"{payload}::varchar"}, f"number = {number}")


def _as_remembered_values(column: Column) -> list[str]:
    return [_as_remembered(value, column) for value in _values(column)]


def _as_remembered(value: str, column: Column) -> str:
    """The text that a payload has for a value."""
    if column.data_type.kind == "timestamp":
        return f"strftime({_cast(value, column)}, '%Y-%m-%dT%H:%M:%SZ')"
    return f"cast({_cast(value, column)} as varchar)"


def _newer(replaced: dict[str, str], condition: str) -> str:
    values = ", ".join(f"{value} as {_quoted(name)}" for name, value in replaced.items())
    return (
        f"select * exclude (number) replace ({values}, "
        f"_extracted_at + interval 1 minute as _extracted_at) from landed where {condition}"
    )


def _cast(value: str, column: Column) -> str:
    kind = "varchar" if column.data_type.kind == "string" else str(column.data_type)
    return f"cast({value} as {kind})"


def _quoted(name: str) -> str:
    return f'"{name}"'


def _is_id(name: str) -> bool:
    return name.startswith("_") or name.endswith("id")


def _values(column: Column) -> tuple[str, ...]:
    if column.data_type.kind == "string" and _is_id(column.name):
        return ()
    return VALUES[column.data_type.kind]
