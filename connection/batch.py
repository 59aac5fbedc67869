"""OData $batch: many requests in one multipart body, and their answers."""

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connection.errors import ServiceMalformed

CRLF = "\r\n"

_BOUNDARY = re.compile(r'boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))', re.IGNORECASE)
_STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)?\s+(\d{3})")


@dataclass(frozen=True, slots=True)
class Operation:
    """One request of a batch.

    url: absolute, or relative to the service root. body: JSON text, "" for none.
    content_id: names the request in its answer; required inside a change set.
    """

    method: str
    url: str
    body: str = ""
    content_id: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """One answer of a batch. content_id: "" when the service gave none.

    change_set: number of the change set it came in, counted from 0; None outside of one. A
    change set that failed answers with a single part, whose content_id need not be the culprit's.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    content_id: str
    change_set: int | None


def build_batch(
    groups: Sequence[Operation | Sequence[Operation]], boundary: str | None = None
) -> tuple[str, bytes]:
    """Return the Content-Type and the body of a $batch request.

    groups: a single operation, or a sequence that becomes one atomic change set.
    """
    name = boundary or f"batch_{uuid.uuid4()}"
    text = ""
    for number, group in enumerate(groups):
        text += f"--{name}{CRLF}"
        if isinstance(group, Operation):
            text += _operation(group)
            continue
        inner = f"changeset_{number}_{name}"
        text += f"Content-Type: multipart/mixed; boundary={inner}{CRLF}{CRLF}"
        text += "".join(f"--{inner}{CRLF}{_operation(operation)}" for operation in group)
        text += f"--{inner}--{CRLF}"
    text += f"--{name}--{CRLF}"
    return f"multipart/mixed; boundary={name}", text.encode()


def parse_batch(content_type: str, body: bytes) -> tuple[Part, ...]:
    """Return the answers in a $batch response, in order, change sets flattened.

    Raises ServiceMalformed when the body is not what the content type says.
    """
    parts: list[Part] = []
    change_sets = 0
    for headers, content in _multipart(content_type, body):
        kind = headers.get("content-type", "")
        if kind.lower().startswith("multipart/mixed"):
            inner = _multipart(kind, content)
            parts.extend(_answer(names, text, change_sets) for names, text in inner)
            change_sets += 1
        else:
            parts.append(_answer(headers, content, None))
    return tuple(parts)


def _operation(operation: Operation) -> str:
    payload = operation.body
    envelope = {"Content-Type": "application/http", "Content-Transfer-Encoding": "binary"}
    if operation.content_id:
        envelope["Content-ID"] = operation.content_id
    headers = dict(operation.headers)
    if payload:
        headers = {"Content-Type": "application/json; type=entry", **headers}
    headers = {"Accept": "application/json", **headers}
    for name, value in headers.items():
        if "\r" in name + value or "\n" in name + value:
            raise ValueError(f"the header {name} holds a line break")
    if any(character in operation.url for character in " \r\n"):
        raise ValueError("the address of an operation is not percent-encoded")
    request_line = f"{operation.method} {operation.url} HTTP/1.1{CRLF}"
    return f"{_lines(envelope)}{CRLF}{request_line}{_lines(headers)}{CRLF}{payload}{CRLF}"


def _lines(headers: Mapping[str, str]) -> str:
    return "".join(f"{name}: {value}{CRLF}" for name, value in headers.items())


def _multipart(content_type: str, body: bytes) -> Iterator[tuple[dict[str, str], bytes]]:
    """Yield (headers with lower-case names, content) of each part; LF line ends are tolerated."""
    match = _BOUNDARY.search(content_type)
    if match is None:
        raise ServiceMalformed("A $batch answer came without a boundary: it is not a batch answer.")
    boundary = re.escape((match[1] or match[2]).encode())
    # The line break before a boundary belongs to the boundary, not to the content.
    pieces = re.split(rb"(?:^|\r?\n)--" + boundary + rb"(--)?[ \t]*(?=\r?\n|$)", body)
    if len(pieces) < 3 or pieces[-2] != b"--":
        raise ServiceMalformed("A $batch answer ends before its last boundary: it was cut off.")
    for piece in pieces[2:-2:2]:
        yield _head_and_body(re.sub(rb"^\r?\n", b"", piece, count=1))


def _head_and_body(piece: bytes) -> tuple[dict[str, str], bytes]:
    if piece.startswith((b"\r\n", b"\n")):
        return {}, re.sub(rb"^\r?\n", b"", piece, count=1)
    head, *rest = re.split(rb"\r?\n\r?\n", piece, maxsplit=1)
    headers = {}
    for line in head.decode("utf-8", "replace").splitlines():
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return headers, rest[0] if rest else b""


def _answer(envelope: Mapping[str, str], content: bytes, change_set: int | None) -> Part:
    status_line, _, rest = content.partition(b"\n")
    match = _STATUS_LINE.match(status_line)
    if match is None:
        raise ServiceMalformed("A part of a $batch answer has no HTTP status line.")
    headers, body = _head_and_body(rest)
    content_id = envelope.get("content-id") or headers.get("content-id", "")
    return Part(int(match[1]), headers, body, content_id, change_set)
