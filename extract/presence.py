"""The technical table that says which declared columns an organisation has."""

from pathlib import Path

import pyarrow as pa

from connection.datatypes import DataType
from extract.landing import IncomingFile, RawTable
from extract.metadata import TableLayout

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


def presence_file(layout: TableLayout, path: Path) -> IncomingFile:
    """Write the presence of each declared column of one table; return the file."""
    table = layout.table
    names = [column.name for column in table.columns]
    schema = pa.schema(
        [(n, pa.bool_() if t.kind == "boolean" else pa.string()) for n, t in LANDED_COLUMNS.columns]
    )
    file = IncomingFile(path, schema)
    file.append(
        pa.table(
            [
                [table.system] * len(names),
                [table.name] * len(names),
                names,
                [name not in layout.missing for name in names],
            ],
            schema=schema,
        )
    )
    file.close()
    return file
