"""Send rows as data packages: upload, import, wait, and account for every row.

One company and one entity per package, and never two imports of a model at once. A job's word is
not enough: created + updated + errors must be what was sent, or the rows are read back.
Source: F&O data management package REST API.
"""

import re
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import duckdb
import httpx

from connection.addresses import is_loopback, origin
from connection.declarations import COMPANY, TargetModel
from connection.errors import ServiceMalformed, ServiceRefused, ServiceUnavailable
from connection.executions import Executions, Outcome
from connection.http import open_client
from connection.responses import accepted
from load.desired import key_columns
from load.errors import ImportsFailing
from load.ledger import Ledger, Receipt
from load.packages import PackageEntity, build_package, csv_body, used_columns
from load.rows import keys_of, mask_personal, one_accepted, split
from load.target_entity import TargetEntity

SEPARATORS = (",", ", ", ";", "|", "+", "-", "_", " ", "/")
DECIMAL_ZEROS = re.compile(r"(\d)(?:\.0+|(\.\d*[1-9])0+)(?!\d)")
FRUITLESS_IMPORTS = 32
"""So many imports of one chunk failed as a whole, without a good one: it is not the rows."""

Keys = Sequence[tuple[str, tuple[str, ...]]]
"""(key_text, canonical texts of the key columns) of the rows of a package."""


@dataclass
class PackageTransport:
    """Sends chunks of one model. read_back settles rows that a job leaves open."""

    client: httpx.Client
    ledger: Ledger
    run_id: str
    read_back: Callable[[TargetModel, TargetEntity, Sequence[str]], Iterable[Receipt]]
    executions: Executions
    chunk_size: int
    sleep: Callable[[float], None] = time.sleep
    upload_transport: httpx.BaseTransport | None = None

    def send(
        self, model: TargetModel, entity: TargetEntity, company: str, chunk: str
    ) -> list[Receipt]:
        """Send the rows of a chunk; returns one receipt per row, durable in the ledger.

        Rows are marked as sent, durably, before each import. A file that fails as a whole is halved
        until the bad row is alone. A row that fails alone goes once more, since jobs also fail by
        themselves, and the search goes on far from it, since bad rows come in clusters. It is only
        blamed once an import after it has gone well, if need be of a row that went well before, or
        no row is left. Raises IntegrationError when the service cannot be used at all, or an import
        does not end; the rows then stay open and the next load settles them.
        """
        receipts: list[Receipt] = []
        suspects: list[Receipt] = []
        pieces, fruitless, good = deque([(chunk, False)]), 0, ""
        while pieces:
            piece, is_second_try = pieces.popleft()
            told, failed = self._send_once(model, entity, company, piece)
            if not failed:
                good = one_accepted(self._connection, piece, told) or good
                receipts += [*self._recorded(model, suspects), *told]
                suspects, fruitless = [], 0
                continue
            if len(told) > 1:
                first, second = split(self._connection, piece, piece)
                pieces.extendleft([(second, False), (first, False)])
            elif not is_second_try:
                pieces.appendleft((piece, True))
            else:
                suspects += told
                pieces.rotate(1)
            fruitless += 1
            if fruitless >= FRUITLESS_IMPORTS:
                if not good or not self._goes_again(model, entity, company, good):
                    raise ImportsFailing(
                        f"{fruitless} imports of {model.name} in a row failed as a whole, the last "
                        f"with `{told[0].message}`: look at its jobs in Data management."
                    )
                receipts += self._recorded(model, suspects)
                suspects, fruitless = [], 0
        return receipts + self._recorded(model, suspects)

    def _goes_again(
        self, model: TargetModel, entity: TargetEntity, company: str, good: str
    ) -> bool:
        """Tell whether the service still takes a row that it took before."""
        _, failed = self._send_once(model, entity, company, good)
        return not failed

    def _recorded(self, model: TargetModel, receipts: list[Receipt]) -> list[Receipt]:
        self.ledger.record(model.name, receipts)
        return receipts

    def _send_once(
        self, model: TargetModel, entity: TargetEntity, company: str, chunk: str
    ) -> tuple[list[Receipt], bool]:
        """Send a chunk in one import; returns a receipt per row, and whether it failed as a whole.

        Of a file that failed as a whole it is not known which row is to blame; otherwise the
        receipts are durable. An import has ended for the ledger only after that.
        """
        keys = keys_of(self._connection, model, chunk)
        outcome, execution_id = self._import(model, entity, company, chunk, len(keys))
        refused, unnamed = refused_keys(model, company, keys, outcome.errors)
        receipts = list(self._account(model, entity, keys, refused, unnamed, outcome))
        receipts = mask_personal(self._connection, model, chunk, receipts)
        failed = outcome.failed_as_a_whole and len(refused) < len(keys)
        if not failed:
            self.ledger.record(model.name, receipts)
        if not outcome.has_ended:
            raise ServiceUnavailable(
                f"The import {execution_id} of {model.name} is still {outcome.status}: load again "
                "when it has ended, which settles its rows first."
            )
        self.ledger.end_execution(execution_id, outcome.status or "not found")
        return receipts, failed

    @property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        return self.ledger.connection

    def _import(
        self, model: TargetModel, entity: TargetEntity, company: str, chunk: str, rows: int
    ) -> tuple[Outcome, str]:
        """Import a chunk and follow it; returns how that ended, and the execution id."""
        execution_id = f"d365-{uuid.uuid4()}"
        package, content = self._package(model, entity, chunk)
        address = self._upload(execution_id, content)
        self.ledger.mark_sent(model.name, chunk, execution_id, self.run_id)
        self.ledger.begin_execution(execution_id, model.name, company, rows)
        body = {
            "packageUrl": address,
            "definitionGroupId": package.group,
            "executionId": execution_id,
            "execute": True,
            "overwrite": True,
            "legalEntityId": company,
        }
        try:
            self.executions.act("ImportFromPackage", body)
        except ServiceRefused:
            # refused before it began: there is no end to wait for
            self.ledger.end_execution(execution_id, "refused")
            raise
        except ServiceUnavailable as error:
            # Cut off after it was asked for: the execution may exist all the same.
            if not error.outcome_unknown:
                raise
        return self.executions.follow(execution_id), execution_id

    def _package(
        self, model: TargetModel, entity: TargetEntity, chunk: str
    ) -> tuple[PackageEntity, bytes]:
        columns = used_columns(self._connection, chunk, model.payload_columns)
        # the company is the package's, not a column of the file
        columns = tuple(column for column in columns if column.name != COMPANY)
        package = PackageEntity(
            group=f"d365-{model.template}-{model.name}",
            label=entity.label,
            fields=tuple(column.name.upper() for column in columns),
        )
        return package, build_package(package, csv_body(self._connection, chunk, columns))

    def _upload(self, execution_id: str, content: bytes) -> str:
        """Upload the package; the address it returns is a secret."""
        told = self.executions.act_for_json(
            "GetAzureWriteUrl", {"uniqueFileName": f"{execution_id}.zip"}
        )
        address = str(told.get("BlobUrl") or "") if isinstance(told, dict) else ""
        if not address:
            raise ServiceMalformed("GetAzureWriteUrl answered without an upload address.")
        scheme, host, port = origin(address)
        if scheme != "https" and not is_loopback(address):
            raise ServiceMalformed("GetAzureWriteUrl answered with an address that is not https.")
        base = f"{scheme}://{host}{f':{port}' if port else ''}"
        with open_client(base, None, transport=self.upload_transport, sleep=self.sleep) as client:
            headers = {"x-ms-blob-type": "BlockBlob", "Content-Type": "application/zip"}
            accepted(client.put(address, content=content, headers=headers))
        return address

    def _account(
        self,
        model: TargetModel,
        entity: TargetEntity,
        keys: Keys,
        refused: dict[str, str],
        unnamed: str,
        outcome: Outcome,
    ) -> Iterator[Receipt]:
        unclear = [text for text, _ in keys if text not in refused]
        yield from (Receipt(text, "refused", message) for text, message in refused.items())
        if outcome.written + len(refused) == len(keys):
            yield from (Receipt(text, model.accepted_state) for text in unclear)
            return
        arrived: set[str] = set()
        if not outcome.failed_as_a_whole:
            # The counts do not add up: believe what the target holds, not what the job says.
            for receipt in self.read_back(model, entity, unclear):
                arrived.add(receipt.key_text)
                yield receipt
        rest = [text for text in unclear if text not in arrived]
        yield from _unaccounted(rest, outcome, unnamed, certain=entity.is_public)


def _unaccounted(
    texts: Iterable[str], outcome: Outcome, said: str, *, certain: bool
) -> Iterator[Receipt]:
    """Receipts of rows that no count and no read-back speaks for. said: errors that name no row.

    certain: they were looked for and are not in the target, so that an error must be theirs.
    """
    ended = f"The import ended {outcome.status or 'without a word'}"
    for text in texts:
        if outcome.failed_as_a_whole:
            yield Receipt(text, "refused", said or f"{ended}.")
        elif said and certain and outcome.status != "Canceled":
            yield Receipt(text, "refused", said)
        else:
            reason = said or "the row cannot be accounted for"
            yield Receipt(text, "unknown", f"{ended}: {reason}.")


def refused_keys(
    model: TargetModel,
    company: str,
    keys: Keys,
    errors: Iterable[tuple[str, str]],
) -> tuple[dict[str, str], str]:
    """Map errors to keys by their RecordId; returns them, and the words that name no row.

    How a key of several parts is joined, and a number in it written, is not documented.
    """
    columns = key_columns(model)
    positions = [position for position, column in enumerate(columns) if column.name != COMPANY]
    has_decimals = any(column.data_type.kind == "decimal" for column in columns)
    known: dict[str, str | None] = {}
    plain: dict[str, str | None] = {}
    for key_text, key in keys:
        parts = [key[position] for position in positions]
        for separator in SEPARATORS:
            for shown in (separator.join(parts), separator.join([company, *parts])):
                _note(known, shown.lower(), key_text)
                if has_decimals:
                    _note(plain, _plain(shown.lower()), key_text)
    refused: dict[str, str] = {}
    unnamed: dict[str, None] = {}
    for record, message in errors:
        name = record.strip().lower()
        key_found = known.get(name) or plain.get(_plain(name))
        if key_found is not None:
            refused[key_found] = "; ".join(filter(None, (refused.get(key_found), message)))
        elif message:
            unnamed[message] = None
    return refused, "; ".join(unnamed)


def _note(known: dict[str, str | None], name: str, key_text: str) -> None:
    """Note whose name this is; None for a name that two rows have."""
    known[name] = key_text if known.get(name, key_text) == key_text else None


def _plain(name: str) -> str:
    """Return a name in which numbers have no zeros at their end: 1.500000 is 1.5."""
    return DECIMAL_ZEROS.sub(r"\1\2", name)
