"""The Finance and Operations half: OData under /data, metadata, packages and uploads."""

from starlette.routing import BaseRoute

from sandbox.database import Database
from sandbox.switches import Switch, Switches

SWITCHES: tuple[Switch, ...] = ()


def create(database: Database) -> None:
    """Make tables, reference data and native rows."""


def routes(database: Database, switches: Switches) -> list[BaseRoute]:
    """Return the routes of Finance and Operations."""
    return []
