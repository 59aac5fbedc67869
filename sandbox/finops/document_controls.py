"""What tests ask of orders, purchase orders and stock: confirm, ship, invoice, receive, post."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

import duckdb
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.database import Database
from sandbox.finops import orders, purchasing, stock
from sandbox.finops.answers import Refusal
from sandbox.finops.documents import DocumentRefused, NoSuchDocument
from sandbox.finops.reference import is_company
from sandbox.finops.values import read_body

Answer = dict[str, object]
DocumentWork = Callable[[duckdb.DuckDBPyConnection, str, str, str], Answer]
CompanyWork = Callable[[duckdb.DuckDBPyConnection, str], Answer]


class DocumentControls:
    """Handlers of the controls under /sandbox/finops that move documents along."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def routes(self) -> Sequence[BaseRoute]:
        """Return one route per control."""
        controls: list[_Document | _Company] = [
            _Document(self._database, number, work)
            for number, work in (
                ("SalesOrderNumber", _confirm_order),
                ("SalesOrderNumber", _cancel_order),
                ("SalesOrderNumber", _ship_order),
                ("SalesOrderNumber", _invoice_order),
                ("PurchaseOrderNumber", _confirm_purchase_order),
                ("PurchaseOrderNumber", _receive_purchase_order),
            )
        ]
        controls += [
            _Company(self._database, work) for work in (_calculate_totals, _post_inventory_journals)
        ]
        return [
            Route(f"/sandbox/finops/{control.name}", control.answer, methods=["POST"])
            for control in controls
        ]


class _Document:
    """A control of one document: body {"dataAreaId", its number, "date"?}."""

    def __init__(self, database: Database, number: str, work: DocumentWork) -> None:
        self._database = database
        self._number = number
        self._run = work
        self.name = _name(work)

    async def answer(self, request: Request) -> Response:
        try:
            body = read_body(await request.body())
            company, number = str(body["dataAreaId"]), str(body[self._number]).rstrip(" ")
            day = str(date.fromisoformat(str(body.get("date", datetime.now(UTC).date()))))
        except (Refusal, KeyError, ValueError):
            text = f"{self.name} needs dataAreaId and {self._number}; date is yyyy-mm-dd."
            return JSONResponse({"error": text}, 400)
        try:
            return JSONResponse(await run_in_threadpool(self._work, company, number, day))
        except NoSuchDocument:
            return JSONResponse({"error": f"There is no {number} in {company}."}, 404)
        except DocumentRefused as refusal:
            return JSONResponse({"error": str(refusal)}, 409)

    def _work(self, company: str, number: str, day: str) -> Answer:
        with self._database.writing() as cursor:
            return self._run(cursor, company, number, day)


class _Company:
    """A control of a whole company: body {"dataAreaId"}."""

    def __init__(self, database: Database, work: CompanyWork) -> None:
        self._database = database
        self._run = work
        self.name = _name(work)

    async def answer(self, request: Request) -> Response:
        try:
            company = str(read_body(await request.body())["dataAreaId"])
        except (Refusal, KeyError):
            return JSONResponse({"error": f"{self.name} needs dataAreaId."}, 400)
        done = await run_in_threadpool(self._work, company)
        if done is None:
            return JSONResponse({"error": f"There is no company {company}."}, 404)
        return JSONResponse(done)

    def _work(self, company: str) -> Answer | None:
        with self._database.writing() as cursor:
            return self._run(cursor, company) if is_company(cursor, company) else None


def _name(work: DocumentWork | CompanyWork) -> str:
    return work.__name__.strip("_").replace("_", "-")


def _confirm_order(cursor: duckdb.DuckDBPyConnection, company: str, number: str, _: str) -> Answer:
    orders.confirm(cursor, company, number)
    return {"confirmed": 1}


def _cancel_order(cursor: duckdb.DuckDBPyConnection, company: str, number: str, _: str) -> Answer:
    orders.cancel(cursor, company, number)
    return {"canceled": 1}


def _ship_order(cursor: duckdb.DuckDBPyConnection, company: str, number: str, _: str) -> Answer:
    return {"shipped": 1, "voucher": orders.ship(cursor, company, number)}


def _invoice_order(
    cursor: duckdb.DuckDBPyConnection, company: str, number: str, day: str
) -> Answer:
    return {"invoiced": 1, "InvoiceNumber": orders.invoice(cursor, company, number, day)}


def _confirm_purchase_order(
    cursor: duckdb.DuckDBPyConnection, company: str, number: str, _: str
) -> Answer:
    purchasing.confirm(cursor, company, number)
    return {"confirmed": 1}


def _receive_purchase_order(
    cursor: duckdb.DuckDBPyConnection, company: str, number: str, day: str
) -> Answer:
    return {"received": 1, "ProductReceiptNumber": purchasing.receive(cursor, company, number, day)}


def _calculate_totals(cursor: duckdb.DuckDBPyConnection, company: str) -> Answer:
    return {"calculated": orders.calculate_totals(cursor, company)}


def _post_inventory_journals(cursor: duckdb.DuckDBPyConnection, company: str) -> Answer:
    return {"posted": stock.post_journals(cursor, company)}
