"""Arrow and DuckDB types of the declared columns, and the columns extract adds."""

import pyarrow as pa

from connection.datatypes import DataType
from connection.declarations import SourceTable

EXTRACTED_AT = "_extracted_at"
EXTRACT_ID = "_extract_id"
EXTRACT_ROW = "_extract_row"
IS_DELETED = "_is_deleted"

TECHNICAL = {
    EXTRACTED_AT: DataType("timestamp"),
    EXTRACT_ID: DataType("string"),
    EXTRACT_ROW: DataType("bigint"),
    IS_DELETED: DataType("boolean"),
}
"""Added to every landed table; timestamps are UTC without a zone mark."""

_ARROW: dict[str, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}
_DUCKDB = {"string": "varchar"}


def arrow_type(data_type: DataType) -> pa.DataType:
    """Return the Arrow type; decimals are exact, timestamps are microseconds without zone."""
    if data_type.kind == "decimal":
        return pa.decimal128(data_type.precision, data_type.scale)
    return _ARROW[data_type.kind]


def duckdb_type(data_type: DataType) -> str:
    """Return the type's name in DuckDB."""
    return _DUCKDB.get(data_type.kind, str(data_type))


def arrow_schema(table: SourceTable) -> pa.Schema:
    """Return the declared columns of `table`, without the technical ones."""
    return pa.schema([(column.name, arrow_type(column.data_type)) for column in table.columns])
