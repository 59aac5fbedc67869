"""$metadata: the entities and enumerations as a CSDL document, and the service document."""

import json
from xml.sax.saxutils import quoteattr

from sandbox.finops.metadata import (
    NAMESPACE,
    Attribute,
    Entity,
    Enumeration,
    public_entities,
    public_enumerations,
)

EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
EDM = "http://docs.oasis-open.org/odata/ns/edm"


def service_document(base: str) -> str:
    """Return the list of collections as JSON text."""
    value = [
        {"name": entity.collection, "kind": "EntitySet", "url": entity.collection}
        for entity in public_entities()
    ]
    return json.dumps({"@odata.context": f"{base}$metadata", "value": value})


def document() -> str:
    """Return the CSDL document as XML text."""
    types = "".join(_entity_type(entity) for entity in public_entities())
    enums = "".join(_enum_type(enumeration) for enumeration in public_enumerations())
    sets = "".join(
        f"<EntitySet Name={quoteattr(entity.collection)} "
        f"EntityType={quoteattr(f'{NAMESPACE}.{entity.entity_type}')}/>"
        for entity in public_entities()
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<edmx:Edmx Version="4.0" xmlns:edmx="{EDMX}"><edmx:DataServices>'
        f'<Schema Namespace="{NAMESPACE}" xmlns="{EDM}">{types}{enums}'
        f'<EntityContainer Name="Resources">{sets}</EntityContainer>'
        "</Schema></edmx:DataServices></edmx:Edmx>"
    )


def _entity_type(entity: Entity) -> str:
    keys = "".join(f"<PropertyRef Name={quoteattr(str(key.odata_name))}/>" for key in entity.key)
    properties = "".join(_property(attribute) for attribute in entity.public.values())
    return (
        f"<EntityType Name={quoteattr(entity.entity_type)}><Key>{keys}</Key>"
        f"{properties}</EntityType>"
    )


def _property(attribute: Attribute) -> str:
    nullable = "" if attribute.nullable else ' Nullable="false"'
    scale = ' Scale="variable"' if attribute.data_type == "Real" else ""
    return (
        f"<Property Name={quoteattr(str(attribute.odata_name))} "
        f"Type={quoteattr(attribute.edm_type)}{nullable}{scale}/>"
    )


def _enum_type(enumeration: Enumeration) -> str:
    members = "".join(
        f"<Member Name={quoteattr(member)} Value={quoteattr(str(value))}/>"
        for value, member in enumerate(enumeration.members)
    )
    return f"<EnumType Name={quoteattr(enumeration.name)}>{members}</EnumType>"
