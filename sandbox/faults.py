"""Faults that both halves share, put between the server and the application.

Order: the request is counted, then it may be slow, be answered 503, be refused for its token,
and at last its answer may be cut off in the middle.
"""

import asyncio
from collections.abc import Callable, Sequence

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.request_log import RequestLog
from sandbox.switches import Switch, Switches
from sandbox.tokens import Tokens

ROOTS = {
    "/api/data": "dataverse",
    "/data": "finops",
    "/Metadata": "finops",
    "/api/services": "finops",
    "/blob": "finops",
}

SWITCHES = (
    Switch("slow_seconds", 0, "Wait this long before a request is looked at."),
    Switch("unavailable", 0, "Answer with this gateway status: 502, 503 or 504."),
    Switch("unauthorized", False, "Answer 401 as if the token had expired."),
    Switch("reset", False, "Do the work, then drop the connection in the middle of the answer."),
    Switch("token_life_seconds", 3599, "How long a token of the token endpoint is good."),
)

Scopes = Callable[[str, str], Sequence[str]]


def system_of(path: str) -> str | None:
    """Return which system answers `path`, or None for the sandbox's own pages."""
    for root, system in ROOTS.items():
        if path == root or path.startswith(root + "/"):
            return system
    return None


class Frame:
    """ASGI middleware: counting, faults and bearer tokens for both halves."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        switches: Switches,
        request_log: RequestLog,
        tokens: Tokens,
        scopes: Scopes,
    ) -> None:
        self._app = app
        self._switches = switches
        self._request_log = request_log
        self._tokens = tokens
        self._scopes = scopes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        system = system_of(path)
        if scope["type"] != "http" or system is None:
            await self._app(scope, receive, send)
            return
        if not path.endswith("/$batch"):
            self._request_log.add(system, scope["method"], path)
        scopes = (system, *self._scopes(system, path))
        seconds = self._switches.take("slow_seconds", *scopes)
        if isinstance(seconds, int | float) and seconds > 0:
            await asyncio.sleep(seconds)
        refusal = self._refusal(path, Headers(scope=scope), scopes)
        if refusal is not None:
            await refusal(scope, receive, send)
        elif self._switches.take("reset", *scopes):
            await self._app(scope, receive, CutOff(send))
        else:
            await self._app(scope, receive, send)

    def _refusal(self, path: str, headers: Headers, scopes: Sequence[str]) -> Response | None:
        status = self._switches.take("unavailable", *scopes)
        if isinstance(status, int) and status:
            return PlainTextResponse("The service is unavailable.", status)
        if path.startswith("/blob/"):
            return None
        scheme, _, token = headers.get("authorization", "").partition(" ")
        good = scheme.lower() == "bearer" and self._tokens.is_good(token)
        if not good or self._switches.take("unauthorized", *scopes):
            return Response(
                status_code=401,
                headers={
                    "WWW-Authenticate": "Bearer authorization_uri="
                    "https://login.microsoftonline.com/common/oauth2/authorize"
                },
            )
        return None


class CutOff:
    """A `send` that passes the headers and half of the first body part, then nothing.

    The server sees an answer that never completes and closes the connection.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._done = False

    async def __call__(self, message: Message) -> None:
        if self._done:
            return
        if message["type"] == "http.response.body":
            self._done = True
            body = message.get("body", b"")
            message = {**message, "body": body[: len(body) // 2], "more_body": True}
        await self._send(message)
