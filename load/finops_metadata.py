"""What Finance itself says of its entities, and whether a model fits.

Source: F&O metadata service, /Metadata/DataEntities, /PublicEntities and /Labels.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from connection.declarations import TargetModel
from connection.responses import accepted, json_object
from load.errors import TargetUnfit
from load.target_entity import Property, TargetEntity


class FinopsMetadata:
    """Reads the metadata once per load and keeps it."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._data_entities: list[dict[str, Any]] | None = None
        self._public_entities: dict[str, dict[str, Any]] | None = None
        self._labels: dict[str, str] = {}

    def entity(self, model: TargetModel) -> TargetEntity:
        """Return the entity of a model.

        Raises TargetUnfit, one sentence naming the entity, columns or key that the target lacks.
        """
        row = self._data_entity(model)
        if not row.get("DataManagementEnabled", True) and not model.collection:
            raise TargetUnfit(
                f"The target does not let {model.entity} be loaded: it is neither public nor enabled "
                "for data management."
            )
        if not model.collection:
            return TargetEntity(model.entity, None, {})
        public = self._public().get(str(row.get("PublicCollectionName")))
        if public is None:
            raise TargetUnfit(
                f"The target has no public collection {model.collection} for {model.name}: correct "
                "`collection` in its yml."
            )
        return TargetEntity(model.entity, model.collection, _properties(model, public))

    def _data_entity(self, model: TargetModel) -> dict[str, Any]:
        if self._data_entities is None:
            self._data_entities = self._rows("/Metadata/DataEntities")
        for row in self._data_entities:
            if model.collection and row.get("PublicCollectionName") == model.collection:
                self._require_label(model, row)
                return row
        if not model.collection:
            for row in self._data_entities:
                if not row.get("PublicCollectionName") and self._label(row) == model.entity:
                    return row
        raise TargetUnfit(
            f"The target has no entity {model.entity} ({model.collection or 'package only'}), which "
            f"{model.name} wants to load: check its label and collection."
        )

    def _require_label(self, model: TargetModel, row: Mapping[str, Any]) -> None:
        label = self._label(row)
        if label and label != model.entity:
            raise TargetUnfit(
                f"The target calls {model.collection} `{label}` and {model.name} says "
                f"`{model.entity}`: a package needs the target's label, so correct `entity`."
            )

    def _label(self, row: Mapping[str, Any]) -> str:
        label_id = str(row.get("LabelId") or "")
        if not label_id.startswith("@"):
            return label_id
        if label_id not in self._labels:
            url = f"/Metadata/Labels(Id='{quote(label_id, safe='')}',Language='en-us')"
            content = json_object(accepted(self._client.get(url)).content)
            self._labels[label_id] = str(content.get("Value") or "")
        return self._labels[label_id]

    def _public(self) -> dict[str, dict[str, Any]]:
        if self._public_entities is None:
            rows = self._rows("/Metadata/PublicEntities")
            self._public_entities = {str(row.get("EntitySetName")): row for row in rows}
        return self._public_entities

    def _rows(self, url: str) -> list[dict[str, Any]]:
        content = json_object(accepted(self._client.get(url)).content)
        return list(content.get("value") or [])


def _properties(model: TargetModel, public: Mapping[str, Any]) -> dict[str, Property]:
    """Match columns and properties without case: attributes and properties are spelled apart."""
    offered = {
        str(entry["Name"]).lower(): Property(
            str(entry["Name"]), str(entry.get("TypeName") or ""), bool(entry.get("IsKey"))
        )
        for entry in public.get("Properties") or []
    }
    missing = [
        column.name for column in model.payload_columns if column.name.lower() not in offered
    ]
    if missing:
        raise TargetUnfit(
            f"The target's {model.collection} has no {', '.join(missing)}, which {model.name} sends: "
            "remove the columns, or ask why this environment lacks them."
        )
    keys = {name for name, entry in offered.items() if entry.is_key}
    ours = {name.lower() for name in model.key}
    if keys and keys != ours:
        raise TargetUnfit(
            f"The target's {model.collection} has the key {', '.join(sorted(keys))} and {model.name} "
            f"says {', '.join(sorted(ours))}: correct `key` in its yml."
        )
    return {column.name: offered[column.name.lower()] for column in model.payload_columns}
