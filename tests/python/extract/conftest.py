"""Fixtures: two related tables, their service, and a clock that steps a minute at each look."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from fake_dataverse import ACCOUNT, CONTACT, FakeDataverse, small_service

from connection.declarations import SourceTable
from extract.run import Clock


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


@pytest.fixture
def clock() -> Clock:
    minutes: Iterator[int] = count()
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return Clock(now=lambda: start + timedelta(minutes=next(minutes)), sleep=lambda _: None)
