"""What an extract did, for people and machines."""

import json
from dataclasses import asdict, dataclass

from connection.landings import Status


@dataclass(frozen=True, slots=True)
class TableResult:
    """One table of one run. seconds: reading and landing.

    rows_appended: new and changed rows, without tombstones. message: "" for a landed table.
    """

    system: str
    table: str
    status: Status
    rows_read: int = 0
    rows_appended: int = 0
    tombstones: int = 0
    seconds: float = 0.0
    missing_columns: tuple[str, ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class ExtractReport:
    """One run. tables: in declaration order."""

    extract_id: str
    tables: tuple[TableResult, ...]
    seconds: float

    @property
    def exit_code(self) -> int:
        """Return 0 when every table landed, 3 when some did, 1 when none did."""
        landed = sum(table.status == "landed" for table in self.tables)
        if landed == len(self.tables):
            return 0
        return 3 if landed else 1

    def to_json(self) -> str:
        """Return the report as a JSON object."""
        return json.dumps({**asdict(self), "exit_code": self.exit_code}, ensure_ascii=False)
