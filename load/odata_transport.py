"""Send rows through OData $batch: immediate answers, for small loads and public entities.

PATCH does not insert in Finance: a row that is missing is then posted. Each operation is a change
set of its own, so that one bad row undoes no other. Source: F&O OData, batch requests.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from http import HTTPStatus

import httpx

from connection.batch import Operation, Part, build_batch, parse_batch
from connection.declarations import Column, TargetModel
from connection.errors import ServiceMalformed, ServiceUnavailable
from connection.odata import Value, key_segment, payload_value, to_json
from connection.responses import accepted, error_text, is_transient
from load.desired import column_named, key_columns
from load.ledger import Ledger, Receipt
from load.rows import Row, mask_personal, rows_of
from load.target_metadata import TargetEntity

MISSING_ROW = "no resources were found when selecting for update"


@dataclass
class ODataTransport:
    """Sends chunks of one model in batches. read_back settles a batch that was cut off."""

    client: httpx.Client
    ledger: Ledger
    run_id: str
    read_back: Callable[[TargetModel, TargetEntity, Sequence[str]], Iterable[Receipt]]
    chunk_size: int
    needs_public: bool = True

    def send(
        self, model: TargetModel, entity: TargetEntity, company: str, chunk: str
    ) -> list[Receipt]:
        """Send the rows of a chunk; returns one receipt per row, durable in the ledger.

        Rows are marked as sent, durably, before the request.
        """
        self.ledger.mark_sent(model.name, chunk, None, self.run_id)
        rows = rows_of(self.ledger.connection, model, chunk)
        receipts: list[Receipt] = []
        missing: list[Row] = []
        for row, part in self._batch(model, entity, rows, _patch):
            if part is not None and MISSING_ROW in error_text(part.body).lower():
                missing.append(row)
            else:
                receipts.append(self._receipt(model, entity, row, part))
        for row, part in self._batch(model, entity, missing, _post):
            receipts.append(self._receipt(model, entity, row, part))
        receipts = mask_personal(self.ledger.connection, model, chunk, receipts)
        self.ledger.record(model.name, receipts)
        return receipts

    def _batch(
        self,
        model: TargetModel,
        entity: TargetEntity,
        rows: Sequence[Row],
        make: Callable[[TargetModel, TargetEntity, Row, str], Operation],
    ) -> Iterator[tuple[Row, Part | None]]:
        """Yield each row with its answer; None when it is not known whether it was carried out."""
        base = str(self.client.base_url).rstrip("/")
        waiting: list[tuple[Row, Operation]] = []
        for row in rows:
            try:
                waiting.append((row, make(model, entity, row, base)))
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
            response = accepted(self.client.post("/data/$batch", content=body, headers=headers))
        except ServiceUnavailable as error:
            if not error.outcome_unknown:
                raise
            return None
        return parse_batch(response.headers.get("Content-Type", ""), response.content)

    def _receipt(
        self, model: TargetModel, entity: TargetEntity, row: Row, part: Part | None
    ) -> Receipt:
        if part is not None and part.status < 300:
            return Receipt(row.key_text, "in_target")
        if part is not None and not _may_pass(part):
            return Receipt(row.key_text, "refused", error_text(part.body) or f"HTTP {part.status}")
        found = next(iter(self.read_back(model, entity, [row.key_text])), None)
        said = "The connection broke on the way." if part is None else error_text(part.body)
        return found or Receipt(row.key_text, "unknown", said)


def _may_pass(part: Part) -> bool:
    """Tell whether an operation failed for a reason that is not its own: it may go again."""
    # no access is a refusal of the caller, not of the row
    others = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
    return part.status in others or is_transient(httpx.Response(part.status, content=part.body))


def _patch(model: TargetModel, entity: TargetEntity, row: Row, base: str) -> Operation:
    columns = key_columns(model)
    names = {
        entity.properties[column.name].name: _value(column, text)
        for column, text in zip(columns, row.key, strict=True)
    }
    url = f"{base}/data/{model.collection}{key_segment(names, entity.types(columns))}"
    body = _body(model, entity, row, leave_out=set(model.key))
    return Operation("PATCH", f"{url}?cross-company=true", body, content_id="1")


def _post(model: TargetModel, entity: TargetEntity, row: Row, base: str) -> Operation:
    url = f"{base}/data/{model.collection}?cross-company=true"
    return Operation("POST", url, _body(model, entity, row, leave_out=set()), content_id="1")


def _body(model: TargetModel, entity: TargetEntity, row: Row, leave_out: set[str]) -> str:
    content: dict[str, Value] = {}
    for name, text in row.values.items():
        if name in leave_out:
            continue
        column, target = column_named(model, name), entity.properties[name]
        # an empty text stands for a value that was cleared; what that is depends on the property
        value = _value(column, text) if text else None
        content[target.name] = payload_value(value, column.data_type, target.type_name)
    return to_json(content)


def _value(column: Column, text: str) -> Value:
    """Return canonical text as the value it stands for."""
    match column.data_type.kind:
        case "decimal":
            return Decimal(text)
        case "integer" | "bigint":
            return int(text)
        case "boolean":
            return text == "true"
        case "date":
            return date.fromisoformat(text)
        case "timestamp":
            return datetime.fromisoformat(text.replace("Z", "+00:00"))
        case _:
            return text
