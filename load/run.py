"""Load: check, settle, plan, send, remember."""

import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import httpx

from connection.addresses import is_loopback
from connection.auth import dataverse_token, finops_token
from connection.declarations import DATAVERSE, FINOPS, TARGETS, TargetModel
from connection.environment import Environment, read_environment, require_same_environment
from connection.errors import EnvironmentMismatch
from connection.executions import Executions
from connection.http import open_client
from connection.manifest import Manifest
from connection.settings import Settings
from connection.storage import Storage
from load.adopt import read_adoptions
from load.dataverse_operations import DataverseOperations
from load.desired import attached
from load.finops_operations import FinopsOperations
from load.gate import closed_templates
from load.import_step import StepResult, staged_rows, take_over
from load.ledger import Ledger, open_ledger
from load.odata_transport import ODataTransport
from load.package_transport import PackageTransport
from load.plan import Wishes, forget_unwanted
from load.progress import LoadProgress, NoProgress
from load.published import publish_accepted
from load.report import COMPLETED, WARNING, LoadReport, PlanReport, TemplateResult
from load.results import class_counts, planned_rows, remember, template_result
from load.sending import Sending, Transport
from load.session import Session

PACKAGE_CHUNK = 50_000
ODATA_CHUNK = 100
BATCH_LIMIT = 1000
"""Operations of one $batch that Dataverse takes."""


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
    with _opened(settings, manifest, around) as (ledger, clients):
        executions = Executions(clients[FINOPS], around.sleep)
        session = Session(settings, manifest, ledger, clients, executions, Wishes())
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
    with _opened(settings, manifest, around) as (ledger, clients):
        storage = Storage(settings.raw_root)
        # a load that was killed may have left it behind
        publish_accepted(ledger, storage, manifest)
        wishes = read_adoptions(ledger.connection, models, adopt, retry=retry)
        executions = Executions(clients[FINOPS], around.sleep)
        session = Session(settings, manifest, ledger, clients, executions, wishes)
        closed = _read_warehouse(settings, session, models, around)
        transports, packages = _transports(settings, session, run_id, around)
        told = progress or NoProgress()
        sending = Sending(session, transports, packages, told, around.elapsed)
        sending.settle()
        session.make_plan()
        for model in session.models:
            forget_unwanted(ledger.connection, model)
            ledger.mark_processed(model.name, "processed")
        sending.send_all()
        results = []
        for template in dict.fromkeys(model.template for model in models):
            planned = [model for model in session.models if model.template == template]
            error = closed.get(template) or session.errors.get(template, "")
            tally = sending.tally(template)
            result = template_result(ledger, run_id, template, planned, tally, error)
            results.append(_with_step(result, _import_step(session, result, planned)))
            remember(ledger, run_id, results[-1])
        ledger.publish()
        publish_accepted(ledger, storage, manifest)
    return LoadReport(run_id, tuple(results), around.elapsed() - started)


def publish_ledger(settings: Settings, manifest: Manifest) -> bool:
    """Publish what the ledger knows before models are built; returns whether that was needed.

    Raises IntegrationError when another load is at work, or the ledger is of another environment.
    """
    if not settings.ledger_path.exists():
        return False
    with _opened_ledger(settings, manifest) as ledger:
        return publish_accepted(ledger, Storage(settings.raw_root), manifest)


@contextmanager
def _opened(
    settings: Settings, manifest: Manifest, around: Surroundings
) -> Iterator[tuple[Ledger, Mapping[str, httpx.Client]]]:
    """Open the ledger and both ends, by target."""
    with (
        _opened_ledger(settings, manifest) as ledger,
        open_client(
            settings.finops_url,
            finops_token(settings),
            transport=around.transport,
            sleep=around.sleep,
        ) as finops,
        open_client(
            settings.dataverse_url,
            dataverse_token(settings),
            transport=around.transport,
            sleep=around.sleep,
        ) as dataverse,
    ):
        yield ledger, {FINOPS: finops, DATAVERSE: dataverse}


@contextmanager
def _opened_ledger(settings: Settings, manifest: Manifest) -> Iterator[Ledger]:
    """Open the ledger, once it is certain that rows, ledger and addresses belong together."""
    environment = _environment(settings)
    siblings = {
        model.name: [other.name for other in manifest.siblings_of(model)]
        for model in manifest.models
    }
    with open_ledger(settings.ledger_path, siblings) as ledger:
        ledger.require_environment(environment)
        yield ledger


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
        closed |= _sandbox_rows(settings, models)
        session.copy_from(catalog, [model for model in models if model.template not in closed])
    return closed


def _sandbox_rows(settings: Settings, models: Collection[TargetModel]) -> dict[str, str]:
    """Return templates that would bring rows of a sandbox Finance into a Dataverse elsewhere."""
    if not is_loopback(settings.finops_url) or is_loopback(settings.dataverse_url):
        return {}
    sentence = (
        f"FINOPS_URL is a sandbox ({settings.finops_url}) and DATAVERSE_URL is "
        f"{settings.dataverse_url}: rows of a sandbox are never sent outside this machine."
    )
    return {model.template: sentence for model in models if model.target == DATAVERSE}


def _transports(
    settings: Settings, session: Session, run_id: str, around: Surroundings
) -> tuple[dict[str, Transport], PackageTransport]:
    """Return how rows travel, by target, and how those do that only packages carry."""
    finops, dataverse = (str(session.clients[name].base_url).rstrip("/") for name in TARGETS)
    ledger, read_back = session.ledger, session.settler.read_back
    size = around.chunk_size or ODATA_CHUNK
    to_dataverse = ODataTransport(
        session.clients[DATAVERSE],
        DataverseOperations(dataverse),
        *(ledger, run_id, read_back, min(size, BATCH_LIMIT)),
    )
    packages = PackageTransport(
        session.clients[FINOPS],
        ledger,
        run_id,
        read_back,
        session.executions,
        sleep=around.sleep,
        upload_transport=around.transport,
        chunk_size=around.chunk_size or PACKAGE_CHUNK,
    )
    to_finops: Transport = packages
    if settings.transport == "odata":
        to_finops = ODataTransport(
            session.clients[FINOPS], FinopsOperations(finops), ledger, run_id, read_back, size
        )
    return {FINOPS: to_finops, DATAVERSE: to_dataverse}, packages


def _import_step(
    session: Session, result: TemplateResult, models: Collection[TargetModel]
) -> StepResult:
    """Have what the template's models left in staging tables taken over; not after an error."""
    staged = staged_rows(session.ledger.connection, models, session.company)
    if result.message or not staged:
        return StepResult(staged=sum(company.rows for company in staged.values()))
    return take_over(
        session.clients[FINOPS],
        session.ledger,
        models,
        staged,
        session.settings.staging_import,
        retry=session.wishes.retry,
    )


def _with_step(result: TemplateResult, step: StepResult) -> TemplateResult:
    is_worse = step.has_errors and result.outcome == COMPLETED
    return replace(
        result,
        outcome=WARNING if is_worse else result.outcome,
        message=result.message or step.message,
        staged=step.staged,
    )
