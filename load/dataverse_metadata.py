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
"""Attributes by logical name."""


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
        attributes = self._attributes(model)
        _require_columns(model, attributes)
        lookups = [name for name, kind in _types(model, attributes).items() if kind in _LOOKUPS]
        bindings = self._bindings(model, lookups)
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

    def _bindings(self, model: TargetModel, lookups: Sequence[str]) -> dict[str, Binding]:
        """Return how each lookup is written; one that leads to several tables cannot be told."""
        if not lookups:
            return {}
        names = "ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName"
        ways: dict[str, dict[str, str]] = {name: {} for name in lookups}
        for row in self._rows(model, "ManyToOneRelationships", names):
            if row["ReferencingAttribute"] in ways:
                navigation = str(row["ReferencingEntityNavigationPropertyName"])
                ways[row["ReferencingAttribute"]][str(row["ReferencedEntity"])] = navigation
        for name, targets in ways.items():
            if len(targets) != 1:
                raise TargetUnfit(
                    f"{model.entity}.{name} leads to {', '.join(sorted(targets)) or 'no table'} in "
                    f"Dataverse, so {model.name} does not say which row it means: leave the column "
                    "out."
                )
        found = {name: next(iter(targets.items())) for name, targets in ways.items()}
        return {
            name: Binding(navigation, self._collection(target))
            for name, (target, navigation) in found.items()
        }

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
    model: TargetModel, column: Column, attributes: Attributes, bindings: Mapping[str, Binding]
) -> Property:
    kind = str(attributes[column.name].get("AttributeType"))
    name = f"_{column.name}_value" if kind in _LOOKUPS else column.name
    return Property(name, _EDM.get(kind, ""), column.name in model.key, bindings.get(column.name))
