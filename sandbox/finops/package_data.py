"""The data file of one entity of a package: read, mapped, typed and offered as `staged`.

Text in UTF-16 LE with byte order mark (CSV-Unicode) or UTF-8 (CSV), comma, double quote, CRLF, the
first row is the header. One value that cannot be read, or one key twice, refuses the whole file.
"""

import codecs
import csv
import io
import re
import uuid
from collections.abc import Sequence

import duckdb
import pyarrow as pa
import pyarrow.csv

from sandbox.finops.metadata import COMPANY, Attribute, Entity
from sandbox.finops.package import PackageEntity
from sandbox.finops.store import SQL_TYPES, first_row, key_expression, literal, quoted

QUOTED = re.compile(r'"[^"]*"')
BARE_LINE_FEED = re.compile(r"(?<!\r)\n")
BLOCK_BYTES = 1 << 24
GUID = r"\{?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?"
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
CLOCK = r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,7})?)?Z?"
NUMBER = r"[+-]?[0-9]+"


class FileRefused(Exception):
    """The whole data file is refused; the message is what the execution log says."""


def stage_file(
    cursor: duckdb.DuckDBPyConnection,
    entity: Entity,
    part: PackageEntity,
    data: bytes,
    company: str,
    enum_text: str,
) -> tuple[list[str], int]:
    """Make the temporary table `staged` of typed rows for `company`.

    enum_text: names, labels or both. Returns the attributes that are mapped, the company among
    them where rows belong to one, and the number of rows. Blank values are null.
    Raises FileRefused.
    """
    columns = _mapped_columns(entity, part)
    text = _decoded(data, part.source_format)
    rows = _rows(text, part, list(columns))
    cursor.register("raw_file", rows)
    try:
        _check_values(cursor, columns, enum_text)
        typed = [
            f"{_typed(attribute, quoted(column), enum_text)} as {quoted(attribute.name)}"
            for column, attribute in columns.items()
        ]
        cursor.execute(
            f"create or replace temporary table staged as select _row, ? as {quoted(COMPANY)}, "
            f"{', '.join(typed)} from raw_file",
            [company],
        )
    finally:
        cursor.unregister("raw_file")
    _check_keys(cursor, entity)
    company_field = [COMPANY] if entity.company_specific else []
    return [*company_field, *(attribute.name for attribute in columns.values())], rows.num_rows


def _mapped_columns(entity: Entity, part: PackageEntity) -> dict[str, Attribute]:
    """Map column of the file to attribute. Fields are upper case and equal on both sides."""
    columns: dict[str, Attribute] = {}
    for mapping in part.mappings:
        attribute = entity.fields.get(mapping.entity_field)
        known = attribute and mapping.column == mapping.entity_field
        if attribute is None or not known or mapping.column in columns:
            raise _wrong_mapping(part, mapping.entity_field)
        columns[mapping.column] = attribute
    missing = [
        key.name for key in entity.key if key.name != COMPANY and key not in columns.values()
    ]
    if missing:
        raise _wrong_mapping(part, missing[0].upper())
    return columns


def _decoded(data: bytes, source_format: str) -> str:
    """Return the text of the file. Raises FileRefused for another encoding."""
    try:
        if source_format == "CSV-Unicode":
            if not data.startswith(codecs.BOM_UTF16_LE):
                raise FileRefused("Selected file is not Unicode")
            return data[len(codecs.BOM_UTF16_LE) :].decode("utf-16-le")
        if source_format == "CSV":
            return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefused("Selected file is not Unicode") from error
    raise FileRefused(f"Source format {source_format} is not served by this sandbox.")


def _rows(text: str, part: PackageEntity, columns: Sequence[str]) -> pa.Table:
    """Return the file as texts with a row number `_row` from 0."""
    if BARE_LINE_FEED.search(QUOTED.sub("", text)):
        raise _wrong_mapping(part, f"{{{uuid.uuid4()}}}".upper())
    header = next(csv.reader(io.StringIO(text, newline="")), [])
    for column in [*header, *columns]:
        if header.count(column) != 1 or column not in columns:
            raise _wrong_mapping(part, column)
    try:
        table = pyarrow.csv.read_csv(
            io.BytesIO(text.encode()),
            read_options=pyarrow.csv.ReadOptions(block_size=BLOCK_BYTES),
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={column: pa.string() for column in columns}
            ),
        )
    except pa.ArrowInvalid as error:
        raise FileRefused(f"The file {part.file} has rows of different lengths.") from error
    return table.append_column("_row", pa.array(range(table.num_rows), pa.int64()))


def _check_values(
    cursor: duckdb.DuckDBPyConnection, columns: dict[str, Attribute], enum_text: str
) -> None:
    for column, attribute in columns.items():
        if attribute.data_type == "String":
            continue
        name = quoted(column)
        bad = first_row(
            cursor.execute(
                f"select _row, {name} from raw_file where {name} <> '' "
                f"and {_typed(attribute, name, enum_text)} is null order by _row limit 1"
            )
        )
        if bad:
            raise FileRefused(
                f"Row {bad[0] + 1}: the value '{bad[1]}' of field {column} cannot be read as "
                f"{attribute.data_type}."
            )


def _check_keys(cursor: duckdb.DuckDBPyConnection, entity: Entity) -> None:
    filled = " and ".join(f"{quoted(key.name)} is not null" for key in entity.key)
    twice = first_row(
        cursor.execute(
            f"select {key_expression(entity.key, 'staged')} as key, min(_row) from staged "
            f"where {filled} group by 1 having count(*) > 1 order by 2 limit 1"
        )
    )
    if twice:
        parts = twice[0].split("\x1f")
        key = ", ".join(parts[1:] if entity.company_specific else parts)
        raise FileRefused(f"The key '{key}' occurs more than once in the file.")


def _typed(attribute: Attribute, column: str, enum_text: str) -> str:
    """Return SQL for the typed value of a text column; null where blank or unreadable."""
    kind = SQL_TYPES[attribute.data_type]
    match attribute.data_type:
        case "String":
            return f"nullif(rtrim({column}, ' '), '')"
        case "Enum":
            return _member(attribute, column, enum_text)
        case "Guid":
            return _where(column, GUID, f"lower(trim({column}, '{{}}'))")
        case "Real":
            return _where(column, NUMBER + "([.][0-9]+)?", f"try_cast({column} as {kind})")
        case "Date":
            day = f"try_cast(left({column}, 10) as date)"
            return _where(column, f"{DAY}({CLOCK})?", f"{day} + interval 12 hour")
        case "UtcDateTime":
            moment = f"try_cast(replace(replace({column}, 'T', ' '), 'Z', '') as timestamp)"
            return _where(column, f"{DAY}({CLOCK})?", moment)
    return _where(column, NUMBER, f"try_cast({column} as {kind})")


def _where(column: str, pattern: str, value: str) -> str:
    return f"case when regexp_full_match({column}, '{pattern}') then {value} end"


def _member(attribute: Attribute, column: str, enum_text: str) -> str:
    enumeration = attribute.enumeration
    if enumeration is None:
        raise ValueError(f"{attribute.name} is no enumeration")
    pairs: list[tuple[str, str]] = []
    if enum_text != "labels":
        pairs += [(member, member) for member in enumeration.members]
    if enum_text != "names":
        pairs += list(zip(enumeration.labels, enumeration.members, strict=True))
    cases = " ".join(f"when {literal(said)} then {literal(member)}" for said, member in pairs)
    return f"case {column} {cases} end"


def _wrong_mapping(part: PackageEntity, field: str) -> FileRefused:
    return FileRefused(f"the mapping is incorrect for entity {part.label} and field {field}")
