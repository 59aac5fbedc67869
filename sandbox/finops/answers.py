"""What the service says: answers, refusals and their texts.

Refusal           the request is answered with an error envelope
├── WriteRefused  a row was refused by validation or business logic (AxODataWriteException)
└── NoRoute       the address leads nowhere (Web API shape, not OData shape)
"""

import json
from dataclasses import dataclass

from starlette.responses import Response

from sandbox.finops.metadata import Entity

WRITE_EXCEPTION = "Microsoft.Dynamics.Platform.Integration.Services.OData.AxODataWriteException"
ODATA_EXCEPTION = "Microsoft.OData.ODataException"
ACTION_EXCEPTION = "System.InvalidOperationException"
STACKTRACE = "   at Microsoft.Dynamics.Platform.Integration.Services.OData."
JSON_TYPE = "application/json; odata.metadata=minimal"
MISSING_ROW = "No resources were found when selecting for update."


class Refusal(Exception):
    """An answer that says no: a status and the body that goes with it."""

    def __init__(self, status: int, body: dict[str, object]) -> None:
        super().__init__(json.dumps(body))
        self.status = status
        self.body = body

    def response(self) -> Response:
        """Return the answer as it goes over the wire."""
        return as_json(json.dumps(self.body), self.status)


class WriteRefused(Refusal):
    """One row was refused; `infolog` is the text between `Infolog: ` and the closing stop."""

    def __init__(self, entity: str, infolog: str, status: int = 400) -> None:
        message = f"Write failed for table row of type '{entity}'. Infolog: {infolog}."
        super().__init__(status, envelope(message, WRITE_EXCEPTION, "Update.UpdateProcessor"))


class NoRoute(Refusal):
    """The address is none of the service's; `url` as the client sent it."""

    def __init__(self, url: str) -> None:
        message = f"No HTTP resource was found that matches the request URI '{url}'."
        super().__init__(404, {"Message": f"{message} No route data was found for this request."})


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a row is refused.

    text: the sentence of the Infolog entry, with its stop.
    severity: Info, Warning or Error.
    field: the attribute it speaks about, blank for the whole row.
    hook: the validation that failed, closing the Infolog; blank when none is named.
    """

    text: str
    severity: str = "Warning"
    field: str = ""
    hook: str = ""

    @property
    def infolog(self) -> str:
        """Return the Infolog entries, separated the way the service separates them."""
        entry = f"{self.severity}: {self.text}"
        return f"{entry}; Warning: {self.hook}" if self.hook else entry


def envelope(message: str, kind: str, where: str) -> dict[str, object]:
    """Return the error envelope whose useful text is the inner message."""
    return {
        "error": {
            "code": "",
            "message": "An error has occurred.",
            "innererror": {"message": message, "type": kind, "stacktrace": f"{STACKTRACE}{where}"},
        }
    }


def missing_row() -> Refusal:
    """Refuse to change a row that is not there, or not in the companies the call may see."""
    inner = {"message": MISSING_ROW}
    return Refusal(400, {"error": {"message": "An error has occurred.", "innererror": inner}})


def conflict(entity: Entity) -> WriteRefused:
    """Refuse to change a row that is no longer the version the client read."""
    return WriteRefused(
        entity.name,
        f"Error: Cannot edit a record in {entity.table_label} ({entity.table}). An update "
        "conflict occurred due to another user process deleting the record or changing one or "
        "more fields in the record.",
    )


def read_only(entity: Entity) -> WriteRefused:
    """Refuse to write rows that only the service itself makes."""
    return WriteRefused(entity.name, f"Error: The data entity {entity.label} is read-only.")


def bad_payload(message: str) -> Refusal:
    """Refuse a body that does not fit the type."""
    return Refusal(400, envelope(message, ODATA_EXCEPTION, "Deserialization"))


def bad_query(message: str) -> Refusal:
    """Refuse query options; here the text is in the outer message."""
    text = f"The query specified in the URI is not valid. {message}"
    inner = {"message": message, "type": ODATA_EXCEPTION, "stacktrace": ""}
    return Refusal(400, {"error": {"code": "", "message": text, "innererror": inner}})


def not_found() -> Refusal:
    """Refuse to read a row that is not there."""
    message = "No resources were found for the given key."
    return Refusal(404, {"error": {"code": "", "message": message}})


def action_refused(action: str, message: str, status: int = 500) -> Refusal:
    """Refuse a bound action of the data management definition groups."""
    text = (
        f"Exception occurred while executing action {action} on Entity "
        f"DataManagementDefinitionGroup: {message}"
    )
    return Refusal(status, envelope(text, ACTION_EXCEPTION, "Action.ActionInvokable.Invoke()"))


def throttled(seconds: int) -> Response:
    """Answer 429; the shape of its body is unknown, the text is documented."""
    message = (
        "This request could not be processed at this time due to system experiencing high "
        f"resource utilization. Retry the request after {seconds} seconds"
    )
    body = json.dumps({"error": {"code": "", "message": message}})
    return as_json(body, 429, {"Retry-After": str(seconds)})


def as_json(text: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return JSON text as an OData answer."""
    return Response(
        text.encode(),
        status,
        {"OData-Version": "4.0", **(headers or {})},
        media_type=f"{JSON_TYPE}; charset=utf-8",
    )
