"""Rewrite the parts of each landed table into one that holds the newest version per key."""

import uuid
from dataclasses import dataclass
from pathlib import Path

import duckdb

from connection.errors import StorageError
from connection.manifest import Manifest
from connection.settings import Settings
from connection.storage import Storage
from extract.landing import RawTable, first_line, newest, open_database, quoted
from extract.lock import exclusive
from extract.presence import LANDED_COLUMNS
from extract.schema import TECHNICAL, duckdb_type
from extract.work import work_folder


@dataclass(frozen=True, slots=True)
class Compacted:
    """One table. Rows are row versions; tombstones are kept, they are the news of a deletion."""

    folder: str
    parts_before: int
    rows_before: int
    rows_after: int


def compact(settings: Settings, manifest: Manifest) -> tuple[Compacted, ...]:
    """Leave one part per landed table, with the newest version of every key.

    Nothing else may read RAW_ROOT meanwhile. Safe against a kill: the new part is complete before
    the first old one goes, and equal versions in two parts count as one.
    Raises StorageError when RAW_ROOT is in use or a part cannot be read.
    """
    storage = Storage(settings.raw_root)
    tables = [*(RawTable.of(table) for table in manifest.sources), LANDED_COLUMNS]
    with exclusive(storage), work_folder(storage) as work:
        database = open_database(storage, work)
        try:
            results = [_compact(storage, database, table, work) for table in tables]
        finally:
            database.close()
    return tuple(result for result in results if result is not None)


def _compact(
    storage: Storage, database: duckdb.DuckDBPyConnection, table: RawTable, work: Path
) -> Compacted | None:
    """Compact one table; None when it never landed."""
    parts = storage.names(f"{table.folder}/*.parquet")
    if not parts:
        return None
    try:
        return _rewrite(storage, database, table, parts, work)
    except (duckdb.Error, OSError) as error:
        raise StorageError(
            f"The Parquet files in {storage.path(table.folder)} cannot be compacted "
            f"({first_line(error)}): no newest version is lost, so mend the cause and try again."
        ) from error


def _rewrite(
    storage: Storage,
    database: duckdb.DuckDBPyConnection,
    table: RawTable,
    parts: list[str],
    work: Path,
) -> Compacted:
    landed = database.read_parquet([storage.url(part) for part in parts], union_by_name=True)
    landed.create_view("landed", replace=True)
    types = dict((*table.columns, *TECHNICAL.items()))
    # A column that is no longer declared stays: compacting loses versions, never columns.
    columns = ", ".join(
        f"cast({quoted(name)} as {duckdb_type(types[name])}) as {quoted(name)}"
        if name in types
        else quoted(name)
        for name in landed.columns
    )
    file = work / f"compact.{table.folder.replace('/', '.')}"
    database.sql(f"select {columns} from landed {newest(table.key)}").write_parquet(
        str(file), compression="zstd"
    )
    database.read_parquet(str(file)).create_view("compacted", replace=True)
    ((before, after),) = database.execute(
        "select (select count(*) from landed), (select count(*) from compacted)"
    ).fetchall()
    if len(parts) > 1 or after < before:
        file.chmod(0o600)
        storage.publish(file, f"{table.folder}/compact-{uuid.uuid4().hex}.parquet")
        for part in parts:
            storage.remove(part)
    return Compacted(table.folder, len(parts), before, after)
