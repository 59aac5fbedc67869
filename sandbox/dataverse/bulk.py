"""CreateMultiple, UpdateMultiple and UpsertMultiple: one transaction, all rows or none."""

from collections.abc import Mapping

from sandbox.dataverse.answers import Answer, ApiError, Call, as_json, bad_request, unknown_segment
from sandbox.dataverse.keys import Key, read_key
from sandbox.dataverse.metadata import Table
from sandbox.dataverse.values import read_json
from sandbox.dataverse.writing import Writer, Written

PREFIX = "Microsoft.Dynamics.CRM."


def run(action: str, writer: Writer, table: Table, call: Call) -> Answer:
    """Run a bulk action over the body's `Targets`; an error of one row refuses them all."""
    targets = read_json(call.body).get("Targets")
    if not isinstance(targets, list) or not all(isinstance(row, dict) for row in targets):
        raise bad_request("The parameter 'Targets' must be a collection of rows.", "0x80048d19")
    match action.removeprefix(PREFIX):
        case "CreateMultiple":
            written = [writer.create(table, row) for row in targets]
            return as_json(
                {
                    "@odata.context": (f"{call.root}/$metadata#{PREFIX}CreateMultipleResponse"),
                    "Ids": [str(row.row_id) for row in written],
                }
            )
        case "UpdateMultiple":
            for row in targets:
                _upsert(writer, table, row, {"if-match": "*"})
        case "UpsertMultiple":
            for row in targets:
                _upsert(writer, table, row, {})
        case _:
            raise unknown_segment(action)
    return Answer(204)


def _upsert(
    writer: Writer, table: Table, row: Mapping[str, object], conditions: Mapping[str, str]
) -> Written:
    return writer.upsert(table, _key(table, row), row, conditions)


def _key(table: Table, row: Mapping[str, object]) -> Key:
    """Return the key a target carries: its primary key, its alternate key, or its @odata.id."""
    if isinstance(row.get(table.primary_key), str):
        return read_key(table, str(row[table.primary_key]))
    values = [row.get(name) for name in table.alternate_key]
    if values and all(isinstance(value, str) for value in values):
        return Key(None, tuple(str(value) for value in values))
    reference = str(row.get("@odata.id", ""))
    if reference.endswith(")"):
        return read_key(table, reference.rpartition("(")[2][:-1])
    raise ApiError(400, "0x80040203", f"A target of '{table.entity_set}' carries no key.")
