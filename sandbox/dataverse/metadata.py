"""What tables the organisation has: read from metadata/tables.csv and metadata/columns.csv.

The two files were transcribed from the published entity references, apart from everything that
reads from the sandbox, so that two transcriptions can contradict each other.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

FOLDER = Path(__file__).parent / "metadata"
GENERATIONS = ("psa2", "psa3", "project_operations")
SOLUTION_PREFIX = "msdynce_"
LOOKUP_TYPES = frozenset({"lookup", "customer"})
OPTION_TYPES = frozenset({"picklist", "state", "status"})
ALWAYS_READ_ONLY = frozenset({"createdon", "modifiedon", "versionnumber"})
"""What no table lets a caller set; a value sent for one of them is passed over."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    type: uniqueidentifier, string, memo, integer, bigint, decimal, double, money, boolean,
    datetime, lookup, customer, picklist, state, status or entityname.
    date_behavior: UserLocal, DateOnly or TimeZoneIndependent for a datetime, else empty.
    navigations: navigation property -> table it leads to, for a lookup.
    options: value -> label. scale: decimal places kept by the service.
    is_read_only: the service sets it; it is valid for neither create nor update.
    """

    name: str
    type: str
    date_behavior: str = ""
    date_format: str = ""
    is_primary_key: bool = False
    navigations: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[int, str] = field(default_factory=dict)
    required_level: str = "None"
    max_length: int | None = None
    scale: int | None = None
    is_read_only: bool = False

    @property
    def is_lookup(self) -> bool:
        """Whether the column points at a row of another table."""
        return self.type in LOOKUP_TYPES

    @property
    def is_required(self) -> bool:
        """Whether a new row needs a value that the service does not fill in by itself."""
        return self.required_level == "ApplicationRequired"

    @property
    def wire_name(self) -> str:
        """The name of the property in JSON; also the name in the database."""
        return f"_{self.name}_value" if self.is_lookup else self.name

    @property
    def is_on_the_wire(self) -> bool:
        """Whether the Web API has a property for the column (it has none for entity names)."""
        return self.type != "entityname"


@dataclass(frozen=True, slots=True)
class Table:
    """One table; `columns` by logical name.

    alternate_key: the columns of the alternate key, none where there is no such key.
    required: columns without which a create is refused.
    undeletable: the solution does not let a row go.
    """

    name: str
    entity_set: str
    primary_key: str
    primary_name: str
    display_name: str
    alternate_key: tuple[str, ...]
    columns: Mapping[str, Column]
    required: tuple[str, ...] = ()
    undeletable: bool = False

    @property
    def properties(self) -> dict[str, Column]:
        """The columns by wire name, as the Web API shows them."""
        return {
            column.wire_name: column for column in self.columns.values() if column.is_on_the_wire
        }

    def without(self, names: frozenset[str]) -> "Table":
        """Return the table as an organisation has it that lacks the columns `names`."""
        kept = {name: column for name, column in self.columns.items() if name not in names}
        key = self.alternate_key if kept.keys() >= set(self.alternate_key) else ()
        return replace(self, columns=kept, alternate_key=key)


def read_tables(generation: str = "psa3") -> dict[str, Table]:
    """Return the tables of a generation of the source, by logical name."""
    columns: dict[str, dict[str, Column]] = {}
    for line in _lines("columns.csv"):
        if not line["generations"] or generation in line["generations"].split():
            columns.setdefault(line["table_name"], {})[line["column_name"]] = _column(line)
    return {
        line["table_name"]: Table(
            name=line["table_name"],
            entity_set=line["entity_set"],
            primary_key=line["primary_key"],
            primary_name=line["primary_name"],
            display_name=line["display_name"],
            alternate_key=tuple(line["alternate_key"].split()),
            columns=columns[line["table_name"]],
            required=_required(line["required"], columns[line["table_name"]]),
            undeletable=line["undeletable"] == "true",
        )
        for line in _lines("tables.csv")
    }


def _lines(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _required(text: str, columns: Mapping[str, Column]) -> tuple[str, ...]:
    """Return the columns a table's line names; `all` are those marked as required."""
    if text == "all":
        return tuple(name for name, column in columns.items() if column.is_required)
    return tuple(text.split())


def _column(line: dict[str, str]) -> Column:
    targets = line["targets"].split("|") if line["targets"] else []
    navigations = line["navigation"].split("|") if line["navigation"] else []
    options = [option.partition("=") for option in line["options"].split(";") if option]
    return Column(
        name=line["column_name"],
        type=line["type"],
        date_behavior=line["date_behavior"],
        date_format=line["date_format"],
        is_primary_key=line["is_primary_key"] == "true",
        navigations=dict(zip(navigations, targets, strict=True)),
        options={int(value): label for value, _, label in options},
        required_level=line["required_level"],
        max_length=int(line["max_length"]) if line["max_length"] else None,
        scale=int(line["scale"]) if line["scale"] else None,
        is_read_only=line["read_only"] == "true" or line["column_name"] in ALWAYS_READ_ONLY,
    )
