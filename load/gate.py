"""Only fresh input: which templates may be sent.

A template goes only when its source tables landed in their last attempt and not too long ago, its
models were built after that, and its tests passed. The others go on without it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from connection.environment import read_environment
from connection.landings import LandingRecord, read_landing
from connection.manifest import Manifest
from connection.settings import Settings
from connection.storage import Storage

PASSED = ("success", "pass", "warn", "no-op")


@dataclass(frozen=True, slots=True)
class NodeResult:
    """The newest result of a dbt node. finished_at: UTC. is_ours: of the rows that landed here."""

    status: str
    message: str
    finished_at: datetime
    is_ours: bool


def closed_templates(
    settings: Settings,
    manifest: Manifest,
    connection: duckdb.DuckDBPyConnection,
    catalog: str,
    templates: Collection[str],
    now: datetime,
) -> dict[str, str]:
    """Return those of `templates` that may not be sent, each with one sentence why.

    catalog: under which the warehouse is attached.
    """
    storage = Storage(settings.raw_root)
    landed = read_environment(storage)
    organization = landed.dataverse_organization if landed else ""
    results = _node_results(connection, catalog, organization)
    reasons = {
        template: _reason(settings, manifest, storage, results, template, now)
        for template in sorted(templates)
    }
    return {template: reason for template, reason in reasons.items() if reason}


def _reason(
    settings: Settings,
    manifest: Manifest,
    storage: Storage,
    results: dict[str, NodeResult],
    template: str,
    now: datetime,
) -> str:
    newest = datetime.min.replace(tzinfo=UTC)
    for table in manifest.gating_sources_of(template):
        if table.written_by:
            continue
        record = read_landing(storage, table.system, table.name)
        problem = _landing_problem(record, table.label, settings.max_input_age_hours, now)
        if problem:
            return problem
        if record is not None and record.landed_at is not None:
            newest = max(newest, record.landed_at)
    for node in manifest.nodes_of(template):
        # a unit test judges the SQL; when it fails, dbt itself does not build the model
        if node.startswith("unit_test."):
            continue
        problem = _node_problem(manifest, node, results.get(node), newest)
        if problem:
            return problem
    return ""


def _landing_problem(
    record: LandingRecord | None, label: str, max_age_hours: float, now: datetime
) -> str:
    if record is None:
        return f"{label} was never extracted: run `d365 extract`."
    if record.status != "landed" or record.landed_at is None:
        return (
            f"{label} did not land in the last extract ({record.message}): mend it, extract again."
        )
    if now - record.landed_at > timedelta(hours=max_age_hours):
        return (
            f"{label} landed {record.landed_at:%Y-%m-%d %H:%M} UTC, more than {max_age_hours:g} hours "
            "ago: run `d365 extract` and `dbt build`."
        )
    return ""


def _node_problem(
    manifest: Manifest, node: str, result: NodeResult | None, newest: datetime
) -> str:
    name = node.split(".")[2]
    if result is None:
        return f"{name} was never built: run `dbt build`."
    if result.status not in PASSED:
        meta = manifest.graph["nodes"].get(node, {}).get("config", {}).get("meta", {})
        step = meta.get("next_step", "")
        said = " ".join(result.message.split())
        return f"{name} ended in {result.status}{f' ({said})' if said else ''}. {step}".strip()
    if not result.is_ours:
        return (
            f"{name} was built from the rows of another organisation: set RAW_ROOT and DUCKDB_PATH "
            "to the same environment and run `dbt build`."
        )
    if result.finished_at < newest:
        return f"{name} was built before the last extract: run `dbt build`."
    return ""


def _node_results(
    connection: duckdb.DuckDBPyConnection, catalog: str, organization: str
) -> dict[str, NodeResult]:
    tables: list[Any] = connection.execute(
        "select 1 from information_schema.tables where table_catalog = ? "
        "and table_schema = 'ops' and table_name = 'node_results'",
        [catalog],
    ).fetchall()
    if not tables:
        return {}
    rows = connection.execute(
        f"""
        select unique_id, status, message, finished_at, dataverse_organization from {catalog}.ops.node_results
        qualify row_number() over (partition by unique_id order by finished_at desc) = 1
        """
    ).fetchall()
    return {
        node: NodeResult(
            status,
            message or "",
            finished.replace(tzinfo=UTC),
            (built_of or "").lower() == organization,
        )
        for node, status, message, finished, built_of in rows
    }
