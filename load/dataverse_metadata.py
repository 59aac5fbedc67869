"""What Dataverse itself says of its tables, and whether a model fits.

Source: Dataverse Web API, EntityDefinitions.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import httpx

from connection.addresses import DATAVERSE_API
from connection.declarations import Column, TargetModel
from connection.errors import ServiceRefused
from connection.odata import pages
from connection.responses import json_object
from load.errors import TargetUnfit
from load.target_entity import Binding, Property, TargetEntity

SERVICE = DATAVERSE_API.rstrip("/")
KEYS_PER_REQUEST = 100
"""A filter of Dataverse may have 500 conditions."""

_LOOKUPS = {"Lookup", "Customer", "Owner"}
_TEXT, _WHOLE, _NUMBER = ("string",), ("integer", "bigint"), ("decimal", "integer", "bigint")
_KINDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((*_LOOKUPS, "Uniqueidentifier", "String", "Memo", "EntityName"), _TEXT),
    **dict.fromkeys(("Picklist", "State", "Status", "Integer", "BigInt"), _WHOLE),
    **dict.fromkeys(("Money", "Decimal", "Double"), _NUMBER),
    "Boolean": ("boolean",),
    "DateTime": ("timestamp",),
    "Date": ("date",),
}
"""Types of the models by AttributeType; a DateTime that is a day without a zone is a Date here."""
_EDM = {
    **dict.fromkeys((*_LOOKUPS, "Uniqueidentifier"), "Edm.Guid"),
    "Date": "Edm.Date",
    "DateTime": "Edm.DateTimeOffset",
}

Attributes = Mapping[str, dict[str, Any]]
"""Attributes by our column name: their logical name, or that of a navigation property."""
Relationships = Sequence[dict[str, Any]]
"""Where the lookups lead: one row for each table a lookup leads to."""


class DataverseMetadata:
    """Reads the metadata once per load and keeps it."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._entities: dict[str, TargetEntity] = {}
        self._collections: dict[str, str] = {}

    def entity(self, model: TargetModel) -> TargetEntity:
        """Return the table of a model.

        Raises TargetUnfit, one sentence naming the table, the columns or the key that do not fit.
        """
        if model.name not in self._entities:
            self._entities[model.name] = self._entity(model)
        return self._entities[model.name]

    def _entity(self, model: TargetModel) -> TargetEntity:
        self._require_table(model)
        told = self._attributes(model)
        relationships = self._relationships(model, told)
        attributes = _by_column(model, told, relationships)
        _require_columns(model, attributes)
        bindings = self._bindings(model, attributes, relationships)
        return TargetEntity(
            label=model.entity,
            collection=model.collection,
            properties={
                column.name: _property(model, column, attributes, bindings)
                for column in model.payload_columns
            },
            service=SERVICE,
            query={},
            keys_per_request=KEYS_PER_REQUEST,
        )

    def _require_table(self, model: TargetModel) -> None:
        try:
            found = self._definition(model.entity, "EntitySetName,PrimaryIdAttribute")
        except ServiceRefused as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            raise TargetUnfit(
                f"Dataverse has no table {model.entity}, which {model.name} wants to load: install "
                "the solution that brings it, or correct `entity` in its yml."
            ) from error
        for name, field, declared in (
            ("EntitySetName", "collection", model.collection),
            ("PrimaryIdAttribute", "key", model.key[0]),
        ):
            if found.get(name) != declared:
                raise TargetUnfit(
                    f"The {name} of {model.entity} in Dataverse is {found.get(name)} and {model.name} "
                    f"says {declared}: correct `{field}` in its yml."
                )

    def _attributes(self, model: TargetModel) -> Attributes:
        names = "LogicalName,AttributeType,IsValidForCreate,IsValidForUpdate"
        found = {row["LogicalName"]: row for row in self._rows(model, "Attributes", names)}
        if any(column.data_type.kind in ("date", "timestamp") for column in model.payload_columns):
            cast = "Attributes/Microsoft.Dynamics.CRM.DateTimeAttributeMetadata"
            for row in self._rows(model, cast, "LogicalName,DateTimeBehavior"):
                if (row.get("DateTimeBehavior") or {}).get("Value") == "DateOnly":
                    found[row["LogicalName"]]["AttributeType"] = "Date"
        return found

    def _relationships(self, model: TargetModel, attributes: Attributes) -> Relationships:
        """Ask where the lookups lead, if a column is one; it may be one of several of a lookup."""
        found = [attributes.get(column.name) for column in model.payload_columns]
        if all(row is not None and row.get("AttributeType") not in _LOOKUPS for row in found):
            return ()
        names = "ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName"
        return self._rows(model, "ManyToOneRelationships", names)

    def _bindings(
        self, model: TargetModel, attributes: Attributes, relationships: Relationships
    ) -> dict[str, tuple[str, Binding]]:
        """Return the table and how it is written, by our column name, of each lookup.

        Raises TargetUnfit for one that leads to several tables, of which the column names none.
        """
        found = {}
        for name, kind in _types(model, attributes).items():
            if kind not in _LOOKUPS:
                continue
            attribute = attributes[name]["LogicalName"]
            of_lookup = [row for row in relationships if row["ReferencingAttribute"] == attribute]
            ways = [row for row in of_lookup if name == attribute or _is_called(row, name)]
            if len(ways) != 1:
                raise TargetUnfit(_ambiguous(model, name, ways))
            table = str(ways[0]["ReferencedEntity"])
            binding = Binding(_navigation(ways[0]), self._collection(table))
            found[name] = ("" if name == attribute else table, binding)
        return found

    def _collection(self, table: str) -> str:
        if table not in self._collections:
            found = self._definition(table, "EntitySetName")
            self._collections[table] = str(found["EntitySetName"])
        return self._collections[table]

    def _definition(self, table: str, select: str) -> dict[str, Any]:
        url = f"{SERVICE}/EntityDefinitions(LogicalName='{table}')"
        (page,) = pages(self._client, url, params={"$select": select})
        return json_object(page)

    def _rows(self, model: TargetModel, path: str, select: str) -> list[dict[str, Any]]:
        url = f"{SERVICE}/EntityDefinitions(LogicalName='{model.entity}')/{path}"
        told = pages(self._client, url, params={"$select": select})
        return [row for page in told for row in json_object(page).get("value") or []]


def _by_column(
    model: TargetModel, attributes: Attributes, relationships: Relationships
) -> dict[str, dict[str, Any]]:
    """Return the attribute of each column that has one, under its own or a navigation property's name."""
    found = {}
    for column in model.payload_columns:
        attribute = column.name
        if attribute not in attributes:
            called = (row for row in relationships if _is_called(row, column.name))
            attribute = next((str(row["ReferencingAttribute"]) for row in called), "")
        if attribute in attributes:
            found[column.name] = attributes[attribute]
    return found


def _is_called(relationship: Mapping[str, Any], name: str) -> bool:
    """Tell whether a navigation property has this name; no two of a table differ in case only."""
    return _navigation(relationship).lower() == name.lower()


def _navigation(relationship: Mapping[str, Any]) -> str:
    return str(relationship["ReferencingEntityNavigationPropertyName"])


def _ambiguous(model: TargetModel, name: str, ways: Relationships) -> str:
    tables = ", ".join(sorted(str(row["ReferencedEntity"]) for row in ways))
    said = f"{model.entity}.{name} leads to {tables or 'no table'} in Dataverse"
    if not ways:
        return f"{said}, so {model.name} cannot fill it: leave the column out."
    names = ", ".join(sorted(_navigation(row) for row in ways))
    return (
        f"{said}, so {model.name} does not say which row it means: send {names} in its place, of "
        "which a row fills one."
    )


def _types(model: TargetModel, attributes: Attributes) -> dict[str, str]:
    """Return AttributeTypes by our column name."""
    return {
        column.name: str(attributes[column.name].get("AttributeType"))
        for column in model.payload_columns
    }


def _require_columns(model: TargetModel, attributes: Attributes) -> None:
    """Check that every column is there, may be written and holds what the model sends."""
    names = [column.name for column in model.payload_columns]
    missing = [name for name in names if name not in attributes]
    if missing:
        raise TargetUnfit(
            f"{model.entity} in Dataverse has no {', '.join(missing)}, which {model.name} sends: "
            "remove the columns, or install the solution that brings them."
        )
    # a row that is written once is never updated; its key is in the address
    needed = ("IsValidForCreate",) if model.write_once else ("IsValidForCreate", "IsValidForUpdate")
    read_only = [
        name
        for name in names
        if name not in model.key and any(attributes[name].get(flag) is False for flag in needed)
    ]
    if read_only:
        raise TargetUnfit(
            f"{', '.join(read_only)} of {model.entity} cannot be written in Dataverse, and "
            f"{model.name} sends them: remove the columns."
        )
    types = _types(model, attributes)
    for column in model.payload_columns:
        if column.data_type.kind not in _KINDS.get(types[column.name], ()):
            raise TargetUnfit(
                f"{model.entity}.{column.name} is a {types[column.name]} in Dataverse and "
                f"{model.name} sends a {column.data_type.kind}: correct its data_type and the SQL "
                "behind it."
            )


def _property(
    model: TargetModel,
    column: Column,
    attributes: Attributes,
    bindings: Mapping[str, tuple[str, Binding]],
) -> Property:
    attribute = attributes[column.name]
    kind = str(attribute.get("AttributeType"))
    name = f"_{attribute['LogicalName']}_value" if kind in _LOOKUPS else column.name
    table, binding = bindings.get(column.name, ("", None))
    return Property(name, _EDM.get(kind, ""), column.name in model.key, binding, table)
