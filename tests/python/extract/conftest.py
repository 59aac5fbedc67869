"""Two small related tables, and a clock that steps a minute at each look."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from fake_dataverse import FakeDataverse, FakeTable, source

from connection.declarations import SourceTable
from extract.run import Clock

ACCOUNT = source(
    "account",
    "accounts",
    "accountid",
    {
        "accountid": "string",
        "name": "string",
        "creditlimit": "decimal(19, 4)",
        "createdon": "timestamp",
        "founded": "date",
        "extra": "string",
    },
    extra={"optional": True},
    founded={"date_behavior": "DateOnly"},
)
CONTACT = source(
    "contact",
    "contacts",
    "contactid",
    {"contactid": "string", "_parentid_value": "string"},
)


@pytest.fixture
def account() -> SourceTable:
    return ACCOUNT


@pytest.fixture
def contact() -> SourceTable:
    return CONTACT


@pytest.fixture
def service() -> FakeDataverse:
    """A fresh service for each test."""
    return small_service()


def small_service() -> FakeDataverse:
    """Three accounts, two contacts that refer to them; the optional column is not installed."""
    return FakeDataverse(
        {
            "account": FakeTable(
                "accounts",
                "accountid",
                {
                    "accountid": ("Uniqueidentifier", None),
                    "name": ("String", None),
                    "creditlimit": ("Money", None),
                    "createdon": ("DateTime", "UserLocal"),
                    "founded": ("DateTime", "DateOnly"),
                },
                [account_row(number) for number in range(3)],
            ),
            "contact": FakeTable(
                "contacts",
                "contactid",
                {"contactid": ("Uniqueidentifier", None), "parentid": ("Lookup", ["account"])},
                [
                    {"contactid": guid(100 + number), "_parentid_value": guid(number).upper()}
                    for number in range(2)
                ],
            ),
        }
    )


@pytest.fixture
def clock() -> Clock:
    minutes: Iterator[int] = count()
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return Clock(now=lambda: start + timedelta(minutes=next(minutes)), sleep=lambda _: None)


def guid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012x}"


def account_row(number: int) -> dict[str, object]:
    return {
        "@odata.etag": f'W/"{number}"',
        "accountid": guid(number),
        "name": f"Account {number}",
        "creditlimit": number,
        "createdon": "2023-04-07T21:59:01Z",
        "founded": "2021-04-04",
    }
