"""Canonical text of rows, as SQL: equal rows give equal text, whatever engine built them.

A payload is a JSON object of texts with its columns in name order and nulls left out, so that an
added empty column, another decimal scale or trailing blanks change nothing. Its SHA-256 is the
row's hash. Keys are compared as Finance does: without case and trailing blanks.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import duckdb

from connection.datatypes import DataType
from connection.declarations import Column
from connection.odata import Value

EMPTY_DAYS = {"1900-01-01"}
EMPTY_GUID = "00000000-0000-0000-0000-000000000000"


def quoted(name: str) -> str:
    """Return an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return an SQL text literal."""
    return "'" + text.replace("'", "''") + "'"


def json_sql(value: str) -> str:
    """Return SQL for an SQL text as JSON text."""
    return f"cast(to_json({value}) as varchar)"


def text_sql(column: Column, source: str = "") -> str:
    """Return SQL for one value as canonical text; null for null and for empty text."""
    name = f"{source}{quoted(column.name)}"
    match column.data_type.kind:
        case "decimal":
            # a type without a digit before the point writes .5 for 0.5
            digits = f"regexp_replace(cast({name} as varchar), '^(-?)[.]', '\\10.')"
            trimmed = f"rtrim(rtrim({digits}, '0'), '.')"
            return f"case when contains({digits}, '.') then {trimmed} else {digits} end"
        case "timestamp":
            return f"strftime({name}, '%Y-%m-%dT%H:%M:%SZ')"
        case "string":
            return f"nullif(rtrim({name}, ' '), '')"
        case _:
            return f"cast({name} as varchar)"


def payload_sql(columns: Iterable[Column], source: str = "", *, hide_personal: bool) -> str:
    """Return SQL for the payload of a row. hide_personal: SHA-256 in place of personal values."""
    members = []
    for column in sorted(columns, key=lambda column: column.name):
        value = text_sql(column, source)
        shown = f"sha256({value})" if hide_personal and column.personal else value
        # null in, null out: concat_ws then leaves the whole member out
        members.append(f"{literal(json.dumps(column.name) + ':')} || {json_sql(shown)}")
    return f"'{{' || concat_ws(',', {', '.join(members)}) || '}}'"


def key_sql(columns: Iterable[Column], source: str = "") -> str:
    """Return SQL for a key as comparable text: a JSON array of lower-case texts."""
    parts = (f"to_json(lower(coalesce({text_sql(column, source)}, '')))" for column in columns)
    return f"'[' || concat_ws(',', {', '.join(parts)}) || ']'"


def comparable_keys(
    connection: duckdb.DuckDBPyConnection, keys: Sequence[Sequence[str | None]]
) -> list[str]:
    """Return the comparable text of keys given as canonical texts, worked out as `key_sql` does.

    In SQL, because lower case is not the same in Python for every letter.
    """
    if not keys:
        return []
    rows = connection.execute(
        """
        select '[' || array_to_string(
            list_transform(
                parts, lambda part: cast(to_json(lower(rtrim(coalesce(part, ''), ' '))) as varchar)
            ),
            ','
        ) || ']'
        from (select unnest($keys) as parts, generate_subscripts($keys, 1) as position)
        order by position
        """,
        {"keys": [list(key) for key in keys]},
    ).fetchall()
    return [row[0] for row in rows]


def canonical_text(value: Any, data_type: DataType) -> str | None:
    """Return a value that the target told as canonical text; None where it is empty.

    value: as parsed from JSON with exact decimals. Zero is no emptiness: `same_payload` decides.
    """
    if value is None or value == "":
        return None
    match data_type.kind:
        case "decimal" | "integer" | "bigint":
            return number_text(str(value))
        case "date":
            day = str(value.date() if isinstance(value, datetime) else value)[:10]
            return None if day in EMPTY_DAYS else day
        case "timestamp":
            return None if str(value)[:10] in EMPTY_DAYS else str(value)
        case "boolean":
            return "true" if value in (True, "Yes", "true") else "false"
        case _:
            text = value.isoformat() if isinstance(value, date) else str(value)
            return None if text == EMPTY_GUID else text.rstrip(" ") or None


def value_of(text: str, data_type: DataType) -> Value:
    """Return canonical text as the value it stands for."""
    match data_type.kind:
        case "decimal":
            return Decimal(text)
        case "integer" | "bigint":
            return int(text)
        case "boolean":
            return text == "true"
        case "date":
            return date.fromisoformat(text)
        case "timestamp":
            return datetime.fromisoformat(text.replace("Z", "+00:00"))
        case _:
            return text


def number_text(text: str) -> str:
    """Return a number without trailing zeros; the text itself where it is no number."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    plain = format(number, "f")
    return (plain.rstrip("0").rstrip(".") or "0") if "." in plain else plain


def same_payload(
    attempted: Mapping[str, str],
    before: Mapping[str, str],
    told: Mapping[str, str | None],
    columns: Mapping[str, Column],
    key: Collection[str],
    *,
    has_nulls: bool = False,
    beside: Collection[str] = (),
) -> bool:
    """Tell whether a target row, found by its key, holds what was sent.

    attempted, before: stored payloads (personal values hashed) of this sending and of the last
    accepted one; what only the latter has was sent as empty. told: canonical texts by column.
    The key, in which Finance may change the case, and columns no longer declared do not count.
    has_nulls: the target tells zero from a value it does not have. beside: columns that share a
    lookup with one of these, which is filled or empty as a whole.
    """
    names = {*attempted, *before, *beside} & set(columns) - set(key)
    return all(
        _same(attempted.get(name), told.get(name), columns[name], has_nulls) for name in names
    )


def _same(sent: str | None, told: str | None, column: Column, has_nulls: bool) -> bool:
    if sent is None or told is None:
        return sent == told or (
            not has_nulls and all(text is None or _is_empty(text) for text in (sent, told))
        )
    if column.personal:
        return hashlib.sha256(told.encode()).hexdigest() == sent
    return sent == told


def _is_empty(text: str) -> bool:
    return text == "false" or number_text(text) == "0"
