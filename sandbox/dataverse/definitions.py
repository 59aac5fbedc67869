"""EntityDefinitions: tables and columns described as rows, with $select, $expand and $filter."""

import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import parse_qsl

from sandbox.dataverse.answers import Answer, ApiError, Call, as_json, bad_request, unknown_segment
from sandbox.dataverse.catalog import Catalog
from sandbox.dataverse.descriptions import (
    CASTS,
    Description,
    describe_column,
    describe_keys,
    describe_relationships,
    describe_table,
)
from sandbox.dataverse.keys import split_segment
from sandbox.dataverse.matching import matches
from sandbox.dataverse.metadata import Table

NAMESPACE = "Microsoft.Dynamics.CRM."
EXPANSION = re.compile(r"(\w+)(?:\(((?:[^()]|\([^()]*\))*)\))?")
KEY = re.compile(r"(LogicalName|MetadataId)='([^']*)'")


def definitions(call: Call, segments: Sequence[str], catalog: Catalog) -> Answer:
    """Answer any address below EntityDefinitions."""
    options = dict(parse_qsl(call.query, keep_blank_values=True))
    _, key = split_segment(segments[0])
    if key is None:
        tables = [(describe_table(table), table) for table in catalog.tables()]
        kept = [
            _shown(description, options, table)
            for description, table in tables
            if matches(description, options.get("$filter"))
        ]
        return _collection(call, "EntityDefinitions", kept)
    table = catalog.by_name(_name(key))
    if len(segments) == 1:
        about = {"@odata.context": f"{call.root}/$metadata#EntityDefinitions/$entity"}
        return as_json(about | _shown(describe_table(table), options, table))
    return _below(call, segments[1:], options, table)


def _below(call: Call, segments: Sequence[str], options: Mapping[str, str], table: Table) -> Answer:
    """Answer what is below a table: its attributes, keys and relationships, or one of them."""
    name, key = split_segment(segments[0])
    about = f"EntityDefinitions('{table.name}')/{name}"
    rows = _collections(table).get(name)
    if rows is None:
        raise unknown_segment(name)
    if name == "Attributes" and len(segments) == 2:
        cast = segments[1].removeprefix(NAMESPACE)
        if cast not in CASTS:
            raise unknown_segment(segments[1])
        about += f"/{NAMESPACE}{cast}"
        rows = [row for row in rows if row["@odata.type"] == f"#{NAMESPACE}{cast}"]
    if key is None:
        kept = [row for row in rows if matches(row, options.get("$filter"))]
        return _collection(call, about, [_shown(row, options, table) for row in kept])
    wanted = _name(key)
    for row in rows:
        if row.get("LogicalName") == wanted:
            return as_json(
                {"@odata.context": f"{call.root}/$metadata#{about}/$entity"}
                | _shown(row, options, table)
            )
    raise ApiError(
        404,
        "0x80060888",
        f"Could not find an attribute with name {wanted} in the entity {table.name}.",
    )


def _collections(table: Table) -> dict[str, list[Description]]:
    return {
        "Attributes": [describe_column(table, column) for column in table.columns.values()],
        "Keys": describe_keys(table),
        "ManyToOneRelationships": describe_relationships(table),
    }


def _name(key: str) -> str:
    match = KEY.fullmatch(key.strip())
    if match is None:
        raise bad_request(f"The key '{key}' must be LogicalName='...'.")
    return match[2]


def _shown(description: Description, options: Mapping[str, str], table: Table) -> Description:
    """Return a description as $select and $expand want it; nested parts only when expanded."""
    expanded = _expansions(options.get("$expand", ""))
    parts = dict(description)
    collections = _collections(table) if "EntitySetName" in parts else {}
    for name in ("OptionSet", "GlobalOptionSet"):
        if name not in expanded:
            parts.pop(name, None)
    selected = [name.strip() for name in options.get("$select", "").split(",") if name.strip()]
    for name in selected:
        if name not in parts:
            raise bad_request(f"Could not find a property named '{name}' on the metadata type.")
    if selected:
        kept = {*selected, "MetadataId", "@odata.type", *expanded}
        parts = {name: value for name, value in parts.items() if name in kept}
    for name, nested in expanded.items():
        if name in collections:
            parts[name] = [
                _shown(row, nested, table)
                for row in collections[name]
                if matches(row, nested.get("$filter"))
            ]
        elif name not in parts:
            raise bad_request(f"Could not find a property named '{name}' to expand.")
    return parts


def _expansions(text: str) -> dict[str, dict[str, str]]:
    """Return $expand as property -> its own options, which `;` separates."""
    expansions = {}
    for name, options in EXPANSION.findall(text):
        pairs = (option.partition("=") for option in options.split(";") if option)
        expansions[name] = {option.strip(): value for option, _, value in pairs}
    return expansions


def _collection(call: Call, about: str, rows: Iterable[Description]) -> Answer:
    return as_json({"@odata.context": f"{call.root}/$metadata#{about}", "value": list(rows)})
