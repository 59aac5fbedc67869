"""Rows into the sandbox's Dataverse, which was written from the specification by somebody else."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from installation import Installation, classes, counts, reasons

ROOT = Path(__file__).parents[3]
ONE, TWO, GONE = (f"aaaaaaaa-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
HEADERS = {
    "Authorization": "Bearer sandbox",
    "OData-Version": "4.0",
    "OData-MaxVersion": "4.0",
    "Prefer": 'odata.include-annotations="*"',
}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--rows", "500", "--seed", "7"]
    command += ["--token", "sandbox"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield str(json.loads(process.stdout.readline())["dataverse_url"])
        finally:
            process.terminate()


@pytest.fixture
def here(world: Installation, address: str) -> Installation:
    world.address = address
    return world


def read(address: str, path: str) -> dict[str, Any]:
    response = httpx.get(f"{address}/api/data/v9.2/{path}", headers=HEADERS)
    response.raise_for_status()
    return dict(json.loads(response.content, parse_float=Decimal))


def first(address: str, collection: str, key: str) -> str:
    return str(read(address, f"{collection}?$top=1&$select={key}")["value"][0][key])


@contextmanager
def losing_answers(world: Installation) -> Iterator[None]:
    """Carry out every $batch and lose the answer."""
    surroundings = world.surroundings
    with httpx.HTTPTransport() as network:

        def losing(request: httpx.Request) -> httpx.Response:
            response = network.handle_request(request)
            response.read()
            if request.url.path.endswith("$batch"):
                raise httpx.ReadError("gone")
            return response

        world.surroundings = lambda: surroundings(httpx.MockTransport(losing))
        yield
    world.surroundings = surroundings


def account(world: Installation, row_id: str, **values: Any) -> dict[str, Any]:
    base = {"accountnumber": f"LOAD-{row_id[-1]}", "name": "Name"}
    return world.add("psa_accounts", row_id, accountid=row_id, **{**base, **values})


def test_rows_are_made_changed_cleared_and_refused_in_the_sandboxs_words(
    here: Installation,
) -> None:
    (currency, *_) = read(here.address, "transactioncurrencies?$top=1")["value"]
    currency_id = currency["transactioncurrencyid"]
    row = account(
        here,
        ONE,
        description='Ä "quoted"\nline',
        creditlimit=Decimal("1234567.8900"),
        numberofemployees=7,
        transactioncurrencyid=currency_id,
    )
    account(here, TWO, accountnumber="X" * 21)
    account(here, GONE, _exists_in_target=True)
    plan = here.plan()
    assert classes(plan, "psa_accounts") == {ONE: "insert", TWO: "insert", GONE: "update"}
    assert counts(here.load(), "psa_accounts") == {"inserted": 1, "failed": 2}
    said = reasons(here.plan(), "psa_accounts")
    assert "exceeded the maximum allowed length of '20'" in said[TWO]
    assert said[GONE].startswith("The row was in Dataverse when it was read and is gone")
    told = read(here.address, f"accounts({ONE})")
    assert told["description"] == 'Ä "quoted"\nline'
    assert told["creditlimit"] == Decimal("1234567.89")
    assert (told["numberofemployees"], told["_transactioncurrencyid_value"]) == (7, currency_id)
    row.update(description=None, transactioncurrencyid=None, numberofemployees=8)
    assert counts(here.load(), "psa_accounts") == {"updated": 1, "failed": 2}
    told = read(here.address, f"accounts({ONE})")
    assert (told["description"], told["_transactioncurrencyid_value"]) == (None, None)
    assert told["numberofemployees"] == 8


def test_a_row_the_sandbox_has_already_is_a_collision(here: Installation) -> None:
    (theirs, *_) = read(here.address, "accounts?$top=1&$select=name")["value"]
    account(here, theirs["accountid"])
    assert classes(here.plan(), "psa_accounts") == {theirs["accountid"]: "collision"}


def test_a_batch_whose_answer_was_lost_is_read_back(here: Installation) -> None:
    (currency, *_) = read(here.address, "transactioncurrencies?$top=1")["value"]
    account(
        here,
        "aaaaaaaa-0000-4000-8000-000000000009",
        creditlimit=Decimal("10.5000"),
        transactioncurrencyid=currency["transactioncurrencyid"],
    )
    with losing_answers(here):
        assert counts(here.load(), "psa_accounts") == {"inserted": 1}


def test_the_customer_of_an_order_is_an_account_or_a_contact(here: Installation) -> None:
    account_id = first(here.address, "accounts", "accountid")
    contact_id = first(here.address, "contacts", "contactid")
    order_id = "aaaaaaaa-0000-4000-8000-000000000021"
    row = here.add("crm_orders", order_id, salesorderid=order_id, name="Order")

    def customer() -> tuple[str | None, str | None]:
        name = "_customerid_value"
        told = read(here.address, f"salesorders({order_id})?$select={name}")
        return told[name], told.get(f"{name}@Microsoft.Dynamics.CRM.lookuplogicalname")

    row.update(customerid_contact=contact_id)
    assert counts(here.load(), "crm_orders") == {"inserted": 1}
    assert customer() == (contact_id, "contact")
    row.update(customerid_account=account_id, customerid_contact=None)
    with losing_answers(here):
        assert counts(here.load(), "crm_orders") == {"updated": 1}
    assert customer() == (account_id, "account")
    assert counts(here.load(), "crm_orders") == {"unchanged": 1}
