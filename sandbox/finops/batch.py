"""`$batch`: multipart requests in, multipart answers out.

The outer status is always 200. A change set is done as a whole or not at all; when it fails its
only part is the error, under the Content-ID of its first request. Requests run one after another
and stop at the first error unless `Prefer: odata.continue-on-error` was sent.
"""

import json
import re
import uuid
from collections.abc import Callable, Sequence
from http import HTTPStatus
from itertools import pairwise

from sandbox.finops.answers import JSON_TYPE, Refusal, bad_payload
from sandbox.finops.odata import Call, Reply, Service

MAX_OPERATIONS = 5_000
LINE_END = re.compile(rb"\r?\n")
BLANK_LINE = re.compile(rb"\r?\n\r?\n")
BOUNDARY = re.compile(r'boundary="?([^";,\s]+)"?', re.IGNORECASE)

Counter = Callable[[str, str], None]


def parse(content_type: str, body: bytes) -> list[Call | list[Call]]:
    """Return the requests of a batch; a change set is a list. Raises Refusal (400)."""
    parts: list[Call | list[Call]] = []
    for headers, content in _parts(content_type, body):
        kind = headers.get("content-type", "")
        if kind.lower().startswith("multipart/mixed"):
            calls = [_call(inner, inside) for inner, inside in _parts(kind, content)]
            parts.append(calls)
        else:
            parts.append(_call(headers, content))
    if sum(len(part) if isinstance(part, list) else 1 for part in parts) > MAX_OPERATIONS:
        raise bad_payload(f"A batch takes at most {MAX_OPERATIONS} operations.")
    return parts


def answer(
    service: Service, parts: Sequence[Call | list[Call]], *, goes_on: bool, count: Counter
) -> tuple[str, bytes]:
    """Do the requests and return content type and body of the answer."""
    boundary = f"batchresponse_{uuid.uuid4()}"
    answers: list[bytes] = []
    for part in parts:
        calls = part if isinstance(part, list) else [part]
        for call in calls:
            count(call.method, call.url.partition("?")[0])
        try:
            answers.append(_answer_part(service, part))
        except Refusal as refusal:
            answers.append(_refused_part(refusal, calls[0], is_change_set=isinstance(part, list)))
            if not goes_on:
                break
    return f"multipart/mixed; boundary={boundary}", _multipart(boundary, answers)


def _answer_part(service: Service, part: Call | list[Call]) -> bytes:
    if isinstance(part, Call):
        return _http_part(service.answer(part), part.content_id)
    replies = service.answer_change_set(part)
    return _change_set(
        [_http_part(reply, call.content_id) for reply, call in zip(replies, part, strict=True)]
    )


def _refused_part(refusal: Refusal, first: Call, *, is_change_set: bool) -> bytes:
    reply = Reply(refusal.status, json.dumps(refusal.body))
    part = _http_part(reply, first.content_id)
    return _change_set([part]) if is_change_set else part


def _change_set(parts: Sequence[bytes]) -> bytes:
    boundary = f"changesetresponse_{uuid.uuid4()}"
    head = f"Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n"
    return head.encode() + _multipart(boundary, parts)


def _http_part(reply: Reply, content_id: str) -> bytes:
    lines = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    if content_id:
        lines.append(f"Content-ID: {content_id}")
    lines += ["", f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"]
    if reply.text:
        kind = "text/plain" if reply.is_plain else JSON_TYPE
        lines.append(f"Content-Type: {kind}; charset=utf-8")
    if reply.location:
        lines.append(f"Location: {reply.location}")
    lines += ["OData-Version: 4.0", "", reply.text]
    return "\r\n".join(lines).encode()


def _multipart(boundary: str, parts: Sequence[bytes]) -> bytes:
    mark = b"--" + boundary.encode()
    return b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"


def _parts(content_type: str, body: bytes) -> list[tuple[dict[str, str], bytes]]:
    """Split a multipart body into (headers, content) pairs."""
    match = BOUNDARY.search(content_type)
    if not content_type.lower().startswith("multipart/mixed") or not match:
        raise bad_payload("A batch needs Content-Type multipart/mixed with a boundary.")
    mark = re.compile(rb"(?:^|\r?\n)--" + re.escape(match[1].encode()) + rb"(--)?[ \t]*(?=\r?\n|$)")
    marks = list(mark.finditer(body))
    if len(marks) < 2 or not marks[-1][1]:
        raise bad_payload("The batch does not end with its boundary.")
    return [_split_headers(body[start.end() : end.start()]) for start, end in pairwise(marks)]


def _split_headers(content: bytes) -> tuple[dict[str, str], bytes]:
    content = _after_line_end(content)
    if LINE_END.match(content):
        return {}, _after_line_end(content)
    head, rest = _cut(content)
    headers = {}
    for line in LINE_END.split(head):
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    return headers, rest


def _after_line_end(content: bytes) -> bytes:
    match = LINE_END.match(content)
    return content[match.end() :] if match else content


def _cut(content: bytes) -> tuple[bytes, bytes]:
    blank = BLANK_LINE.search(content)
    return (content[: blank.start()], content[blank.end() :]) if blank else (content, b"")


def _call(headers: dict[str, str], content: bytes) -> Call:
    if not headers.get("content-type", "").lower().startswith("application/http"):
        raise bad_payload("A part of a batch must be of type application/http.")
    line, end, rest = content.partition(b"\n")
    words = line.decode("latin-1").split()
    if len(words) != 3 or not words[2].startswith("HTTP/"):
        raise bad_payload("A part of a batch must begin with a request line.")
    inner, body = _split_headers(end + rest)
    return Call(words[0].upper(), words[1], inner, body, headers.get("content-id", ""))
