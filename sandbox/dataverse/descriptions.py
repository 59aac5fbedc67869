"""Tables and columns as the metadata service describes them."""

from uuid import NAMESPACE_URL, uuid5

from sandbox.dataverse.metadata import Column, Table

Description = dict[str, object]

ATTRIBUTE_TYPES = {
    "uniqueidentifier": ("Uniqueidentifier", "UniqueIdentifierAttributeMetadata"),
    "string": ("String", "StringAttributeMetadata"),
    "memo": ("Memo", "MemoAttributeMetadata"),
    "integer": ("Integer", "IntegerAttributeMetadata"),
    "bigint": ("BigInt", "BigIntAttributeMetadata"),
    "decimal": ("Decimal", "DecimalAttributeMetadata"),
    "double": ("Double", "DoubleAttributeMetadata"),
    "money": ("Money", "MoneyAttributeMetadata"),
    "boolean": ("Boolean", "BooleanAttributeMetadata"),
    "datetime": ("DateTime", "DateTimeAttributeMetadata"),
    "lookup": ("Lookup", "LookupAttributeMetadata"),
    "customer": ("Customer", "LookupAttributeMetadata"),
    "picklist": ("Picklist", "PicklistAttributeMetadata"),
    "state": ("State", "StateAttributeMetadata"),
    "status": ("Status", "StatusAttributeMetadata"),
    "entityname": ("EntityName", "EntityNameAttributeMetadata"),
}
CASTS = frozenset(cast for _, cast in ATTRIBUTE_TYPES.values())


def describe_table(table: Table) -> Description:
    """Return a table as EntityMetadata."""
    return {
        "MetadataId": _metadata_id(table.name),
        "LogicalName": table.name,
        "SchemaName": table.name,
        "EntitySetName": table.entity_set,
        "LogicalCollectionName": table.entity_set,
        "PrimaryIdAttribute": table.primary_key,
        "PrimaryNameAttribute": table.primary_name,
        "DisplayName": _label(table.display_name),
        "ChangeTrackingEnabled": True,
        "CanChangeTrackingBeEnabled": {"Value": True, "CanBeChanged": True},
        "IsOptimisticConcurrencyEnabled": True,
        "OwnershipType": "UserOwned",
        "TableType": "Standard",
    }


def describe_column(table: Table, column: Column) -> Description:
    """Return a column as AttributeMetadata of its kind."""
    kind, cast = ATTRIBUTE_TYPES[column.type]
    description: Description = {
        "@odata.type": f"#Microsoft.Dynamics.CRM.{cast}",
        "MetadataId": _metadata_id(f"{table.name}.{column.name}"),
        "LogicalName": column.name,
        "SchemaName": column.name,
        "EntityLogicalName": table.name,
        "AttributeType": kind,
        "AttributeTypeName": {"Value": f"{kind}Type"},
        "AttributeOf": _attribute_of(table, column),
        "IsPrimaryId": column.is_primary_key,
        "IsPrimaryName": column.name == table.primary_name,
        "IsValidForRead": True,
        "IsValidForCreate": not column.is_read_only,
        "IsValidForUpdate": not column.is_read_only and not column.is_primary_key,
        "RequiredLevel": {"Value": column.required_level, "CanBeChanged": True},
        "DisplayName": _label(column.name),
    }
    return description | _details(column)


def describe_keys(table: Table) -> list[Description]:
    """Return the alternate keys of a table."""
    if not table.alternate_key:
        return []
    name = "_".join(table.alternate_key)
    return [
        {
            "MetadataId": _metadata_id(f"{table.name}.key.{name}"),
            "LogicalName": f"{name}_key",
            "SchemaName": f"{name}_key",
            "EntityLogicalName": table.name,
            "KeyAttributes": list(table.alternate_key),
            "EntityKeyIndexStatus": "Active",
        }
    ]


def describe_relationships(table: Table) -> list[Description]:
    """Return where the lookups of a table lead."""
    return [
        {
            "MetadataId": _metadata_id(f"{table.name}.{navigation}"),
            "SchemaName": f"{target}_{table.name}_{column.name}",
            "ReferencingEntity": table.name,
            "ReferencingAttribute": column.name,
            "ReferencedEntity": target,
            "ReferencedAttribute": f"{target}id",
            "ReferencingEntityNavigationPropertyName": navigation,
        }
        for column in table.columns.values()
        for navigation, target in column.navigations.items()
    ]


def _details(column: Column) -> Description:
    """Return what only columns of this kind have."""
    if column.type == "datetime":
        return {
            "Format": column.date_format,
            "DateTimeBehavior": {"Value": column.date_behavior},
            "CanChangeDateTimeBehavior": {"Value": False, "CanBeChanged": False},
        }
    if column.type in ("string", "memo"):
        return {"MaxLength": column.max_length}
    if column.scale is not None:
        return {"Precision": column.scale}
    if column.is_lookup:
        return {"Targets": list(column.navigations.values())}
    if column.type in ("picklist", "state", "status", "boolean"):
        return {"OptionSet": _option_set(column), "GlobalOptionSet": None}
    return {}


def _option_set(column: Column) -> Description:
    options = [{"Value": value, "Label": _label(label)} for value, label in column.options.items()]
    head: Description = {"Name": f"{column.name}", "IsGlobal": False}
    if column.type == "boolean":
        return head | {"FalseOption": options[0], "TrueOption": options[1]} if options else head
    return head | {"Options": options}


def _attribute_of(table: Table, column: Column) -> str | None:
    """Return the lookup an entity-name column belongs to, as salesorder.customeridtype does."""
    owner = column.name.removesuffix("type")
    return owner if column.type == "entityname" and owner in table.columns else None


def _label(text: str) -> Description:
    return {"UserLocalizedLabel": {"Label": text, "LanguageCode": 1033}}


def _metadata_id(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"sandbox:{name}"))
