"""The tables as the organisation shows them now: its generation, less what a switch hides."""

from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

from sandbox.dataverse.answers import ApiError, unknown_segment
from sandbox.dataverse.metadata import SOLUTION_PREFIX, Column, Table
from sandbox.switches import Switches


class Catalog:
    """Looks tables up by entity set or by logical name, honouring the switches."""

    def __init__(self, tables: Mapping[str, Table], switches: Switches) -> None:
        self._tables = dict(tables)
        self._sets = {table.entity_set: table.name for table in tables.values()}
        self._switches = switches

    def tables(self) -> list[Table]:
        """Return every table a caller can see."""
        return [self._shown(table) for table in self._tables.values() if not self._hidden(table)]

    def by_set(self, entity_set: str) -> Table:
        """Return the table of an entity set; raises ApiError 404 when there is none."""
        name = self._sets.get(entity_set)
        if name is None or self._hidden(self._tables[name]):
            raise unknown_segment(entity_set)
        return self._shown(self._tables[name])

    def by_name(self, name: str) -> Table:
        """Return the table of a logical name; raises ApiError 404 when there is none."""
        table = self._tables.get(name)
        if table is None or self._hidden(table):
            raise ApiError(
                404,
                "0x80060888",
                f"Could not find an entity with name {name} in the metadata cache.",
            )
        return self._shown(table)

    def has(self, name: str) -> bool:
        """Tell whether rows of the table `name` exist here (not every lookup target does)."""
        return name in self._tables

    def names(self, entity_set: str) -> tuple[str, ...]:
        """Return what a switch may call an entity set: its name, and its table's if it has one."""
        name = self._sets.get(entity_set)
        return (entity_set,) if name is None else (entity_set, name)

    def ignores_read_only(self, table: Table) -> bool:
        """Tell whether a value for a read-only column is passed over instead of refused."""
        return self._text("dataverse_read_only_columns", table) == "ignore"

    def needs_required(self, table: Table) -> bool:
        """Tell whether a new row of the table must have its required columns."""
        switch = "dataverse_required_columns"
        wanted = self._switches.value(switch, table.entity_set, table.name)
        return bool(table.required) and bool(wanted)

    def behaves(self, behavior: str, table: Table) -> bool:
        """Tell whether the solution does `behavior` when a row of the table is written."""
        return behavior not in self._text("dataverse_solution_without", table).split()

    def freight_tax_number(self, table: Table) -> str:
        """Return what number the line of the header tax gets: none, next, or the number itself."""
        return self._text("dataverse_freight_tax_number", table)

    def _hidden(self, table: Table) -> bool:
        missing = self._switches.value("dataverse_missing_table", table.entity_set, table.name)
        if missing or not table.name.startswith(SOLUTION_PREFIX):
            return bool(missing)
        patterns = self._text("dataverse_missing_columns", table).split()
        return any(fnmatchcase(table.name, pattern) for pattern in patterns)

    def _shown(self, table: Table) -> Table:
        patterns = self._text("dataverse_missing_columns", table).split()
        if patterns:
            names = frozenset(
                name
                for name, column in table.columns.items()
                if not column.is_primary_key and _matches(column, patterns)
            )
            table = table.without(names)
        behavior = self._text("dataverse_date_behavior", table)
        return _with_behavior(table, behavior) if behavior else table

    def _text(self, switch: str, table: Table) -> str:
        return str(self._switches.value(switch, table.entity_set, table.name))


def _matches(column: Column, patterns: list[str]) -> bool:
    names = (column.name, column.wire_name)
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def _with_behavior(table: Table, setting: str) -> Table:
    """Return the table with `column=behavior` in force."""
    name, _, behavior = setting.partition("=")
    column = table.columns.get(name)
    if column is None or column.type != "datetime":
        return table
    return replace(table, columns={**table.columns, name: replace(column, date_behavior=behavior)})
