"""$batch: multipart requests, change sets, continue-on-error."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import uuid4

import duckdb

from sandbox.dataverse.answers import Answer, ApiError, Call, bad_request
from sandbox.dataverse.preferences import read_preferences

LIMIT = 1000
BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)

Run = Callable[[Call, duckdb.DuckDBPyConnection | None], Answer]
Transaction = Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart body: lower-case headers and what follows them."""

    headers: dict[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Operation:
    """A request inside a batch, with the Content-ID of its part."""

    call: Call
    content_id: str | None


Item = Operation | list[Operation]


class Batch:
    """Runs the operations of one batch in order; `run` answers a single operation."""

    def __init__(self, run: Run, transaction: Transaction) -> None:
        self._run = run
        self._transaction = transaction

    def answer(self, call: Call) -> Answer:
        """Return the multipart answer.

        Without continue-on-error the first failure ends the batch: it alone is in the body and
        its status is the outer one.
        """
        items = read_items(call)
        if sum(len(item) if isinstance(item, list) else 1 for item in items) > LIMIT:
            raise bad_request(f"The number of requests in a batch exceeded the limit of {LIMIT}.")
        goes_on = read_preferences(call.headers.get("prefer", "")).continue_on_error
        boundary = f"batchresponse_{uuid4()}"
        parts: list[bytes] = []
        for item in items:
            status, part = self._part(item)
            if status >= HTTPStatus.BAD_REQUEST and not goes_on:
                return _multipart(status, boundary, [part])
            parts.append(part)
        return _multipart(HTTPStatus.OK, boundary, parts)

    def _part(self, item: Item) -> tuple[int, bytes]:
        if isinstance(item, Operation):
            answer = self._single(item, None)
            return answer.status, _application_http(answer)
        answers = self._change_set(item)
        if len(answers) == 1 and answers[0].status >= HTTPStatus.BAD_REQUEST:
            return answers[0].status, _application_http(answers[0])
        boundary = f"changesetresponse_{uuid4()}"
        parts = [
            _application_http(answer, operation.content_id)
            for answer, operation in zip(answers, item, strict=True)
        ]
        head = f"Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n".encode()
        return HTTPStatus.OK, head + _join(boundary, parts)

    def _change_set(self, operations: list[Operation]) -> list[Answer]:
        """Run a change set in one transaction; its first failure undoes it and is its answer."""
        addresses: dict[str, str] = {}
        answers = []
        try:
            with self._transaction() as cursor:
                for operation in operations:
                    if operation.call.method == "GET":
                        raise bad_request("GET requests are not allowed in a change set.")
                    call = _refer(operation.call, addresses)
                    answer = self._run(call, cursor)
                    answers.append(answer)
                    address = dict(answer.headers).get("OData-EntityId")
                    if operation.content_id and address:
                        addresses["$" + operation.content_id] = address
        except ApiError as error:
            return [error.answer()]
        return answers

    def _single(self, operation: Operation, cursor: duckdb.DuckDBPyConnection | None) -> Answer:
        try:
            return self._run(operation.call, cursor)
        except ApiError as error:
            return error.answer()


def read_items(call: Call) -> list[Item]:
    """Parse a batch body; raises ApiError 400 when it is not multipart/mixed."""
    items: list[Item] = []
    for part in _split(call.body, call.headers.get("content-type", "")):
        kind = part.headers.get("content-type", "")
        if kind.startswith("multipart/mixed"):
            operations = [_operation(inner, call) for inner in _split(part.content, kind)]
            if any(operation.content_id is None for operation in operations):
                raise bad_request("Content-ID is mandatory for a part of a change set.")
            items.append(operations)
        else:
            items.append(_operation(part, call))
    return items


def _split(body: bytes, content_type: str) -> list[Part]:
    match = BOUNDARY.search(content_type)
    if match is None:
        raise bad_request("The Content-Type of a batch must be multipart/mixed with a boundary.")
    chunks = re.split(rb"(?:^|\r?\n)--" + re.escape(match[1].encode()) + rb"(--)?[ \t]*", body)
    # Every second chunk is the optional `--` of the closing delimiter.
    return [_part(chunk.lstrip(b"\r\n")) for chunk in chunks[2::2] if chunk.strip()]


def _part(chunk: bytes) -> Part:
    """Split headers from content at the first blank line; without one, all of it is headers."""
    blank = re.search(rb"(?:\A|\r?\n)\r?\n", chunk)
    head, content = (
        (chunk, b"") if blank is None else (chunk[: blank.start()], chunk[blank.end() :])
    )
    headers = {}
    for line in head.decode("latin-1").splitlines():
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return Part(headers, content)


def _operation(part: Part, outer: Call) -> Operation:
    line, _, rest = part.content.lstrip(b"\r\n").partition(b"\n")
    words = line.decode("latin-1").split()
    if len(words) < 2:
        raise bad_request("A part of the batch holds no request line.")
    inner = _part(rest)
    method, address = words[0].upper(), urlsplit(words[1])
    service = urlsplit(outer.root).path
    path = address.path.removeprefix(service).lstrip("/")
    call = Call(method, path, address.query, inner.headers, inner.content, outer.root)
    return Operation(call, part.headers.get("content-id"))


def _refer(call: Call, addresses: dict[str, str]) -> Call:
    """Return the call with `$1` references to earlier parts of the change set put in."""
    path, body = call.path, call.body
    for name, address in addresses.items():
        if path == name or path.startswith(name + "/"):
            path = urlsplit(address).path.rsplit("/", 1)[-1] + path.removeprefix(name)
        body = body.replace(f'"{name}"'.encode(), f'"{address}"'.encode())
    return replace(call, path=path, body=body)


def _application_http(answer: Answer, content_id: str | None = None) -> bytes:
    head = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    if content_id is not None:
        head.append(f"Content-ID: {content_id}")
    reason = HTTPStatus(answer.status).phrase
    lines = [f"HTTP/1.1 {answer.status} {reason}"]
    if answer.content_type is not None:
        lines.append(f"Content-Type: {answer.content_type}")
    lines.append("OData-Version: 4.0")
    lines += [f"{name}: {value}" for name, value in answer.headers]
    text = "\r\n".join([*head, "", *lines, "", ""])
    return text.encode() + answer.body


def _join(boundary: str, parts: list[bytes]) -> bytes:
    mark = f"--{boundary}".encode()
    return b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"


def _multipart(status: int, boundary: str, parts: list[bytes]) -> Answer:
    return Answer(status, _join(boundary, parts), f"multipart/mixed; boundary={boundary}")
