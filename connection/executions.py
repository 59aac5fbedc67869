"""Follow imports and exports of data packages to their end, and read what they say of themselves.

Source: F&O data management package REST API.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from connection.errors import ServiceMalformed, ServiceRefused
from connection.odata import literal
from connection.responses import accepted, json_object

ACTIONS = "/data/DataManagementDefinitionGroups/Microsoft.Dynamics.DataEntities."
JOB_DETAILS = "/data/DataManagementExecutionJobDetails"
TERMINAL = {"Succeeded", "PartiallySucceeded", "Failed", "Canceled"}
NOT_FOUND = "not found"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for an import. Seconds; polls get slower up to `slowest`.

    not_found: how long a new execution may be missing before it counts as never begun.
    """

    first: float = 0.02
    slowest: float = 30.0
    not_found: float = 300.0
    total: float = 4 * 3600.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an import ended. status: the service's word; "" when it never knew the execution.

    errors: (RecordId, message). written: rows the service says it created or updated.
    """

    status: str
    errors: tuple[tuple[str, str], ...] = ()
    written: int = 0

    @property
    def has_ended(self) -> bool:
        """Tell whether nothing of it goes on in the background."""
        return self.status in TERMINAL or not self.status

    @property
    def failed_as_a_whole(self) -> bool:
        """Tell whether nothing of the file was taken."""
        return self.status == "Failed" and self.written == 0


@dataclass(frozen=True, slots=True)
class Executions:
    """Asks the service about imports."""

    client: httpx.Client
    sleep: Callable[[float], None] = time.sleep
    patience: Patience = field(default_factory=Patience)

    def follow(self, execution_id: str) -> Outcome:
        """Wait for the end of an import, within the limits of `patience`.

        An outcome that has not ended holds the last status.
        """
        waited, pause, status = 0.0, self.patience.first, self._status(execution_id)
        while status not in TERMINAL:
            limit = self.patience.total if status else self.patience.not_found
            if waited >= limit:
                return Outcome(status)
            self.sleep(pause)
            waited += pause
            pause = min(pause * 2, self.patience.slowest)
            status = self._status(execution_id)
        return self._outcome(execution_id, status)

    def act(self, action: str, body: dict[str, Any]) -> Any:
        """Call an action of the package API; returns its value."""
        # asking twice does no harm, importing twice might
        extensions = {"idempotent": action != "ImportFromPackage"}
        response = accepted(
            self.client.post(f"{ACTIONS}{action}", json=body, extensions=extensions)
        )
        value = json_object(response.content).get("value")
        # one service version nests the value once more
        return value.get("value") if isinstance(value, dict) else value

    def act_for_json(self, action: str, body: dict[str, Any]) -> Any:
        """Call an action whose value is a text that holds JSON. Raises ServiceMalformed."""
        told = self.act(action, body)
        try:
            return json.loads(str(told or "null"))
        except ValueError:
            # without the text: it may hold an upload address
            raise ServiceMalformed(f"{action} answered with something else than JSON.") from None

    def _status(self, execution_id: str) -> str:
        """Return the execution's status; "" while the service does not know it."""
        try:
            return str(self.act("GetExecutionSummaryStatus", {"executionId": execution_id}))
        except ServiceRefused as error:
            if NOT_FOUND in error.text.lower():
                return ""
            raise

    def _outcome(self, execution_id: str, status: str) -> Outcome:
        told = self.act_for_json("GetExecutionErrors", {"executionId": execution_id})
        errors = tuple(
            (str(entry.get("RecordId") or ""), str(entry.get("ErrorMessage") or ""))
            for entry in told or ()
        )
        return Outcome(status, errors, self._written(execution_id))

    def _written(self, execution_id: str) -> int:
        """Return created + updated over the entities of an execution."""
        params = {"$filter": f"JobId eq {literal(execution_id)}", "cross-company": "true"}
        content = json_object(accepted(self.client.get(JOB_DETAILS, params=params)).content)
        counts = ("TargetRecordsCreatedCount", "TargetRecordsUpdatedCount")
        return sum(int(row.get(name) or 0) for row in content.get("value") or [] for name in counts)
