"""The rows of one sending: a temporary table with the typed columns as they are to arrive.

A chunk has the model's columns (a column that became null holds its type's empty value, a column
that is raised last what may go now) and key_text, hash, payload, target, template, _source_table,
_source_id, class.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb

from connection.declarations import Column, TargetModel
from load.canonical import quoted, text_sql
from load.desired import key_columns
from load.plan import SENDABLE, desired_table, plan_table

_EMPTY_SQL = {
    "string": "''",
    "date": "date '1900-01-01'",
    "timestamp": "timestamp '1900-01-01 00:00:00'",
    "boolean": "false",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row to send. values: canonical texts by column, nulls left out; key: of the key columns."""

    key_text: str
    key: tuple[str, ...]
    values: dict[str, str]


def make_send_table(connection: duckdb.DuckDBPyConnection, model: TargetModel) -> int:
    """Make `send_<model>`: all rows of the plan that go out now. Returns how many."""
    columns = ", ".join(_value_sql(model, column) for column in model.payload_columns)
    classes = ", ".join(f"'{name}'" for name in SENDABLE)
    connection.execute(
        f"""
        create or replace temp table {send_table(model)} as
        select {columns}, planned.key_text, planned.hash, planned.payload, planned.target,
            planned.template, planned._source_table, planned._source_id, planned.class
        from {plan_table(model)} as planned
        inner join {desired_table(model.name)} as source on source.key_text = planned.key_text
        where planned.class in ({classes})
        """
    )
    found = connection.execute(f"select count(*) from {send_table(model)}").fetchone()
    return int(found[0]) if found else 0


def send_table(model: TargetModel) -> str:
    """Return the name of a model's rows to send, quoted."""
    return quoted(f"send_{model.name}")


def chunks(
    connection: duckdb.DuckDBPyConnection, model: TargetModel, size: int, first: int
) -> Iterator[tuple[str, str, int]]:
    """Yield (company, chunk table, rows): at most `size` rows of one company, in key order.

    first: rows of the very first chunk.
    """
    companies = connection.execute(
        f"""
        select lower("dataAreaId") as company, count(*) from {send_table(model)}
        group by all order by company
        """
    ).fetchall()
    limit = min(first, size)
    for company, count in companies:
        offset = 0
        while offset < count:
            connection.execute(
                f"""
                create or replace temp table chunk as
                select * from {send_table(model)}
                where lower("dataAreaId") = $company
                order by key_text limit {limit} offset {offset}
                """,
                {"company": company},
            )
            rows = min(limit, count - offset)
            yield company, "chunk", rows
            offset += rows
            limit = size


def split(connection: duckdb.DuckDBPyConnection, chunk: str, name: str) -> tuple[str, str]:
    """Split a chunk table in two halves by key; returns their names."""
    halves = (f"{name}_0", f"{name}_1")
    for number, half in enumerate(halves):
        connection.execute(
            f"""
            create or replace temp table {half} as
            select * exclude (position) from (
                select *, ntile(2) over (order by key_text) - 1 as position from {chunk}
            ) where position = {number}
            """
        )
    return halves


def rows_of(connection: duckdb.DuckDBPyConnection, model: TargetModel, chunk: str) -> Sequence[Row]:
    """Return the rows of a chunk as texts, in key order."""
    names = [column.name for column in model.payload_columns]
    texts = ", ".join(_plain_text_sql(column) for column in model.payload_columns)
    found = connection.execute(
        f"select key_text, {texts} from {chunk} order by key_text"
    ).fetchall()
    rows = []
    for key_text, *values in found:
        row = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        rows.append(Row(key_text, tuple(row[name] for name in model.key), row))
    return rows


def keys_of(
    connection: duckdb.DuckDBPyConnection, model: TargetModel, table: str
) -> list[tuple[str, tuple[str, ...]]]:
    """Return (key_text, key as canonical texts) of the rows of a table of this model."""
    texts = ", ".join(text_sql(column) for column in key_columns(model))
    found = connection.execute(
        f"select key_text, {texts} from {table} order by key_text"
    ).fetchall()
    return [(key_text, tuple(values)) for key_text, *values in found]


def _value_sql(model: TargetModel, column: Column) -> str:
    """A value as it goes out: raised-last columns from the plan, cleared ones as empty."""
    name = quoted(column.name)
    path = f"'$.{json.dumps(column.name)}'"
    if model.raise_last and column.name == model.raise_last.column:
        value = f"json_extract_string(planned.payload, {path})"
    else:
        value = f"source.{name}"
    empty = _EMPTY_SQL.get(column.data_type.kind, "0")
    kind = "varchar" if column.data_type.kind == "string" else str(column.data_type)
    had = f"json_extract_string(planned.accepted_payload, {path}) is not null"
    return f"case when {value} is null and {had} then cast({empty} as {kind}) else {value} end as {name}"


def _plain_text_sql(column: Column) -> str:
    # unlike canonical text, an empty text stays: it says that a value was cleared
    return quoted(column.name) if column.data_type.kind == "string" else text_sql(column)
