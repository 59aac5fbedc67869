"""Read what a build on another engine exported: Parquet in EXPORT_ROOT/<schema>/<table>."""

import duckdb

from connection.storage import Storage
from load.canonical import literal, quoted
from load.errors import WarehouseMissing

SCHEMAS = ("integration", "monitoring", "ops")


def attach_exports(connection: duckdb.DuckDBPyConnection, root: str, name: str) -> None:
    """Attach a database of views over the exported tables.

    Raises WarehouseMissing when nothing was exported.
    """
    storage = Storage(root, "EXPORT_ROOT")
    if not storage.is_local:
        connection.register_filesystem(storage.fs)
    tables = sorted(
        {
            (schema, file.split("/")[1])
            for schema in SCHEMAS
            for file in storage.names(f"{schema}/*/*.parquet")
        }
    )
    if not tables:
        raise WarehouseMissing(f"Nothing is exported at {root}: run `dbt build` after an extract.")
    connection.execute(f"attach ':memory:' as {quoted(name)}")
    for schema, table in tables:
        files = literal(storage.url(f"{schema}/{table}/*.parquet"))
        connection.execute(f"create schema if not exists {quoted(name)}.{quoted(schema)}")
        connection.execute(
            f"create view {quoted(name)}.{quoted(schema)}.{quoted(table)} as "
            f"select * from read_parquet({files})"
        )
