"""The technical table that says which declared columns an organisation has."""

from collections.abc import Collection
from pathlib import Path

import pyarrow as pa

from connection.datatypes import DataType
from extract.landing import IncomingFile, RawTable
from extract.layout import TableLayout
from extract.schema import arrow_type

LANDED_COLUMNS = RawTable(
    folder="extract/landed_columns",
    key=("system", "table_name", "column_name"),
    columns=(
        ("system", DataType("string")),
        ("table_name", DataType("string")),
        ("column_name", DataType("string")),
        ("is_present", DataType("boolean")),
    ),
)
"""One row per declared column of a landed table; a new row only when the presence changed."""


def presence(layout: TableLayout) -> frozenset[tuple[object, ...]]:
    """Return what to say about each declared column of one table, as rows of LANDED_COLUMNS."""
    table = layout.table
    return frozenset(
        (table.system, table.name, column.name, column.name not in layout.missing)
        for column in table.columns
    )


def presence_file(rows: Collection[tuple[object, ...]], path: Path) -> IncomingFile:
    """Write rows of LANDED_COLUMNS to a file, to be landed."""
    schema = pa.schema([(name, arrow_type(kind)) for name, kind in LANDED_COLUMNS.columns])
    file = IncomingFile(path, schema)
    columns = zip(*sorted(rows), strict=True)
    file.append(pa.table([list(column) for column in columns], schema=schema))
    file.close()
    return file
