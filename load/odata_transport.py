"""Send rows through OData $batch: immediate answers, the only way into Dataverse.

In Finance it is for small loads and public entities. Each operation is a change set of its own, so
that one bad row undoes no other. Source: F&O OData and Dataverse Web API, batch requests.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

import httpx

from connection.batch import Operation, Part, build_batch, parse_batch
from connection.declarations import TargetModel
from connection.errors import ServiceMalformed, ServiceUnavailable
from connection.responses import accepted, error_text, is_transient
from load.ledger import Ledger, Receipt
from load.rows import Row, mask_personal, rows_of
from load.target_entity import TargetEntity


class Operations(Protocol):
    """How a service wants a row written. Both makers raise ValueError where the wire has no form."""

    @property
    def batch(self) -> str:
        """Return the path of $batch."""
        ...

    def write(self, model: TargetModel, entity: TargetEntity, row: Row) -> Operation:
        """Return what is tried first."""
        ...

    def is_missing(self, part: Part) -> bool:
        """Tell whether the answer to it asks for the row to be created."""
        ...

    def create(self, model: TargetModel, entity: TargetEntity, row: Row) -> Operation:
        """Return what is tried then."""
        ...

    def refusal(self, row: Row, part: Part) -> str:
        """Return why a row was refused."""
        ...


@dataclass
class ODataTransport:
    """Sends chunks of one model in batches. read_back settles a batch that was cut off."""

    client: httpx.Client
    operations: Operations
    ledger: Ledger
    run_id: str
    read_back: Callable[[TargetModel, TargetEntity, Sequence[str]], Iterable[Receipt]]
    chunk_size: int

    def send(
        self, model: TargetModel, entity: TargetEntity, company: str, chunk: str
    ) -> list[Receipt]:
        """Send the rows of a chunk; returns one receipt per row, durable in the ledger.

        Rows are marked as sent, durably, before the request.
        """
        self.ledger.mark_sent(model.name, chunk, None, self.run_id)
        rows = rows_of(self.ledger.connection, model, chunk)
        answers: list[tuple[Row, Part | None]] = []
        missing: list[Row] = []
        for row, part in self._batch(model, entity, rows, self.operations.write):
            if part is not None and self.operations.is_missing(part):
                missing.append(row)
            else:
                answers.append((row, part))
        answers += self._batch(model, entity, missing, self.operations.create)
        receipts = self._receipts(model, entity, answers)
        receipts = mask_personal(self.ledger.connection, model, chunk, receipts)
        self.ledger.record(model.name, receipts)
        return receipts

    def _batch(
        self,
        model: TargetModel,
        entity: TargetEntity,
        rows: Sequence[Row],
        make: Callable[[TargetModel, TargetEntity, Row], Operation],
    ) -> Iterator[tuple[Row, Part | None]]:
        """Yield each row with its answer; None when it is not known whether it was carried out."""
        waiting: list[tuple[Row, Operation]] = []
        for row in rows:
            try:
                waiting.append((row, make(model, entity, row)))
            except ValueError as error:
                yield row, Part(HTTPStatus.BAD_REQUEST, {}, str(error).encode(), "", None)
        while waiting:
            parts = self._ask([[operation] for _, operation in waiting])
            if parts is None:
                yield from ((row, None) for row, _ in waiting)
                return
            if not 0 < len(parts) <= len(waiting):
                raise ServiceMalformed(
                    f"A $batch of {len(waiting)} operations was answered with {len(parts)} parts: "
                    "load again, which settles the rows first."
                )
            yield from ((row, part) for (row, _), part in zip(waiting, parts, strict=False))
            # a service that stops at the first failure leaves the rest undone
            waiting = waiting[len(parts) :]

    def _ask(self, groups: Sequence[Sequence[Operation]]) -> Sequence[Part] | None:
        """Send one $batch; None when it is not known what of it was carried out."""
        content_type, body = build_batch(groups)
        headers = {"Content-Type": content_type, "Prefer": "odata.continue-on-error"}
        try:
            response = accepted(
                self.client.post(self.operations.batch, content=body, headers=headers)
            )
        except ServiceUnavailable as error:
            if not error.outcome_unknown:
                raise
            return None
        return parse_batch(response.headers.get("Content-Type", ""), response.content)

    def _receipts(
        self, model: TargetModel, entity: TargetEntity, answers: Iterable[tuple[Row, Part | None]]
    ) -> list[Receipt]:
        """Return a receipt per row; rows without a clear answer are read back, all at once."""
        receipts: list[Receipt] = []
        unclear: dict[str, str] = {}
        for row, part in answers:
            if part is None:
                unclear[row.key_text] = "The connection broke on the way."
            elif part.status < 300:
                receipts.append(Receipt(row.key_text, model.accepted_state))
            elif _may_pass(part):
                unclear[row.key_text] = error_text(part.body)
            else:
                said = self.operations.refusal(row, part)
                receipts.append(Receipt(row.key_text, "refused", said))
        if unclear:
            found = {told.key_text: told for told in self.read_back(model, entity, [*unclear])}
            receipts += [
                found.get(text) or Receipt(text, "unknown", said) for text, said in unclear.items()
            ]
        return receipts


def _may_pass(part: Part) -> bool:
    """Tell whether an operation failed for a reason that is not its own: it may go again."""
    # no access is a refusal of the caller, not of the row
    others = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
    return part.status in others or is_transient(httpx.Response(part.status, content=part.body))
