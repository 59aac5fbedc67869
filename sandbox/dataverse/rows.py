"""Operations on the rows of one table: which request means which read or write."""

import json
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote
from uuid import UUID

import duckdb

from sandbox.dataverse import bulk, tracking
from sandbox.dataverse.answers import (
    JSON_TYPE,
    Answer,
    Call,
    unknown_property,
    unknown_segment,
    wrong_method,
)
from sandbox.dataverse.catalog import Catalog
from sandbox.dataverse.keys import Key, read_key, require
from sandbox.dataverse.metadata import Table
from sandbox.dataverse.preferences import PAGE_CAP, Preferences, read_preferences
from sandbox.dataverse.query import Query, read_query
from sandbox.dataverse.reading import Reader, collection, context, link, page_size
from sandbox.dataverse.rendering import row_expression
from sandbox.dataverse.values import read_json
from sandbox.dataverse.writing import Writer
from sandbox.switches import Switches

COUNT_LIMIT_EXCEEDED = "Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"
TOTAL_COUNT = "Microsoft.Dynamics.CRM.totalrecordcount"


@dataclass(frozen=True, slots=True)
class RowReads:
    """Answers GET below an entity set, in one transaction."""

    cursor: duckdb.DuckDBPyConnection
    catalog: Catalog
    switches: Switches
    now: datetime

    def answer(self, call: Call, table: Table, key: str | None, rest: list[str]) -> Answer:
        """Answer a read of rows, of a count or of one row."""
        preferences = read_preferences(call.headers.get("prefer", ""))
        if key is not None and not rest:
            row_id = require(self.cursor, table, read_key(table, key))
            query = read_query(table, call.query)
            return one_row(self.cursor, call, table, row_id, query, preferences, self.catalog)
        if key is not None or rest not in ([], ["$count"]):
            raise unknown_segment(unquote(rest[0]))
        query = read_query(table, call.query, tracking=preferences.track_changes)
        reader = Reader(self.cursor, table, query, preferences, self.catalog)
        if rest:
            return self._count(reader)
        size = page_size(query, preferences)
        if self.switches.take("dataverse_short_pages", table.entity_set, table.name):
            size = max(1, size // 2)
        if query.delta is not None:
            return tracking.changes(reader, call, size, self.switches, self.now)
        in_tracked_read = query.cookie is not None and query.cookie.version is not None
        if preferences.track_changes or in_tracked_read:
            return tracking.first_read(reader, call, size, self.now)
        return self._plain(reader, call, size)

    def _count(self, reader: Reader) -> Answer:
        if reader.query.delta is None:
            number = reader.count()
        else:
            after = tracking.check_token(reader, self.switches, self.now)
            number = tracking.count_changes(reader, after)
        return Answer(200, str(number).encode(), "text/plain")

    def _plain(self, reader: Reader, call: Call, size: int) -> Answer:
        query, table = reader.query, reader.table
        head = {"@odata.context": json.dumps(context(call, table, query))}
        total = reader.count() if query.count else -1
        if query.count:
            head["@odata.count"] = str(min(total, PAGE_CAP))
        if reader.preferences.wants(TOTAL_COUNT):
            head["@" + TOTAL_COUNT] = str(min(total, PAGE_CAP))
            head["@" + COUNT_LIMIT_EXCEEDED] = json.dumps(total > PAGE_CAP)
        page = reader.page(size)
        following = None
        paged = query.top is None or any(
            "maxpagesize" in value for _, value in reader.preferences.applied
        )
        if page.following is not None and paged:
            token = "$skiptoken=" + page.following.encode(table.primary_key)
            following = link(call, table, query, token)
        return collection(head, page.rows, reader.preferences, following)


def one_row(
    cursor: duckdb.DuckDBPyConnection,
    call: Call,
    table: Table,
    row_id: UUID,
    query: Query,
    preferences: Preferences,
    catalog: Catalog,
    status: int = 200,
) -> Answer:
    """Return a single row with its context and ETag, or 304 when the caller has this version."""
    row = row_expression(table, query.properties, preferences, catalog)
    found = cursor.execute(
        f'select {row}, source.versionnumber from dataverse."{table.name}" as source '
        f'where source."{table.primary_key}" = ?',
        [row_id],
    ).fetchone()
    text, version = found if found is not None else ("{}", 0)
    about = json.dumps(context(call, table, query, "/$entity"))
    body = f'{{"@odata.context":{about},{text[1:]}'
    headers = [("ETag", f'W/"{version}"'), *preferences.applied]
    if call.method == "GET" and call.headers.get("if-none-match") == f'W/"{version}"':
        return Answer(304, headers=headers)
    return Answer(status, body.encode(), JSON_TYPE, headers)


@dataclass(frozen=True, slots=True)
class RowWrites:
    """Answers the writing methods below an entity set, in one transaction."""

    cursor: duckdb.DuckDBPyConnection
    catalog: Catalog

    def answer(self, call: Call, table: Table, key: str | None, rest: list[str]) -> Answer:
        """Answer a create, an upsert, a delete, a single value or a bulk action."""
        writer = Writer(self.cursor, self.catalog)
        place = (call.method, key is not None, len(rest))
        if place == ("POST", False, 0):
            written = writer.create(table, read_json(call.body))
            return self._written(call, table, written.row_id, created=True)
        if place == ("POST", False, 1):
            return bulk.run(unquote(rest[0]), writer, table, call)
        if key is None:
            raise wrong_method(call.method)
        address = read_key(table, key)
        if place == ("PATCH", True, 0):
            written = writer.upsert(table, address, read_json(call.body), call.headers)
            return self._written(call, table, written.row_id, created=written.created)
        if place == ("DELETE", True, 0):
            writer.delete(table, address, call.headers.get("if-match"))
            return Answer(204)
        if place == ("PUT", True, 1):
            return self._put_value(writer, call, table, address, unquote(rest[0]))
        raise wrong_method(call.method)

    def _put_value(self, writer: Writer, call: Call, table: Table, key: Key, name: str) -> Answer:
        if name not in table.properties:
            raise unknown_property(name, table.name)
        content = {name: read_json(call.body).get("value")}
        writer.upsert(table, key, content, {"if-match": "*"})
        return Answer(204)

    def _written(self, call: Call, table: Table, row_id: UUID, *, created: bool) -> Answer:
        """Return 204 with the row's address, or the row itself when the caller asked for it."""
        address = f"{call.root}/{table.entity_set}({row_id})"
        headers = [("OData-EntityId", address)]
        if call.method == "POST":
            headers.append(("Location", address))
        preferences = read_preferences(call.headers.get("prefer", ""))
        if not preferences.representation:
            return Answer(204, headers=headers)
        query = read_query(table, call.query)
        status = 201 if created else 200
        row = one_row(self.cursor, call, table, row_id, query, preferences, self.catalog, status)
        return Answer(row.status, row.body, row.content_type, [*headers, *row.headers])
