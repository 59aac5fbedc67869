"""The Dataverse half: the Web API v9.2 over the tables of `dataverse`."""

from starlette.routing import BaseRoute

from sandbox.database import Database
from sandbox.switches import Switch, Switches

SWITCHES: tuple[Switch, ...] = ()


def routes(database: Database, switches: Switches) -> list[BaseRoute]:
    """Return the routes under /api/data/v9.2."""
    return []
