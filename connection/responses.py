"""Reading what a service answered: its errors in its own words, and whether they may pass."""

import json
from decimal import Decimal
from http import HTTPStatus
from typing import Any

import httpx

from connection.addresses import printable
from connection.errors import ServiceRefused
from connection.redact import redact

_SHOWN_CHARACTERS = 1000
_VALIDATION_MARKS = (b"AxODataWriteException", b"Infolog:")


def accepted(response: httpx.Response) -> httpx.Response:
    """Return `response` when it is a 2xx. Raises ServiceRefused with the service's own words."""
    if response.is_success:
        return response
    raise ServiceRefused(
        status=response.status_code,
        code=error_code(response.content),
        text=redact(error_text(response.content)) or response.reason_phrase,
        url=printable(response.request.url),
    )


def is_transient(response: httpx.Response) -> bool:
    """Tell whether a 5xx may pass; a validation reported as 500 and a 501 never do."""
    if not response.is_server_error or response.status_code == HTTPStatus.NOT_IMPLEMENTED:
        return False
    return not any(mark in response.content for mark in _VALIDATION_MARKS)


def error_text(body: bytes) -> str:
    """Return the service's own words: the innermost message, or the start of a body without one."""
    content = json_object(body)
    error = content.get("error")
    if isinstance(error, dict):
        inner = error.get("innererror")
        detail = inner.get("message") if isinstance(inner, dict) else None
        return str(detail or error.get("message") or error.get("code") or "")
    if isinstance(error, str):
        return str(content.get("error_description") or error)
    if "Message" in content:
        return str(content["Message"])
    return body[:_SHOWN_CHARACTERS].decode("utf-8", "replace").strip()


def error_code(body: bytes) -> str:
    """Return the error code of an OData error, "" when there is none."""
    error = json_object(body).get("error")
    return str(error.get("code") or "") if isinstance(error, dict) else ""


def json_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in `body`, decimals exact; {} when it holds something else."""
    try:
        content = json.loads(body, parse_float=Decimal)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
