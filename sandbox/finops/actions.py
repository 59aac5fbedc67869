"""The bound actions of DataManagementDefinitionGroups: import, status, errors, export."""

import json
import threading
import uuid
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from sandbox.database import Database
from sandbox.finops import data_projects, doubts, error_files
from sandbox.finops.answers import NoRoute, Refusal, action_refused
from sandbox.finops.blobs import Blobs
from sandbox.finops.export import export_package, parts_of
from sandbox.finops.imports import package_scopes, read_behaviour, run_import
from sandbox.finops.jobs import Busy, EntityRun, Job, Jobs, NotFound, Patience
from sandbox.finops.metadata import Entity, by_label
from sandbox.finops.package import Package, PackageEntity, PackageRefused, read_package
from sandbox.finops.reference import is_company
from sandbox.finops.relations import entity_levels
from sandbox.finops.values import read_body
from sandbox.switches import Switches

STRING = "Edm.String"
BOOLEAN = "Edm.Boolean"
DAYS_KEPT = 7 * 24 * 3600
GARBAGE = b"This is not the file you are looking for."

Body = dict[str, object]
Answer = tuple[str, object]


class Actions:
    """Answers to the actions, over one database and one store of uploads."""

    def __init__(self, database: Database, switches: Switches, blobs: Blobs) -> None:
        self._database = database
        self._switches = switches
        self._blobs = blobs
        self._jobs = Jobs()
        self._handlers: dict[str, Callable[[str, Body, str], Answer]] = {
            "GetAzureWriteUrl": self._write_url,
            "ImportFromPackage": self._import,
            "ImportFromPackageAsync": self._import,
            "GetExecutionSummaryStatus": self._status,
            "GetEntityExecutionSummaryStatusList": self._entity_status,
            "GetExecutionErrors": self._errors,
            "GetImportStagingErrorFileUrl": self._staging_errors,
            "GenerateImportTargetErrorKeysFile": self._generate_keys,
            "GetImportTargetErrorKeysFileUrl": self._keys,
            "GetExecutionSummaryPageUrl": self._page,
            "GetEntitySequence": self._sequence,
            "ExportToPackage": self._export,
            "ExportToPackageAsync": self._export,
            "GetExportedPackageUrl": self._exported,
            "DeleteExecutionHistoryJob": self._forget,
        }

    def answer(self, name: str, content: bytes, base: str) -> str:
        """Return the JSON answer of an action; `base` is the service's own address.

        Raises Refusal.
        """
        handler = self._handlers.get(name)
        if handler is None:
            raise NoRoute(f"{base}data/DataManagementDefinitionGroups/{name}")
        try:
            kind, value = handler(name, read_body(content or b"{}"), base)
        except NotFound as error:
            text = "The records of the execution were not found"
            raise action_refused(name, text, 400) from error
        return json.dumps({"@odata.context": f"{base}data/$metadata#{kind}", "value": value})

    def _write_url(self, name: str, body: Body, base: str) -> Answer:
        file = PurePosixPath(_text(name, body, "uniqueFileName")).name
        seconds = doubts.whole_number(self._switches, "package_upload_seconds")
        blob_id, url = self._blobs.reserve(base, file, seconds)
        return STRING, json.dumps({"BlobId": blob_id, "BlobUrl": url})

    def _import(self, name: str, body: Body, base: str) -> Answer:
        group = _text(name, body, "definitionGroupId")
        company = self._company(name, body)
        package = self._package(name, body)
        job = Job(
            execution_id=str(body.get("executionId") or uuid.uuid4()),
            group=group,
            company=company,
            patience=self._patience(group),
            runs=[EntityRun(part) for part in package.entities],
            package=package,
        )
        self._add(name, job)
        with self._database.writing() as cursor:
            data_projects.keep(cursor, group)
        if body.get("execute") is True:
            behaviour = read_behaviour(self._switches, group, package.entities)
            work = threading.Thread(target=run_import, args=(self._database, job, behaviour))
            work.start()
        else:
            job.outcome = "NotRun"
            job.done.set()
        return STRING, job.execution_id

    def _status(self, name: str, body: Body, base: str) -> Answer:
        return STRING, self._jobs.find(_text(name, body, "executionId")).poll()

    def _entity_status(self, name: str, body: Body, base: str) -> Answer:
        job = self._recorded(name, body)
        runs = [run for run in job.runs if run.is_finished]
        if doubts.text(self._switches, "package_entity_status") == "strings":
            return f"Collection({STRING})", [f"{run.part.label}:{_outcome(run)}" for run in runs]
        return "Collection(Edm.ComplexType)", [
            {
                "EntityName": run.part.label,
                "Status": _outcome(run),
                "RecordsCreated": run.created,
                "RecordsUpdated": run.updated,
                "RecordsInError": len(run.refused_keys),
            }
            for run in runs
        ]

    def _errors(self, name: str, body: Body, base: str) -> Answer:
        job = self._recorded(name, body)
        lines = [("", "", job.problem)] if job.problem else []
        for run in job.runs:
            if run.staging_problem:
                lines.append(("", "", run.staging_problem))
            lines += [(found.record_id, found.field, found.message) for found in run.problems]
        fields = ("RecordId", "Field", "ErrorMessage")
        return STRING, json.dumps([dict(zip(fields, line, strict=True)) for line in lines])

    def _staging_errors(self, name: str, body: Body, base: str) -> Answer:
        run = self._entity_run(name, body)
        if run is None or not run.staging_problem:
            return STRING, ""
        content = error_files.staging_errors(run)
        return STRING, self._blobs.keep(base, "staging-errors.csv", content, DAYS_KEPT)

    def _generate_keys(self, name: str, body: Body, base: str) -> Answer:
        run = self._entity_run(name, body)
        has_file = doubts.is_on(self._switches, "package_error_keys_file")
        return BOOLEAN, bool(run and run.refused_keys and has_file)

    def _keys(self, name: str, body: Body, base: str) -> Answer:
        """The first poll finds the file still being written."""
        job, run = self._recorded(name, body), self._entity_run(name, body)
        if run is None or self._generate_keys(name, body, base)[1] is False:
            return STRING, ""
        label = run.part.label
        job.error_file_polls[label] = job.error_file_polls.get(label, 0) + 1
        if job.error_file_polls[label] == 1:
            return STRING, ""
        content = error_files.refused_keys(by_label()[label], run)
        return STRING, self._blobs.keep(base, "error-keys.csv", content, DAYS_KEPT)

    def _page(self, name: str, body: Body, base: str) -> Answer:
        job = self._recorded(name, body)
        return STRING, f"{base}?cmp={job.company}&mi=DMFExecutionSummary&id={job.execution_id}"

    def _sequence(self, name: str, body: Body, base: str) -> Answer:
        labels = _text(name, body, "listOfDataEntities").split(",")
        known = [self._entity(name, label.strip()) for label in labels if label.strip()]
        levels = entity_levels(known)
        return STRING, "".join(f"{entity.label}-1-{levels[entity.name]}-1," for entity in known)

    def _export(self, name: str, body: Body, base: str) -> Answer:
        group = _text(name, body, "definitionGroupId")
        company = self._company(name, body)
        parts, refresh = self._exported_entities(name, group)
        execution_id = str(body.get("executionId") or uuid.uuid4())
        job = Job(execution_id, group, company, self._patience(group))
        self._add(name, job)
        scopes = [group, *(scope for part in parts for scope in package_scopes(part))]
        try:
            if doubts.happens(self._switches, "package_fails", *scopes):
                job.problem = "The export ended unexpectedly. Try again."
            else:
                content = export_package(self._database, group, parts, company, refresh)
                content = self._perhaps_damaged(content, scopes)
                file = PurePosixPath(str(body.get("packageName") or "export.zip")).name
                job.export_address = self._blobs.keep(base, file, content, DAYS_KEPT)
                job.outcome = "Succeeded"
        finally:
            job.done.set()
        if doubts.is_on(self._switches, "export_value_nested", *scopes):
            return STRING, {"value": execution_id}
        return STRING, execution_id

    def _exported_entities(self, name: str, group: str) -> tuple[Sequence[PackageEntity], str]:
        """Return what a data project exports and how: set up for it, else made by an import."""
        cursor = self._database.cursor()
        try:
            project = data_projects.find_export(cursor, group)
        finally:
            cursor.close()
        if project is not None:
            return parts_of(project), project.refresh
        parts = self._jobs.group(group)
        if parts is None:
            raise action_refused(name, f"The data project {group} does not exist.")
        return parts, data_projects.FULL_PUSH

    def _perhaps_damaged(self, content: bytes, scopes: Sequence[str]) -> bytes:
        damage = self._switches.take("export_damaged", doubts.SYSTEM, *scopes)
        if damage == "truncated":
            return content[: len(content) // 2]
        return GARBAGE if damage == "garbage" else content

    def _exported(self, name: str, body: Body, base: str) -> Answer:
        """An execution that has not ended, or failed, has no package."""
        job = self._recorded(name, body)
        return STRING, job.export_address if job.is_told else ""

    def _forget(self, name: str, body: Body, base: str) -> Answer:
        self._jobs.remove(_text(name, body, "executionId"))
        return STRING, ""

    def _add(self, name: str, job: Job) -> None:
        parts = job.package.entities if job.package else self._jobs.group(job.group) or ()
        try:
            self._jobs.add(job, parts)
        except Busy as error:
            text = f"The data project {job.group} is being executed. Wait until it has ended."
            raise action_refused(name, text) from error
        except ValueError as error:
            text = f"The execution id {job.execution_id} already exists."
            raise action_refused(name, text) from error

    def _package(self, name: str, body: Body) -> Package:
        """Return the uploaded package, its format and its entity names checked."""
        blob = self._blobs.find(_text(name, body, "packageUrl"))
        if blob is None or blob.content is None:
            raise action_refused(name, "The package cannot be downloaded from the given address.")
        try:
            package = read_package(blob.content)
        except PackageRefused as refusal:
            raise action_refused(name, str(refusal), 400) from refusal
        for part in package.entities:
            self._entity(name, part.label)
        return package

    def _entity(self, name: str, label: str) -> Entity:
        entity = by_label().get(label)
        if entity is None:
            text = f"Entity {label} does not exist in the target environment"
            raise action_refused(name, text, 400)
        return entity

    def _company(self, name: str, body: Body) -> str:
        company = _text(name, body, "legalEntityId")
        cursor = self._database.cursor()
        try:
            is_known = is_company(cursor, company)
        finally:
            cursor.close()
        if not is_known:
            raise action_refused(name, f"The legal entity {company} does not exist.")
        return company.lower()

    def _patience(self, group: str) -> Patience:
        def polls(name: str) -> int:
            return doubts.whole_number(self._switches, name, group)

        hang = self._switches.take("package_hang_polls", doubts.SYSTEM, group)
        return Patience(
            not_found=polls("package_polls_not_found"),
            not_run=polls("package_polls_not_run"),
            executing=polls("package_polls_executing"),
            hang=int(hang or 0),
        )

    def _recorded(self, name: str, body: Body) -> Job:
        job = self._jobs.find(_text(name, body, "executionId"))
        if not job.is_recorded:
            raise NotFound
        return job

    def _entity_run(self, name: str, body: Body) -> EntityRun | None:
        return self._recorded(name, body).run_of(_text(name, body, "entityName"))


def _text(name: str, body: Body, field: str) -> str:
    value = body.get(field)
    if not isinstance(value, str) or not value:
        raise _missing(name, field)
    return value


def _missing(name: str, field: str) -> Refusal:
    return action_refused(name, f"The parameter '{field}' must be given.", 400)


def _outcome(run: EntityRun) -> str:
    if not run.has_failed:
        return "Succeeded"
    return "PartiallySucceeded" if run.created + run.updated else "Failed"
