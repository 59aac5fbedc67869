"""Load: check, settle, plan, send, remember."""

import time
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import httpx

from connection.auth import finops_token
from connection.declarations import TargetModel
from connection.environment import Environment, read_environment, require_same_environment
from connection.errors import EnvironmentMismatch
from connection.http import open_client
from connection.manifest import Manifest
from connection.settings import Settings
from connection.storage import Storage
from load.adopt import read_adoptions
from load.errors import TargetUnfit
from load.gate import closed_templates
from load.ledger import ACCEPTED, Ledger, Receipt, open_ledger
from load.odata_transport import ODataTransport
from load.package_transport import PackageTransport
from load.plan import Wishes, hold_unaccepted, plan_table
from load.progress import LoadProgress, NoProgress
from load.report import (
    COMPLETED,
    ERROR,
    WARNING,
    LoadReport,
    PlannedRow,
    PlanReport,
    TemplateResult,
)
from load.rows import chunks, make_send_table
from load.session import Session

HELD = ("held", "waiting", "collision", "rekeyed", "locked", "cancelled")
FAILED = ("refused", "unknown")

Transport = PackageTransport | ODataTransport


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What tests may replace. now: aware UTC. sleep and elapsed: seconds."""

    transport: httpx.BaseTransport | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    elapsed: Callable[[], float] = time.monotonic


@dataclass
class _Tally:
    inserted: int = 0
    updated: int = 0
    refused: int = 0
    seconds: float = 0.0


@dataclass
class _Load:
    session: Session
    transport: Transport
    progress: LoadProgress
    elapsed: Callable[[], float]
    tallies: dict[str, _Tally] = field(default_factory=dict)

    def settle(self) -> None:
        """Find out what became of rows that an earlier load left without an answer."""
        for model in self.session.models:
            self._step(model, partial(self._settle, model))

    def send_all(self) -> None:
        """Send every model in order; then again those of which a column waited for children."""
        connection = self.session.ledger.connection
        for model in self.session.models:
            self._step(model, partial(hold_unaccepted, connection, model))
            self._step(model, partial(self._send, model))
        for model in self.session.models:
            if model.raise_last:
                self._step(model, partial(self.session.plan_again, model))
                self._step(model, partial(self._send, model))

    def _settle(self, model: TargetModel) -> None:
        if self.session.ledger.open_rows(model.name):
            entity = self.session.entity(model)
            self.session.settler.settle(model, entity, self.transport.wait)

    def _send(self, model: TargetModel) -> None:
        connection = self.session.ledger.connection
        total = make_send_table(connection, model)
        if not total:
            return
        entity = self.session.entity(model)
        self.progress.sending(model.name, total)
        done = 0
        size = self.transport.chunk_size
        # nobody can read a package-only entity's metadata or rows: one row shows whether it fits
        first = size if entity.is_public else 1
        for company, chunk, rows in chunks(connection, model, size, first):
            classes = dict(connection.execute(f"select key_text, class from {chunk}").fetchall())
            receipts = self.transport.send(model, entity, company, chunk)
            self._count(model, classes, receipts)
            if not done and not entity.is_public and receipts[0].state == "unknown":
                raise TargetUnfit(
                    f"The first row of {model.entity} cannot be accounted for, so the others were not "
                    "sent: look at the job in Data management."
                )
            done += rows
            self.progress.sent(model.name, done, total)

    def _count(
        self, model: TargetModel, classes: dict[str, str], receipts: Sequence[Receipt]
    ) -> None:
        tally = self.tally(model.template)
        for receipt in receipts:
            if receipt.state not in ACCEPTED:
                tally.refused += 1
            elif classes[receipt.key_text] == "insert":
                tally.inserted += 1
            else:
                tally.updated += 1

    def tally(self, template: str) -> _Tally:
        """Return the counts of a template."""
        return self.tallies.setdefault(template, _Tally())

    def _step(self, model: TargetModel, action: Callable[[], None]) -> None:
        """Time an action; an error ends its template only, and what was sent stays in the ledger."""
        tally, started = self.tally(model.template), self.elapsed()
        self.session.attempt(model, action)
        tally.seconds += self.elapsed() - started


def make_plan(
    settings: Settings,
    manifest: Manifest,
    select: Collection[str] | None = None,
    *,
    surroundings: Surroundings | None = None,
) -> PlanReport:
    """Return what a load would do; nothing is sent, only keys and locks are asked for.

    Raises IntegrationError when it cannot be told.
    """
    around = surroundings or Surroundings()
    with _opened(settings, around) as (ledger, client):
        closed = closed_templates(settings, manifest, ledger.connection, around.now())
        session = Session(manifest, ledger, client, Wishes())
        models = manifest.targets(select)
        selected = {model.template for model in models}
        session.copy_from(
            settings.duckdb_path, [model for model in models if model.template not in closed]
        )
        session.make_plan()
        counts = {model.name: _class_counts(ledger, model) for model in session.models}
        rows = tuple(row for model in session.models for row in _planned_rows(ledger, model))
        closed = {**closed, **session.errors}
    return PlanReport(counts, {name: why for name, why in closed.items() if name in selected}, rows)


def run_load(
    settings: Settings,
    manifest: Manifest,
    select: Collection[str] | None = None,
    *,
    retry: bool = False,
    adopt: Collection[str] = (),
    progress: LoadProgress | None = None,
    surroundings: Surroundings | None = None,
) -> LoadReport:
    """Send what changed; every template ends Completed, Warning or Error.

    select: templates or models. retry: refused rows go again though unchanged. adopt: models, or
    model:key, whose collisions and rekeyed rows are taken over.
    Raises IntegrationError when nothing can be sent at all: another environment, a ledger in use.
    """
    around = surroundings or Surroundings()
    started = around.elapsed()
    run_id = f"{around.now():%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
    models = manifest.targets(select)
    with _opened(settings, around) as (ledger, client):
        wishes = read_adoptions(ledger.connection, models, adopt, retry=retry)
        closed = closed_templates(settings, manifest, ledger.connection, around.now())
        session = Session(manifest, ledger, client, wishes)
        transport = _transport(settings, session, run_id, around)
        load = _Load(session, transport, progress or NoProgress(), around.elapsed)
        session.copy_from(
            settings.duckdb_path, [model for model in models if model.template not in closed]
        )
        load.settle()
        session.make_plan()
        load.send_all()
        results = tuple(
            _result(session, models, template, load.tally(template), closed.get(template, ""))
            for template in dict.fromkeys(model.template for model in models)
        )
        for result in results:
            _remember(ledger, run_id, result)
        ledger.publish()
    return LoadReport(run_id, results, around.elapsed() - started)


@contextmanager
def _opened(settings: Settings, around: Surroundings) -> Iterator[tuple[Ledger, httpx.Client]]:
    """Open ledger and target, once it is certain that rows, ledger and addresses belong together."""
    environment = _environment(settings)
    with (
        open_ledger(settings.ledger_path) as ledger,
        open_client(
            settings.finops_url,
            finops_token(settings),
            transport=around.transport,
            sleep=around.sleep,
        ) as client,
    ):
        ledger.require_environment(environment)
        yield ledger, client


def _environment(settings: Settings) -> Environment:
    storage = Storage(settings.raw_root)
    recorded = read_environment(storage)
    if recorded is None:
        raise EnvironmentMismatch(
            f"Nothing has landed at {settings.raw_root}, so it is not known where rows would come "
            "from: run `d365 extract`."
        )
    require_same_environment(settings, recorded)
    return recorded


def _transport(
    settings: Settings, session: Session, run_id: str, around: Surroundings
) -> Transport:
    read_back = session.settler.read_back
    if settings.transport == "odata":
        return ODataTransport(session.client, session.ledger, run_id, read_back)
    return PackageTransport(
        session.client,
        session.ledger,
        run_id,
        read_back,
        sleep=around.sleep,
        upload_transport=around.transport,
    )


def _class_counts(ledger: Ledger, model: TargetModel) -> dict[str, int]:
    rows = ledger.connection.execute(
        f"select class, count(*) from {plan_table(model)} group by class order by class"
    ).fetchall()
    return dict(rows)


def _planned_rows(ledger: Ledger, model: TargetModel) -> Iterator[PlannedRow]:
    """The rows that are not unchanged, with the columns in which an update differs."""
    rows = ledger.connection.execute(
        f"""
        select key_text, class, reason, _source_table, _source_id,
            case when class = 'update' then list_sort(list_filter(
                list_distinct(list_concat(json_keys(payload), json_keys(accepted_payload))),
                lambda name: json_extract_string(payload, '$."' || name || '"')
                    is distinct from json_extract_string(accepted_payload, '$."' || name || '"')
            )) end
        from {plan_table(model)} where class <> 'unchanged' order by class, key_text
        """
    ).fetchall()
    for key, kind, reason, source_table, source_id, changed in rows:
        yield PlannedRow(
            model.name, key, kind, reason or "", source_table, source_id, tuple(changed or ())
        )


def _result(
    session: Session,
    models: Sequence[TargetModel],
    template: str,
    tally: _Tally,
    closed: str,
) -> TemplateResult:
    ledger, error = session.ledger, session.errors.get(template, "")
    source, filtered, rejected = _reconciled(ledger, template)
    if closed:
        return TemplateResult(
            template, ERROR, closed, source=source, filtered=filtered, rejected=rejected
        )
    counts: dict[str, int] = {}
    for model in models:
        if model.template == template:
            for kind, rows in _end_counts(ledger, model).items():
                counts[kind] = counts.get(kind, 0) + rows
    held = sum(counts.get(kind, 0) for kind in HELD)
    failed = sum(counts.get(kind, 0) for kind in FAILED)
    unchanged = counts.get("unchanged", 0)
    waits = held - counts.get("cancelled", 0)
    return TemplateResult(
        template,
        ERROR if error else _outcome(tally, rejected, failed, waits, unchanged),
        error,
        source,
        filtered,
        rejected,
        tally.inserted,
        tally.updated,
        unchanged,
        held,
        failed,
        tally.seconds,
    )


def _outcome(tally: _Tally, rejected: int, failed: int, waits: int, unchanged: int) -> str:
    """Error when no row succeeded, Warning when some did not, as in the original."""
    if tally.refused and not (tally.inserted or tally.updated or unchanged):
        return ERROR
    return WARNING if rejected or failed or waits else COMPLETED


def _end_counts(ledger: Ledger, model: TargetModel) -> dict[str, int]:
    """Classes of the rows that were not sent, and what became of those that were."""
    accepted = ", ".join(f"'{state}'" for state in ACCEPTED)
    rows = ledger.connection.execute(
        f"""
        select
            case
                when class not in ('insert', 'update') then class
                when ledger.state in ({accepted}) then 'accepted'
                else 'refused'
            end as kind,
            count(*)
        from {plan_table(model)} as planned
        left join ledger on ledger.model = '{model.name}' and ledger.key_text = planned.key_text
        group by all
        """
    ).fetchall()
    return dict(rows)


def _reconciled(ledger: Ledger, template: str) -> tuple[int, int, int]:
    found = ledger.connection.execute(
        """
        select coalesce(sum(source_rows), 0), coalesce(sum(filtered_rows), 0),
            coalesce(sum(rejected_rows), 0)
        from reconciliation where template = ?
        """,
        [template],
    ).fetchone()
    return (int(found[0]), int(found[1]), int(found[2])) if found else (0, 0, 0)


def _remember(ledger: Ledger, run_id: str, result: TemplateResult) -> None:
    names = ("source", "filtered", "rejected", "inserted", "updated", "unchanged", "held", "failed")
    counts = {name: getattr(result, name) for name in names}
    ledger.record_run(
        run_id, result.template, result.outcome, result.message, counts, result.seconds
    )
