"""Copy what the models describe out of the warehouse, then let go of it.

dbt cannot build while anybody reads the warehouse, so nothing is read from it while the network
is asked. Per model M there is afterwards a temporary table `desired_M` with the typed columns and:
key_text, hash (of the payload), payload (JSON, personal values hashed), target, template,
_source_table, _source_id, _is_cancelled, _is_complete. Beside them: rejected, filtered, deleted,
reconciliation.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from connection.declarations import Column, TargetModel
from load.canonical import key_sql, payload_sql, quoted
from load.errors import WarehouseMissing

MONITORING = {
    "rejected": "select distinct target_model, source_table, source_id from {0}.rejected_rows",
    "filtered": "select distinct target_model, source_table, source_id from {0}.filtered_rows",
    "deleted": "select source_table, source_id from {0}.deleted_rows",
    "reconciliation": "select * from {0}.reconciliation",
}


@contextmanager
def attached(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> Iterator[str]:
    """Attach the warehouse read-only under the name it yields.

    Raises WarehouseMissing when it is not there or dbt is writing it.
    """
    if not warehouse.exists():
        raise WarehouseMissing(f"{warehouse} does not exist: run `dbt build` after an extract.")
    try:
        connection.execute(f"attach '{_literal(str(warehouse))}' as warehouse (read_only)")
    except duckdb.IOException as error:
        raise WarehouseMissing(
            f"{warehouse} cannot be read, perhaps because dbt is building: try again after it."
        ) from error
    try:
        yield "warehouse"
    finally:
        connection.execute("detach warehouse")


def copy_desired(
    connection: duckdb.DuckDBPyConnection, warehouse: Path, models: Iterable[TargetModel]
) -> None:
    """Make the temporary tables of `models` and of the monitoring.

    Raises WarehouseMissing naming the table that was never built.
    """
    with attached(connection, warehouse) as catalog:
        for name, query in MONITORING.items():
            select = query.format(f"{catalog}.monitoring")
            _copy(connection, name, select, f"monitoring.{name}")
        for model in models:
            relation = f"{catalog}.{quoted(model.schema)}.{quoted(model.alias)}"
            _copy(connection, f"desired_{model.name}", _desired_sql(model, relation), model.name)


def column_named(model: TargetModel, name: str) -> Column:
    """Return a declared column."""
    return next(column for column in model.columns if column.name == name)


def key_columns(model: TargetModel) -> tuple[Column, ...]:
    """Return the columns of the natural key, in its order."""
    return tuple(column_named(model, name) for name in model.key)


def _desired_sql(model: TargetModel, relation: str) -> str:
    declared = {column.name for column in model.columns}
    flags = {"_is_cancelled": "false", "_is_complete": "true"}
    defaults = [f"{value} as {name}" for name, value in flags.items() if name not in declared]
    payload = model.payload_columns
    columns = [
        *(f"source.{quoted(column.name)}" for column in model.columns),
        *defaults,
        f"'{_literal(model.target)}' as target",
        f"'{_literal(model.template)}' as template",
        f"{key_sql(key_columns(model), 'source.')} as key_text",
        f"sha256({payload_sql(payload, 'source.', hide_personal=False)}) as hash",
        f"{payload_sql(payload, 'source.', hide_personal=True)} as payload",
    ]
    return f"select {', '.join(columns)} from {relation} as source"


def _copy(connection: duckdb.DuckDBPyConnection, name: str, select: str, label: str) -> None:
    try:
        connection.execute(f"create or replace temp table {quoted(name)} as {select}")
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise WarehouseMissing(
            f"The warehouse has no usable {label} ({_first_line(error)}): run `dbt build`."
        ) from error


def _first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0]


def _literal(text: str) -> str:
    return text.replace("'", "''")
