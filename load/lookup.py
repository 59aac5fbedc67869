"""Ask the target for rows by key: which keys it has, which rows are locked, what arrived.

Few keys are asked for one by one in filters; many by reading the companies they are in.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import httpx

from connection.declarations import COMPANY, Column, TargetModel
from connection.odata import literal, pages
from connection.responses import json_object
from load.canonical import canonical_text
from load.desired import key_columns
from load.target_entity import Property, TargetEntity

LOOKUP_TABLE = "Microsoft.Dynamics.CRM.lookuplogicalname"
"""The annotation of Dataverse that tells which table a lookup leads to."""
FEW = 200
"""From so many keys on, whole companies are read instead."""

Key = Sequence[str]
"""Canonical texts of the key columns, in the model's order."""


def rows_by_key(
    client: httpx.Client,
    model: TargetModel,
    entity: TargetEntity,
    keys: Sequence[Key],
    columns: Iterable[str],
) -> Iterator[dict[str, str | None]]:
    """Yield the target's rows as canonical texts by column name.

    columns: our names of what to read beside the key. Reads at least the rows of `keys`; where
    many are asked for, the others of the same companies as well.
    """
    wanted = _declared(model, {*model.key, *columns})
    properties = [entity.properties[column.name] for column in wanted]
    # two columns may share a lookup
    select = ",".join(dict.fromkeys(entry.name for entry in properties))
    has_tables = any(entry.table for entry in properties)
    prefer = f'odata.include-annotations="{LOOKUP_TABLE}"' if has_tables else None
    for condition in _conditions(model, entity, keys):
        params = {"$select": select, "$filter": condition, **entity.query}
        for page in pages(client, entity.path, params=params, prefer=prefer):
            for row in json_object(page).get("value") or []:
                yield _canonical(row, wanted, entity)


def property_by_key(
    client: httpx.Client,
    model: TargetModel,
    entity: TargetEntity,
    keys: Sequence[Key],
    property_name: str,
) -> Iterator[tuple[list[str | None], Any]]:
    """Yield (key, value) of a property that the model itself does not send."""
    columns = key_columns(model)
    names = [entity.properties[column.name].name for column in columns]
    for condition in _conditions(model, entity, keys):
        params = {
            "$select": ",".join([*names, property_name]),
            "$filter": condition,
            **entity.query,
        }
        for page in pages(client, entity.path, params=params):
            for row in json_object(page).get("value") or []:
                key = [
                    canonical_text(row.get(name), column.data_type)
                    for name, column in zip(names, columns, strict=True)
                ]
                yield key, row.get(property_name)


def _conditions(model: TargetModel, entity: TargetEntity, keys: Sequence[Key]) -> Iterator[str]:
    columns = key_columns(model)
    if len(keys) > FEW and model.has_companies:
        position = model.key.index(COMPANY)
        for company in sorted({key[position].lower() for key in keys}):
            yield f"{COMPANY} eq {literal(company)}"
        return
    types = entity.types(columns)
    names = [entity.properties[column.name].name for column in columns]
    for start in range(0, len(keys), entity.keys_per_request):
        chunk = keys[start : start + entity.keys_per_request]
        clauses = [clause for key in chunk if (clause := _equals(names, types, key))]
        if clauses:
            yield " or ".join(f"({clause})" for clause in clauses)


def _equals(names: Sequence[str], types: Mapping[str, str], key: Key) -> str:
    """Return a filter; "" for a key that no row can have, such as text in place of a Guid."""
    try:
        return " and ".join(
            f"{name} eq {literal(value, types[name])}"
            for name, value in zip(names, key, strict=True)
        )
    except ValueError:
        return ""


def _declared(model: TargetModel, names: Iterable[str]) -> list[Column]:
    wanted = set(names)
    return [column for column in model.payload_columns if column.name in wanted]


def _canonical(
    row: Mapping[str, Any], columns: Sequence[Column], entity: TargetEntity
) -> dict[str, str | None]:
    return {
        column.name: canonical_text(
            _value(row, entity.properties[column.name]),
            column.data_type,
        )
        for column in columns
    }


def _value(row: Mapping[str, Any], entry: Property) -> Any:
    """Return what the row holds for a column; None where its lookup leads to another table."""
    if entry.table and row.get(f"{entry.name}@{LOOKUP_TABLE}") != entry.table:
        return None
    return row.get(entry.name)
