"""The data file of a package to typed Arrow tables, as exact as the pages of JSON.

Comma, double quotes, line breaks within quotes; the first row names the columns. An empty cell is
null. Memory is bounded by the size of a block, not by the file.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from connection.declarations import COMPANY, Column, SourceTable
from extract.cells import DoesNotFitError, convert
from extract.decode import unfit, with_keys
from extract.package import PackageRefused, open_text
from extract.schema import arrow_schema, arrow_type

HEADER_BYTES = 1 << 20
BLOCK_BYTES = 1 << 23
"""How much is parsed at a time; a row must fit."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DAY = re.compile(
    r"(\d{4}-\d{2}-\d{2})([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?", re.ASCII
)
_FLAGS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class DataFile:
    """One data file of a package."""

    def __init__(self, path: Path, file: str) -> None:
        self._path = path
        self._file = file
        self._header, self._has_rows = self._look()
        self._positions = {name.casefold(): at for at, name in enumerate(self._header)}
        if len(self._positions) < len(self._header):
            raise PackageRefused(f"its file {file} names a column twice")

    def lacks(self, table: SourceTable) -> frozenset[str]:
        """Return the declared columns that the file does not have; names compare without case.

        The company is never read from the file.
        """
        return frozenset(
            column.name
            for column in table.columns
            if column.name != COMPANY and column.name.casefold() not in self._positions
        )

    def rows(self, table: SourceTable, company: str) -> Iterator[pa.Table]:
        """Yield the rows with exactly the declared columns; what the file lacks is null.

        company: what dataAreaId holds. Raises PackageRefused when the file cannot be read,
        TableFailed naming the value that does not fit, ServiceMalformed for a row without key.
        """
        if not self._has_rows:
            return
        found = {
            column.name: str(self._positions[column.name.casefold()])
            for column in table.columns
            if column.name.casefold() in self._positions
        }
        for batch in self._texts(sorted(set(found.values()))):
            yield _typed(table, company, found, batch)

    def _look(self) -> tuple[list[str], bool]:
        """Return the header, and whether anything comes after it."""
        with open_text(self._path, self._file) as stream:
            start = io.StringIO(
                (stream.read(HEADER_BYTES) or b"").decode("utf-8", "replace"), newline=""
            )
        try:
            header = [name.strip() for name in next(csv.reader(start), [])]
        except csv.Error:
            header = []
        if not any(header):
            raise PackageRefused(f"its file {self._file} has no header")
        return header, bool(start.read().strip("\r\n"))

    def _texts(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield the cells of the columns at these positions as text."""
        names = [str(position) for position in range(len(self._header))]
        with open_text(self._path, self._file) as stream:
            try:
                yield from pyarrow.csv.open_csv(
                    stream,
                    pyarrow.csv.ReadOptions(
                        use_threads=False,
                        block_size=BLOCK_BYTES,
                        column_names=names,
                        skip_rows_after_names=1,
                    ),
                    pyarrow.csv.ParseOptions(newlines_in_values=True),
                    pyarrow.csv.ConvertOptions(
                        column_types=dict.fromkeys(columns, pa.string()),
                        include_columns=columns,
                        null_values=[""],
                        strings_can_be_null=True,
                        quoted_strings_can_be_null=True,
                    ),
                )
            except pa.ArrowInvalid:
                # without the parser's words: they quote the row
                raise PackageRefused(
                    f"its file {self._file} has a row of another length than its header"
                ) from None


def _typed(
    table: SourceTable, company: str, found: dict[str, str], batch: pa.RecordBatch
) -> pa.Table:
    schema = arrow_schema(table)
    arrays = []
    for column in table.columns:
        kind = arrow_type(column.data_type)
        if column.name == COMPANY:
            arrays.append(pa.repeat(pa.scalar(company, kind), batch.num_rows))
        elif column.name in found:
            texts = batch.column(found[column.name])
            # stock on a site need not be in a warehouse: a blank part of its key is a value
            if column.name in table.key[2:] and column.data_type.kind == "string":
                texts = pc.fill_null(texts, "")
            arrays.append(_column(table, column, texts))
        else:
            arrays.append(pa.nulls(batch.num_rows, kind))
    return with_keys(table, pa.table(arrays, schema=schema))


def _column(table: SourceTable, column: Column, texts: pa.Array) -> pa.Array:
    kind = arrow_type(column.data_type)
    if column.data_type.kind == "string":
        return texts
    if column.data_type.kind == "decimal":
        try:
            return texts.cast(kind)
        except pa.ArrowInvalid:
            pass
    # days, codes and whole numbers repeat: each spelling is converted once
    spellings = texts.dictionary_encode()
    values = [_cell(table, column, text) for text in spellings.dictionary.to_pylist()]
    return pc.take(pa.array(values, kind), spellings.indices)


def _cell(table: SourceTable, column: Column, text: str) -> Any:
    try:
        reader = _READERS[column.data_type.kind]
        return convert(reader(text), column.data_type)
    except DoesNotFitError:
        raise unfit(table, column, text) from None


def _number(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise DoesNotFitError
    return Decimal(text)


def _flag(text: str) -> bool:
    if text.lower() not in _FLAGS:
        raise DoesNotFitError
    return _FLAGS[text.lower()]


def _day(text: str) -> str:
    """Return the day as it is written; the time beside it is of no zone that could shift it."""
    match = _DAY.fullmatch(text)
    if match is None:
        raise DoesNotFitError
    return match[1]


def _moment(text: str) -> str:
    """Return a moment; without a zone it is UTC, as the source format must be set."""
    return text.replace(" ", "T", 1)


_READERS: dict[str, Callable[[str], Any]] = {
    "integer": _number,
    "bigint": _number,
    "decimal": _number,
    "boolean": _flag,
    "date": _day,
    "timestamp": _moment,
}
