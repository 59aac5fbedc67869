"""A model's entity in its target, as the target's own metadata tells it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from connection.declarations import Column, TargetModel


@dataclass(frozen=True, slots=True)
class Binding:
    """How a lookup is written. navigation: its property; collection: what it points into."""

    navigation: str
    collection: str


@dataclass(frozen=True, slots=True)
class Property:
    """One property of an entity. name: as it is read and filtered by.

    type_name: such as Edm.String or an enum's full name. binding: of a lookup of Dataverse. table:
    the one our column stands for, of a lookup that leads to several; "" everywhere else.
    """

    name: str
    type_name: str
    is_key: bool
    binding: Binding | None = None
    table: str = ""


@dataclass(frozen=True, slots=True)
class TargetEntity:
    """A model's entity. properties: by our column name; empty when the entity is not public.

    service: path of the service root. query: options of every address. keys_per_request: so many
    keys fit into one filter.
    """

    label: str
    collection: str | None
    properties: Mapping[str, Property]
    service: str = "/data"
    query: Mapping[str, str] = field(default_factory=lambda: {"cross-company": "true"})
    keys_per_request: int = 20

    @property
    def is_public(self) -> bool:
        """Tell whether the entity can be read and written through OData."""
        return bool(self.properties)

    @property
    def path(self) -> str:
        """Return the path of the collection."""
        return f"{self.service}/{self.collection}"

    def types(self, columns: tuple[Column, ...]) -> dict[str, str]:
        """Return Edm types by property name."""
        found = (self.properties[column.name] for column in columns)
        return {entry.name: entry.type_name for entry in found}

    def with_siblings(self, names: Iterable[str]) -> set[str]:
        """Return our columns of these names, and those that share a lookup with one of them."""
        shared = {self.properties[name].name for name in names if name in self.properties}
        return {name for name, entry in self.properties.items() if entry.name in shared}


class Metadata(Protocol):
    """Reads what a target says of its entities, once per load."""

    def entity(self, model: TargetModel) -> TargetEntity:
        """Return the entity of a model.

        Raises TargetUnfit, one sentence naming the entity, columns or key that the target lacks.
        """
        ...
