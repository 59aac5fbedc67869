"""How Finance wants a row written: PATCH does not insert, so a row that is missing is posted.

Source: F&O OData.
"""

from dataclasses import dataclass

from connection.batch import Operation, Part
from connection.declarations import TargetModel
from connection.odata import Value, key_segment, payload_value, to_json
from connection.responses import error_text
from load.canonical import value_of
from load.desired import column_named, key_columns
from load.rows import Row
from load.target_entity import TargetEntity

MISSING_ROW = "no resources were found when selecting for update"


@dataclass(frozen=True, slots=True)
class FinopsOperations:
    """Operations of a $batch. base: the environment's address."""

    base: str
    batch: str = "/data/$batch"

    def write(self, model: TargetModel, entity: TargetEntity, row: Row) -> Operation:
        """Return the update of a row. Raises ValueError for a key the wire has no form for."""
        columns = key_columns(model)
        names = {
            entity.properties[column.name].name: value_of(text, column.data_type)
            for column, text in zip(columns, row.key, strict=True)
        }
        url = f"{self.base}{entity.path}{key_segment(names, entity.types(columns))}"
        body = _body(model, entity, row, leave_out=set(model.key))
        return Operation("PATCH", f"{url}?cross-company=true", body, content_id="1")

    def is_missing(self, part: Part) -> bool:
        """Tell whether an answer says that there is no row to update."""
        return MISSING_ROW in error_text(part.body).lower()

    def create(self, model: TargetModel, entity: TargetEntity, row: Row) -> Operation:
        """Return the creation of a row."""
        url = f"{self.base}{entity.path}?cross-company=true"
        return Operation("POST", url, _body(model, entity, row, leave_out=set()), content_id="1")

    def refusal(self, row: Row, part: Part) -> str:
        """Return why a row was refused, in the service's words."""
        return error_text(part.body) or f"HTTP {part.status}"


def _body(model: TargetModel, entity: TargetEntity, row: Row, leave_out: set[str]) -> str:
    content: dict[str, Value] = {}
    for name, text in row.values.items():
        if name in leave_out:
            continue
        column, target = column_named(model, name), entity.properties[name]
        # an empty text stands for a value that was cleared; what that is depends on the property
        value = value_of(text, column.data_type) if text else None
        content[target.name] = payload_value(value, column.data_type, target.type_name)
    return to_json(content)
