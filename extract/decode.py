"""One raw page of JSON to one typed Arrow table."""

import json
import re
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json

from connection.declarations import COMPANY, Column, SourceTable
from connection.errors import ServiceMalformed
from extract.cells import DoesNotFitError, convert
from extract.errors import TableFailed
from extract.layout import TableLayout
from extract.schema import arrow_schema, arrow_type

_DOUBLE_DIGITS = pa.decimal128(38, 18)
"""What a binary floating point number is read into before it is rounded."""

_NOON = re.compile(r"T(12|00):00:00Z")
"""The time Finance gives to a day: noon, so that no zone shifts it; midnight names the day as well."""

_SHOWN_CHARACTERS = 80


class PageDecoder:
    """Turns pages of one table into Arrow tables with exactly the declared columns and types.

    Columns the organisation lacks, and members a row lacks, are null.
    """

    def __init__(self, layout: TableLayout) -> None:
        self._layout = layout
        self._schema = arrow_schema(layout.table)
        row = pa.struct([(c.name, self._wire_type(c)) for c in layout.present])
        self._options = pyarrow.json.ParseOptions(
            explicit_schema=pa.schema([("value", pa.list_(row))]),
            newlines_in_values=True,
            unexpected_field_behavior="ignore",
        )

    def decode(self, page: bytes) -> pa.Table:
        """Return the rows of `page`.

        Raises TableFailed naming table, column and value when a value does not fit, and
        ServiceMalformed when the page is no page of rows.
        """
        try:
            rows = self._fast(page)
        except pa.ArrowInvalid:
            rows = self._exact(page)
        return with_keys(self._layout.table, rows)

    def _wire_type(self, column: Column) -> pa.DataType:
        if column.data_type.kind == "date":
            return pa.string()
        return _DOUBLE_DIGITS if self._is_double(column) else arrow_type(column.data_type)

    def _is_double(self, column: Column) -> bool:
        return column.name in self._layout.doubles and column.data_type.kind == "decimal"

    def _fast(self, page: bytes) -> pa.Table:
        """Parse the whole page at once. Raises ArrowInvalid for whatever needs a closer look."""
        parsed = pyarrow.json.read_json(
            pa.BufferReader(page),
            read_options=pyarrow.json.ReadOptions(use_threads=False, block_size=len(page) + 1),
            parse_options=self._options,
        )
        pages = parsed.column("value").combine_chunks()
        if parsed.num_rows != 1 or pages.null_count:
            raise pa.ArrowInvalid("no rows")
        fields = pages.flatten().flatten()
        values = dict(zip((c.name for c in self._layout.present), fields, strict=True))
        rows = len(pages.flatten())
        return pa.table(
            [self._finish(column, values.get(column.name), rows) for column in self._columns()],
            schema=self._schema,
        )

    def _columns(self) -> tuple[Column, ...]:
        return self._layout.table.columns

    def _finish(self, column: Column, values: pa.Array | None, rows: int) -> pa.Array:
        """Return the column in its declared type. Raises ArrowInvalid when a value does not fit."""
        wanted = arrow_type(column.data_type)
        if values is None:
            return pa.nulls(rows, wanted)
        if column.data_type.kind == "decimal":
            # The reader checks the scale but lets too many digits before the point pass.
            values.validate(full=True)
            if self._is_double(column):
                values = pc.round(values, column.data_type.scale, round_mode="half_to_even")
        if column.name in self._layout.noon_days:
            values = _days(values)
        if column.name in self._layout.guids:
            return pc.utf8_lower(values)
        return values if values.type == wanted else values.cast(wanted)

    def _exact(self, page: bytes) -> pa.Table:
        rows = self._json_rows(page)
        return pa.table(
            [
                pa.array(self._convert(column, rows), arrow_type(column.data_type))
                for column in self._columns()
            ],
            schema=self._schema,
        )

    def _json_rows(self, page: bytes) -> list[dict[str, Any]]:
        try:
            content = json.loads(page, parse_float=Decimal)
        except ValueError:
            content = None
        rows = content.get("value") if isinstance(content, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ServiceMalformed(
                f"{self._layout.table.label} was answered with something that is no page of rows: "
                f"check {self._layout.table.system.upper()}_URL, then run the extract again."
            )
        return rows

    def _convert(self, column: Column, rows: list[dict[str, Any]]) -> list[Any]:
        if column.name in self._layout.missing:
            return [None] * len(rows)
        lower = column.name in self._layout.guids
        converted = []
        for row in rows:
            value = row.get(column.name)
            try:
                if column.name in self._layout.noon_days:
                    value = _day(value)
                cell = convert(value, column.data_type, is_double=self._is_double(column))
            except DoesNotFitError:
                raise unfit(self._layout.table, column, value) from None
            converted.append(cell.lower() if lower and cell is not None else cell)
        return converted


def with_keys(table: SourceTable, rows: pa.Table) -> pa.Table:
    """Return the rows with whole keys: a text after the first part of a key may be empty.

    Stock may lie at no warehouse, for which an export has an empty cell. Raises ServiceMalformed
    when a row lacks another part of its primary key.
    """
    for name in [name for name in table.key if name != COMPANY][1:]:
        if rows.schema.field(name).type == pa.string():
            position = rows.schema.get_field_index(name)
            texts = pc.fill_null(rows.column(name), "")
            rows = rows.set_column(position, rows.schema.field(name), texts)
    for name in table.key:
        if rows.column(name).null_count:
            raise ServiceMalformed(
                f"{table.label} has a row without {name}, its primary key: check "
                "config.meta.primary_key of the source."
            )
    return rows


def unfit(table: SourceTable, column: Column, value: Any) -> TableFailed:
    """Return the sentence for a value that the declared type cannot hold."""
    shown = "a value (personal, not shown)" if column.personal else _shown(value)
    return TableFailed(
        f"{table.label}.{column.name} holds {shown}, which does not fit the declared type "
        f"{column.data_type}: correct the data_type of the source column."
    )


def _days(values: pa.Array) -> pa.Array:
    """Return the days of moments at noon. Raises ArrowInvalid for any other moment."""
    fitting = pc.match_substring_regex(values, rf"^.{{10}}{_NOON.pattern}$")
    if not pc.all(fitting, min_count=0).as_py():
        raise pa.ArrowInvalid("no day")
    return pc.utf8_slice_codeunits(values, 0, 10)


def _day(value: Any) -> Any:
    """Return the day of a moment at noon; anything else as it is."""
    if isinstance(value, str) and _NOON.fullmatch(value, 10):
        return value[:10]
    return value


def _shown(value: Any) -> str:
    text = str(value) if isinstance(value, Decimal) else json.dumps(value, default=str)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."
