"""Keep secrets out of messages and logs."""

import re
from collections.abc import MutableMapping
from typing import Any

HIDDEN = "***"

_SECRET_KEYS = re.compile(
    r"(?i)(authorization|token|secret|password|signature|(^|_)sas(_|$)|blob_?url|upload_?url|personal)"
)
_BEARER = re.compile(r"(?i)\bbearer\s+[\w\-.~+/=]+")
_TOKEN_SHAPE = re.compile(r"\beyJ[\w\-]+\.[\w\-]+\.[\w\-]*")
_SIGNED_QUERY = re.compile(r"(?i)\?[^\s\"'<>]*\b(?:sig|signature|x-amz-signature)=[^\s\"'<>]*")
_SECRET_PAIR = re.compile(
    r"(?i)\b(access_token|refresh_token|client_secret|password|sig)(\"?\s*[=:]\s*\"?)[^\s\"'&,;}]+"
)


def redact(text: str) -> str:
    """Return `text` with bearer tokens, signed query strings and secret values replaced."""
    text = _SIGNED_QUERY.sub(f"?{HIDDEN}", text)
    text = _BEARER.sub(f"Bearer {HIDDEN}", text)
    text = _TOKEN_SHAPE.sub(HIDDEN, text)
    return _SECRET_PAIR.sub(rf"\1\2{HIDDEN}", text)


def redact_event(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace secrets in a structlog event: whole values under telling names, patterns in text."""
    for name, value in event.items():
        event[name] = HIDDEN if _SECRET_KEYS.search(name) else _redact_value(value)
    return event


def _redact_value(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {
            name: HIDDEN if _SECRET_KEYS.search(str(name)) else _redact_value(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_redact_value(inner) for inner in value]
    if isinstance(value, BaseException):
        return redact(str(value))
    return value
