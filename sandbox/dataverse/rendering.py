"""Rows as JSON text, built inside the database: one SQL expression makes a whole row.

Decimals go out through text, so 20000.0000 keeps its zeros and no digit is ever a float.
"""

from collections.abc import Sequence

from sandbox.dataverse.catalog import Catalog
from sandbox.dataverse.metadata import Column, Table
from sandbox.dataverse.preferences import Preferences
from sandbox.dataverse.storage import type_column

FORMATTED = "OData.Community.Display.V1.FormattedValue"
LOOKUP_TABLE = "Microsoft.Dynamics.CRM.lookuplogicalname"
NAVIGATION = "Microsoft.Dynamics.CRM.associatednavigationproperty"


def literal(text: str) -> str:
    """Return metadata text as an SQL literal; values of rows are bound, never written here."""
    return "'" + text.replace("'", "''") + "'"


def row_expression(
    table: Table, properties: Sequence[str], preferences: Preferences, catalog: Catalog
) -> str:
    """Return SQL for one row of `table` (aliased `source`) as a JSON object with its etag."""
    parts = [literal('{"@odata.etag":"W/\\"'), "source.versionnumber", literal('\\""')]
    for name in properties:
        column = table.properties[name]
        parts += _annotations(column, preferences, catalog)
        parts += [literal(f',"{name}":'), f"coalesce({_value(column)}, 'null')"]
    return "concat(" + ", ".join([*parts, literal("}")]) + ")"


def _value(column: Column) -> str:
    """Return SQL for the JSON text of one value; null where the value is null."""
    name = f'source."{column.wire_name}"'
    if column.type == "uniqueidentifier" or column.is_lookup:
        return f"""'"' || cast({name} as varchar) || '"'"""
    if column.type in ("string", "memo"):
        return f"cast(to_json({name}) as varchar)"
    if column.type == "datetime":
        if column.date_behavior == "DateOnly":
            return f"strftime({name}, '\"%Y-%m-%d\"')"
        return f"strftime(cast({name} as timestamp), '\"%Y-%m-%dT%H:%M:%SZ\"')"
    return f"cast({name} as varchar)"


def _annotations(column: Column, preferences: Preferences, catalog: Catalog) -> list[str]:
    """Return SQL for the annotations in front of a property; each is absent beside a null."""
    wanted: list[tuple[str, str | None]] = []
    if preferences.wants(FORMATTED):
        wanted.append((FORMATTED, _formatted(column, catalog)))
    if column.is_lookup and preferences.wants(NAVIGATION):
        wanted.append((NAVIGATION, _navigation(column)))
    if column.is_lookup and preferences.wants(LOOKUP_TABLE):
        wanted.append((LOOKUP_TABLE, _lookup_table(column)))
    return [
        f"coalesce(',\"{column.wire_name}@{annotation}\":' || cast(to_json({text}) as varchar)"
        f""" || left(cast(source."{column.wire_name}" as varchar), 0), '')"""
        for annotation, text in wanted
        if text is not None
    ]


def _formatted(column: Column, catalog: Catalog) -> str | None:
    name = f'source."{column.wire_name}"'
    if column.options:
        cases = " ".join(
            f"when {value} then {literal(label)}" for value, label in column.options.items()
        )
        return f"case cast({name} as integer) {cases} end"
    if column.is_lookup:
        names = [
            f'(select target."{catalog.by_name(target).primary_name}" from dataverse."{target}"'
            f' as target where target."{catalog.by_name(target).primary_key}" = {name})'
            for target in column.navigations.values()
            if catalog.has(target)
        ]
        return f"coalesce({', '.join(names)})" if names else None
    if column.type == "datetime":
        pattern = "%-m/%-d/%Y" if column.date_format == "DateOnly" else "%-m/%-d/%Y %-I:%M %p"
        return f"strftime(cast({name} as timestamp), '{pattern}')"
    if column.type in ("integer", "bigint"):
        return f"format('{{:,}}', {name})"
    if column.type in ("money", "decimal", "double"):
        return f"format('{{:,.2f}}', cast({name} as double))"
    return None


def _lookup_table(column: Column) -> str:
    if column.type == "customer":
        return f'source."{type_column(column)}"'
    return literal(next(iter(column.navigations.values())))


def _navigation(column: Column) -> str:
    if column.type != "customer":
        return literal(next(iter(column.navigations)))
    cases = " ".join(
        f"when {literal(target)} then {literal(navigation)}"
        for navigation, target in column.navigations.items()
    )
    return f'case source."{type_column(column)}" {cases} end'
