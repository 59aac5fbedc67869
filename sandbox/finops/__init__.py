"""The Finance and Operations half: OData under /data, metadata, packages, uploads, services."""

from starlette.routing import BaseRoute

from sandbox.database import Database
from sandbox.finops import reference, rest_metadata
from sandbox.finops.actions import Actions
from sandbox.finops.blobs import Blobs
from sandbox.finops.controls import Controls
from sandbox.finops.custom_services import CustomServices
from sandbox.finops.document_controls import DocumentControls
from sandbox.finops.doubts import SWITCHES
from sandbox.finops.service import Collections
from sandbox.switches import Switches

__all__ = ["SWITCHES", "create", "routes"]


def create(database: Database) -> None:
    """Make tables, reference data and native rows from `sandbox.shared_facts`; once."""
    with database.writing() as cursor:
        reference.create(cursor)


def routes(database: Database, switches: Switches) -> list[BaseRoute]:
    """Return the routes of Finance and Operations and of its test controls."""
    blobs = Blobs()
    collections = Collections(database, switches, Actions(database, switches, blobs))
    return [
        *collections.routes(),
        *rest_metadata.routes(),
        *blobs.routes(),
        *CustomServices(database, switches).routes(),
        *Controls(database, switches).routes(),
        *DocumentControls(database).routes(),
    ]
