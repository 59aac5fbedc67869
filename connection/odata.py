"""OData words both ends share: literals, key URLs, payload values, errors, paging."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from connection.addresses import printable
from connection.datatypes import DataType, Kind
from connection.errors import ServiceMalformed
from connection.responses import accepted

Value = str | int | bool | Decimal | date | datetime | UUID | None
"""One cell. datetime without zone is UTC. Never a float: money must stay exact."""

EMPTY_DATE = "1900-01-01T12:00:00Z"
EMPTY_MOMENT = "1900-01-01T00:00:00Z"
EMPTY_GUID = "00000000-0000-0000-0000-000000000000"

_NUMBERS = frozenset({"Edm.Int16", "Edm.Int32", "Edm.Int64", "Edm.Decimal", "Edm.Double"})
_NEXT_LINK = b'"@odata.nextLink"'
_LINK_VALUE = re.compile(rb'\s*:\s*("(?:[^"\\]|\\.)*")')


def key_segment(values: Mapping[str, Value], types: Mapping[str, str] | None = None) -> str:
    """Return `(name=literal,...)` for a key URL, percent-encoded; names as the service spells them.

    types: Edm type by name, where the Python type does not tell (a Guid held as text, an enum
    such as Microsoft.Dynamics.DataEntities.NoYes). A single unnamed value is `{"": value}`.
    Raises ValueError for a null, a malformed Guid or number: a key has no empty part.
    """
    known = types or {}
    parts = []
    for name, value in values.items():
        text = quote(literal(value, known.get(name, "")), safe="'-._~:")
        parts.append(f"{name}={text}" if name else text)
    return f"({','.join(parts)})"


def literal(value: Value, edm_type: str = "") -> str:
    """Return `value` as an OData URL literal, before percent-encoding: quotes doubled."""
    if value is None:
        raise ValueError("a key value is null")
    if isinstance(value, str):
        if edm_type == "Edm.Guid":
            return _guid(value)
        if edm_type in _NUMBERS:
            return _number(value)
        quoted = "'" + value.replace("'", "''") + "'"
        is_enum = "." in edm_type and not edm_type.startswith("Edm.")
        return f"{edm_type}{quoted}" if is_enum else quoted
    return _text(plain(value))


def _guid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise ValueError(f"`{text}` is no Edm.Guid, as its key needs.") from None


def plain(value: Value) -> Value:
    """Return `value` in the wire's own types: noon UTC for dates, UTC with Z for moments."""
    if isinstance(value, datetime):
        moment = value.astimezone(UTC) if value.tzinfo else value
        digits = f".{moment:%f}".rstrip("0") if moment.microsecond else ""
        return f"{_day(moment)}T{moment:%H:%M:%S}{digits}Z"
    if isinstance(value, date):
        return f"{_day(value)}T12:00:00Z"
    if isinstance(value, UUID):
        return str(value)
    return value


def payload_value(value: Value, data_type: DataType, edm_type: str = "") -> Value:
    """Return what a Finance and Operations payload holds for `value`.

    data_type: the column's declared type, which tells a date from a moment (both are
    Edm.DateTimeOffset on the wire). edm_type: the property's type, where it is known.
    A null becomes the type's empty value; NoYes takes Yes and No for true and false.
    """
    if value is None:
        return empty_value(data_type, edm_type)
    if isinstance(value, bool) and edm_type.endswith(".NoYes"):
        return "Yes" if value else "No"
    if data_type.kind == "date" and isinstance(value, datetime):
        value = value.date()
    return plain(value)


def empty_value(data_type: DataType, edm_type: str = "") -> Value:
    """Return what Finance and Operations shows for a value that was never set.

    An enum has no empty member, so it stays null.
    """
    if edm_type == "Edm.Guid":
        return EMPTY_GUID
    if edm_type.endswith(".NoYes") or (data_type.kind == "boolean" and not edm_type):
        return "No"
    if "." in edm_type and not edm_type.startswith("Edm."):
        return None
    empty: dict[Kind, Value] = {
        "string": "",
        "date": EMPTY_DATE,
        "timestamp": EMPTY_MOMENT,
        "boolean": False,
    }
    return empty.get(data_type.kind, 0)


def to_json(value: Value | Mapping[str, Any] | Sequence[Any]) -> str:
    """Return JSON text in which decimals keep every digit; json.dumps would need a float."""
    if isinstance(value, Mapping):
        members = (f"{json.dumps(str(name))}:{to_json(inner)}" for name, inner in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ",".join(to_json(inner) for inner in value) + "]"
    bare = plain(value)
    if bare is None:
        return "null"
    return json.dumps(bare, ensure_ascii=False) if isinstance(bare, str) else _text(bare)


def next_link(page: bytes) -> str | None:
    """Return the link to the next page without parsing the rows; None on the last page.

    Inside a row's text every quote is escaped, so the member name can only match outside of it.
    """
    at = len(page)
    while (at := page.rfind(_NEXT_LINK, 0, at)) >= 0:
        value = _LINK_VALUE.match(page, at + len(_NEXT_LINK))
        if value:
            return str(json.loads(value[1]))
    return None


def pages(
    client: httpx.Client,
    url: str,
    *,
    params: Mapping[str, str] | None = None,
    prefer: str | None = None,
) -> Iterator[bytes]:
    """Yield the raw pages of a collection, following each link exactly as it was given.

    prefer: sent again with every page, as the service wants it. Only the absence of a link ends
    the collection; a short page does not. Raises ServiceRefused on a refusal and
    ServiceMalformed on a link that was followed before.
    """
    headers = {"Prefer": prefer} if prefer else {}
    request = client.build_request("GET", url, params=params, headers=headers)
    followed: set[str] = set()
    while True:
        page = accepted(client.send(request)).content
        link = next_link(page)
        yield page
        if link is None:
            return
        if link in followed:
            raise ServiceMalformed(
                f"{printable(request.url)} repeats a link to a page that was already read, so the "
                "rows would never end: run the extract again."
            )
        followed.add(link)
        try:
            request = client.build_request("GET", link, headers=headers)
        except httpx.InvalidURL as error:
            raise ServiceMalformed(
                f"{printable(request.url)} gives a next link that is no address ({error}): run the "
                "extract again."
            ) from error


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{value} is not a number a service can hold")
        return format(value, "f")
    if isinstance(value, float):
        raise TypeError("a float cannot hold money exactly; use Decimal")
    return str(value)


def _number(text: str) -> str:
    try:
        return _text(Decimal(text))
    except InvalidOperation:
        raise ValueError(f"`{text}` is not a number") from None


def _day(value: date) -> str:
    # strftime("%Y") does not pad years below 1000 on every platform.
    return f"{value.year:04}-{value.month:02}-{value.day:02}"
