"""Values of a request body, checked against the columns they are for."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import UUID

import duckdb

from sandbox.dataverse.answers import ApiError, bad_request
from sandbox.dataverse.catalog import Catalog
from sandbox.dataverse.keys import resolve
from sandbox.dataverse.metadata import ALWAYS_READ_ONLY, Column, Table
from sandbox.dataverse.storage import type_column

BIND = "@odata.bind"
WHOLE_NUMBERS = {"integer": 31, "picklist": 31, "state": 31, "status": 31, "bigint": 63}
EARLIEST = datetime(1753, 1, 1)


def read_json(body: bytes) -> dict[str, object]:
    """Return the object a body holds; numbers with a point become Decimal, never float."""
    try:
        content = json.loads(body, parse_float=Decimal)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise bad_request(f"Error reading the JSON payload: {error}", "0x80048d19") from error
    if not isinstance(content, dict):
        raise bad_request("The payload is not a JSON object.", "0x80048d19")
    return content


def to_row(
    cursor: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    table: Table,
    content: Mapping[str, object],
) -> dict[str, object]:
    """Return database column -> value for the columns that `content` sets.

    Annotations and what the service itself sets are left out. Raises ApiError: 400 for an unknown
    property, a read-only one or a value that does not fit, 404 for a reference to a row that is
    not there.
    """
    row: dict[str, object] = {}
    for name, value in content.items():
        if name.endswith(BIND):
            row |= _bound(cursor, catalog, table, name.removesuffix(BIND), value)
        elif "@" not in name and name not in ALWAYS_READ_ONLY:
            column = _property(table, name)
            if not column.is_read_only:
                row[name] = _value(column, value, table)
            elif not catalog.ignores_read_only(table):
                raise _read_only(column, table)
    return row


def _property(table: Table, name: str) -> Column:
    column = table.properties.get(name)
    if column is None:
        raise ApiError(
            400,
            "0x80048d19",
            f"Error identified in Payload provided by the user for Entity :'{table.entity_set}'. "
            f"Invalid property '{name}' was found in entity 'Microsoft.Dynamics.CRM.{table.name}'.",
        )
    if column.is_lookup:
        raise bad_request(
            "CRM do not support direct update of Entity Reference properties, Use Navigation "
            "properties instead.",
            "0x80048d19",
        )
    return column


def _read_only(column: Column, table: Table) -> ApiError:
    return bad_request(
        f"The property '{column.name}' of 'Microsoft.Dynamics.CRM.{table.name}' cannot be set: the "
        "attribute is not valid for create or update."
    )


def _bound(
    cursor: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    table: Table,
    navigation: str,
    reference: object,
) -> dict[str, object]:
    """Return what `<navigation>@odata.bind` sets: the lookup, and for a customer its table."""
    column = next(
        (column for column in table.columns.values() if navigation in column.navigations), None
    )
    if column is None:
        raise bad_request(
            f"An undeclared property '{navigation}' which only has property annotations in the "
            "payload but no property value was found in the payload. In OData, only declared "
            "navigation properties and declared named streams can be represented as properties "
            "without values."
        )
    target, row_id = None, None
    if reference is not None:
        target, row_id = resolve(cursor, catalog, str(reference))
        if target != column.navigations[navigation]:
            raise bad_request(f"The reference '{reference}' does not fit '{navigation}'.")
    bound: dict[str, object] = {column.wire_name: row_id}
    if column.type == "customer":
        bound[type_column(column)] = target
    return bound


def _value(column: Column, value: object, table: Table) -> object:
    """Return a JSON value as the column keeps it; raises ApiError 400 when it does not fit."""
    if value is None:
        return None
    match column.type:
        case "string" | "memo" if isinstance(value, str):
            return _text(column, value, table)
        case "boolean" if isinstance(value, bool):
            return value
        case "money" | "decimal" if isinstance(value, int | Decimal) and value is not True:
            places = Decimal(1).scaleb(-(column.scale or 0))
            return Decimal(value).quantize(places, ROUND_HALF_EVEN)
        case "double" if isinstance(value, int | Decimal):
            return float(value)
        case "uniqueidentifier" if isinstance(value, str):
            return _guid(column, value)
        case "datetime" if isinstance(value, str):
            return _moment(column, value)
        case kind if kind in WHOLE_NUMBERS and isinstance(value, int):
            return _whole(column, value, table)
    raise _does_not_fit(column, value)


def _text(column: Column, value: str, table: Table) -> str:
    units = len(value.encode("utf-16-le")) // 2
    if column.max_length is not None and units > column.max_length:
        raise ApiError(
            400,
            "0x80044331",
            f"A validation error occurred.  The length of the '{column.name}' attribute of the "
            f"'{table.name}' entity exceeded the maximum allowed length of '{column.max_length}'.",
        )
    return value


def _whole(column: Column, value: int, table: Table) -> int:
    limit = 2 ** WHOLE_NUMBERS[column.type]
    if isinstance(value, bool) or not -limit <= value < limit:
        raise _does_not_fit(column, value)
    if column.options and value not in column.options:
        accepted = ",".join(str(option) for option in column.options)
        raise ApiError(
            400,
            "0x8004431a",
            f"A validation error occurred.  The value {value} of '{column.name}' on record of type "
            f"'{table.name}' is outside the valid range. Accepted Values: {accepted}",
        )
    return value


def _guid(column: Column, value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        raise _does_not_fit(column, value) from error


def _moment(column: Column, value: str) -> datetime | date:
    try:
        if column.date_behavior == "DateOnly":
            return date.fromisoformat(value)
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise _does_not_fit(column, value) from error
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    if moment < EARLIEST:
        raise bad_request("DateTime is less than minimum value supported by CrmDateTime.")
    return moment.replace(microsecond=0)


def _does_not_fit(column: Column, value: object) -> ApiError:
    return bad_request(
        f"Cannot convert the literal '{value}' to the type of the property '{column.wire_name}' "
        f"({column.type}).",
        "0x80048d19",
    )
