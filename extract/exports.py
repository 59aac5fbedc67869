"""Read a table by having Finance export it as data packages, one for each company.

Whether a package holds every row or what changed is said by the package itself.
Source: F&O data management package REST API.
"""

import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from connection.addresses import is_loopback
from connection.companies import companies
from connection.declarations import COMPANY, SourceTable
from connection.errors import (
    IntegrationError,
    ServiceRefused,
    ServiceUnavailable,
)
from connection.executions import TERMINAL, Executions, Patience
from connection.manifest import Manifest
from connection.odata import literal
from connection.responses import accepted, json_object
from connection.storage import Storage
from extract.csv_rows import DataFile
from extract.errors import TableFailed
from extract.export_log import Execution, ExportLog, read_log, write_log
from extract.landing import IncomingFile, RawTable
from extract.layout import TableLayout
from extract.package import Exported, PackageRefused, find_entity, has_file
from extract.table import OnRows, Reading, Run, incoming_file

PROJECTS = "/data/DataManagementDefinitionGroups"
SUCCEEDED = "Succeeded"
PATIENCE = Patience(total=3600.0)
"""An export is a batch job, whose end may take a while; an hour is no longer a while."""

HISTORY_SECONDS = 24 * 3600.0
"""How long Finance surely remembers an execution; cleaning up may be set to a day."""


@dataclass(frozen=True, slots=True)
class Package:
    """One downloaded package of one company."""

    execution: Execution
    path: Path
    entity: Exported


@dataclass(frozen=True, slots=True)
class Exports:
    """Exports tables; several threads may use it, and exports of one data project never overlap.

    prefix: put before the name of each data project. open_download: gives a client without token
    for an address. sleep: seconds. now: aware UTC.
    """

    storage: Storage
    manifest: Manifest
    prefix: str
    open_download: Callable[[str], httpx.Client]
    sleep: Callable[[float], None]
    now: Callable[[], datetime]
    patience: Patience = PATIENCE
    _turns: dict[str, threading.Lock] = field(default_factory=dict)

    def check(self, client: httpx.Client, table: SourceTable) -> None:
        """Raise TableFailed when the data project does not exist, saying how to make it."""
        project = self._project(table)
        params = {"$filter": f"Name eq {literal(project)}", "$select": "Name"}
        try:
            told = json_object(accepted(client.get(PROJECTS, params=params)).content)
        except ServiceRefused:
            # who may export need not be allowed to list: the export itself will tell
            return
        if told.get("value") == []:
            raise TableFailed(
                f"{table.label} needs the data project {project}, which does not exist in Finance: "
                f"{_remedy(table, project)}."
            )

    def read(self, client: httpx.Client, layout: TableLayout, run: Run, on_rows: OnRows) -> Reading:
        """Export every company and read the packages into a file in the work folder.

        Raises TableFailed as soon as one company fails; nothing has landed then, and what was
        exported is fetched again by the next extract.
        """
        project = self._project(layout.table)
        with self._turns.setdefault(project, threading.Lock()):
            return _TableExport(self, client, layout.table, project, run).read(on_rows)

    def companies(self, table: SourceTable) -> tuple[str, ...]:
        """Return the companies to export: all where rows belong to one, otherwise the first."""
        found = companies(self.manifest)
        return found if COMPANY in table.key else found[:1]

    def _project(self, table: SourceTable) -> str:
        return self.prefix + table.export_project


@dataclass(slots=True)
class _TableExport:
    """One table in one extract."""

    exports: Exports
    client: httpx.Client
    table: SourceTable
    project: str
    run: Run
    log: ExportLog = field(init=False)

    def read(self, on_rows: OnRows) -> Reading:
        """Settle what an earlier extract left, export, download, and read it all."""
        self.log = self._known_log()
        companies = self.exports.companies(self.table)
        earlier, late = self._look_back(self.log.not_landed)
        self._remember(not_landed=(*earlier, *late))
        packages = [self._fetch(self._export(company)) for company in companies]
        # what has not begun by now begins after these
        began, late = self._look_back(late)
        complete = all(package.entity.is_full for package in packages)
        if complete:
            self._remember(not_landed=(*late, *(package.execution for package in packages)))
        else:
            earlier = sorted((*earlier, *began), key=lambda entry: entry.asked_at)
            packages = [*(self._fetch_earlier(entry) for entry in earlier), *packages]
            self._require_beginnings(companies, packages)
        full = {package.execution.company for package in packages if package.entity.is_full}
        known = full if complete else full.union(self.log.read_in_full)
        incoming = incoming_file(TableLayout(self.table), self.run)
        try:
            missing = self._append(packages, incoming, on_rows)
        finally:
            incoming.close()
        landed = {
            "not_landed": tuple(late),
            "read_in_full": tuple(sorted(known)),
            "columns": self._columns_of_all_rows(missing, is_anew=full.issuperset(companies)),
        }
        return Reading(
            layout=TableLayout(self.table, missing=missing),
            rows=incoming,
            complete=complete,
            has_landed=lambda: self._remember(**landed),
        )

    def _known_log(self) -> ExportLog:
        """Return what is known of earlier exports; without landed rows nothing was read in full."""
        storage = self.exports.storage
        log = read_log(storage, self.table, self.project)
        parts = storage.names(f"{RawTable.of(self.table).folder}/*.parquet")
        return log if parts else replace(log, read_in_full=(), columns=())

    def _remember(self, **changes: Any) -> None:
        log = replace(self.log, **changes)
        if log != self.log:
            write_log(self.exports.storage, self.table, log)
        self.log = log

    def _look_back(
        self, executions: Sequence[Execution]
    ) -> tuple[Sequence[Execution], Sequence[Execution]]:
        """Return those exports of earlier extracts that may hold rows, and those that may begin."""
        found = [(entry, self._may_hold_rows(entry)) for entry in executions]
        return (
            [entry for entry, may_hold in found if may_hold],
            [entry for entry, may_hold in found if may_hold is None],
        )

    def _may_hold_rows(self, execution: Execution) -> bool | None:
        """Tell whether an export of an earlier extract may have moved on; wait for its end.

        One that failed or never began has not; None while it may still begin. Of an old one that is
        not known any more it cannot be told: Finance clears its history.
        """
        age = (self.exports.now() - execution.asked_at).total_seconds()
        patience = self.exports.patience
        left = replace(patience, not_found=max(0.0, patience.not_found - age))
        status = self._wait(execution, left)
        if not status and age <= patience.total:
            return None
        return status in (SUCCEEDED, "PartiallySucceeded") or (not status and age > HISTORY_SECONDS)

    def _export(self, company: str) -> Execution:
        """Export one company, and return the execution once it has succeeded."""
        execution = Execution(company, f"d365-{uuid.uuid4()}", self.exports.now())
        self._remember(not_landed=(*self.log.not_landed, execution))
        body = {
            "definitionGroupId": self.project,
            "packageName": f"{execution.execution_id}.zip",
            "executionId": execution.execution_id,
            "reExecute": False,
            "legalEntityId": company,
        }
        said = ""
        try:
            self._executions().act("ExportToPackage", body)
        except ServiceRefused as error:
            raise self._failed(company, f"was refused ({error.status}: {error.text})") from error
        except ServiceUnavailable as error:
            # cut off after it was asked for: the execution may exist all the same
            if not error.outcome_unknown:
                raise
            said = f" ({error})"
        status = self._wait(execution, self.exports.patience)
        if status == SUCCEEDED:
            return execution
        if not status:
            raise self._failed(company, f"never began{said}")
        told = "; ".join(text for _, text in self._executions().errors(execution.execution_id))
        raise self._failed(company, f"ended {status}{f' ({told})' if told else ''}")

    def _wait(self, execution: Execution, patience: Patience) -> str:
        """Return how an execution ended. Raises TableFailed when it does not end in time."""
        self._go_on()
        status = self._executions(patience).wait(execution.execution_id)
        if status and status not in TERMINAL:
            raise TableFailed(
                f"{self.table.label} waits for the export of {execution.company} by the data "
                f"project {self.project}, which is still {status}: look at its job "
                f"{execution.execution_id} in Data management, then run the extract again."
            )
        return status

    def _fetch_earlier(self, execution: Execution) -> Package:
        """Return a package that an earlier extract had made and that did not land."""
        try:
            status = self._wait(execution, replace(self.exports.patience, not_found=0.0))
            if status != SUCCEEDED:
                raise self._failed(execution.company, f"ended {status or 'long ago'}")
            return self._fetch(execution)
        except IntegrationError as error:
            raise TableFailed(
                f"{self.table.label} lacks what Finance exported of {execution.company} at "
                f"{execution.asked_at:%Y-%m-%d %H:%M} UTC and no longer gives ({error}): set the "
                f"data project {self.project} to Full push for one extract."
            ) from error

    def _fetch(self, execution: Execution) -> Package:
        """Download the package of an execution and read what it says of itself."""
        self._go_on()
        path = self.run.work / f"{self.table.label}.{execution.execution_id}.zip"
        path.touch(mode=0o600)
        path.write_bytes(self._download(execution))
        with self._readable(execution.company):
            entity = find_entity(path, self.table.entity, self.table.name)
            if entity is None:
                raise PackageRefused(f"it holds no `{self.table.entity}`")
        return Package(execution, path, entity)

    def _download(self, execution: Execution) -> bytes:
        """Return the bytes of a package. Its address is a secret and stands in no message.

        The packed file is in memory while it arrives; everything after this reads it in pieces.
        """
        told = self._executions().act(
            "GetExportedPackageUrl", {"executionId": execution.execution_id}
        )
        try:
            address = httpx.URL(str(told or ""))
        except httpx.InvalidURL:
            address = httpx.URL("")
        if not address.host:
            raise self._failed(execution.company, "ended without the address of a package")
        if address.scheme != "https" and not (address.scheme == "http" and is_loopback(address)):
            raise self._failed(execution.company, "ended with an address that is not https")
        base = address.copy_with(path="/", query=None, fragment=None, userinfo=b"")
        status: int | None = None
        try:
            with self.exports.open_download(str(base)) as client:
                return accepted(client.get(address)).content
        except (ServiceRefused, ServiceUnavailable) as error:
            status = error.status
        answer = f"answered {status}" if status else "did not answer"
        raise self._failed(execution.company, f"cannot be downloaded (its address {answer})")

    def _require_beginnings(self, companies: Sequence[str], packages: Sequence[Package]) -> None:
        """Raise TableFailed when only changes are known of a company, and not what they change."""
        full = {package.execution.company for package in packages if package.entity.is_full}
        for company in companies:
            if company not in full and company not in self.log.read_in_full:
                raise TableFailed(
                    f"{self.table.label} has never been read in full for {company}, and the data "
                    f"project {self.project} exports changes only: set it to Full push for one "
                    "extract."
                )

    def _columns_of_all_rows(self, missing: frozenset[str], *, is_anew: bool) -> tuple[str, ...]:
        """Return the columns that are known of every row. is_anew: every row was just read.

        Raises TableFailed for a column that only rows which changed since would have.
        """
        names = {column.name for column in self.table.columns}
        present, known = names - missing, set(self.log.columns)
        if is_anew or not known:
            return tuple(sorted(present))
        new = sorted(present - known)
        if new:
            raise TableFailed(
                f"{self.table.label} would have {', '.join(new)} for rows that change from now on "
                f"and for no others, because the data project {self.project} exports changes only: "
                "set it to Full push for one extract."
            )
        return self.log.columns

    def _append(
        self, packages: Sequence[Package], incoming: IncomingFile, on_rows: OnRows
    ) -> frozenset[str]:
        """Append the rows of all packages; returns the optional columns that no package has."""
        lacking = []
        for package in packages:
            with self._readable(package.execution.company):
                if not package.entity.is_full and not has_file(package.path, package.entity.file):
                    # nothing has changed
                    continue
                data = DataFile(package.path, package.entity.file)
                lacking.append(data.lacks(self.table))
                self._require_columns(lacking[-1])
                for rows in data.rows(self.table, package.execution.company):
                    self._go_on()
                    incoming.append(rows)
                    on_rows(incoming.rows)
            package.path.unlink()
        return frozenset.intersection(*lacking) if lacking else self._known_missing()

    def _require_columns(self, missing: frozenset[str]) -> None:
        for column in self.table.columns:
            if column.name in missing and not column.optional:
                raise TableFailed(
                    f"{self.table.label} has no column {column.name} in what the data project "
                    f"{self.project} exports: add the field to its mapping in Data management, or "
                    "mark the column `optional: true`."
                )

    def _known_missing(self) -> frozenset[str]:
        """Return the columns that were missing when a package last told."""
        mine = (self.table.system, self.table.name)
        return frozenset(
            column.name
            for column in self.table.columns
            if (*mine, column.name, False) in self.run.presence
        )

    @contextmanager
    def _readable(self, company: str) -> Iterator[None]:
        try:
            yield
        except PackageRefused as error:
            raise TableFailed(
                f"{self.table.label} cannot be read from the package of {company}, because {error}: "
                f"check that the data project {self.project} exports `{self.table.entity}` with "
                "the source format CSV-Unicode."
            ) from error

    def _failed(self, company: str, what: str) -> TableFailed:
        return TableFailed(
            f"{self.table.label}: the export of {company} by the data project {self.project} "
            f"{what.rstrip('. ')}: look at its job in Data management, or "
            f"{_remedy(self.table, self.project)}."
        )

    def _executions(self, patience: Patience | None = None) -> Executions:
        exports = self.exports
        return Executions(self.client, exports.sleep, patience or exports.patience)

    def _go_on(self) -> None:
        self.run.go_on(TableLayout(self.table))


def _remedy(table: SourceTable, project: str) -> str:
    return (
        f"create a data project of type Export named {project} with the entity "
        f"`{table.entity}` in Data management"
    )
