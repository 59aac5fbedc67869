"""One generated organisation for reading, an empty one for each test that writes."""

from collections.abc import Iterator

import pytest
from dataverse_service import Dataverse, serve

from sandbox import dataverse
from sandbox.contents import Contents, open_database
from sandbox.database import Database


@pytest.fixture(scope="session")
def generated() -> Iterator[Database]:
    """1,000 rows of seed 1; not to be written to."""
    database = open_database(Contents(rows=1000, seed=1))
    yield database
    database.close()


@pytest.fixture(scope="session")
def shared_service(generated: Database) -> Iterator[Dataverse]:
    with serve(generated) as service:
        yield service


@pytest.fixture
def organisation(shared_service: Dataverse) -> Iterator[Dataverse]:
    """The generated organisation, every switch at its default."""
    yield shared_service
    shared_service.switches.reset()


@pytest.fixture(scope="session")
def emptied_service() -> Iterator[Dataverse]:
    database = Database()
    dataverse.create(database)
    with serve(database) as service:
        yield service
    database.close()


@pytest.fixture
def empty(emptied_service: Dataverse) -> Dataverse:
    """An organisation without rows, tombstones, switches or counted requests."""
    with emptied_service.database.writing() as cursor:
        cursor.execute("delete from sandbox.deleted_rows")
        for name in dataverse.organisation_tables(emptied_service.database):
            cursor.execute(f'delete from dataverse."{name}"')
    emptied_service.switches.reset()
    emptied_service.client.delete(f"{emptied_service.base}/sandbox/log")
    return emptied_service


@pytest.fixture
def lenient(empty: Dataverse) -> Dataverse:
    """An empty organisation that takes rows without what they need."""
    empty.switches.set("dataverse_required_columns", value=False)
    return empty
