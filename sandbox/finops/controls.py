"""What tests ask of this half: post an invoice or a journal, read everything an entity holds."""

from collections.abc import Callable, Sequence
from dataclasses import asdict

import duckdb
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.database import Database
from sandbox.finops import data_projects, journal, reading
from sandbox.finops.answers import Refusal, as_json
from sandbox.finops.data_projects import FULL_PUSH, INCREMENTAL_PUSH, ExportProject
from sandbox.finops.metadata import by_address, by_label
from sandbox.finops.reference import is_company
from sandbox.finops.store import first_row
from sandbox.finops.values import read_body
from sandbox.switches import Switches

POST = """
update finops."FreeTextInvoiceHeaderCDSEntity" set "IsPosted" = 'Yes', _recversion = _recversion + 1
where _key = lower(? || chr(31) || ?)
"""


CompanyWork = Callable[[duckdb.DuckDBPyConnection, str], journal.Journalized | journal.Posted]


class Controls:
    """Handlers of /sandbox/finops."""

    def __init__(self, database: Database, switches: Switches) -> None:
        self._database = database
        self._switches = switches

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes under /sandbox/finops."""
        return [
            Route("/sandbox/finops/post-invoice", self._post_invoice, methods=["POST"]),
            Route("/sandbox/finops/import-from-staging", self._journalize, methods=["POST"]),
            Route("/sandbox/finops/post-journal", self._post_journal, methods=["POST"]),
            Route("/sandbox/finops/export-project", self._export_project, methods=["POST"]),
            Route("/sandbox/finops/content/{address}", self._content, methods=["GET"]),
        ]

    async def _post_invoice(self, request: Request) -> Response:
        """Body {"dataAreaId", "ExternalInvoiceId"}; answers how many invoices were posted."""
        try:
            body = read_body(await request.body())
            key = [str(body["dataAreaId"]), str(body["ExternalInvoiceId"]).rstrip(" ")]
        except (Refusal, KeyError):
            text = "Posting needs dataAreaId and ExternalInvoiceId."
            return JSONResponse({"error": text}, 400)
        posted = await run_in_threadpool(self._post, key)
        return JSONResponse({"posted": posted}, 200 if posted else 404)

    def _post(self, key: list[str]) -> int:
        with self._database.writing() as cursor:
            row = first_row(cursor.execute(POST, key))
        return int(row[0]) if row else 0

    async def _journalize(self, request: Request) -> Response:
        """Body {"dataAreaId"}; answers {"journalized", "errors"}."""
        return await self._of_company(request, journal.import_from_staging)

    async def _post_journal(self, request: Request) -> Response:
        """Body {"dataAreaId"}; answers {"posted", "taxes"}."""
        try:
            posting = journal.read_posting(self._switches)
        except ValueError as error:
            return JSONResponse({"error": f"A switch says what posting cannot do: {error}"}, 400)
        return await self._of_company(
            request, lambda cursor, company: journal.post(cursor, company, posting)
        )

    async def _of_company(self, request: Request, work: CompanyWork) -> Response:
        try:
            company = str(read_body(await request.body())["dataAreaId"])
        except (Refusal, KeyError):
            return JSONResponse({"error": "The journal needs dataAreaId."}, 400)
        done = await run_in_threadpool(self._work, company, work)
        if done is None:
            return JSONResponse({"error": f"There is no company {company}."}, 404)
        return JSONResponse(asdict(done))

    def _work(self, company: str, work: CompanyWork) -> journal.Journalized | journal.Posted | None:
        with self._database.writing() as cursor:
            return work(cursor, company) if is_company(cursor, company) else None

    async def _export_project(self, request: Request) -> Response:
        """Body {"name", "label", "refresh"}; makes the data project or changes it."""
        try:
            body = read_body(await request.body())
            project = ExportProject(str(body["name"]), str(body["label"]), str(body["refresh"]))
        except (Refusal, KeyError):
            text = "An export project needs name, label and refresh."
            return JSONResponse({"error": text}, 400)
        if project.label not in by_label() or project.refresh not in (FULL_PUSH, INCREMENTAL_PUSH):
            text = f"The label is that of an entity, refresh is {FULL_PUSH} or {INCREMENTAL_PUSH}."
            return JSONResponse({"error": text}, 400)
        await run_in_threadpool(self._keep_project, project)
        return JSONResponse(asdict(project))

    def _keep_project(self, project: ExportProject) -> None:
        with self._database.writing() as cursor:
            data_projects.keep_export(cursor, project)

    async def _content(self, request: Request) -> Response:
        address = request.path_params["address"]
        if address not in by_address():
            return JSONResponse({"error": "There is no such collection."}, 404)
        return as_json(await run_in_threadpool(self._read, address))

    def _read(self, address: str) -> str:
        cursor = self._database.cursor()
        try:
            return reading.content(cursor, by_address()[address])
        finally:
            cursor.close()
