"""Executions of data projects: what is known of each, and the status a poll is told.

The work is done in the background at once; what polls see lags behind, as the real service does:
not found, NotRun, Executing, and only then the outcome.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.finops.package import Package, PackageEntity


class NotFound(Exception):
    """No execution of this id, or its record has not been made yet."""


class Busy(Exception):
    """Another execution of the same data project has not ended."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How many status polls see each stage; `hang` keeps the data project busy as well."""

    not_found: int
    not_run: int
    executing: int
    hang: int = 0

    @property
    def total(self) -> int:
        """Return how many polls pass before the outcome is told."""
        return self.not_found + self.not_run + self.executing + self.hang


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the execution log: the record, the field (both may be blank), the text."""

    record_id: str
    field: str
    message: str


@dataclass(slots=True)
class EntityRun:
    """What happened to one entity: counts, problems and the keys that were refused.

    staging_problem: the whole file was refused. refused_keys: key texts without company.
    """

    part: PackageEntity
    rows: int = 0
    created: int = 0
    updated: int = 0
    staging_problem: str = ""
    problems: list[Problem] = field(default_factory=list)
    refused_keys: list[tuple[str, ...]] = field(default_factory=list)
    is_finished: bool = False

    @property
    def has_failed(self) -> bool:
        """Tell whether anything of the entity was refused."""
        return bool(self.staging_problem or self.problems)


@dataclass(slots=True)
class Job:
    """One execution. `outcome` is what polls are told once `done` is set and they waited enough."""

    execution_id: str
    group: str
    company: str
    patience: Patience
    runs: list[EntityRun] = field(default_factory=list)
    package: Package | None = None
    outcome: str = "Failed"
    problem: str = ""
    polls: int = 0
    done: threading.Event = field(default_factory=threading.Event)
    error_file_polls: dict[str, int] = field(default_factory=dict)
    export_address: str = ""

    @property
    def is_recorded(self) -> bool:
        """Tell whether the batch has made the record that other calls look up."""
        return self.polls >= self.patience.not_found

    @property
    def is_busy(self) -> bool:
        """Tell whether the data project can take no other import now."""
        hangs = self.patience.hang > 0 and self.polls < self.patience.total
        return hangs or not self.done.is_set()

    @property
    def is_told(self) -> bool:
        """Tell whether a poll has heard the outcome."""
        return self.polls > self.patience.total and self.done.is_set()

    def poll(self) -> str:
        """Return the status for one more poll. Raises NotFound in the first window."""
        self.polls += 1
        stages = self.patience
        if self.polls <= stages.not_found:
            raise NotFound
        if self.polls <= stages.not_found + stages.not_run:
            return "NotRun"
        if self.polls <= stages.total or not self.done.is_set():
            return "Executing"
        return self.outcome

    def run_of(self, label: str) -> EntityRun | None:
        """Return what happened to the entity called `label`."""
        return next((run for run in self.runs if run.part.label == label), None)


class Jobs:
    """Every execution of the process, and the data projects they made; safe from every thread."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._groups: dict[str, tuple[PackageEntity, ...]] = {}
        self._lock = threading.Lock()

    def add(self, job: Job, parts: Sequence[PackageEntity]) -> None:
        """Take a new execution. Raises Busy, or ValueError for an id that was used before."""
        with self._lock:
            if job.execution_id in self._jobs:
                raise ValueError(job.execution_id)
            if any(other.group == job.group and other.is_busy for other in self._jobs.values()):
                raise Busy
            self._jobs[job.execution_id] = job
            self._groups[job.group] = tuple(parts)

    def find(self, execution_id: str) -> Job:
        """Return an execution by id. Raises NotFound."""
        with self._lock:
            job = self._jobs.get(execution_id)
        if job is None:
            raise NotFound
        return job

    def remove(self, execution_id: str) -> None:
        """Forget an execution. Raises NotFound."""
        self.find(execution_id)
        with self._lock:
            self._jobs.pop(execution_id, None)

    def group(self, name: str) -> tuple[PackageEntity, ...] | None:
        """Return the entities of a data project, None when there is no project of that name."""
        with self._lock:
            return self._groups.get(name)
