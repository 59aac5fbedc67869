"""The routes under /data: documents, collections, `$batch` and bound actions."""

from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from sandbox.database import Database
from sandbox.finops import batch, csdl, doubts
from sandbox.finops.actions import Actions
from sandbox.finops.answers import Refusal, as_json, throttled
from sandbox.finops.odata import Call, Reply, Service
from sandbox.switches import Switches

METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"]
ACTIONS = "DataManagementDefinitionGroups/Microsoft.Dynamics.DataEntities."


class Dropped(Response):
    """An answer that never comes: the connection ends before anything was done."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})


class Collections:
    """Request handlers over one database."""

    def __init__(self, database: Database, switches: Switches, actions: Actions) -> None:
        self._database = database
        self._switches = switches
        self._actions = actions

    def routes(self) -> list[BaseRoute]:
        """Return the routes under /data."""
        return [
            Route("/data", self._documents, methods=["GET"]),
            Route("/data/", self._documents, methods=["GET"]),
            Route("/data/$metadata", self._metadata, methods=["GET"]),
            Route("/data/{address:path}", self._address, methods=METHODS),
        ]

    async def _documents(self, request: Request) -> Response:
        return as_json(csdl.service_document(f"{request.base_url}data/"))

    async def _metadata(self, request: Request) -> Response:
        return Response(csdl.document(), media_type="application/xml")

    async def _address(self, request: Request) -> Response:
        path = request.path_params["address"]
        scope = path.partition("(")[0].partition("/")[0]
        if doubts.happens(self._switches, "finops_reset_before", scope):
            return Dropped()
        if not doubts.is_on(self._switches, "finops_application_known"):
            return Response(status_code=401)
        is_action = request.method == "POST" and path.startswith(ACTIONS)
        if not is_action:
            seconds = self._switches.take("finops_throttled", doubts.SYSTEM, scope)
            if isinstance(seconds, int):
                return throttled(seconds)
        body = await request.body()
        work = partial(self._work, request, path, body, is_action=is_action)
        try:
            return await run_in_threadpool(work)
        except Refusal as refusal:
            return refusal.response()

    def _work(self, request: Request, path: str, body: bytes, *, is_action: bool) -> Response:
        base = f"{request.base_url}data/"
        if is_action:
            name = path.removeprefix(ACTIONS)
            return as_json(self._actions.answer(name, body, str(request.base_url)))
        service = Service(self._database, self._switches, base)
        if path == "$batch" and request.method == "POST":
            return self._batch(service, request, body)
        call = Call(request.method, raw_url(request), dict(request.headers), body)
        return _response(service.answer(call))

    def _batch(self, service: Service, request: Request, body: bytes) -> Response:
        log = request.app.state.request_log
        parts = batch.parse(request.headers.get("content-type", ""), body)
        goes_on = "continue-on-error" in request.headers.get("prefer", "").lower()
        kind, answer = batch.answer(
            service,
            parts,
            goes_on=goes_on,
            count=lambda method, path: log.add(doubts.SYSTEM, method, path),
        )
        return Response(answer, 200, {"OData-Version": "4.0", "Content-Type": kind})


def raw_url(request: Request) -> str:
    """Return the address as the client wrote it, percent-encoded as it was."""
    path = request.scope["raw_path"].decode("latin-1")
    query = request.scope["query_string"].decode("latin-1")
    address = f"{str(request.base_url).rstrip('/')}{path}"
    return f"{address}?{query}" if query else address


def _response(reply: Reply) -> Response:
    if reply.is_plain:
        return Response(reply.text, reply.status, media_type="text/plain")
    if reply.status == 204:
        return Response(status_code=204, headers={"OData-Version": "4.0"})
    headers = {"Location": reply.location} if reply.location else None
    return as_json(reply.text, reply.status, headers)
