"""Copy what the models describe out of the warehouse, then let go of it.

dbt cannot build while anybody reads the warehouse, so nothing is read from it while the network
is asked. Per model M there is afterwards a temporary table `desired_M` with the typed columns and:
key_text, hash (of the payload), payload (JSON, personal values hashed), target, template,
_source_table, _source_id, _is_cancelled, _is_complete, _exists_in_target. Beside them: rejected,
filtered, deleted, processed, reconciliation; and `keys_M` of models that send to the same entity.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from connection.declarations import Column, TargetModel
from connection.settings import Settings
from load.canonical import key_sql, literal, payload_sql, quoted
from load.errors import WarehouseMissing
from load.exports import attach_exports

MONITORING = {
    "rejected": "select distinct target_model, source_table, source_id from {0}.rejected_rows",
    "filtered": "select distinct target_model, source_table, source_id from {0}.filtered_rows",
    "deleted": "select source_table, source_id from {0}.deleted_rows",
    "reconciliation": "select * from {0}.reconciliation",
}
PROCESSED = "select distinct target_model, source_table, source_id from {0}.processed_rows"
"""What Finance has taken out of its staging tables; asked for where a model goes into one."""
NOTHING_PROCESSED = "select '' as target_model, '' as source_table, '' as source_id where false"


@contextmanager
def attached(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Iterator[str]:
    """Attach what dbt built, read-only, under the name it yields: the warehouse, or its exports.

    Raises WarehouseMissing when it is not there or dbt is writing it.
    """
    if settings.dbt_target == "duckdb":
        _attach_warehouse(connection, settings.duckdb_path)
    else:
        attach_exports(connection, settings.export_root, "warehouse")
    try:
        yield "warehouse"
    finally:
        connection.execute("detach warehouse")


def _attach_warehouse(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> None:
    if not warehouse.exists():
        raise WarehouseMissing(f"{warehouse} does not exist: run `dbt build` after an extract.")
    try:
        connection.execute(f"attach {literal(str(warehouse))} as warehouse (read_only)")
    except duckdb.IOException as error:
        raise WarehouseMissing(
            f"{warehouse} cannot be read, perhaps because dbt is building: try again after it."
        ) from error


def copy_desired(
    connection: duckdb.DuckDBPyConnection, catalog: str, models: Iterable[TargetModel]
) -> dict[str, str]:
    """Make the temporary tables of the monitoring and of `models`, out of the attached warehouse.

    Returns, by model, why its table cannot be used. Raises WarehouseMissing without monitoring.
    """
    wanted, unusable = list(models), {}
    is_staged = any(model.staging_table for model in wanted)
    queries = {**MONITORING, "processed": PROCESSED if is_staged else NOTHING_PROCESSED}
    for name, query in queries.items():
        problem = _copy(connection, name, query.format(f"{catalog}.monitoring"))
        if problem:
            raise WarehouseMissing(problem)
    for model in wanted:
        relation = f"{catalog}.{quoted(model.schema)}.{quoted(model.alias)}"
        problem = _copy(connection, f"desired_{model.name}", _desired_sql(model, relation))
        if problem:
            unusable[model.name] = problem
    return unusable


def copy_keys(connection: duckdb.DuckDBPyConnection, catalog: str, model: TargetModel) -> None:
    """Make `keys_<model>`: the keys a model describes, none where it was not built so far."""
    relation = f"{catalog}.{quoted(model.schema)}.{quoted(model.alias)}"
    keys = f"select {key_sql(key_columns(model), 'source.')} as key_text from {relation} as source"
    if _copy(connection, f"keys_{model.name}", keys):
        _copy(connection, f"keys_{model.name}", "select '' as key_text where false")


def keys_table(model: TargetModel) -> str:
    """Return the name of the keys a model describes, quoted."""
    return quoted(f"keys_{model.name}")


def plan_table(model: TargetModel) -> str:
    """Return the name of a model's plan, quoted."""
    return quoted(f"plan_{model.name}")


def desired_table(name: str) -> str:
    """Return the name of a model's desired rows, quoted."""
    return quoted(f"desired_{name}")


def column_named(model: TargetModel, name: str) -> Column:
    """Return a declared column."""
    return next(column for column in model.columns if column.name == name)


def key_columns(model: TargetModel) -> tuple[Column, ...]:
    """Return the columns of the natural key, in its order."""
    return tuple(column_named(model, name) for name in model.key)


def _desired_sql(model: TargetModel, relation: str) -> str:
    declared = {column.name for column in model.columns}
    flags = {"_is_cancelled": "false", "_is_complete": "true", "_exists_in_target": "false"}
    defaults = [f"{value} as {name}" for name, value in flags.items() if name not in declared]
    payload = model.payload_columns
    columns = [
        *(f"source.{quoted(column.name)}" for column in model.columns),
        *defaults,
        f"{literal(model.target)} as target",
        f"{literal(model.template)} as template",
        f"{key_sql(key_columns(model), 'source.')} as key_text",
        f"sha256({payload_sql(payload, 'source.', hide_personal=False)}) as hash",
        f"{payload_sql(payload, 'source.', hide_personal=True)} as payload",
    ]
    return f"select {', '.join(columns)} from {relation} as source"


def _copy(connection: duckdb.DuckDBPyConnection, name: str, select: str) -> str:
    """Make a temporary table; returns a sentence when the warehouse does not have what it needs."""
    try:
        connection.execute(f"create or replace temp table {quoted(name)} as {select}")
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        return (
            f"The warehouse has no usable {name.removeprefix('desired_')} "
            f"({str(error).splitlines()[0]}): run `dbt build` and mend what "
            "fails there."
        )
    return ""
