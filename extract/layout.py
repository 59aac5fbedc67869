"""A declared table as the service has it."""

from dataclasses import dataclass

from connection.declarations import Column, SourceTable


@dataclass(frozen=True, slots=True)
class TableLayout:
    """A declared table as this organisation has it.

    missing: optional columns the organisation lacks. guids: columns that hold identifiers.
    doubles: columns the service stores as binary floating point. noon_days: days that the service
    sends as moments. refers_to: tables of the same system that the declared lookups lead to.
    """

    table: SourceTable
    missing: frozenset[str] = frozenset()
    guids: frozenset[str] = frozenset()
    doubles: frozenset[str] = frozenset()
    noon_days: frozenset[str] = frozenset()
    refers_to: frozenset[str] = frozenset()

    @property
    def present(self) -> tuple[Column, ...]:
        """Return the declared columns that can be read, in declaration order."""
        return tuple(column for column in self.table.columns if column.name not in self.missing)
