"""The landing record of a table: what the last attempt to land it did, for status and for gates."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Literal

from connection.errors import StorageError
from connection.storage import Storage

Status = Literal["landed", "failed"]


@dataclass(frozen=True, slots=True)
class LandingRecord:
    """One table's last attempt. Moments are UTC.

    landed_at: the last success, also when this attempt failed; None before the first success.
    extract_id: of this attempt. bookmark: where a later read of changes may go on, None for now.
    """

    system: str
    table: str
    extract_id: str
    status: Status
    attempted_at: datetime
    landed_at: datetime | None
    rows_read: int = 0
    rows_appended: int = 0
    tombstones: int = 0
    missing_columns: tuple[str, ...] = ()
    message: str = ""
    bookmark: str | None = None


def read_landing(storage: Storage, system: str, table: str) -> LandingRecord | None:
    """Return the record; None when the table was never attempted.

    Raises StorageError when the file is not a landing record.
    """
    content = storage.read_json(_name(system, table))
    if content is None:
        return None
    try:
        values = {field.name: content[field.name] for field in fields(LandingRecord)}
        landed_at = values["landed_at"]
        return LandingRecord(
            **{
                **values,
                "attempted_at": datetime.fromisoformat(values["attempted_at"]),
                "landed_at": None if landed_at is None else datetime.fromisoformat(landed_at),
                "missing_columns": tuple(values["missing_columns"]),
            }
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StorageError(
            f"{storage.path(_name(system, table))} is no landing record: remove it, extract again."
        ) from error


def write_landing(storage: Storage, record: LandingRecord) -> None:
    """Write the record in one visible step."""
    content = asdict(record)
    content["attempted_at"] = record.attempted_at.isoformat()
    content["landed_at"] = None if record.landed_at is None else record.landed_at.isoformat()
    storage.write_json(_name(record.system, record.table), content)


def _name(system: str, table: str) -> str:
    return f"landings/{system}.{table}.json"
