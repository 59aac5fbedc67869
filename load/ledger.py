"""The ledger: what each target row was last sent as, and what the target said.

One DuckDB file with one writer. Every change is committed before the next request goes out.
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb

from connection.environment import Environment, require_same_record
from connection.storage import replace_durably
from load.errors import LedgerInUse, LedgerUnusable

VERSION = 2
ACCEPTED = ("staged", "in_target", "processed")
"""States in which the service has accounted for the row."""
ACCEPTED_SQL = ", ".join(f"'{state}'" for state in ACCEPTED)

_SCHEMA = """
create table ledger_version (version integer);
create table environment (content json);
create table ledger (
    target varchar not null,
    template varchar not null,
    model varchar not null,
    key_text varchar not null,
    source_table varchar not null,
    source_id varchar not null,
    state varchar not null,
    accepted_hash varchar,
    accepted_payload varchar,
    attempted_hash varchar,
    attempted_payload varchar,
    message varchar,
    execution_id varchar,
    run_id varchar not null,
    updated_at timestamp not null,
    accepted_run_id varchar,
    accepted_at timestamp,
    primary key (model, key_text)
);
create table executions (
    execution_id varchar primary key,
    model varchar not null,
    company varchar not null,
    row_count integer not null,
    started_at timestamp not null,
    outcome varchar
);
create table runs (
    run_id varchar not null,
    template varchar not null,
    outcome varchar not null,
    message varchar,
    counts json,
    seconds double,
    finished_at timestamp not null
);
create table import_steps (company varchar not null, started_at timestamp not null);
"""
_TO_VERSION_2 = """
create table import_steps (company varchar not null, started_at timestamp not null);
alter table ledger add column accepted_run_id varchar;
alter table ledger add column accepted_at timestamp;
update ledger set accepted_run_id = run_id, accepted_at = updated_at where accepted_hash is not null;
"""
"""A ledger of version 1 did not remember when a row was accepted; the last change is nearest."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the target said about one row. key_text: see canonical. message: its own words."""

    key_text: str
    state: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A row that was sent without an answer so far.

    payload: what was attempted. before: what was accepted last, {} when nothing was. execution_id:
    of the import that carried it, None where none did.
    """

    key_text: str
    payload: dict[str, str]
    before: dict[str, str]
    execution_id: str | None = None


@dataclass(frozen=True, slots=True)
class UnfinishedExecution:
    """An import that nobody has seen the end of. rows: how many it carried."""

    execution_id: str
    company: str
    rows: int


def now() -> datetime:
    """Return the moment as the ledger stores it: UTC without zone."""
    return datetime.now(UTC).replace(tzinfo=None)


class Ledger:
    """The open ledger. `connection` is also where a plan is worked out, in temporary tables.

    siblings: by model, the others that send to the same entity. A row of the target has one owner.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        path: Path,
        siblings: Mapping[str, Sequence[str]],
    ) -> None:
        self.connection = connection
        self.path = path
        self._siblings = siblings

    def require_environment(self, environment: Environment) -> None:
        """Check that the ledger belongs to `environment`; the first time, record it.

        Raises EnvironmentMismatch in one sentence.
        """
        found = self.connection.execute("select content from environment").fetchall()
        if found:
            recorded = Environment(**json.loads(found[0][0]))
            require_same_record(environment, recorded, f"the ledger {self.path}")
            return
        self.connection.execute(
            "insert into environment values (?)", [json.dumps(asdict(environment))]
        )

    def mark_sent(self, model: str, chunk: str, execution_id: str | None, run_id: str) -> None:
        """Record, durably, that the rows of the table `chunk` are about to be sent.

        chunk: temporary table with target, template, key_text, _source_table, _source_id, hash and
        payload.
        """
        self.connection.execute(
            f"""
            insert into ledger
                (target, template, model, key_text, source_table, source_id, state,
                attempted_hash, attempted_payload, execution_id, run_id, updated_at)
            select target, template, $model, key_text, _source_table, _source_id, 'sent',
                hash, payload, $execution_id, $run_id, $now
            from {chunk}
            on conflict (model, key_text) do update set
                state = 'sent',
                source_table = excluded.source_table,
                source_id = excluded.source_id,
                attempted_hash = excluded.attempted_hash,
                attempted_payload = excluded.attempted_payload,
                message = null,
                execution_id = excluded.execution_id,
                run_id = excluded.run_id,
                updated_at = excluded.updated_at
            """,
            {"model": model, "execution_id": execution_id, "run_id": run_id, "now": now()},
        )

    def record(self, model: str, receipts: Sequence[Receipt]) -> None:
        """Store what the target said, durably, in one step."""
        if not receipts:
            return
        self.connection.execute(
            "create or replace temp table receipts (key_text varchar, state varchar, message varchar)"
        )
        self.connection.execute(
            """
            insert into receipts
            select unnest($keys), unnest($states), unnest($messages)
            """,
            {
                "keys": [receipt.key_text for receipt in receipts],
                "states": [receipt.state for receipt in receipts],
                "messages": [receipt.message for receipt in receipts],
            },
        )
        self.record_table(model, "receipts")

    def record_table(self, model: str, table: str) -> None:
        """Store receipts that are already a table (key_text, state, message).

        What is accepted from a model was handed over by its siblings, which forget it in one step:
        their row is not theirs any more.
        """
        self.connection.begin()
        try:
            self._store(model, table)
            for sibling in self._siblings.get(model, ()):
                self.connection.execute(
                    f"""
                    delete from ledger
                    where model = $sibling and accepted_hash is not null and key_text in (
                        select key_text from {table} where state in ({ACCEPTED_SQL}))
                    """,
                    {"sibling": sibling},
                )
        except BaseException:
            self.connection.rollback()
            raise
        self.connection.commit()

    def _store(self, model: str, table: str) -> None:
        self.connection.execute(
            f"""
            update ledger set
                state = told.state,
                message = nullif(told.message, ''),
                accepted_hash = case when told.state in ({ACCEPTED_SQL})
                    then ledger.attempted_hash else ledger.accepted_hash end,
                accepted_payload = case when told.state in ({ACCEPTED_SQL})
                    then ledger.attempted_payload else ledger.accepted_payload end,
                accepted_run_id = case when told.state in ({ACCEPTED_SQL})
                    then ledger.run_id else ledger.accepted_run_id end,
                accepted_at = case when told.state in ({ACCEPTED_SQL})
                    then $now else ledger.accepted_at end,
                updated_at = $now
            from {table} as told
            where ledger.model = $model and ledger.key_text = told.key_text
            """,
            {"model": model, "now": now()},
        )

    def open_rows(self, model: str, among: Sequence[str] | None = None) -> tuple[OpenRow, ...]:
        """Return the rows of a model whose fate is not known. among: only these keys."""
        rows = self.connection.execute(
            """
            select key_text, attempted_payload, coalesce(accepted_payload, '{}'), execution_id
            from ledger
            where model = $model and state in ('sent', 'unknown') and attempted_payload is not null
                and ($among is null or key_text in (select unnest(cast($among as varchar[]))))
            order by key_text
            """,
            {"model": model, "among": None if among is None else list(among)},
        ).fetchall()
        return tuple(
            OpenRow(key, json.loads(payload), json.loads(before), execution_id)
            for key, payload, before, execution_id in rows
        )

    def forget_attempt(self, model: str, keys: Iterable[str], accepted: str) -> None:
        """Rows that did not arrive may be sent again as if they had not been tried.

        accepted: the state of those that were accepted before.
        """
        self.connection.execute(
            """
            update ledger set
                state = case when accepted_hash is null then 'unknown' else $accepted end,
                attempted_hash = null, attempted_payload = null, updated_at = $now
            where model = $model and key_text in (select unnest($keys))
            """,
            {"model": model, "keys": list(keys), "accepted": accepted, "now": now()},
        )

    def mark_processed(self, model: str, table: str) -> None:
        """Rows that the target had put aside have been taken over by its own job.

        table: target_model, source_table and source_id of rows of which it says so.
        """
        self.connection.execute(
            f"""
            update ledger set state = 'processed'
            from {table} as told
            where ledger.model = $model and ledger.state = 'staged'
                and told.target_model = ledger.model
                and told.source_table = ledger.source_table and told.source_id = ledger.source_id
            """,
            {"model": model},
        )

    def begin_execution(self, execution_id: str, model: str, company: str, rows: int) -> None:
        """Remember an import before it is asked for, so that a restart can ask what became of it."""
        self.connection.execute(
            "insert into executions values (?, ?, ?, ?, ?, null)",
            [execution_id, model, company, rows, now()],
        )

    def end_execution(self, execution_id: str, outcome: str) -> None:
        """Remember how an import ended."""
        self.connection.execute(
            "update executions set outcome = ? where execution_id = ?", [outcome, execution_id]
        )

    def unfinished_executions(self, model: str) -> tuple[UnfinishedExecution, ...]:
        """Return imports of a model that nobody has seen the end of."""
        rows = self.connection.execute(
            "select execution_id, company, row_count from executions "
            "where model = ? and outcome is null",
            [model],
        ).fetchall()
        return tuple(UnfinishedExecution(*row) for row in rows)

    def record_import_step(self, company: str, started_at: datetime) -> None:
        """Remember that a company's staging table was asked to be taken over."""
        self.connection.execute("insert into import_steps values (?, ?)", [company, started_at])

    def record_run(
        self, run_id: str, template: str, outcome: str, message: str, counts: Any, seconds: float
    ) -> None:
        """Store the outcome of a template."""
        self.connection.execute(
            "insert into runs values (?, ?, ?, ?, ?, ?, ?)",
            [run_id, template, outcome, message or None, json.dumps(counts), seconds, now()],
        )

    def publish(self) -> None:
        """Put a copy beside the ledger that can be read while a load holds it."""
        self.connection.execute("checkpoint")
        copy = snapshot_path(self.path)
        temporary = copy.with_suffix(".tmp")
        shutil.copyfile(self.path, temporary)
        replace_durably(temporary, copy)


def snapshot_path(path: Path) -> Path:
    """Return where the readable copy of a ledger lies."""
    return path.with_name(f"{path.stem}.snapshot.duckdb")


@contextmanager
def open_ledger(
    path: Path, siblings: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> Iterator[Ledger]:
    """Open the ledger for writing, making it the first time. siblings: see Ledger.

    Raises LedgerInUse while another process has it, LedgerUnusable when the file is something else.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # for its log and what does not fit into memory as well
    os.umask(0o077)
    try:
        connection = duckdb.connect(str(path))
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise LedgerInUse(
                f"Another load is using {path}: wait until it has ended (d365 status shows it)."
            ) from error
        raise LedgerUnusable(f"{path} is no ledger: set LEDGER_PATH to another file.") from error
    path.chmod(0o600)
    try:
        connection.execute("set TimeZone = 'UTC'")
        # what does not fit into memory holds personal values as they are sent
        connection.execute("set temp_file_encryption = true")
        # DuckDB writes with its own cipher only when told that its random numbers are plain ones;
        # enough for files that live as long as the process, and without it nothing may spill
        connection.execute("set force_mbedtls_unsafe = true")
        _require_version(connection, path)
        yield Ledger(connection, path, siblings)
    finally:
        connection.close()


def _require_version(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Make the tables in a new file; touch no file that is something else."""
    tables = {
        row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()
    }
    if not tables:
        # in one step: a file with half of its tables would be no ledger
        connection.execute(
            f"begin; {_SCHEMA} insert into ledger_version values ({VERSION}); commit"
        )
        return
    if "ledger_version" not in tables:
        raise LedgerUnusable(f"{path} is no ledger: set LEDGER_PATH to another file.")
    (version,) = connection.execute("select max(version) from ledger_version").fetchone() or (None,)
    if version == 1:
        connection.execute(f"begin; {_TO_VERSION_2} insert into ledger_version values (2); commit")
        return
    if version != VERSION:
        raise LedgerUnusable(
            f"{path} is a ledger of version {version} and this program reads {VERSION}: use the "
            "program that wrote it."
        )
