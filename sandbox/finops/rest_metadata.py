"""/Metadata: data entities, public entities, public enumerations and labels; reading only."""

import json
import re
from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.finops.answers import NoRoute, Refusal, as_json, bad_query
from sandbox.finops.metadata import (
    Entity,
    by_name,
    entities,
    enumerations,
    public_entities,
    public_enumerations,
)

Item = dict[str, object]
LABEL_PREFIX = "@FinOps:"
ONE_NAME = re.compile(r"\('((?:[^']|'')*)'\)")
ONE_LABEL = re.compile(r"\(Id='((?:[^']|'')*)',\s*Language='((?:[^']|'')*)'\)")


def routes() -> list[BaseRoute]:
    """Return the routes under /Metadata."""
    return [Route("/Metadata/{name:path}", _answer, methods=["GET"])]


async def _answer(request: Request) -> Response:
    name = request.path_params["name"]
    collection, rest = re.split(r"(?=\(|$)", name, maxsplit=1)[:2]
    base = f"{request.base_url}Metadata/"
    try:
        if collection == "Labels":
            return as_json(
                _label(rest, base, str(request.url), filtered=bool(request.query_params))
            )
        if collection not in COLLECTIONS:
            raise NoRoute(str(request.url))
        items = COLLECTIONS[collection]()
        if rest:
            return as_json(_one(items, collection, rest, base, str(request.url)))
        body = {"@odata.context": f"{base}$metadata#{collection}", "value": items}
        return as_json(json.dumps(body))
    except Refusal as refusal:
        return refusal.response()


def _data_entities() -> list[Item]:
    return [
        {
            "Name": entity.name,
            "PublicEntityName": entity.entity_type,
            "PublicCollectionName": entity.collection,
            "LabelId": LABEL_PREFIX + entity.name,
            "DataServiceEnabled": entity.is_public,
            "DataManagementEnabled": bool(entity.label),
            "EntityCategory": "Transaction" if entity.label else "Parameter",
            "IsReadOnly": entity.is_read_only,
        }
        for entity in entities()
    ]


def _public_entities() -> list[Item]:
    return [
        {
            "Name": entity.entity_type,
            "EntitySetName": entity.collection,
            "LabelId": LABEL_PREFIX + entity.name,
            "IsReadOnly": entity.is_read_only,
            "ConfigurationEnabled": True,
            "Properties": _properties(entity),
            "NavigationProperties": [],
            "PropertyGroups": [],
            "Actions": [],
        }
        for entity in public_entities()
    ]


def _properties(entity: Entity) -> list[Item]:
    return [
        {
            "Name": attribute.odata_name,
            "TypeName": attribute.edm_type,
            "DataType": attribute.data_type,
            "LabelId": f"{LABEL_PREFIX}{entity.name}.{attribute.name}",
            "IsKey": attribute.is_key,
            "IsMandatory": attribute.mandatory,
            "ConfigurationEnabled": True,
            "AllowEdit": not (attribute.is_key or entity.is_read_only),
            "AllowEditOnCreate": not entity.is_read_only,
            "IsDimension": False,
        }
        for attribute in entity.public.values()
    ]


def _public_enumerations() -> list[Item]:
    return [
        {
            "Name": enumeration.name,
            "LabelId": LABEL_PREFIX + enumeration.name,
            "Members": [
                {
                    "Name": member,
                    "Value": value,
                    "LabelId": f"{LABEL_PREFIX}{enumeration.name}.{member}",
                    "ConfigurationEnabled": True,
                }
                for value, member in enumerate(enumeration.members)
            ],
        }
        for enumeration in public_enumerations()
    ]


COLLECTIONS: Final[dict[str, Callable[[], list[Item]]]] = {
    "DataEntities": _data_entities,
    "PublicEntities": _public_entities,
    "PublicEnumerations": _public_enumerations,
}


def _one(items: list[Item], collection: str, rest: str, base: str, url: str) -> str:
    match = ONE_NAME.fullmatch(rest)
    for item in items:
        if match and item["Name"] == match[1].replace("''", "'"):
            return json.dumps({"@odata.context": f"{base}$metadata#{collection}/$entity", **item})
    raise NoRoute(url)


def _label(rest: str, base: str, url: str, *, filtered: bool) -> str:
    """Labels are read one at a time, by id and language."""
    match = ONE_LABEL.fullmatch(rest)
    if match is None:
        if filtered or not rest:
            raise bad_query("Labels can only be read one at a time, by Id and Language.")
        raise NoRoute(url)
    label, language = match[1], match[2]
    body = {
        "@odata.context": f"{base}$metadata#Labels/$entity",
        "Id": label,
        "Language": language,
        "Value": _label_text(label),
    }
    return json.dumps(body)


def _label_text(label: str) -> str:
    name, _, part = label.removeprefix(LABEL_PREFIX).partition(".")
    if name in by_name():
        entity = by_name()[name]
        if not part:
            return entity.label or entity.table_label
        return next((item.label for item in entity.attributes if item.name == part), "")
    enumeration = enumerations().get(name)
    if enumeration and part in enumeration.members:
        return enumeration.labels[enumeration.members.index(part)]
    return name if enumeration else ""
