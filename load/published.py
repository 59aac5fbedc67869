"""Publish what targets accepted as a raw table, so that models can tell their own news from others'.

One Parquet file, replaced as a whole. It carries a stamp of the ledger it was made from, so that it
is known whether a load that was killed left it behind.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from connection.declarations import SourceTable
from connection.errors import ManifestError, StorageError
from connection.manifest import Manifest
from connection.storage import Storage, temporary_name, writing
from load.canonical import literal, quoted
from load.ledger import Ledger, now

SYSTEM, TABLE = "ledger", "accepted_rows"
FILE = f"{SYSTEM}/{TABLE}/accepted.parquet"
STAMP = "ledger_stamp"
COLUMNS = {
    "model": "model",
    "key_text": "key_text",
    "source_table": "source_table",
    "source_id": "source_id",
    "payload": "accepted_payload",
    "run_id": "accepted_run_id",
    "accepted_at": "accepted_at",
}
"""What the ledger has for each column that may be declared."""


def publish_accepted(ledger: Ledger, storage: Storage, manifest: Manifest) -> bool:
    """Write the accepted rows of the models the source names; returns whether that was needed.

    Raises StorageError when the file cannot be written, ManifestError for a column the ledger lacks.
    """
    table = _declared(manifest)
    if table is None:
        return False
    rows, stamp = _stamp(ledger.connection, table)
    published = _published_stamp(storage)
    if published == stamp or (published is None and not rows):
        return False
    with writing(storage.path(FILE)), _unfinished(storage) as file:
        _write(ledger.connection, table, stamp, file)
        storage.publish(file, FILE)
    return True


def _declared(manifest: Manifest) -> SourceTable | None:
    tables = manifest.written_tables
    return next((table for table in tables if (table.system, table.name) == (SYSTEM, TABLE)), None)


def _stamp(connection: duckdb.DuckDBPyConnection, table: SourceTable) -> tuple[int, str]:
    """Return how many rows there are to publish, and a text that changes with any of them."""
    found = connection.execute(
        f"""
        select count(*), coalesce(bit_xor(hash({", ".join(COLUMNS.values())})), 0)
        from ledger where {_condition(table)}
        """
    ).fetchone()
    rows, content = found or (0, 0)
    shape = [*table.models, *(f"{column.name} {column.data_type}" for column in table.columns)]
    return int(rows), f"{rows}/{content}/{','.join(shape)}"


def _published_stamp(storage: Storage) -> str | None:
    """Return the stamp of the published file; None without one, "" for one that is no use."""
    path = storage.path(FILE)
    storage.fs.invalidate_cache()
    if not storage.fs.exists(path):
        return None
    try:
        with storage.fs.open(path) as file:
            metadata: Mapping[bytes, bytes] = pq.read_metadata(file).metadata or {}
    except (pa.ArrowInvalid, OSError):
        return ""
    return metadata.get(STAMP.encode(), b"").decode()


def _write(
    connection: duckdb.DuckDBPyConnection, table: SourceTable, stamp: str, file: Path
) -> None:
    columns = [*(_column_sql(column.name, column.data_type.kind) for column in table.columns)]
    moment = now()
    technical = [
        f"timestamp '{moment}' as _extracted_at",
        f"'{moment:%Y%m%dT%H%M%S}-ledger' as _extract_id",
        "row_number() over (order by model, key_text) as _extract_row",
        "false as _is_deleted",
    ]
    try:
        connection.execute(
            f"""
            copy (
                select {", ".join([*columns, *technical])}
                from ledger where {_condition(table)}
                order by model, key_text
            ) to {literal(str(file))} (
                format parquet, compression zstd, kv_metadata {{{STAMP}: {literal(stamp)}}}
            )
            """
        )
    except duckdb.IOException as error:
        raise StorageError(
            f"{file} cannot be written ({str(error).splitlines()[0]}): check the permissions and the "
            "free space."
        ) from error


def _column_sql(name: str, kind: str) -> str:
    if name not in COLUMNS:
        raise ManifestError(
            f"The source {SYSTEM}.{TABLE} declares {name}, which the ledger does not know: choose "
            f"from {', '.join(COLUMNS)}."
        )
    return f"cast({COLUMNS[name]} as {'varchar' if kind == 'string' else kind}) as {quoted(name)}"


def _condition(table: SourceTable) -> str:
    names = ", ".join(literal(name) for name in table.models) or "null"
    return f"accepted_payload is not null and model in ({names})"


@contextmanager
def _unfinished(storage: Storage) -> Iterator[Path]:
    """Give a file to write to, from which `storage` can publish in one step.

    What a killed run left is removed: the ledger's lock makes sure that nobody writes it now.
    """
    if not storage.is_local:
        with tempfile.TemporaryDirectory(prefix="ledger-") as folder:
            yield Path(folder, "accepted.parquet")
        return
    target = Path(storage.path(FILE))
    target.parent.mkdir(parents=True, exist_ok=True)
    for left_over in target.parent.glob(f".{target.name}.*.tmp"):
        left_over.unlink()
    file = Path(storage.path(temporary_name(FILE)))
    try:
        yield file
    finally:
        file.unlink(missing_ok=True)
