"""The service document and $metadata (CSDL)."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, tostring

from sandbox.dataverse.catalog import Catalog
from sandbox.dataverse.metadata import Column, Table

NAMESPACE = "Microsoft.Dynamics.CRM"
EDM_TYPES = {
    "uniqueidentifier": "Edm.Guid",
    "lookup": "Edm.Guid",
    "customer": "Edm.Guid",
    "string": "Edm.String",
    "memo": "Edm.String",
    "integer": "Edm.Int32",
    "picklist": "Edm.Int32",
    "state": "Edm.Int32",
    "status": "Edm.Int32",
    "bigint": "Edm.Int64",
    "decimal": "Edm.Decimal",
    "money": "Edm.Decimal",
    "double": "Edm.Double",
    "boolean": "Edm.Boolean",
}


def service_document(tables: Iterable[Table], root: str) -> dict[str, object]:
    """Return the list of entity sets."""
    return {
        "@odata.context": f"{root}/$metadata",
        "value": [
            {"name": table.entity_set, "kind": "EntitySet", "url": table.entity_set}
            for table in tables
        ],
    }


def edm_type(column: Column) -> str:
    """Return the CSDL type of a column's property."""
    if column.type == "datetime":
        return "Edm.Date" if column.date_behavior == "DateOnly" else "Edm.DateTimeOffset"
    return EDM_TYPES[column.type]


def metadata(catalog: Catalog) -> bytes:
    """Return the CSDL of every table a caller can see."""
    document = Element(
        "edmx:Edmx",
        {"Version": "4.0", "xmlns:edmx": "http://docs.oasis-open.org/odata/ns/edmx"},
    )
    schema = SubElement(
        SubElement(document, "edmx:DataServices"),
        "Schema",
        {
            "Namespace": NAMESPACE,
            "Alias": "mscrm",
            "xmlns": "http://docs.oasis-open.org/odata/ns/edm",
        },
    )
    tables = catalog.tables()
    shown = {table.name for table in tables}
    for table in tables:
        _entity_type(schema, table, shown)
    container = SubElement(schema, "EntityContainer", {"Name": "System"})
    for table in tables:
        kind = f"{NAMESPACE}.{table.name}"
        entity_set = SubElement(
            container, "EntitySet", {"Name": table.entity_set, "EntityType": kind}
        )
        _annotate(entity_set, "Org.OData.Capabilities.V1.ChangeTracking", "Supported")
    text: bytes = tostring(document, encoding="utf-8", xml_declaration=True)
    return text


def _entity_type(schema: Element, table: Table, shown: set[str]) -> None:
    entity = SubElement(schema, "EntityType", {"Name": table.name})
    SubElement(SubElement(entity, "Key"), "PropertyRef", {"Name": table.primary_key})
    for name, column in table.properties.items():
        attributes = {"Name": name, "Type": edm_type(column)}
        if column.is_primary_key:
            attributes["Nullable"] = "false"
        if column.scale is not None:
            attributes["Scale"] = "Variable"
        element = SubElement(entity, "Property", attributes)
        if column.is_lookup or column.is_read_only:
            SubElement(
                element, "Annotation", {"Term": "Org.OData.Core.V1.Computed", "Bool": "true"}
            )
    for column in table.columns.values():
        for navigation, target in column.navigations.items():
            if target not in shown:
                continue
            element = SubElement(
                entity,
                "NavigationProperty",
                {"Name": navigation, "Type": f"mscrm.{target}"},
            )
            SubElement(
                element,
                "ReferentialConstraint",
                {"Property": column.wire_name, "ReferencedProperty": f"{target}id"},
            )


def _annotate(element: Element, term: str, property_name: str) -> None:
    annotation = SubElement(element, "Annotation", {"Term": term})
    record = SubElement(annotation, "Record")
    SubElement(record, "PropertyValue", {"Property": property_name, "Bool": "true"})
