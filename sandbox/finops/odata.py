"""One OData request, on its own or inside a batch: what it asks for and what it answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import duckdb

from sandbox.database import Database
from sandbox.finops import doubts, reading
from sandbox.finops.addresses import Address, KeyValue, read_address
from sandbox.finops.answers import NoRoute, bad_payload, conflict, missing_row, read_only
from sandbox.finops.checks import Mode
from sandbox.finops.metadata import COMPANY, Entity
from sandbox.finops.store import etag, first_row, table
from sandbox.finops.values import Row, read_body, typed_row
from sandbox.finops.writing import Created, Rules, write
from sandbox.switches import Switches

MODES = {"POST": Mode.CREATE, "PATCH": Mode.MERGE, "PUT": Mode.MERGE, "DELETE": Mode.DELETE}
CHANGE_SET_STATUS = 500


@dataclass(frozen=True, slots=True)
class Call:
    """One request: `url` as sent, absolute or relative to the service root."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one request; `text` is JSON unless `is_plain`."""

    status: int
    text: str = ""
    location: str = ""
    is_plain: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One row to write: attribute name -> value, the key among them.

    etag: the version the client wants to change, blank for any.
    """

    entity: Entity
    mode: Mode
    row: Row
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """The collections, as one application user sees them. `base` is the address of /data/."""

    database: Database
    switches: Switches
    base: str

    def answer(self, call: Call) -> Reply:
        """Answer one request in a transaction of its own. Raises Refusal."""
        address = read_address(call.url)
        if call.method == "GET":
            return self._read(address, call)
        with self.database.writing() as cursor:
            return next(self._write(cursor, [self._change(call, address)], is_change_set=False))

    def answer_change_set(self, calls: Sequence[Call]) -> list[Reply]:
        """Answer the requests of a change set: all are done, or none. Raises Refusal."""
        changes = [self._change(call, read_address(call.url)) for call in calls]
        with self.database.writing() as cursor:
            return list(self._write(cursor, changes, is_change_set=True))

    def _read(self, address: Address, call: Call) -> Reply:
        company = doubts.text(self.switches, "finops_default_company")
        level = metadata_level(call.headers.get("accept", ""))
        cursor = self.database.cursor()
        try:
            if address.key is not None and not address.rest:
                text = reading.one(
                    cursor, address, base=self.base, default_company=company, level=level
                )
            elif address.key is None and not address.rest:
                text = reading.page(
                    cursor,
                    address,
                    base=self.base,
                    default_company=company,
                    page_size=doubts.whole_number(self.switches, "finops_page_size"),
                    level=level,
                )
            elif address.key is None and address.rest == "$count":
                text = reading.count_text(cursor, address, default_company=company)
                return Reply(200, text, is_plain=True)
            else:
                raise NoRoute(address.url)
        finally:
            cursor.close()
        return Reply(200, text)

    def _change(self, call: Call, address: Address) -> Change:
        mode = MODES.get(call.method)
        wants_key = mode in (Mode.MERGE, Mode.DELETE)
        if mode is None or address.rest or (address.key is not None) is not wants_key:
            raise NoRoute(address.url)
        entity, company = address.entity, doubts.text(self.switches, "finops_default_company")
        if not entity.company_specific:
            raise NoRoute(address.url)
        if entity.is_read_only:
            raise read_only(entity)
        row: Row = typed_row(entity, read_body(call.body)) if mode is not Mode.DELETE else {}
        if address.key is None:
            return Change(entity, mode, {**row, COMPANY: row.get(COMPANY) or company})
        if not address.is_cross_company and str(address.key[COMPANY]).lower() != company.lower():
            raise missing_row()
        for attribute in entity.key:
            given = row.get(attribute.name, address.key[attribute.name])
            if _normalised(given) != _normalised(address.key[attribute.name]):
                raise bad_payload(f"The key property '{attribute.odata_name}' cannot be changed.")
        wanted = call.headers.get("if-match", "*")
        return Change(entity, mode, {**row, **address.key}, "" if wanted == "*" else wanted)

    def _write(
        self, cursor: duckdb.DuckDBPyConnection, changes: Sequence[Change], *, is_change_set: bool
    ) -> Iterator[Reply]:
        for run in runs(changes):
            entity, mode = run[0].entity, run[0].mode
            for change in run:
                if change.etag and change.etag != etag_of(cursor, entity, change.row):
                    raise conflict(entity)
            # staging is dear, and half of the writes of a first load ask for rows that are not there
            if mode is not Mode.CREATE and etag_of(cursor, entity, run[0].row) is None:
                raise missing_row()
            rules = Rules(
                inferred_lengths=doubts.is_on(
                    self.switches, "finops_inferred_lengths", entity.collection
                ),
                refused_status=CHANGE_SET_STATUS if is_change_set else 400,
                duplicate_status=CHANGE_SET_STATUS
                if is_change_set
                else doubts.whole_number(self.switches, "finops_duplicate_status"),
            )
            created = write(cursor, entity, [change.row for change in run], mode, rules)
            yield from (self._created(entity, row) for row in created)
            if mode is not Mode.CREATE:
                yield from (Reply(204) for _ in run)

    def _created(self, entity: Entity, row: Created) -> Reply:
        context = f'"@odata.context":"{self.base}$metadata#{entity.collection}/$entity"'
        return Reply(201, f"{{{context},{row.text[1:]}", location=self.base + row.address)


def runs(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Cut changes into runs of one entity, one mode and distinct keys, in order.

    The rows of a run do not depend on each other, so they are written as one set.
    """
    run: list[Change] = []
    keys: set[tuple[str, ...]] = set()
    for change in changes:
        key = tuple(_normalised(change.row.get(part.name, "")) for part in change.entity.key)
        same = run and run[0].entity is change.entity and run[0].mode is change.mode
        if run and (not same or key in keys):
            yield run
            run, keys = [], set()
        run.append(change)
        keys.add(key)
    if run:
        yield run


def etag_of(cursor: duckdb.DuckDBPyConnection, entity: Entity, row: Row) -> str | None:
    """Return the etag a row has now, None when there is no such row."""
    key, values = reading.key_parameter(entity, row)
    statement = f"select {etag()} from {table(entity)} where _key = {key}"
    found = first_row(cursor.execute(statement, values))
    return str(found[0]) if found else None


def metadata_level(accept: str) -> str:
    """Return full, minimal or none as the Accept header asks."""
    for level in ("full", "none"):
        if f"odata.metadata={level}" in accept.replace(" ", "").lower():
            return level
    return "minimal"


def _normalised(value: KeyValue | object) -> str:
    return str(value).rstrip(" ").lower()
