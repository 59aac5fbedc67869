"""The Dataverse half: the Web API v9.2 over the tables of `dataverse`."""

import json
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.database import Database
from sandbox.dataverse import storage
from sandbox.dataverse.answers import ODATA_VERSION, Answer, Call
from sandbox.dataverse.api import WebApi
from sandbox.dataverse.catalog import Catalog
from sandbox.dataverse.faults import SWITCHES
from sandbox.dataverse.functions import ORGANIZATION_SETTING
from sandbox.dataverse.metadata import Table, read_tables
from sandbox.switches import Switches

__all__ = [
    "ABSENT_SETTING",
    "GENERATION_SETTING",
    "ORGANIZATION_SETTING",
    "SWITCHES",
    "create",
    "organisation_tables",
    "routes",
    "scopes",
]

ROOT = "/api/data/v9.2"
METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"]
GENERATION_SETTING = "generation"
ABSENT_SETTING = "absent_columns"
TABLE_NAMES = {table.entity_set: table.name for table in read_tables().values()}


def organisation_tables(database: Database) -> dict[str, Table]:
    """Return the tables of the organisation kept in `database`, by logical name.

    A table of the solution whose key is among the absent columns is absent itself.
    """
    tables = read_tables(database.setting(GENERATION_SETTING) or "psa3")
    absent = json.loads(database.setting(ABSENT_SETTING) or "{}")
    return {
        name: table.without(frozenset(absent.get(name, ())))
        for name, table in tables.items()
        if table.primary_key not in absent.get(name, ())
    }


def create(database: Database) -> None:
    """Make the organisation's tables where they are missing, and give it an id."""
    if database.setting(ORGANIZATION_SETTING) is None:
        database.remember(ORGANIZATION_SETTING, str(uuid4()))
    storage.create(database, organisation_tables(database).values())


def scopes(segment: str) -> tuple[str, ...]:
    """Return the names a switch may use for the first path segment below the root."""
    entity_set = segment.split("(")[0]
    return (entity_set, TABLE_NAMES[entity_set]) if entity_set in TABLE_NAMES else (entity_set,)


def routes(database: Database, switches: Switches) -> list[BaseRoute]:
    """Return the routes under /api/data/v9.2."""
    create(database)
    api = WebApi(database, Catalog(organisation_tables(database), switches), switches)

    async def endpoint(request: Request) -> Response:
        call = _call(request, await request.body())
        count = request.app.state.request_log.add
        answer = await run_in_threadpool(
            api.answer, call, lambda method, path: count("dataverse", method, path)
        )
        return _response(answer)

    return [
        Route(ROOT, endpoint, methods=METHODS),
        Route(ROOT + "/{path:path}", endpoint, methods=METHODS),
    ]


def _call(request: Request, body: bytes) -> Call:
    raw_path = request.scope.get("raw_path") or request.url.path.encode()
    return Call(
        method=request.method,
        path=raw_path.decode("ascii").removeprefix(ROOT).lstrip("/"),
        query=request.url.query,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        root=str(request.base_url).rstrip("/") + ROOT,
    )


def _response(answer: Answer) -> Response:
    response = Response(answer.body, answer.status, media_type=answer.content_type)
    for name, value in [*ODATA_VERSION.items(), *answer.headers]:
        response.headers.append(name, value)
    return response
