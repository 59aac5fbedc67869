"""What the Finance and Operations half serves: entities, attributes and enumerations.

Four files beside this one hold the facts, transcribed by hand from the entity tables of the
specification and from nothing of the dbt project:
  entities.csv      name, label, collection (blank: packages only), whether rows belong to a
                    company, table behind it, whether it can only be read
  attributes.csv    attribute, OData property (blank: not on the public type), type, key, ...
  enumerations.csv  members in the order of their values, labels, what is doubtful about them
  lengths.csv       lengths of generally known extended data types, for one entity or (blank)
                    for any; inferred, so switchable
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

NAMESPACE = "Microsoft.Dynamics.DataEntities"
COMPANY = "dataAreaId"
NULL_WHEN_UNSET = frozenset({"Timezone"})

EDM_TYPES = {
    "String": "Edm.String",
    "Int32": "Edm.Int32",
    "Int64": "Edm.Int64",
    "Real": "Edm.Decimal",
    "Guid": "Edm.Guid",
    "Date": "Edm.DateTimeOffset",
    "UtcDateTime": "Edm.DateTimeOffset",
}


@dataclass(frozen=True, slots=True)
class Enumeration:
    """An enumeration: its members by name, in the order of their values, and their labels."""

    name: str
    members: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def edm_type(self) -> str:
        """Return the qualified name that filters and metadata use."""
        return f"{NAMESPACE}.{self.name}"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an entity.

    odata_name: the OData property, None where the public type lacks the attribute.
    data_type: String, Int32, Int64, Real, Guid, Date, UtcDateTime or Enum.
    mandatory: a row without a value is refused.
    max_length: counted in UTF-16 units; None where nothing is known.
    is_length_inferred: the length comes from lengths.csv, not from the specification.
    """

    name: str
    odata_name: str | None
    data_type: str
    enumeration: Enumeration | None
    is_key: bool
    nullable: bool
    mandatory: bool
    max_length: int | None
    is_length_inferred: bool

    @property
    def edm_type(self) -> str:
        """Return the type as metadata and error messages spell it."""
        return self.enumeration.edm_type if self.enumeration else EDM_TYPES[self.data_type]

    @property
    def label(self) -> str:
        """Return the field label a person would see: `CustomerGroupId` is `Customer group`."""
        words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", re.sub(r"I[dD]$", "", self.name))
        first, *others = words or [self.name]
        return " ".join([first[0].upper() + first[1:], *(word.lower() for word in others)])


@dataclass(frozen=True)
class Entity:
    """One data entity.

    label: what packages call it; blank for an entity that packages cannot hold.
    entity_type, collection: what OData calls it; blank for an entity that only packages hold.
    table, table_label: the table behind it, as messages name it.
    is_read_only: clients cannot write it, neither by OData nor by a package.
    """

    name: str
    label: str
    entity_type: str
    collection: str
    company_specific: bool
    table: str
    table_label: str
    is_read_only: bool
    attributes: tuple[Attribute, ...]

    @cached_property
    def key(self) -> tuple[Attribute, ...]:
        """Return the key attributes, company first."""
        return tuple(attribute for attribute in self.attributes if attribute.is_key)

    @property
    def is_public(self) -> bool:
        """Tell whether OData serves the entity."""
        return bool(self.collection)

    @property
    def address(self) -> str:
        """Return what test controls and switches call it: the collection, or its own name."""
        return self.collection or self.name

    @cached_property
    def public(self) -> dict[str, Attribute]:
        """Map OData property to attribute, in metadata order."""
        return {
            attribute.odata_name: attribute for attribute in self.attributes if attribute.odata_name
        }

    @cached_property
    def fields(self) -> dict[str, Attribute]:
        """Map package field (the attribute in upper case) to attribute; the company is no field."""
        return {
            attribute.name.upper(): attribute
            for attribute in self.attributes
            if attribute.name != COMPANY
        }

    def attribute(self, name: str) -> Attribute:
        """Return the attribute called `name`, letter for letter. Raises KeyError."""
        for attribute in self.attributes:
            if attribute.name == name:
                return attribute
        raise KeyError(f"{self.name}.{name}")


def enumerations() -> dict[str, Enumeration]:
    """Map name to enumeration."""
    members: dict[str, list[tuple[str, str]]] = {}
    for row in _rows("enumerations.csv"):
        members.setdefault(row["enumeration"], []).append((row["member"], row["label"]))
    return {
        name: Enumeration(name, tuple(m for m, _ in pairs), tuple(label for _, label in pairs))
        for name, pairs in members.items()
    }


@cache
def entities() -> tuple[Entity, ...]:
    """Return every entity of the service, in the order of entities.csv."""
    known = enumerations()
    lengths = {
        (row["entity"], row["attribute"]): int(row["max_length"]) for row in _rows("lengths.csv")
    }
    attributes: dict[str, list[Attribute]] = {}
    for row in _rows("attributes.csv"):
        attributes.setdefault(row["entity"], []).append(_attribute(row, known, lengths))
    return tuple(
        Entity(
            name=row["entity"],
            label=row["label"],
            entity_type=row["entity_type"],
            collection=row["collection"],
            company_specific=row["company_specific"] == "yes",
            table=row["table"],
            table_label=row["table_label"],
            is_read_only=row["read_only"] == "yes",
            attributes=tuple(attributes[row["entity"]]),
        )
        for row in _rows("entities.csv")
    )


@cache
def public_entities() -> tuple[Entity, ...]:
    """Return the entities that OData serves."""
    return tuple(entity for entity in entities() if entity.is_public)


@cache
def public_enumerations() -> tuple[Enumeration, ...]:
    """Return the enumerations that OData knows; those of package entities alone are not."""
    hidden = {
        attribute.enumeration
        for entity in entities()
        for attribute in entity.attributes
        if attribute.enumeration and not entity.is_public
    }
    shown = {
        attribute.enumeration for entity in public_entities() for attribute in entity.attributes
    }
    return tuple(
        enumeration
        for enumeration in enumerations().values()
        if enumeration in shown or enumeration not in hidden
    )


@cache
def by_collection() -> dict[str, Entity]:
    """Map public collection to entity."""
    return {entity.collection: entity for entity in public_entities()}


@cache
def by_address() -> dict[str, Entity]:
    """Map what test controls call an entity to it; see Entity.address."""
    return {entity.address: entity for entity in entities()}


@cache
def by_label() -> dict[str, Entity]:
    """Map label, as packages spell it, to entity."""
    return {entity.label: entity for entity in entities() if entity.label}


@cache
def by_name() -> dict[str, Entity]:
    """Map entity name to entity."""
    return {entity.name: entity for entity in entities()}


def _attribute(
    row: dict[str, str], known: dict[str, Enumeration], lengths: dict[tuple[str, str], int]
) -> Attribute:
    name = row["attribute"]
    inferred = lengths.get((row["entity"], name), lengths.get(("", name)))
    return Attribute(
        name=name,
        odata_name=row["odata_property"] or None,
        data_type=row["data_type"],
        enumeration=known[row["enumeration"]] if row["enumeration"] else None,
        is_key=row["is_key"] == "yes",
        nullable=row["nullable"] == "yes",
        mandatory=row["mandatory"] in ("yes", "inferred"),
        max_length=int(row["max_length"]) if row["max_length"] else inferred,
        is_length_inferred=not row["max_length"] and inferred is not None,
    )


def _rows(file: str) -> Iterator[dict[str, str]]:
    with Path(__file__).with_name(file).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
