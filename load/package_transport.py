"""Send rows as data packages: upload, import, wait, and account for every row.

One company and one entity per package, and never two imports at once. A job's word is not enough:
created + updated + errors must be what was sent, or the rows are read back.
Source: F&O data management package REST API.
"""

import json
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import httpx

from connection.addresses import origin
from connection.declarations import TargetModel
from connection.errors import ServiceMalformed, ServiceRefused, ServiceUnavailable
from connection.http import open_client
from connection.odata import literal
from connection.responses import accepted, json_object
from load.desired import key_columns
from load.ledger import Ledger, Receipt
from load.packages import PackageEntity, build_package, csv_body, used_columns
from load.rows import keys_of, split
from load.target_metadata import TargetEntity

ACTIONS = "/data/DataManagementDefinitionGroups/Microsoft.Dynamics.DataEntities."
JOB_DETAILS = "/data/DataManagementExecutionJobDetails"
TERMINAL = {"Succeeded", "PartiallySucceeded", "Failed", "Canceled"}
NOT_FOUND = "not found"
SEPARATORS = (",", ", ", ";", "|", "+", "-", "_", " ", "/")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for an import. Seconds; polls get slower up to `slowest`."""

    first: float = 0.1
    slowest: float = 30.0
    not_found: float = 300.0
    total: float = 4 * 3600.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an import ended. status: the service's word, "" when it never said.

    errors: (RecordId, message). written: rows the service says it created or updated.
    """

    status: str
    errors: tuple[tuple[str, str], ...] = ()
    written: int = 0

    @property
    def failed_as_a_whole(self) -> bool:
        """Tell whether nothing of the file was taken."""
        return self.status in ("Failed", "Canceled") and self.written == 0


@dataclass
class PackageTransport:
    """Sends chunks of one model. read_back settles rows that a job leaves open."""

    client: httpx.Client
    ledger: Ledger
    run_id: str
    read_back: Callable[[TargetModel, TargetEntity, Sequence[str]], Iterable[Receipt]]
    patience: Patience = field(default_factory=Patience)
    sleep: Callable[[float], None] = time.sleep
    upload_transport: httpx.BaseTransport | None = None
    chunk_size: int = 50_000

    def send(
        self, model: TargetModel, entity: TargetEntity, company: str, chunk: str
    ) -> list[Receipt]:
        """Send the rows of a chunk; returns one receipt per row, durable in the ledger.

        Rows are marked as sent, durably, before each import. When a file fails as a whole, it is
        halved until the bad row is alone. Raises IntegrationError when the service cannot be used
        at all; the rows then stay sent and are settled by the next load.
        """
        keys = keys_of(self._connection, model, chunk)
        execution_id = f"d365-{uuid.uuid4()}"
        self.ledger.mark_sent(model.name, chunk, execution_id, self.run_id)
        self.ledger.begin_execution(execution_id, model.name, company, len(keys))
        outcome = self._import(model, entity, company, chunk, execution_id)
        self.ledger.end_execution(execution_id, outcome.status or "unknown")
        refused = _refused_keys(model, company, keys, outcome.errors)
        if len(keys) > 1 and outcome.failed_as_a_whole and len(refused) < len(keys):
            halves = split(self._connection, chunk, chunk)
            return [r for half in halves for r in self.send(model, entity, company, half)]
        receipts = list(self._account(model, entity, keys, refused, outcome))
        self.ledger.record(model.name, receipts)
        return receipts

    def wait(self, execution_id: str) -> Outcome:
        """Follow an execution that was begun earlier to its end; status "" when it is unknown."""
        return self._wait(execution_id, None)

    @property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        return self.ledger.connection

    def _import(
        self, model: TargetModel, entity: TargetEntity, company: str, chunk: str, execution_id: str
    ) -> Outcome:
        columns = used_columns(self._connection, chunk, model.payload_columns)
        # the company is the package's, not a column of the file
        columns = tuple(column for column in columns if column.name != "dataAreaId")
        package = PackageEntity(
            group=f"d365-{model.template}-{model.name}",
            label=entity.label,
            fields=tuple(column.name.upper() for column in columns),
        )
        content = build_package(package, csv_body(self._connection, chunk, columns))
        address = self._upload(execution_id, content)
        try:
            self._act(
                "ImportFromPackage",
                {
                    "packageUrl": address,
                    "definitionGroupId": package.group,
                    "executionId": execution_id,
                    "execute": True,
                    "overwrite": True,
                    "legalEntityId": company,
                },
            )
        except ServiceUnavailable as error:
            # Cut off after it was asked for: the execution may exist all the same.
            if not error.outcome_unknown:
                raise
        return self._wait(execution_id, entity.label)

    def _upload(self, execution_id: str, content: bytes) -> str:
        """Upload the package; the address it returns is a secret."""
        told = self._act("GetAzureWriteUrl", {"uniqueFileName": f"{execution_id}.zip"})
        # the answer is a text that holds JSON
        address = str(json.loads(str(told)).get("BlobUrl") or "")
        if not address:
            raise ServiceMalformed("GetAzureWriteUrl answered without an upload address.")
        scheme, host, port = origin(address)
        base = f"{scheme}://{host}{f':{port}' if port else ''}"
        with open_client(base, None, transport=self.upload_transport, sleep=self.sleep) as client:
            headers = {"x-ms-blob-type": "BlockBlob", "Content-Type": "application/zip"}
            accepted(client.put(address, content=content, headers=headers))
        return address

    def _wait(self, execution_id: str, label: str | None) -> Outcome:
        waited, pause = 0.0, self.patience.first
        while waited <= self.patience.total:
            status = self._status(execution_id)
            if status in TERMINAL:
                return self._outcome(execution_id, status)
            if status is None and waited >= self.patience.not_found:
                return Outcome("")
            self.sleep(pause)
            waited += pause
            pause = min(pause * 1.5, self.patience.slowest)
        return Outcome("")

    def _status(self, execution_id: str) -> str | None:
        """Return the execution's status; None while the service does not know it yet."""
        try:
            return str(self._act("GetExecutionSummaryStatus", {"executionId": execution_id}))
        except ServiceRefused as error:
            if NOT_FOUND in error.text.lower():
                return None
            raise

    def _outcome(self, execution_id: str, status: str) -> Outcome:
        told = self._act("GetExecutionErrors", {"executionId": execution_id})
        errors = tuple(
            (str(entry.get("RecordId") or ""), str(entry.get("ErrorMessage") or ""))
            for entry in json.loads(str(told or "[]"))
        )
        return Outcome(status, errors, self._written(execution_id))

    def _written(self, execution_id: str) -> int:
        """Return created + updated over the entities of an execution."""
        params = {"$filter": f"JobId eq {literal(execution_id)}", "cross-company": "true"}
        content = json_object(accepted(self.client.get(JOB_DETAILS, params=params)).content)
        counts = ("TargetRecordsCreatedCount", "TargetRecordsUpdatedCount")
        return sum(int(row.get(name) or 0) for row in content.get("value") or [] for name in counts)

    def _account(
        self,
        model: TargetModel,
        entity: TargetEntity,
        keys: Sequence[tuple[str, tuple[str, ...]]],
        refused: dict[str, str],
        outcome: Outcome,
    ) -> Iterable[Receipt]:
        texts = [key_text for key_text, _ in keys]
        arrived = {}
        if outcome.written + len(refused) == len(keys):
            arrived = {text: Receipt(text, "in_target") for text in texts if text not in refused}
        elif not outcome.failed_as_a_whole:
            # The counts do not add up: believe what the target holds, not what the job says.
            unclear = [text for text in texts if text not in refused]
            arrived = {r.key_text: r for r in self.read_back(model, entity, unclear)}
        unnamed = "; ".join(dict.fromkeys(message for _, message in outcome.errors if message))
        for text in texts:
            if text in refused:
                yield Receipt(text, "refused", refused[text])
            elif text in arrived:
                yield arrived[text]
            elif unnamed or outcome.failed_as_a_whole:
                yield Receipt(text, "refused", unnamed or f"The import ended {outcome.status}.")
            else:
                said = outcome.status or "nothing"
                yield Receipt(
                    text, "unknown", f"The import said {said}, and the row is not in the target."
                )

    def _act(self, action: str, body: dict[str, Any]) -> Any:
        # asking twice does no harm, importing twice might
        extensions = {"idempotent": action != "ImportFromPackage"}
        response = accepted(
            self.client.post(f"{ACTIONS}{action}", json=body, extensions=extensions)
        )
        value = json_object(response.content).get("value")
        # one service version nests the value once more
        return value.get("value") if isinstance(value, dict) else value


def _refused_keys(
    model: TargetModel,
    company: str,
    keys: Sequence[tuple[str, tuple[str, ...]]],
    errors: Iterable[tuple[str, str]],
) -> dict[str, str]:
    """Map errors to keys by their RecordId; how a key of several parts is joined is not documented."""
    positions = [
        position
        for position, column in enumerate(key_columns(model))
        if column.name != "dataAreaId"
    ]
    known: dict[str, str | None] = {}
    for key_text, key in keys:
        parts = [key[position] for position in positions]
        for separator in SEPARATORS:
            for shown in (separator.join(parts), separator.join([company, *parts])):
                name = shown.lower()
                known[name] = key_text if known.get(name, key_text) == key_text else None
    refused: dict[str, str] = {}
    for record, message in errors:
        key_found = known.get(record.strip().lower())
        if key_found is not None:
            refused[key_found] = "; ".join(filter(None, (refused.get(key_found), message)))
    return refused
