"""Custom services under /api/services: the periodic job that imports from the staging table.

Whether an organisation has such a service is its own doing, so a switch takes it away.
"""

import json

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.database import Database
from sandbox.finops import doubts, journal
from sandbox.finops.answers import NoRoute, throttled
from sandbox.finops.reference import is_company
from sandbox.switches import Switches

GROUP = "ProjectIntegration"
IMPORT_FROM_STAGING = f"/api/services/{GROUP}/{GROUP}/importFromStaging"


class CustomServices:
    """Handlers of the custom services."""

    def __init__(self, database: Database, switches: Switches) -> None:
        self._database = database
        self._switches = switches

    def routes(self) -> list[BaseRoute]:
        """Return the routes under /api/services."""
        return [Route(IMPORT_FROM_STAGING, self._import_from_staging, methods=["POST"])]

    async def _import_from_staging(self, request: Request) -> Response:
        """Body {"legalEntityId"}; answers {"journalized", "errors"}."""
        if not doubts.is_on(self._switches, "finops_application_known"):
            return Response(status_code=401)
        if not doubts.is_on(self._switches, "staging_import_service"):
            return NoRoute(str(request.url)).response()
        seconds = self._switches.take("finops_throttled", doubts.SYSTEM, GROUP)
        if isinstance(seconds, int):
            return throttled(seconds)
        company = _company(await request.body())
        if company is None:
            return _refused("The parameter 'legalEntityId' must be given.", 400)
        done = await run_in_threadpool(self._journalize, company)
        if done is None:
            return _refused(f"The legal entity {company} does not exist.", 500)
        return JSONResponse({"journalized": done.journalized, "errors": done.errors})

    def _journalize(self, company: str) -> journal.Journalized | None:
        with self._database.writing() as cursor:
            if not is_company(cursor, company):
                return None
            return journal.import_from_staging(cursor, company)


def _company(content: bytes) -> str | None:
    try:
        body = json.loads(content)
    except ValueError:
        return None
    company = body.get("legalEntityId") if isinstance(body, dict) else None
    return company if isinstance(company, str) and company else None


def _refused(message: str, status: int) -> Response:
    text = f"An exception occured when invoking the operation - {message}"
    return JSONResponse({"Message": text}, status)
