"""Load: check, settle, plan, send, remember."""

import time
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from connection.auth import finops_token
from connection.declarations import TargetModel
from connection.environment import Environment, read_environment, require_same_environment
from connection.errors import EnvironmentMismatch
from connection.executions import Executions
from connection.http import open_client
from connection.manifest import Manifest
from connection.settings import Settings
from connection.storage import Storage
from load.adopt import read_adoptions
from load.desired import attached
from load.gate import closed_templates
from load.ledger import Ledger, open_ledger
from load.odata_transport import ODataTransport
from load.package_transport import PackageTransport
from load.plan import Wishes, forget_refusals
from load.progress import LoadProgress, NoProgress
from load.report import LoadReport, PlanReport
from load.results import class_counts, planned_rows, remember, template_result
from load.sending import Sending, Transport
from load.session import Session

PACKAGE_CHUNK = 50_000
ODATA_CHUNK = 100


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What tests may replace. now: aware UTC. sleep and elapsed: seconds. chunk_size: rows."""

    transport: httpx.BaseTransport | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    elapsed: Callable[[], float] = time.monotonic
    chunk_size: int | None = None


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
    models = manifest.targets(select)
    with _opened(settings, around) as (ledger, client):
        executions = Executions(client, around.sleep)
        session = Session(manifest, ledger, client, executions, Wishes())
        closed = _read_warehouse(settings, session, models, around)
        session.make_plan()
        counts = {model.name: class_counts(ledger, model) for model in session.models}
        rows = tuple(row for model in session.models for row in planned_rows(ledger, model))
    return PlanReport(counts, {**closed, **session.errors}, rows)


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
        executions = Executions(client, around.sleep)
        session = Session(manifest, ledger, client, executions, wishes)
        closed = _read_warehouse(settings, session, models, around)
        transport = _transport(settings, session, run_id, around)
        sending = Sending(session, transport, progress or NoProgress(), around.elapsed)
        sending.settle()
        session.make_plan()
        for model in session.models:
            forget_refusals(ledger.connection, model)
        sending.send_all()
        results = []
        for template in dict.fromkeys(model.template for model in models):
            planned = [model for model in session.models if model.template == template]
            error = closed.get(template) or session.errors.get(template, "")
            tally = sending.tally(template)
            results.append(template_result(ledger, run_id, template, planned, tally, error))
            remember(ledger, run_id, results[-1])
        ledger.publish()
    return LoadReport(run_id, tuple(results), around.elapsed() - started)


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


def _read_warehouse(
    settings: Settings, session: Session, models: Collection[TargetModel], around: Surroundings
) -> dict[str, str]:
    """Copy the rows of `models` that may go; returns why a template may not.

    In one look, so that no build can come between the judgement and the rows.
    """
    connection = session.ledger.connection
    templates = {model.template for model in models}
    with attached(connection, settings) as catalog:
        closed = closed_templates(
            settings, session.manifest, connection, catalog, templates, around.now()
        )
        session.copy_from(catalog, [model for model in models if model.template not in closed])
    return closed


def _transport(
    settings: Settings, session: Session, run_id: str, around: Surroundings
) -> Transport:
    read_back = session.settler.read_back
    if settings.transport == "odata":
        size = around.chunk_size or ODATA_CHUNK
        return ODataTransport(session.client, session.ledger, run_id, read_back, size)
    return PackageTransport(
        session.client,
        session.ledger,
        run_id,
        read_back,
        session.executions,
        sleep=around.sleep,
        upload_transport=around.transport,
        chunk_size=around.chunk_size or PACKAGE_CHUNK,
    )
