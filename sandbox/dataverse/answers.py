"""What the Web API answers: one shape for success, one for refusals.

Refusals are exceptions here because any depth of the work may refuse; each becomes
{"error": {"code", "message"}} on the wire.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

JSON_TYPE = "application/json; odata.metadata=minimal"
ODATA_VERSION = {"OData-Version": "4.0"}


@dataclass(frozen=True, slots=True)
class Call:
    """One operation: a request of its own, or a part of a batch.

    path: below the service root, still percent-encoded, without a leading slash.
    query: the raw query string. headers: lower-case names.
    root: the address of the service root, without a slash at the end.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    root: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back; `headers` may repeat a name, so it is a list of pairs."""

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)


class ApiError(Exception):
    """A refusal in the documented shape."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    def answer(self) -> Answer:
        """Return the refusal as it goes over the wire."""
        body = {"error": {"code": self.code, "message": self.message}}
        return Answer(self.status, json.dumps(body).encode(), JSON_TYPE, list(self.headers.items()))


def as_json(content: object, headers: list[tuple[str, str]] | None = None) -> Answer:
    """Return a 200 with a JSON body."""
    return Answer(200, json.dumps(content, ensure_ascii=False).encode(), JSON_TYPE, headers or [])


def bad_request(message: str, code: str = "0x80060888") -> ApiError:
    """A request the service does not understand."""
    return ApiError(400, code, message)


def unknown_property(name: str, table_name: str) -> ApiError:
    """A column that the table does not have, named in a query."""
    return bad_request(
        f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{table_name}'."
    )


def unknown_segment(name: str) -> ApiError:
    """An address that leads nowhere."""
    return ApiError(404, "0x8006088a", f"Resource not found for the segment '{name}'.")


def missing_row(table_name: str, key: object) -> ApiError:
    """A row that is not there."""
    return ApiError(404, "0x80040217", f"{table_name} With Id = {key} Does Not Exist")


def wrong_method(method: str) -> ApiError:
    """A method the resource does not have."""
    return ApiError(405, "0x80060888", f"The requested resource does not support {method}.")
