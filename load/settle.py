"""Find out what became of rows that were sent without an answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import httpx

from connection.declarations import DATAVERSE, TargetModel
from connection.errors import ServiceUnavailable
from connection.executions import Executions, Outcome
from load.canonical import comparable_keys, same_payload
from load.ledger import Ledger, OpenRow, Receipt, UnfinishedExecution
from load.lookup import rows_by_key
from load.package_transport import refused_keys
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
        open_rows = {row.key_text: row for row in self.ledger.open_rows(model.name, key_texts)}
        if not open_rows or not entity.is_public:
            return
        columns = {column.name: column for column in model.payload_columns}
        has_nulls = model.target == DATAVERSE
        names = {
            key: entity.with_siblings((*row.payload, *row.before)) for key, row in open_rows.items()
        }
        keys = [_key(model, row) for row in open_rows.values()]
        asked = set().union(*names.values())
        told = list(rows_by_key(self.clients[model.target], model, entity, keys, asked))
        texts = comparable_keys(
            self.ledger.connection, [[row[name] for name in model.key] for row in told]
        )
        for key_text, row in zip(texts, told, strict=True):
            sent = open_rows.get(key_text)
            if sent and same_payload(
                *(sent.payload, sent.before, row, columns, model.key),
                has_nulls=has_nulls,
                beside=names[key_text],
            ):
                yield Receipt(key_text, model.accepted_state)

    def settle(self, model: TargetModel, entity: TargetEntity) -> int:
        """Settle every open row of a model; returns how many there were.

        Imports that nobody saw the end of are followed to it first, so that no row is sent again
        while the first sending is still under way. What such an import accounts for is accepted,
        though nobody can read it back. Rows that did not arrive as they were attempted may then be
        sent again. Raises ServiceUnavailable while an import still runs.
        """
        open_rows = self.ledger.open_rows(model.name)
        if not open_rows:
            return 0
        found: set[str] = set()
        for execution in self.ledger.unfinished_executions(model.name):
            outcome = self.executions.follow(execution.execution_id)
            if not outcome.has_ended:
                raise ServiceUnavailable(
                    f"The import {execution.execution_id} of {model.name} is still "
                    f"{outcome.status}: load again when it has ended, or cancel it in Data "
                    "management."
                )
            taken = _taken(model, execution, outcome, open_rows)
            self.ledger.record(model.name, taken)
            self.ledger.end_execution(execution.execution_id, outcome.status or "not found")
            found.update(receipt.key_text for receipt in taken)
        keys = [row.key_text for row in open_rows]
        arrived = list(self.read_back(model, entity, [key for key in keys if key not in found]))
        self.ledger.record(model.name, arrived)
        found.update(receipt.key_text for receipt in arrived)
        missing = [key for key in keys if key not in found]
        self.ledger.forget_attempt(model.name, missing, model.accepted_state)
        return len(open_rows)


def _taken(
    model: TargetModel,
    execution: UnfinishedExecution,
    outcome: Outcome,
    open_rows: Sequence[OpenRow],
) -> list[Receipt]:
    """Return receipts of the rows an import took, where its counts and errors account for all.

    Refused rows go again: their words may hold personal values, which are not known any more.
    """
    keys = [
        (row.key_text, tuple(row.payload.get(name, "") for name in model.key))
        for row in open_rows
        if row.execution_id == execution.execution_id
    ]
    refused, _ = refused_keys(model, execution.company, keys, outcome.errors)
    if not outcome.written or {outcome.written + len(refused), len(keys)} != {execution.rows}:
        return []
    return [Receipt(text, model.accepted_state) for text, _ in keys if text not in refused]


def _key(model: TargetModel, row: OpenRow) -> list[str]:
    return [row.payload[name] for name in model.key]
