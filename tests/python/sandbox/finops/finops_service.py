"""A Finance and Operations of its own for each test, and what tests say to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from sandbox import finops as finops_half
from sandbox.app import create_app, declared_switches
from sandbox.database import Database
from sandbox.finops.metadata import entities
from sandbox.switches import Switches, Value

FACTS = """
insert into sandbox.shared_facts
select 'product', 'P-' || i, null, json_object('name', 'Product ' || i, 'unit', 'ea')
from range(1, 41) as numbers (i);
insert into sandbox.shared_facts values
    ('native_customer', 'US-001', 'usmf', '{"name": "Contoso Retail"}'),
    ('native_customer', 'DE-001', 'demf', '{"name": "Contoso Europe"}'),
    ('native_sales_order', '000697', 'usmf', '{"customer": "US-001"}'),
    ('category', 'Airfare', 'usmf', '{}'),
    ('category', 'AIRFARE', 'demf', '{}'),
    ('category', 'Hotel', 'usmf', null);
"""
OTHER_TABLES = (
    "export_projects",
    "exported_rows",
    "journal_lines",
    "last_numbers",
    "posted_journals",
    "stock_moves",
)

CONTRACT_LINE = "11111111-1111-1111-1111-111111111111"
MILESTONE = "22222222-2222-2222-2222-222222222222"


WRITE_EXCEPTION = "Microsoft.Dynamics.Platform.Integration.Services.OData.AxODataWriteException"
CONTRACT = "/data/CDSProjectContracts(dataAreaId='usmf',ProjectContractID='K-1')"


@dataclass
class Finops:
    """The service under test: an HTTP client with a token, the switches, the database."""

    client: httpx.Client
    switches: Switches
    database: Database

    def post(self, collection: str, **row: object) -> httpx.Response:
        return self.client.post(f"/data/{collection}", json=row)

    def created(self, collection: str, **row: object) -> dict[str, object]:
        response = self.post(collection, **row)
        assert response.status_code == 201, response.text
        body: dict[str, object] = response.json()
        return body

    def content(self, collection: str) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = self.client.get(
            f"/sandbox/finops/content/{collection}"
        ).json()
        return rows

    def post_invoice(self, number: str) -> httpx.Response:
        body = {"dataAreaId": "USMF", "ExternalInvoiceId": number}
        return self.client.post("/sandbox/finops/post-invoice", json=body)

    def turn(self, name: str, value: Value, **how: object) -> None:
        body = {"name": name, "value": value, **how}
        assert self.client.post("/sandbox/switches", json=body).status_code == 200


class Snapshots:
    """One database for all tests; each test starts from a copy of a known state."""

    def __init__(self) -> None:
        self.database = Database()
        with self.database.writing() as cursor:
            cursor.execute(FACTS)
        finops_half.create(self.database)
        self._entities = [entity.name for entity in entities()]
        self._tables = [*self._entities, *OTHER_TABLES]
        self._filled: dict[str, list[str]] = {}
        self._prints: dict[str, list[tuple[int, ...]]] = {}
        self.switches = Switches(declared_switches())
        self.app = create_app(self.database, self.switches)
        self._routes = list(self.app.router.routes)
        self.take("native")

    def take(self, state: str) -> None:
        """Remember what the tables hold now as `state`."""
        self._filled[state] = self._not_empty()
        with self.database.writing() as cursor:
            cursor.execute(f"create schema {state}")
            for name in self._filled[state]:
                cursor.execute(f'create table {state}."{name}" as from finops."{name}"')
        self._prints[state] = self._fingerprint()

    def restore(self, state: str) -> None:
        """Put the tables back to `state`, unless they still are."""
        if self._fingerprint() == self._prints[state]:
            return
        with self.database.writing() as cursor:
            for name in self._not_empty():
                cursor.execute(f'truncate finops."{name}"')
        with self.database.writing() as cursor:
            for name in self._filled[state]:
                cursor.execute(f'insert into finops."{name}" from {state}."{name}"')

    @contextmanager
    def serve(self, state: str, client: httpx.Client) -> Iterator[Finops]:
        """Serve `state` with switches at rest and no execution known."""
        self.restore(state)
        self.switches.reset()
        self.app.state.request_log.reset()
        fresh = finops_half.routes(self.database, self.switches)
        self.app.router.routes = [*fresh, *self._routes]
        yield Finops(client, self.switches, self.database)

    def _fingerprint(self) -> list[tuple[int, ...]]:
        """Every change of an entity adds a row, takes one away or raises a version."""
        parts = [
            f'select {number}, count(*), sum(_recversion), max(_recid) from finops."{name}"'
            for number, name in enumerate(self._entities)
        ]
        parts += [
            f"select {-number}, count(*), sum(hash(t)), 0 from finops.{name} as t"
            for number, name in enumerate(OTHER_TABLES, start=1)
        ]
        return self.database.cursor().execute(" union all ".join(parts) + " order by 1").fetchall()

    def _not_empty(self) -> list[str]:
        cursor = self.database.cursor()
        return [
            name
            for name in self._tables
            if cursor.execute(f'from finops."{name}" limit 1').fetchall()
        ]


def do_business(service: Finops) -> None:
    service.created(
        "CustomersV2", CustomerAccount="C-1", OrganizationName="A", CustomerGroupId="10"
    )
    service.created(
        "CDSProjectContracts", ProjectContractID="K-1", CustomerAccount="C-1", CurrencyCode="USD"
    )
    service.created("CDSProjects", ProjectID="PRJ-1", ProjectContractId="K-1")
    service.created(
        "CDSProjectContractLines",
        ContractId="K-1",
        ContractLine=1,
        TransactionId=CONTRACT_LINE,
        Type="FixedPrice",
    )
    service.created(
        "CDSSalesOrderHeaders", SalesOrderNumber="WO-1", OrderingCustomerAccountNumber="C-1"
    )
    service.created("CDSFreeTextInvoiceHeaders", ExternalInvoiceId="INV-1", CustomerAccount="C-1")
    service.created(
        "CDSFreeTextInvoiceLines",
        ExternalInvoiceId="INV-1",
        LineNumber=1,
        MainAccountDisplayValue="401100",
    )
    service.created(
        "CDSSalesQuotationHeaders",
        SalesQuotationNumber="QUO-1",
        RequestingCustomerAccountNumber="C-1",
    )
    service.created("VendorsV2", VendorAccountNumber="V-1", VendorGroupId="10")
    service.created(
        "PurchaseOrderHeadersV2", PurchaseOrderNumber="PO-1", OrderVendorAccountNumber="V-1"
    )


def milestone(**changes: object) -> dict[str, object]:
    """Return a good milestone of the contract line."""
    row: dict[str, object] = {
        "TransactionId": MILESTONE,
        "ContractLineRef": CONTRACT_LINE,
        "InvoiceDate": "2021-04-04T12:00:00Z",
        "CurrencyId": "USD",
        "Amount": 10,
    }
    return row | changes


def order_line(**changes: object) -> dict[str, object]:
    """Return a good line of the order."""
    row: dict[str, object] = {
        "SalesOrderNumber": "WO-1",
        "LineCreationSequenceNumber": 1,
        "ProductNumber": "P-1",
    }
    return row | changes


def without_token(client: httpx.Client, method: str, url: str, **how: Any) -> httpx.Response:
    """Send a request as a client of another service would: without the bearer token."""
    request = client.build_request(method, url, **how)
    del request.headers["Authorization"]
    return client.send(request)


def inner_message(response: httpx.Response) -> str:
    """Return the useful text of an error."""
    message = response.json()["error"]["innererror"]["message"]
    assert isinstance(message, str)
    return message
