"""The Web API v9.2: one operation in, one answer out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import duckdb

from sandbox.database import Database
from sandbox.dataverse import csdl, faults, functions
from sandbox.dataverse.answers import Answer, ApiError, Call, as_json, bad_request, wrong_method
from sandbox.dataverse.batch import Batch
from sandbox.dataverse.catalog import Catalog
from sandbox.dataverse.definitions import definitions
from sandbox.dataverse.keys import split_segment
from sandbox.dataverse.rows import RowReads, RowWrites
from sandbox.switches import Switches

Count = Callable[[str, str], None]


class WebApi:
    """Answers operations over one organisation."""

    def __init__(
        self,
        database: Database,
        catalog: Catalog,
        switches: Switches,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._switches = switches
        self._clock = clock

    def answer(self, call: Call, count: Count) -> Answer:
        """Answer a request; `count` is told the method and path of each operation of a batch."""
        try:
            if call.path == "$batch":
                return self._batch(call, count)
            return self._operation(call, None)
        except ApiError as error:
            return error.answer()

    def _batch(self, call: Call, count: Count) -> Answer:
        if call.method != "POST":
            raise wrong_method(call.method)
        faults.throttle(self._switches, "dataverse")

        def run(part: Call, cursor: duckdb.DuckDBPyConnection | None) -> Answer:
            count(part.method, part.path)
            return self._operation(part, cursor)

        return Batch(run, self._database.writing).answer(call)

    def _operation(self, call: Call, cursor: duckdb.DuckDBPyConnection | None) -> Answer:
        """Answer one operation, in the caller's transaction if there is one."""
        if call.path.startswith("$batch"):
            raise bad_request("A batch cannot hold another batch.")
        segments = [segment for segment in call.path.split("/") if segment]
        if not segments:
            return as_json(csdl.service_document(self._catalog.tables(), call.root))
        name, key = split_segment(segments[0])
        faults.throttle(self._switches, "dataverse", *self._catalog.names(name))
        match name:
            case "$metadata":
                return Answer(200, csdl.metadata(self._catalog), "application/xml")
            case "EntityDefinitions":
                return definitions(call, segments, self._catalog)
            case "WhoAmI":
                return functions.who_am_i(self._database, call)
            case "RetrieveTotalRecordCount":
                return functions.total_record_count(self._database, self._catalog, call, key or "")
        table = self._catalog.by_set(name)
        faults.forbid(self._switches, table)
        if call.method == "GET":
            with self._reading(cursor) as reading:
                reads = RowReads(reading, self._catalog, self._switches, self._clock())
                return reads.answer(call, table, key, segments[1:])
        with self._writing(cursor) as writing:
            return RowWrites(writing, self._catalog).answer(call, table, key, segments[1:])

    @contextmanager
    def _reading(
        self, cursor: duckdb.DuckDBPyConnection | None
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """A transaction of its own, so that what one answer says belongs to one moment."""
        if cursor is not None:
            yield cursor
            return
        own = self._database.cursor()
        try:
            own.begin()
            yield own
        finally:
            own.close()

    @contextmanager
    def _writing(
        self, cursor: duckdb.DuckDBPyConnection | None
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        if cursor is not None:
            yield cursor
            return
        with self._database.writing() as own:
            yield own
