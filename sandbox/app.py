"""The application: both halves, the token endpoint and the test controls under /sandbox.

What a half gives: `SWITCHES`, `routes(database, switches)`, and for Finance and Operations
`create(database)`, which makes its tables and reference data once `sandbox.shared_facts` is full.
"""

import importlib.util
import json
from collections.abc import Sequence
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox import dataverse, faults
from sandbox.changes import run_changes
from sandbox.database import Database
from sandbox.errors import SandboxError
from sandbox.request_log import RequestLog
from sandbox.switches import Switch, Switches
from sandbox.tokens import WELL_KNOWN, Tokens

HAS_FINOPS = importlib.util.find_spec("sandbox.finops") is not None


def declared_switches() -> tuple[Switch, ...]:
    """Return every switch of the frame and of both halves."""
    switches: tuple[Switch, ...] = faults.SWITCHES + dataverse.SWITCHES
    if HAS_FINOPS:
        from sandbox import finops

        switches += tuple(finops.SWITCHES)
    return switches


def create_app(database: Database, switches: Switches, token: str = WELL_KNOWN) -> Starlette:
    """Build the application over an open database.

    Handlers find their surroundings in `request.app.state`: database, switches, request_log,
    tokens. Bearer tokens are checked for both halves before a handler sees the request.
    """
    request_log = RequestLog()
    tokens = Tokens(token)
    app = Starlette(
        routes=[*_own_routes(), *_halves(database, switches)],
        middleware=[
            Middleware(
                faults.Frame,
                switches=switches,
                request_log=request_log,
                tokens=tokens,
                scopes=_scopes,
            )
        ],
    )
    app.state.database = database
    app.state.switches = switches
    app.state.request_log = request_log
    app.state.tokens = tokens
    return app


def _halves(database: Database, switches: Switches) -> list[BaseRoute]:
    routes = dataverse.routes(database, switches)
    if HAS_FINOPS:
        from sandbox import finops

        routes += finops.routes(database, switches)
    return routes


def _scopes(system: str, path: str) -> Sequence[str]:
    """Return the names a switch may use for what `path` addresses."""
    segments = path.split("/")
    if system == "dataverse":
        return dataverse.scopes(segments[4]) if len(segments) > 4 else ()
    return [segments[2].split("(")[0]] if len(segments) > 2 else ()


def _own_routes() -> list[BaseRoute]:
    return [
        Route("/{tenant}/oauth2/v2.0/token", _token, methods=["POST"]),
        Route("/{tenant}/oauth2/token", _token, methods=["POST"]),
        Route("/sandbox/switches", _read_switches, methods=["GET"]),
        Route("/sandbox/switches", _turn_switch, methods=["POST"]),
        Route("/sandbox/switches", _reset_switches, methods=["DELETE"]),
        Route("/sandbox/changes", _make_changes, methods=["POST"]),
        Route("/sandbox/log", _read_log, methods=["GET"]),
        Route("/sandbox/log", _reset_log, methods=["DELETE"]),
    ]


async def _token(request: Request) -> Response:
    form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
    if form.get("grant_type") != "client_credentials" or not form.get("client_secret"):
        return JSONResponse(
            {
                "error": "invalid_client",
                "error_description": "AADSTS7000215: Invalid client secret provided.",
                "error_codes": [7000215],
            },
            401,
        )
    life = int(request.app.state.switches.value("token_life_seconds"))
    token = request.app.state.tokens.issue(life)
    return JSONResponse(
        {
            "token_type": "Bearer",
            "expires_in": life,
            "ext_expires_in": life,
            "access_token": token,
        }
    )


async def _read_switches(request: Request) -> Response:
    return JSONResponse(request.app.state.switches.as_json())


async def _turn_switch(request: Request) -> Response:
    """Body {"name", "value", "scope"?, "count"?, "after"?}."""
    try:
        body = json.loads(await request.body())
        request.app.state.switches.set(
            body["name"],
            body["value"],
            scope=body.get("scope"),
            count=body.get("count"),
            after=body.get("after", 0),
        )
    except (json.JSONDecodeError, KeyError, TypeError, SandboxError) as error:
        return JSONResponse({"error": f"A switch is set with name and value: {error}"}, 400)
    return JSONResponse(request.app.state.switches.as_json())


async def _reset_switches(request: Request) -> Response:
    request.app.state.switches.reset()
    return JSONResponse(request.app.state.switches.as_json())


async def _make_changes(request: Request) -> Response:
    try:
        report = await run_in_threadpool(run_changes, request.app.state.database)
    except SandboxError as error:
        return JSONResponse({"error": str(error)}, 409)
    return JSONResponse(report)


async def _read_log(request: Request) -> Response:
    return JSONResponse(request.app.state.request_log.as_json())


async def _reset_log(request: Request) -> Response:
    request.app.state.request_log.reset()
    return JSONResponse(request.app.state.request_log.as_json())
