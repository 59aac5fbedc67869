"""A Finance and Operations of its own for each test, on a free port of this machine."""

from collections.abc import Iterator

import httpx
import pytest
from finops_service import Finops, Snapshots, do_business

from sandbox.server import running


@pytest.fixture(scope="session")
def snapshots() -> Iterator[tuple[Snapshots, httpx.Client]]:
    """The states `native` (a fresh service) and `business` (with one of everything in usmf)."""
    known = Snapshots()
    with (
        running(known.app) as base,
        httpx.Client(base_url=base, headers={"Authorization": "Bearer sandbox"}) as client,
    ):
        with known.serve("native", client) as service:
            do_business(service)
        known.take("business")
        yield known, client
    known.database.close()


@pytest.fixture
def service(snapshots: tuple[Snapshots, httpx.Client]) -> Iterator[Finops]:
    """A fresh service: companies usmf, ussi, demf, products P-1 to P-40, native rows."""
    known, client = snapshots
    with known.serve("native", client) as fresh:
        yield fresh


@pytest.fixture
def business(snapshots: tuple[Snapshots, httpx.Client]) -> Iterator[Finops]:
    """The service with a customer, contract, project, line, order and invoice in usmf."""
    known, client = snapshots
    with known.serve("business", client) as fresh:
        yield fresh
