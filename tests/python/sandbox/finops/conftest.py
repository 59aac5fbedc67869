"""A Finance and Operations of its own for each test, on a free port of this machine."""

from collections.abc import Iterator

import pytest
from finops_service import Finops, Snapshots, do_business

from sandbox.server import running


@pytest.fixture(scope="session")
def snapshots() -> Iterator[tuple[Snapshots, str]]:
    """The states `native` (a fresh service) and `business` (with one of everything in usmf)."""
    known = Snapshots()
    with running(known.frontage) as base:
        with known.serve("native", base) as service:
            do_business(service)
        known.take("business")
        yield known, base
    known.database.close()


@pytest.fixture
def service(snapshots: tuple[Snapshots, str]) -> Iterator[Finops]:
    """A fresh service: companies usmf, ussi, demf, products P-1 to P-40, native rows."""
    known, base = snapshots
    with known.serve("native", base) as running_service:
        yield running_service


@pytest.fixture
def business(snapshots: tuple[Snapshots, str]) -> Iterator[Finops]:
    """The service with a customer, contract, project, line, order and invoice in usmf."""
    known, base = snapshots
    with known.serve("business", base) as running_service:
        yield running_service
