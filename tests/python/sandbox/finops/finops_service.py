"""A Finance and Operations of its own for each test, and what tests say to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox import finops as finops_half
from sandbox.app import create_app, declared_switches
from sandbox.database import Database
from sandbox.switches import Switches, Value

FACTS = """
insert into sandbox.shared_facts
select 'product', 'P-' || i, null, json_object('name', 'Product ' || i, 'unit', 'ea')
from range(1, 41) as numbers (i);
insert into sandbox.shared_facts values
    ('native_customer', 'US-001', 'usmf', '{"name": "Contoso Retail"}'),
    ('native_customer', 'DE-001', 'demf', '{"name": "Contoso Europe"}'),
    ('native_sales_order', '000697', 'usmf', '{"customer": "US-001"}');
"""

CONTRACT_LINE = "11111111-1111-1111-1111-111111111111"
MILESTONE = "22222222-2222-2222-2222-222222222222"


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

    def turn(self, name: str, value: Value, **how: object) -> None:
        body = {"name": name, "value": value, **how}
        assert self.client.post("/sandbox/switches", json=body).status_code == 200


class Frontage:
    """One server for all tests: passes each request to the application of the test that runs."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


class Snapshots:
    """One database for all tests; each test starts from a copy of a known state."""

    def __init__(self) -> None:
        self.database = Database()
        with self.database.writing() as cursor:
            cursor.execute(FACTS)
        finops_half.create(self.database)
        tables = self.database.cursor().execute(
            "select table_name from information_schema.tables where table_schema = 'finops'"
        )
        self._tables = [name for (name,) in tables.fetchall()]
        self.frontage = Frontage(create_app(self.database, Switches(declared_switches())))
        self.take("native")

    def take(self, state: str) -> None:
        with self.database.writing() as cursor:
            cursor.execute(f"create schema {state}")
            for name in self._tables:
                cursor.execute(f'create table {state}."{name}" as from finops."{name}"')

    def restore(self, state: str) -> None:
        with self.database.writing() as cursor:
            for name in self._tables:
                cursor.execute(f'truncate finops."{name}"')
        with self.database.writing() as cursor:
            for name in self._tables:
                cursor.execute(f'insert into finops."{name}" from {state}."{name}"')

    @contextmanager
    def serve(self, state: str, base: str) -> Iterator[Finops]:
        self.restore(state)
        switches = Switches(declared_switches())
        self.frontage.app = create_app(self.database, switches)
        with httpx.Client(base_url=base, headers={"Authorization": "Bearer sandbox"}) as client:
            yield Finops(client, switches, self.database)


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


def inner_message(response: httpx.Response) -> str:
    """Return the useful text of an error."""
    message = response.json()["error"]["innererror"]["message"]
    assert isinstance(message, str)
    return message
