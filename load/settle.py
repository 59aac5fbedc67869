"""Find out what became of rows that were sent without an answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import httpx

from connection.declarations import DATAVERSE, TargetModel
from connection.errors import ServiceUnavailable
from connection.executions import Executions
from load.canonical import comparable_keys, same_payload
from load.ledger import Ledger, OpenRow, Receipt
from load.lookup import rows_by_key
from load.target_entity import TargetEntity


@dataclass(frozen=True, slots=True)
class Settler:
    """Reads rows back and compares them with what was attempted. clients: by target."""

    clients: Mapping[str, httpx.Client]
    ledger: Ledger
    executions: Executions

    def read_back(
        self, model: TargetModel, entity: TargetEntity, key_texts: Sequence[str]
    ) -> Iterator[Receipt]:
        """Yield a receipt for each of these rows that the target holds as it was attempted.

        An entity that is not public cannot be read back; nothing is yielded then.
        """
        wanted = set(key_texts)
        open_rows = {
            row.key_text: row for row in self.ledger.open_rows(model.name) if row.key_text in wanted
        }
        if not open_rows or not entity.is_public:
            return
        columns = {column.name: column for column in model.payload_columns}
        has_nulls = model.target == DATAVERSE
        names = {name for row in open_rows.values() for name in (*row.payload, *row.before)}
        keys = [_key(model, row) for row in open_rows.values()]
        told = list(rows_by_key(self.clients[model.target], model, entity, keys, names))
        texts = comparable_keys(
            self.ledger.connection, [[row[name] for name in model.key] for row in told]
        )
        for key_text, row in zip(texts, told, strict=True):
            sent = open_rows.get(key_text)
            if sent and same_payload(
                *(sent.payload, sent.before, row, columns, model.key), has_nulls=has_nulls
            ):
                yield Receipt(key_text, model.accepted_state)

    def settle(self, model: TargetModel, entity: TargetEntity) -> int:
        """Settle every open row of a model; returns how many there were.

        Imports that nobody saw the end of are followed to it first, so that no row is sent again
        while the first sending is still under way. Rows that did not arrive as they were attempted
        may then be sent again. Raises ServiceUnavailable while an import still runs.
        """
        open_rows = self.ledger.open_rows(model.name)
        if not open_rows:
            return 0
        for execution_id in self.ledger.unfinished_executions(model.name):
            outcome = self.executions.follow(execution_id)
            if not outcome.has_ended:
                raise ServiceUnavailable(
                    f"The import {execution_id} of {model.name} is still {outcome.status}: load "
                    "again when it has ended, or cancel it in Data management."
                )
            self.ledger.end_execution(execution_id, outcome.status or "not found")
        keys = [row.key_text for row in open_rows]
        arrived = list(self.read_back(model, entity, keys))
        self.ledger.record(model.name, arrived)
        found = {receipt.key_text for receipt in arrived}
        missing = [key for key in keys if key not in found]
        self.ledger.forget_attempt(model.name, missing, model.accepted_state)
        return len(open_rows)


def _key(model: TargetModel, row: OpenRow) -> list[str]:
    return [row.payload[name] for name in model.key]
