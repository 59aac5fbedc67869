"""The upload store behind shared-access addresses: /blob/dmf/<name>?...&se=<end>&sig=<secret>.

An address is a secret and ends. A PUT needs `x-ms-blob-type: BlockBlob`; a bearer token beside the
signature is refused, because a token must never travel to another service.
"""

import secrets
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, quote, unquote, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

CONTAINER = "/blob/dmf/"
NOT_AUTHENTICATED = "Server failed to authenticate the request."


@dataclass(slots=True)
class Blob:
    """One upload: its secret, the end of its address (seconds since 1970), its bytes."""

    name: str
    signature: str
    ends_at: float
    content: bytes | None = None


class Blobs:
    """Uploads of the process, by name; safe from every thread."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._blobs: dict[str, Blob] = {}
        self._lock = threading.Lock()

    def reserve(self, base: str, name: str, seconds: int) -> tuple[str, str]:
        """Return a new blob id and its address, good for `seconds`."""
        blob = Blob(f"{uuid.uuid4()}-{name}", secrets.token_urlsafe(32), self._clock() + seconds)
        with self._lock:
            self._blobs[blob.name] = blob
        end = datetime.fromtimestamp(blob.ends_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        address = (
            f"{base.rstrip('/')}{CONTAINER}{quote(blob.name)}?sv=2020-10-02&se={quote(end)}"
            f"&sr=b&sp=rw&sig={quote(blob.signature)}"
        )
        return f"{{{uuid.uuid4()}}}", address

    def keep(self, base: str, name: str, content: bytes, seconds: int) -> str:
        """Store a file the service made and return its address."""
        _, address = self.reserve(base, name, seconds)
        blob = self.find(address)
        if blob:
            blob.content = content
        return address

    def find(self, address: str) -> Blob | None:
        """Return the blob of an address, None unless name, secret and time are right."""
        parts = urlsplit(address)
        name = unquote(parts.path).rpartition(CONTAINER)[2]
        signature = parse_qs(parts.query).get("sig", [""])[0]
        with self._lock:
            blob = self._blobs.get(name)
        if blob is None or not secrets.compare_digest(blob.signature, signature):
            return None
        return blob if self._clock() < blob.ends_at else None

    def routes(self) -> list[BaseRoute]:
        """Return the routes under /blob."""
        return [
            Route(CONTAINER + "{name:path}", self._put, methods=["PUT"]),
            Route(CONTAINER + "{name:path}", self._get, methods=["GET"]),
        ]

    async def _put(self, request: Request) -> Response:
        blob = self.find(str(request.url))
        if blob is None or "authorization" in request.headers:
            return _refused(403, "AuthenticationFailed", NOT_AUTHENTICATED)
        if request.headers.get("x-ms-blob-type") != "BlockBlob":
            text = "An HTTP header that's mandatory for this request is not specified."
            return _refused(400, "MissingRequiredHeader", text)
        blob.content = await request.body()
        return Response(status_code=201)

    async def _get(self, request: Request) -> Response:
        blob = self.find(str(request.url))
        if blob is None or "authorization" in request.headers:
            return _refused(403, "AuthenticationFailed", NOT_AUTHENTICATED)
        if blob.content is None:
            return _refused(404, "BlobNotFound", "The specified blob does not exist.")
        return Response(blob.content, media_type="application/octet-stream")


def _refused(status: int, code: str, message: str) -> Response:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return Response(body, status, media_type="application/xml")
