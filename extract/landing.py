"""Append what changed to a table's Parquet parts, in one visible step."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from connection.datatypes import DataType
from connection.declarations import SourceTable
from connection.errors import StorageError
from connection.storage import Storage
from extract.schema import EXTRACT_ID, EXTRACT_ROW, EXTRACTED_AT, IS_DELETED, TECHNICAL, duckdb_type

MEMORY_LIMIT = "2GB"
"""What comparing may use before it spills into the work folder."""


@dataclass(frozen=True, slots=True)
class RawTable:
    """A landed table: folder, key columns, and the declared columns with their types."""

    folder: str
    key: tuple[str, ...]
    columns: tuple[tuple[str, DataType], ...]

    @classmethod
    def of(cls, table: SourceTable) -> "RawTable":
        """Return where and how the rows of a source table land."""
        return cls(
            folder=f"{table.system}/{table.name}",
            key=table.key,
            columns=tuple((column.name, column.data_type) for column in table.columns),
        )


@dataclass(frozen=True, slots=True)
class Stamp:
    """What every row version of one landing carries. read_at: UTC without zone."""

    extract_id: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Landed:
    """What one landing did. appended counts new and changed rows, without tombstones."""

    appended: int
    tombstones: int


class IncomingFile:
    """Collects the rows of one read in a file that no reader of raw rows picks up."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path = path
        self.rows = 0
        self._schema = schema.append(pa.field(EXTRACT_ROW, pa.int64()))
        # Read once and thrown away: what makes reading again cheap would only cost here.
        self._writer = pq.ParquetWriter(
            path, self._schema, compression="lz4", use_dictionary=False, write_statistics=False
        )

    def append(self, rows: pa.Table) -> None:
        """Add rows, numbered in the order they came."""
        numbers = pa.array(range(self.rows, self.rows + rows.num_rows), pa.int64())
        self._writer.write_table(rows.append_column(self._schema.field(EXTRACT_ROW), numbers))
        self.rows += rows.num_rows

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


class Landing:
    """Compares read rows with the newest known ones and appends the difference.

    Reads may run in several threads; comparing is done one table at a time, so that memory stays
    bounded. work: a folder on the same file system as a local RAW_ROOT.
    """

    def __init__(self, storage: Storage, work: Path) -> None:
        self._storage = storage
        self._work = work
        self._turn = threading.Lock()
        self._database = open_database(storage, work)

    def close(self) -> None:
        """Release the memory and the spill files."""
        self._database.close()

    def land(
        self,
        table: RawTable,
        incoming: IncomingFile,
        stamp: Stamp,
        *,
        complete: bool,
        part: str = "",
    ) -> Landed:
        """Append new, changed and reappeared rows; return how many.

        complete: the read saw every row, so a key that is known but was not seen gets a
        tombstone. part: the new file's name without ending, the extract id by default.
        Rows equal to the newest known version are not appended; a table that never landed gets
        a part even when it is empty, so that it has a schema.
        Raises StorageError when the parts on disk cannot be read or the new one not be written.
        """
        with self._one_at_a_time(table):
            return self._land(table, incoming, stamp, complete, part or stamp.extract_id)

    def newest_rows(self, table: RawTable) -> frozenset[tuple[object, ...]]:
        """Return the newest version of every row of a small table, without technical columns."""
        with self._one_at_a_time(table):
            self._show_known(table, self._storage.names(f"{table.folder}/*.parquet"))
            names = _list(name for name, _ in table.columns)
            return frozenset(self._database.execute(f"select {names} from known").fetchall())

    def has_rows(self, table: RawTable) -> bool:
        """Tell whether a row has landed that was still there when it was last looked for."""
        with self._one_at_a_time(table):
            self._show_known(table, self._storage.names(f"{table.folder}/*.parquet"))
            (rows,) = self._row(f"select count(*) from known where not {IS_DELETED}")
            return bool(rows)

    @contextmanager
    def _one_at_a_time(self, table: RawTable) -> Iterator[None]:
        with self._turn:
            try:
                yield
            except (duckdb.Error, OSError) as error:
                raise StorageError(
                    f"The Parquet files in {self._storage.path(table.folder)} cannot be compared "
                    f"or extended ({first_line(error)}): mend or move that folder, and check the "
                    "free space."
                ) from error

    def _land(
        self, table: RawTable, incoming: IncomingFile, stamp: Stamp, complete: bool, part: str
    ) -> Landed:
        parts = self._storage.names(f"{table.folder}/*.parquet")
        self._show_known(table, parts)
        self._show_incoming(table, incoming)
        file = self._work / f"{part}.{table.folder.replace('/', '.')}"
        self._database.sql(
            _difference(table, complete),
            params=[self._after_known(stamp.read_at), stamp.extract_id, incoming.rows],
        ).write_parquet(str(file), compression="zstd")
        landed = self._count(file)
        if parts and landed == Landed(0, 0):
            file.unlink()
            return landed
        file.chmod(0o600)
        self._storage.publish(file, f"{table.folder}/{part}.parquet")
        return landed

    def _show_known(self, table: RawTable, parts: Sequence[str]) -> None:
        """Create the view `known`: the newest version of every landed key, in declared types.

        A value that a newly declared type cannot hold counts as unknown, so its row lands again.
        """
        declared = (*table.columns, *TECHNICAL.items())
        if not parts:
            empty = ", ".join(f"cast(null as {duckdb_type(t)}) as {quoted(n)}" for n, t in declared)
            self._database.execute(f"create or replace view known as select {empty} where false")
            return
        paths = [self._storage.url(part) for part in parts]
        landed = self._database.read_parquet(paths, union_by_name=True)
        landed.create_view("landed", replace=True)
        columns = ", ".join(_as_declared(name, kind, landed.columns) for name, kind in declared)
        self._database.execute(
            f"create or replace view known as select {columns} from landed {newest(table.key)}"
        )

    def _show_incoming(self, table: RawTable, incoming: IncomingFile) -> None:
        """Create the view `incoming`; a row that two pages brought counts once, the later one."""
        self._database.read_parquet(str(incoming.path)).create_view("pages", replace=True)
        key = _list(table.key)
        rows, keys = self._row(f"select count(*), count(distinct ({key})) from pages")
        once = f"qualify row_number() over (partition by {key} order by {EXTRACT_ROW} desc) = 1"
        self._database.execute(
            f"create or replace view incoming as select * from pages {'' if rows == keys else once}"
        )

    def _after_known(self, moment: datetime) -> datetime:
        """Return `moment`, moved past the newest known stamp when the clock was set back."""
        (newest_known,) = self._row(f"select max({EXTRACTED_AT}) from known")
        if not isinstance(newest_known, datetime) or newest_known < moment:
            return moment
        return newest_known + timedelta(microseconds=1)

    def _count(self, part: Path) -> Landed:
        self._database.read_parquet(str(part)).create_view("part", replace=True)
        row = self._row(
            f"select count(*) filter (not {IS_DELETED}), count(*) filter ({IS_DELETED}) from part"
        )
        return Landed(*row)

    def _row(self, query: str) -> tuple[Any, ...]:
        # DuckDB keeps the connection busy until a result is read to its end.
        (row,) = self._database.execute(query).fetchall()
        return tuple(row)


def open_database(storage: Storage, work: Path) -> duckdb.DuckDBPyConnection:
    """Return an in-memory database with bounded memory that can read the parts of `storage`."""
    database = duckdb.connect(
        config={
            "memory_limit": MEMORY_LIMIT,
            "temp_directory": str(work / "spill"),
            "preserve_insertion_order": False,
        }
    )
    if not storage.is_local:
        database.register_filesystem(storage.fs)
    return database


def newest(key: Iterable[str]) -> str:
    """Return the clause that keeps the newest version per key."""
    order = ", ".join(
        f"{name} desc" for name in (EXTRACTED_AT, EXTRACT_ID, IS_DELETED, EXTRACT_ROW)
    )
    return f"qualify row_number() over (partition by {_list(key)} order by {order}) = 1"


def _difference(table: RawTable, complete: bool) -> str:
    """Return the query for the rows to append; parameters: stamp, extract id, rows read."""
    names = [name for name, _ in table.columns]
    key = quoted(table.key[0])
    selected = ", ".join(
        f"coalesce(incoming.{quoted(name)}, known.{quoted(name)}) as {quoted(name)}"
        if name in table.key
        else f"incoming.{quoted(name)}"
        for name in names
    )
    same_key = " and ".join(f"incoming.{quoted(n)} = known.{quoted(n)}" for n in table.key)
    differs = " or ".join(
        f"incoming.{quoted(name)} is distinct from known.{quoted(name)}" for name in names
    )
    vanished = f"incoming.{key} is null and not known.{IS_DELETED}" if complete else "false"
    return f"""
        select
            {selected},
            cast($1 as timestamp) as {EXTRACTED_AT},
            cast($2 as varchar) as {EXTRACT_ID},
            coalesce(incoming.{EXTRACT_ROW}, cast($3 as bigint)) as {EXTRACT_ROW},
            incoming.{key} is null as {IS_DELETED}
        from incoming
        full join known
            on {same_key}
        where ({vanished})
            or (incoming.{key} is not null
                and (known.{key} is null or known.{IS_DELETED} or {differs}))
    """


def _as_declared(name: str, data_type: DataType, landed: Sequence[str]) -> str:
    kind = duckdb_type(data_type)
    if name not in landed:
        return f"cast(null as {kind}) as {quoted(name)}"
    return f"try_cast({quoted(name)} as {kind}) as {quoted(name)}"


def _list(names: Iterable[str]) -> str:
    return ", ".join(quoted(name) for name in names)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else "no reason"
