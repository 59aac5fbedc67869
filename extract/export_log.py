"""What is remembered of a table's exports from one extract to the next.

An incremental export moves on in Finance when it is made, not when its rows land. So each execution
is noted before it is asked for and forgotten after its rows have landed: what a run that failed or
was killed had exported is fetched again by the next one.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from connection.declarations import SourceTable
from connection.errors import StorageError
from connection.storage import Storage


@dataclass(frozen=True, slots=True)
class Execution:
    """One export that was asked for. asked_at: aware UTC."""

    company: str
    execution_id: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class ExportLog:
    """Of one table. project: the data project that exports it.

    read_in_full: companies of which every row has landed at some time. not_landed: executions whose rows
    have not landed, the oldest first. columns: those known of every row; empty where nothing is.
    """

    project: str
    read_in_full: tuple[str, ...] = ()
    not_landed: tuple[Execution, ...] = ()
    columns: tuple[str, ...] = ()


def read_log(storage: Storage, table: SourceTable, project: str) -> ExportLog:
    """Return what is known of the table's exports by this project; of another one, nothing.

    Raises StorageError when the file is there and cannot be understood.
    """
    content = storage.read_json(_name(table))
    if content is None or content.get("project") != project:
        return ExportLog(project)
    try:
        return ExportLog(
            project,
            tuple(content["read_in_full"]),
            tuple(
                Execution(
                    entry["company"],
                    entry["execution_id"],
                    datetime.fromisoformat(entry["asked_at"]),
                )
                for entry in content["not_landed"]
            ),
            tuple(content.get("columns") or ()),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StorageError(
            f"{storage.path(_name(table))} is no export log: remove it, and set the data project "
            f"{project} to export in full for the next extract."
        ) from error


def write_log(storage: Storage, table: SourceTable, log: ExportLog) -> None:
    """Write the log in one visible step."""
    content = asdict(log)
    for entry in content["not_landed"]:
        entry["asked_at"] = entry["asked_at"].isoformat()
    storage.write_json(_name(table), content)


def _name(table: SourceTable) -> str:
    return f"exports/{table.label}.json"
