"""Compare a declared table with what Dataverse says about it, before any row is read."""

from http import HTTPStatus
from typing import Any

import httpx

from connection.declarations import SourceTable
from connection.errors import ServiceRefused
from connection.odata import pages
from connection.responses import json_object
from extract.errors import TableAbsent, TableFailed, refusal
from extract.layout import TableLayout

_LOOKUP_TYPES = frozenset({"Lookup", "Customer", "Owner"})
_GUID_TYPES = _LOOKUP_TYPES | {"Uniqueidentifier"}
_CAST = "Microsoft.Dynamics.CRM"


def check_table(client: httpx.Client, table: SourceTable) -> TableLayout:
    """Return the layout of `table`.

    Raises TableFailed naming the table, and the column where there is one: the table (TableAbsent) or
    a required column does not exist, the entity set or the primary key has another name, or a
    date column behaves differently from what the models expect.
    """
    _check_definition(client, table)
    types = _attribute_types(client, table)
    missing = frozenset(column.name for column in table.columns if column.name not in types)
    for column in table.columns:
        if column.name in missing and not column.optional:
            raise TableFailed(
                f"{table.label} has no readable column {column.name} in this organisation: install "
                "the solution that brings it, or mark the column `optional: true`."
            )
    _check_date_behaviors(client, table, missing)
    declared = {column.name for column in table.columns} - missing
    return TableLayout(
        table=table,
        missing=missing,
        guids=frozenset(name for name in declared if types[name] in _GUID_TYPES),
        doubles=frozenset(name for name in declared if types[name] == "Double"),
        refers_to=_references(client, table, {n for n in declared if types[n] in _LOOKUP_TYPES}),
    )


def _check_definition(client: httpx.Client, table: SourceTable) -> None:
    found, *_ = _read(client, table, "", "LogicalName,EntitySetName,PrimaryIdAttribute")
    for name, declared in (
        ("EntitySetName", table.entity_set),
        ("PrimaryIdAttribute", table.primary_key),
    ):
        if found.get(name) != declared:
            raise TableFailed(
                f"{table.label} is declared with {declared} but the service's {name} is "
                f"{found.get(name)}: correct config.meta of the source."
            )


def _attribute_types(client: httpx.Client, table: SourceTable) -> dict[str, str]:
    """Return the AttributeType of every readable column, by its name on the wire."""
    types = {}
    for attribute in _read_all(client, table, "", "LogicalName,AttributeType,IsValidForRead"):
        if attribute.get("IsValidForRead") is False:
            continue
        name, kind = attribute["LogicalName"], attribute.get("AttributeType", "")
        types[f"_{name}_value" if kind in _LOOKUP_TYPES else name] = kind
    return types


def _check_date_behaviors(
    client: httpx.Client, table: SourceTable, missing: frozenset[str]
) -> None:
    expected = {
        column.name: column.date_behavior
        for column in table.columns
        if column.date_behavior and column.name not in missing
    }
    if not expected:
        return
    rows = _read_all(client, table, "DateTimeAttributeMetadata", "LogicalName,DateTimeBehavior")
    found = {row["LogicalName"]: (row.get("DateTimeBehavior") or {}).get("Value") for row in rows}
    for name, behavior in expected.items():
        if found.get(name) != behavior:
            raise TableFailed(
                f"{table.label}.{name} is declared with date_behavior {behavior} but the "
                f"organisation has {found.get(name) or 'no date column of that name'}: correct "
                "the declaration and the models that convert the date."
            )


def _references(client: httpx.Client, table: SourceTable, lookups: set[str]) -> frozenset[str]:
    if not lookups:
        return frozenset()
    rows = _read_all(client, table, "LookupAttributeMetadata", "LogicalName,Targets")
    return frozenset(
        target
        for row in rows
        if f"_{row['LogicalName']}_value" in lookups
        for target in row.get("Targets") or ()
    )


def _read(client: httpx.Client, table: SourceTable, path: str, select: str) -> list[dict[str, Any]]:
    """Return the parsed pages of an address below the table's definition."""
    url = f"EntityDefinitions(LogicalName='{table.name}'){path}"
    try:
        return [json_object(page) for page in pages(client, url, params={"$select": select})]
    except ServiceRefused as error:
        raise _refused(table, error) from error


def _read_all(
    client: httpx.Client, table: SourceTable, cast: str, select: str
) -> list[dict[str, Any]]:
    path = f"/Attributes/{_CAST}.{cast}" if cast else "/Attributes"
    rows: list[dict[str, Any]] = []
    for page in _read(client, table, path, select):
        if not isinstance(page.get("value"), list):
            raise TableFailed(
                f"{table.label} cannot be checked, because the service lists no attributes for it: "
                "check that DATAVERSE_URL is a Dataverse environment."
            )
        rows += page["value"]
    return rows


def _refused(table: SourceTable, error: ServiceRefused) -> TableFailed:
    if error.status == HTTPStatus.NOT_FOUND:
        return TableAbsent(
            f"{table.label} does not exist in this organisation ({error.text}): install the "
            "solution that brings the table, or leave out the templates that need it."
        )
    return refusal(table, error)
