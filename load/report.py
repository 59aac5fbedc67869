"""What a plan and a load say for people and machines, and what is left to look at."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

import duckdb

from connection.settings import Settings
from load.desired import attached
from load.errors import LedgerUnusable
from load.ledger import ACCEPTED_SQL, snapshot_path

COMPLETED, WARNING, ERROR = "Completed", "Warning", "Error"
EXIT_CODES = {COMPLETED: 0, WARNING: 3, ERROR: 1}


@dataclass(frozen=True, slots=True)
class TemplateResult:
    """One template of a load, in rows. source, filtered, rejected: source rows.

    inserted, updated: accepted by the target in this run. unchanged: there already. held: not sent,
    waiting for another row or for a person, also where only one column waits. failed: refused by
    the target, now or before, or lost. staged: accepted, now or before, and put aside by the target
    until a job of its own takes the rows over; message says which.
    """

    template: str
    outcome: str
    message: str = ""
    source: int = 0
    filtered: int = 0
    rejected: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    held: int = 0
    failed: int = 0
    staged: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class LoadReport:
    """One load. templates: in the order of sending."""

    run_id: str
    templates: tuple[TemplateResult, ...]
    seconds: float

    @property
    def exit_code(self) -> int:
        """Return 0 Completed, 3 Warning, 1 Error: the worst of the templates."""
        codes = {EXIT_CODES[result.outcome] for result in self.templates}
        return next((code for code in (1, 3) if code in codes), 0)

    def to_json(self) -> str:
        """Return the report as a JSON object."""
        return json.dumps({**asdict(self), "exit_code": self.exit_code}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One row that is not unchanged. key: as comparable text; changed: columns that differ."""

    model: str
    key: str
    kind: str
    reason: str
    source_table: str
    source_id: str
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanReport:
    """What a load would do. counts: rows by model and kind. closed: templates not to be sent."""

    counts: dict[str, dict[str, int]]
    closed: dict[str, str]
    rows: tuple[PlannedRow, ...]

    @property
    def exit_code(self) -> int:
        """Return 1 when a template could not be sent at all, else 0."""
        return 1 if self.closed else 0

    def to_json(self) -> str:
        """Return the plan as a JSON object."""
        return json.dumps({**asdict(self), "exit_code": self.exit_code}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One reason for which a source row is not in the target.

    where: `rejected` here or `refused` there. Values of personal columns are never shown.
    """

    template: str
    model: str
    source_table: str
    source_id: str
    where: str
    reason: str
    column: str
    value: str
    message: str


def troubles(settings: Settings, templates: Collection[str] | None = None) -> list[Trouble]:
    """Return the rows rejected by the models and refused by the target, with all their reasons."""
    with duckdb.connect() as connection:
        with attached(connection, settings) as catalog:
            rejected = connection.execute(
                f"""
                select template, target_model, source_table, source_id, 'rejected', reason_code,
                    column_name, coalesce(column_value, ''), message
                from {catalog}.monitoring.rejected_rows order by all
                """
            ).fetchall()
        refused = _from_ledger(
            settings,
            connection,
            f"""
            select template, model, source_table, source_id, 'refused', state, '', '',
                coalesce(message, '')
            from ledger.ledger where state not in ({ACCEPTED_SQL}) order by all
            """,
        )
    found = [Trouble(*row) for row in [*rejected, *refused]]
    return [trouble for trouble in found if templates is None or trouble.template in templates]


@dataclass(frozen=True, slots=True)
class Status:
    """The newest run of each template, and how many rows are in which state."""

    runs: list[dict[str, Any]]
    states: list[dict[str, Any]]

    def to_json(self) -> str:
        """Return the status as a JSON object."""
        return json.dumps(asdict(self), ensure_ascii=False, default=str)


def status(settings: Settings, templates: Collection[str] | None = None) -> Status:
    """Return what the published copy of the ledger says; it can be read during a load."""
    with duckdb.connect() as connection:
        runs = _from_ledger(
            settings,
            connection,
            """
            -- arg_max would pass over the missing message of a good run
            select template, outcome, message, finished_at, run_id, seconds from ledger.runs
            qualify row_number() over (partition by template order by finished_at desc) = 1
            order by template
            """,
        )
        states = _from_ledger(
            settings,
            connection,
            "select template, model, state, count(*) from ledger.ledger group by all order by all",
        )
    run_names = ("template", "outcome", "message", "finished_at", "run_id", "seconds")
    state_names = ("template", "model", "state", "rows")
    return Status(
        [dict(zip(run_names, row, strict=True)) for row in runs if _chosen(row, templates)],
        [dict(zip(state_names, row, strict=True)) for row in states if _chosen(row, templates)],
    )


def _chosen(row: tuple[Any, ...], templates: Collection[str] | None) -> bool:
    return templates is None or row[0] in templates


def _from_ledger(
    settings: Settings, connection: duckdb.DuckDBPyConnection, query: str
) -> list[tuple[Any, ...]]:
    """Run a query over the published copy; no rows before the first load."""
    copy = snapshot_path(settings.ledger_path)
    if not copy.exists():
        return []
    try:
        connection.execute(
            f"attach '{str(copy).replace(chr(39), chr(39) * 2)}' as ledger (read_only)"
        )
    except duckdb.IOException as error:
        raise LedgerUnusable(f"{copy} cannot be read: the next load writes it anew.") from error
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.execute("detach ledger")
