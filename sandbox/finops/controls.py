"""What tests ask of this half: post an invoice, read everything a collection holds."""

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.database import Database
from sandbox.finops import reading
from sandbox.finops.answers import Refusal, as_json
from sandbox.finops.metadata import by_collection
from sandbox.finops.store import first_row
from sandbox.finops.values import read_body

POST = """
update finops."FreeTextInvoiceHeaderCDSEntity" set "IsPosted" = 'Yes', _recversion = _recversion + 1
where _key = lower(? || chr(31) || ?)
"""


class Controls:
    """Handlers of /sandbox/finops."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes under /sandbox/finops."""
        return [
            Route("/sandbox/finops/post-invoice", self._post_invoice, methods=["POST"]),
            Route("/sandbox/finops/content/{collection}", self._content, methods=["GET"]),
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

    async def _content(self, request: Request) -> Response:
        entity = by_collection().get(request.path_params["collection"])
        if entity is None:
            return JSONResponse({"error": "There is no such collection."}, 404)
        return as_json(await run_in_threadpool(self._read, entity.collection))

    def _read(self, collection: str) -> str:
        cursor = self._database.cursor()
        try:
            return reading.content(cursor, by_collection()[collection])
        finally:
            cursor.close()
