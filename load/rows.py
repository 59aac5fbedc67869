"""The rows of one sending: a temporary table with the typed columns as they are to arrive.

A chunk has the model's columns (a column that became null holds its type's empty value where the
target has no nulls, a column that is raised last what may go now) and key_text, hash, payload,
target, template, _source_table, _source_id, _exists_in_target, class, cleared.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb

from connection.declarations import COMPANY, DATAVERSE, Column, TargetModel
from load.canonical import literal, quoted, text_sql
from load.desired import desired_table, key_columns, plan_table
from load.ledger import ACCEPTED, ACCEPTED_SQL, Receipt
from load.plan import SENDABLE

_EMPTY_SQL = {
    "string": "''",
    "date": "date '1900-01-01'",
    "timestamp": "timestamp '1900-01-01 00:00:00'",
    "boolean": "false",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row to send. values: canonical texts by column, nulls left out; key: of the key columns.

    cleared: columns that had a value and have none now, where the target has nulls. exists: the
    models have seen the row in the target.
    """

    key_text: str
    key: tuple[str, ...]
    values: dict[str, str]
    cleared: tuple[str, ...] = ()
    exists: bool = False


def make_send_table(
    connection: duckdb.DuckDBPyConnection,
    model: TargetModel,
    run_id: str,
    *,
    company: str = "",
    rows: str = "",
) -> int:
    """Make `send_<model>`: all rows of the plan that go out now. Returns how many.

    company: of rows that belong to none. rows: SQL for the keys to take, where not all are meant.
    Beside a chunk's columns: company, left_out, position (from 1, in key order within these two)
    and went_before (accepted earlier in the run `run_id`). left_out: the columns that a row which
    may be in Finance does not send; a blank in a file would empty them, so that such rows go only
    with their like.
    """
    has_nulls = model.target == DATAVERSE
    nulls = ", ".join(
        f"case when {quoted(column.name)} is null then {literal(column.name)} end"
        for column in model.payload_columns
    )
    left_out = f"case when may_be_there then concat_ws(',', 'there', {nulls}) else '' end"
    columns = ", ".join(_value_sql(model, column) for column in model.payload_columns)
    names = ", ".join(
        f"case when {_is_cleared(model, column)} then {literal(column.name)} end"
        for column in model.payload_columns
    )
    cleared = f"[{names}]" if has_nulls else "cast([] as varchar[])"
    own = f'lower(source."{COMPANY}")' if model.has_companies else literal(company.lower())
    meant = "true" if model.takes_over else "false"
    among = f"and planned.key_text in ({rows})" if rows else ""
    classes = ", ".join(f"'{name}'" for name in SENDABLE)
    connection.execute(
        f"""
        create or replace temp table {send_table(model)} as
        select * exclude (may_be_there), row_number() over (
                partition by company, left_out order by key_text) as position
        from (select *, {"''" if has_nulls else left_out} as left_out
        from (select {columns}, {cleared} as cleared, planned.key_text, planned.hash,
            planned.payload, planned.target, planned.template,
            planned._source_table, planned._source_id, planned.class,
            coalesce(source._exists_in_target, false) as _exists_in_target,
            {own} as company,
            planned.class = 'update' or planned.is_known or {meant} as may_be_there,
            coalesce(ledger.run_id = $run_id and ledger.state in ({ACCEPTED_SQL}), false)
                as went_before
        from {plan_table(model)} as planned
        inner join {desired_table(model.name)} as source on source.key_text = planned.key_text
        left join ledger on ledger.model = $model and ledger.key_text = planned.key_text
        where planned.class in ({classes}) {among}))
        order by company, left_out, position
        """,
        {"run_id": run_id, "model": model.name},
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
        f"select company, left_out, count(*) from {send_table(model)} group by all order by all"
    ).fetchall()
    limit = min(first, size)
    for company, left_out, count in companies:
        done = 0
        while done < count:
            connection.execute(
                f"""
                create or replace temp table chunk as
                select * from {send_table(model)}
                where company = $company and left_out = $left_out
                    and position > $done and position <= $done + $limit
                """,
                {"company": company, "left_out": left_out, "done": done, "limit": limit},
            )
            rows = min(limit, count - done)
            yield company, "chunk", rows
            done += rows
            limit = size


def split(connection: duckdb.DuckDBPyConnection, chunk: str, name: str) -> tuple[str, str]:
    """Split a chunk table in two halves by key; returns their names."""
    halves = (f"{name}_0", f"{name}_1")
    for number, half in enumerate(halves):
        connection.execute(
            f"""
            create or replace temp table {half} as
            select * exclude (half) from (
                select *, ntile(2) over (order by key_text) - 1 as half from {chunk}
            ) where half = {number}
            """
        )
    return halves


def one_accepted(
    connection: duckdb.DuckDBPyConnection, chunk: str, receipts: Sequence[Receipt]
) -> str:
    """Make a chunk of one row of `chunk` that was accepted; returns its name, "" without one."""
    key = next((receipt.key_text for receipt in receipts if receipt.state in ACCEPTED), None)
    if key is None:
        return ""
    connection.execute(
        f"create or replace temp table good_row as select * from {chunk} where key_text = $key",
        {"key": key},
    )
    return "good_row"


def rows_of(connection: duckdb.DuckDBPyConnection, model: TargetModel, chunk: str) -> Sequence[Row]:
    """Return the rows of a chunk as texts, in key order."""
    names = [column.name for column in model.payload_columns]
    texts = ", ".join(_plain_text_sql(column) for column in model.payload_columns)
    found = connection.execute(
        f"""
        select key_text, _exists_in_target, list_filter(cleared, lambda name: name is not null),
            {texts}
        from {chunk} order by key_text
        """
    ).fetchall()
    rows = []
    for key_text, exists, cleared, *values in found:
        row = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        key = tuple(row.get(name, "") for name in model.key)
        rows.append(Row(key_text, key, row, tuple(cleared), exists))
    return rows


def keys_of(
    connection: duckdb.DuckDBPyConnection, model: TargetModel, table: str
) -> list[tuple[str, tuple[str, ...]]]:
    """Return (key_text, key as canonical texts) of the rows of a table of this model."""
    texts = ", ".join(f"coalesce({text_sql(column)}, '')" for column in key_columns(model))
    found = connection.execute(
        f"select key_text, {texts} from {table} order by key_text"
    ).fetchall()
    return [(key_text, tuple(values)) for key_text, *values in found]


def mask_personal(
    connection: duckdb.DuckDBPyConnection,
    model: TargetModel,
    chunk: str,
    receipts: Sequence[Receipt],
) -> list[Receipt]:
    """Return receipts in whose messages the rows' own personal values are replaced by stars."""
    personal = [column for column in model.payload_columns if column.personal]
    told = [receipt.key_text for receipt in receipts if receipt.message]
    if not personal or not told:
        return list(receipts)
    texts = ", ".join(text_sql(column) for column in personal)
    found = connection.execute(
        f"select key_text, {texts} from {chunk} where key_text in (select unnest($keys))",
        {"keys": told},
    ).fetchall()
    values = {key: [text for text in row if text and len(text) > 2] for key, *row in found}
    return [
        Receipt(receipt.key_text, receipt.state, _masked(receipt.message, values[receipt.key_text]))
        if receipt.message
        else receipt
        for receipt in receipts
    ]


def _masked(message: str, values: Sequence[str]) -> str:
    for value in sorted(values, key=len, reverse=True):
        message = message.replace(value, "***")
    return message


def _value_sql(model: TargetModel, column: Column) -> str:
    """A value as it goes out: raised-last columns from the plan, cleared ones as empty."""
    name, value = quoted(column.name), _wanted_sql(model, column)
    if model.target == DATAVERSE:
        return f"{value} as {name}"
    empty = _EMPTY_SQL.get(column.data_type.kind, "0")
    kind = "varchar" if column.data_type.kind == "string" else str(column.data_type)
    cleared = _is_cleared(model, column)
    return f"case when {cleared} then cast({empty} as {kind}) else {value} end as {name}"


def _wanted_sql(model: TargetModel, column: Column) -> str:
    if model.raise_last and column.name == model.raise_last.column:
        return f"json_extract_string(planned.payload, {_json_path(column)})"
    # as it is compared: without trailing blanks, and an empty text is a null
    is_text = column.data_type.kind == "string"
    return text_sql(column, "source.") if is_text else f"source.{quoted(column.name)}"


def _is_cleared(model: TargetModel, column: Column) -> str:
    """SQL that tells whether a value that was accepted before is to go."""
    had = f"json_extract_string(planned.accepted_payload, {_json_path(column)}) is not null"
    return f"({_wanted_sql(model, column)}) is null and {had}"


def _json_path(column: Column) -> str:
    return f"'$.{json.dumps(column.name)}'"


def _plain_text_sql(column: Column) -> str:
    # unlike canonical text, an empty text stays: it says that a value was cleared
    return quoted(column.name) if column.data_type.kind == "string" else text_sql(column)
