"""How Dataverse wants a row written: PATCH by id makes it or changes it.

Source: Dataverse Web API, upsert, conditional operations, `@odata.bind`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus

from connection.batch import Operation, Part
from connection.declarations import TargetModel
from connection.odata import Value, key_segment, to_json
from connection.responses import error_text
from load.canonical import value_of
from load.dataverse_metadata import SERVICE
from load.desired import column_named
from load.rows import Row
from load.target_entity import TargetEntity

GUID = {"": "Edm.Guid"}


@dataclass(frozen=True, slots=True)
class DataverseOperations:
    """Operations of a $batch. base: the environment's address."""

    base: str
    batch: str = f"{SERVICE}/$batch"

    def write(self, model: TargetModel, entity: TargetEntity, row: Row) -> Operation:
        """Return the upsert of a row; only its update where the models have seen it there.

        Raises ValueError for a value the wire has no form for, such as text in place of a GUID.
        """
        url = f"{self.base}{entity.path}{key_segment({'': row.key[0]}, GUID)}"
        headers = {"If-Match": "*"} if row.exists else {}
        return Operation("PATCH", url, body_of(model, entity, row), "1", headers)

    def is_missing(self, part: Part) -> bool:
        """Tell whether the row is to be created instead: PATCH has done so already."""
        return False

    def create(self, model: TargetModel, entity: TargetEntity, row: Row) -> Operation:
        """Return the same as `write`: there is no other way."""
        return self.write(model, entity, row)

    def refusal(self, row: Row, part: Part) -> str:
        """Return why a row was refused, in the service's words.

        A row that is gone is told apart from a row it points to.
        """
        said = error_text(part.body)
        is_gone = row.exists and part.status == HTTPStatus.NOT_FOUND
        if is_gone and (not said or row.key[0].lower() in said.lower()):
            return (
                "The row was in Dataverse when it was read and is gone, so it was not made again: "
                f"extract, build and load{f' ({said})' if said else ''}."
            )
        return said or f"HTTP {part.status}"


def body_of(model: TargetModel, entity: TargetEntity, row: Row) -> str:
    """Return the JSON of a row: lookups bound, cleared values as null, the key in the address.

    Raises ValueError where two columns of one lookup are filled.
    """
    content: dict[str, Value] = {}
    bound: dict[str, str] = {}
    for name, text in row.values.items():
        if name in model.key:
            continue
        column, target = column_named(model, name), entity.properties[name]
        if target.binding:
            other = bound.setdefault(target.name, name)
            if other != name:
                raise ValueError(f"{other} and {name} are one lookup, and both are filled.")
            reference = f"/{target.binding.collection}{key_segment({'': text}, GUID)}"
            content[f"{target.binding.navigation}@odata.bind"] = reference
        else:
            content[target.name] = _on_the_wire(value_of(text, column.data_type))
    for name in row.cleared:
        target = entity.properties[name]
        if target.name in bound:
            # the lookup leads to another table now; a null would empty it
            continue
        content[f"{target.binding.navigation}@odata.bind" if target.binding else target.name] = None
    return to_json(content)


def _on_the_wire(value: Value) -> Value:
    """Return a day as Dataverse has it; Finance wants noon with it."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return value
