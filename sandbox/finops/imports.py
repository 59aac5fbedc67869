"""Running an import: units, their levels in order, the entities of a level in no promised order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import duckdb

from sandbox.database import Database
from sandbox.finops import doubts
from sandbox.finops.answers import Finding
from sandbox.finops.checks import Mode, Policy, check
from sandbox.finops.jobs import EntityRun, Job, Problem
from sandbox.finops.metadata import COMPANY, Entity, by_label, by_name
from sandbox.finops.package import PackageEntity, PackageRefused
from sandbox.finops.package_data import FileRefused, stage_file
from sandbox.finops.store import as_text, quoted, table
from sandbox.finops.writing import findings, store
from sandbox.switches import Switches

DETAILS = "DataManagementExecutionJobDetailEntity"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The switches, read once when the import is queued.

    killed_after: end after this many entities; None runs to the end.
    """

    is_liar: bool
    fails: bool
    killed_after: int | None
    enum_text: str
    record_id: str
    policy: Policy


def read_behaviour(switches: Switches, group: str, parts: Sequence[PackageEntity]) -> Behaviour:
    """Return how the next import behaves; faults use up one of their count."""
    scopes = [group, *(scope for part in parts for scope in package_scopes(part))]
    killed = doubts.happens(switches, "package_killed", *scopes)
    return Behaviour(
        is_liar=doubts.happens(switches, "package_liar", *scopes),
        fails=doubts.happens(switches, "package_fails", *scopes),
        killed_after=(len(parts) + 1) // 2 if killed else None,
        enum_text=doubts.text(switches, "package_enum_text", *scopes),
        record_id=doubts.text(switches, "package_record_id", *scopes),
        policy=Policy(
            inferred_lengths=doubts.is_on(switches, "finops_inferred_lengths", *scopes),
            new_categories=doubts.is_on(switches, "finops_new_categories", *scopes),
            every_line_property=doubts.is_on(switches, "finops_every_line_property", *scopes),
        ),
    )


def run_import(database: Database, job: Job, behaviour: Behaviour) -> None:
    """Do the work of `job`; its outcome is set and `done` raised whatever happens."""
    try:
        if behaviour.is_liar:
            job.outcome = "Succeeded"
        elif behaviour.fails:
            job.problem = "The import ended unexpectedly. Try again."
        else:
            job.outcome = _run_entities(database, job, behaviour)
    finally:
        job.done.set()


def _run_entities(database: Database, job: Job, behaviour: Behaviour) -> str:
    for number, run in enumerate(_in_order(job.runs)):
        if number == behaviour.killed_after:
            return "Canceled"
        if not _is_blocked(job.runs, run):
            _run_entity(database, job, run, behaviour)
        _record(database, job, run)
    if behaviour.killed_after is not None:
        return "Canceled"
    if not any(run.has_failed for run in job.runs):
        return "Succeeded"
    landed = any(run.created + run.updated for run in job.runs)
    clean = any(run.is_finished and not run.has_failed for run in job.runs)
    return "PartiallySucceeded" if landed or clean else "Failed"


def _in_order(runs: Sequence[EntityRun]) -> Iterator[EntityRun]:
    """Yield the entities: units and levels rise; within a level the last one comes first.

    Nothing promises an order within a level, so the sandbox takes the one nobody wrote down.
    """
    by_level = sorted(
        (run for run in runs if not run.part.is_disabled),
        key=lambda run: (run.part.unit, run.part.level),
    )
    for _, level in groupby(by_level, key=lambda run: (run.part.unit, run.part.level)):
        yield from sorted(level, key=lambda run: -run.part.sequence)


def _is_blocked(runs: Sequence[EntityRun], run: EntityRun) -> bool:
    """Tell whether an earlier failure of the unit or of the level stops this entity."""
    failed = [other.part for other in runs if other.has_failed and other.part.unit == run.part.unit]
    stops_unit = any(part.fails_unit for part in failed)
    stops_level = any(part.fails_level and part.level == run.part.level for part in failed)
    return stops_unit or stops_level


def _run_entity(database: Database, job: Job, run: EntityRun, behaviour: Behaviour) -> None:
    """Import the file of one entity: all good rows land in one transaction, bad ones are logged."""
    run.is_finished = True
    if not run.part.mappings or job.package is None:
        return
    entity = by_label()[run.part.label]
    try:
        if entity.is_read_only:
            raise FileRefused(f"The data entity {entity.label} is read-only.")
        data = job.package.data(run.part.file)
        with database.writing() as cursor:
            given, run.rows = stage_file(
                cursor, entity, run.part, data, job.company, behaviour.enum_text
            )
            check(cursor, entity, given, Mode.IMPORT, behaviour.policy)
            counts = store(cursor, entity, given, Mode.IMPORT)
            _log(cursor, entity, run, behaviour)
    except (FileRefused, PackageRefused) as refusal:
        run.staging_problem = str(refusal)
    else:
        run.created, run.updated = counts.created, counts.updated


def _log(
    cursor: duckdb.DuckDBPyConnection, entity: Entity, run: EntityRun, behaviour: Behaviour
) -> None:
    """Note the refused rows: a problem per finding, so one row may have several."""
    own = [key for key in entity.key if key.name != COMPANY]
    texts = ", ".join(f"coalesce({as_text(key, quoted(key.name))}, '')" for key in own)
    refused = cursor.execute(f"select _row, {texts} from checked where len(_findings) > 0")
    keys = {row: tuple(key) for row, *key in refused.fetchall()}
    for row, found in findings(cursor):
        record_id = ", ".join(keys[row]) if behaviour.record_id == "key" else ""
        run.refused_keys.append(keys[row])
        run.problems += [_problem(record_id, finding) for finding in found]


def _problem(record_id: str, finding: Finding) -> Problem:
    return Problem(record_id, finding.field.upper(), finding.text)


def _record(database: Database, job: Job, run: EntityRun) -> None:
    """Keep the counts where `DataManagementExecutionJobDetails` is read from."""
    entity = by_name()[DETAILS]
    staging = "Error" if run.staging_problem else "Finished"
    target = "Error" if run.problems else "Finished" if run.is_finished else "NotRun"
    row = {
        "DefinitionGroupId": job.group,
        "JobId": job.execution_id,
        "EntityName": run.part.label,
        "ExecutionUnit": run.part.unit,
        "LevelInExecutionUnit": run.part.level,
        "SequenceInLevel": run.part.sequence,
        "SourceFormat": run.part.source_format,
        "StagingStatus": staging if run.is_finished else "NotRun",
        "TargetStatus": "NotRun" if run.staging_problem else target,
        "StagingRecordsToBeProcessedCount": run.rows,
        "StagingRecordsCreatedCount": 0 if run.staging_problem else run.rows,
        "TargetRecordsCreatedCount": run.created,
        "TargetRecordsUpdatedCount": run.updated,
    }
    key = "\x1f".join((job.group, job.execution_id, run.part.label)).lower()
    columns = ", ".join(["_key", *(quoted(name) for name in row)])
    marks = ", ".join("?" for _ in range(len(row) + 1))
    with database.writing() as cursor:
        cursor.execute(
            f"insert into {table(entity)} ({columns}) values ({marks})", [key, *row.values()]
        )


def package_scopes(part: PackageEntity) -> tuple[str, ...]:
    """Return the names a switch may use for an entity of a package."""
    entity = by_label().get(part.label)
    return (part.label, entity.address) if entity else (part.label,)
