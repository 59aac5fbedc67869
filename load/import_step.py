"""After sending: what Finance keeps in a staging table until a job of its own takes it over.

The job is started through a custom service where the environment offers one, else by a person.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import duckdb
import httpx

from connection.declarations import COMPANY, TargetModel
from connection.errors import IntegrationError, ServiceMalformed, ServiceRefused
from connection.responses import accepted, json_object
from load.ledger import Ledger, now


@dataclass(frozen=True, slots=True)
class StepResult:
    """What came of the import step. message: "" when nothing waits. staged: rows that wait.

    has_errors: the job ended rows in error there, or could not be run.
    """

    message: str = ""
    staged: int = 0
    has_errors: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """Rows of one company in staging tables. fresh: those nobody asked to be taken over so far."""

    rows: int = 0
    fresh: int = 0


def take_over(
    client: httpx.Client,
    ledger: Ledger,
    models: Iterable[TargetModel],
    waiting: Mapping[str, Waiting],
    service: str | None,
    *,
    retry: bool,
) -> StepResult:
    """Have the staged rows of one template's models taken over, company by company.

    waiting: by company; at least one. service: path of the custom service; None where a person
    starts the job. A company without fresh rows was asked before and is asked again on `retry`
    only: the next extract tells what became of them.
    """
    rows = sum(company.rows for company in waiting.values())
    steps = (model.import_step for model in models if model.staging_table)
    by_hand = " and ".join(dict.fromkeys(steps))
    if service is None:
        return StepResult(
            f"{_listed(waiting)} in a staging table of Finance: start the import at {by_hand}, or "
            "set D365_STAGING_IMPORT to a service that does.",
            rows,
        )
    due = {name: found.rows for name, found in waiting.items() if found.fresh or retry}
    if not due:
        return StepResult(
            f"{_listed(waiting)} in a staging table of Finance, whose import was asked for before: "
            "the next extract tells what it took over, and `d365 load --retry` asks again.",
            rows,
        )
    said, has_errors = [], False
    for company, count in due.items():
        started = now()
        try:
            answer = _import(client, service, company)
        except ServiceRefused as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return StepResult(
                    f"This environment does not offer {service}, and {_listed(waiting)} in a staging "
                    f"table of Finance: start the import by hand at {by_hand}.",
                    rows,
                    has_errors,
                )
            said.append(f"The import of {_rows(count)} of {company} was refused: {error}")
            has_errors = True
        except IntegrationError as error:
            said.append(f"The import of {_rows(count)} of {company} could not be followed: {error}")
            has_errors = True
        else:
            ledger.record_import_step(company, started)
            said.append(_told(company, *answer))
            has_errors = has_errors or answer[1] > 0
    return StepResult(" ".join(said), rows, has_errors)


def staged_rows(
    connection: duckdb.DuckDBPyConnection,
    models: Iterable[TargetModel],
    company_of: Callable[[TargetModel], str],
) -> dict[str, Waiting]:
    """Return which accepted rows of the models wait in staging tables, by company."""
    waiting: dict[str, Waiting] = {}
    for model in models:
        if not model.staging_table:
            continue
        company = (
            f"json_extract_string(key_text, '$[{model.key.index(COMPANY)}]')"
            if model.has_companies
            else "$company"
        )
        found = connection.execute(
            f"""
            with staged as (
                select {company} as company, accepted_at from ledger
                where model = $model and state = 'staged'
            ), asked as (
                select company, max(started_at) as started_at from import_steps group by company
            )
            select company, count(*),
                count(*) filter (asked.started_at is null or accepted_at >= asked.started_at)
            from staged left join asked using (company) group by company
            """,
            {"model": model.name}
            | ({} if model.has_companies else {"company": company_of(model).lower()}),
        ).fetchall()
        for name, rows, fresh in found:
            known = waiting.get(name, Waiting())
            waiting[name] = Waiting(known.rows + rows, known.fresh + fresh)
    return dict(sorted(waiting.items()))


def _import(client: httpx.Client, service: str, company: str) -> tuple[int, int]:
    """Start the job of one company; returns rows taken over, and rows in error.

    Raises ServiceMalformed for an answer that does not say how many.
    """
    answer = json_object(accepted(client.post(service, json={"legalEntityId": company})).content)
    taken, errors = answer.get("journalized"), answer.get("errors", 0)
    if not isinstance(taken, int) or not isinstance(errors, int):
        raise ServiceMalformed("the service answered without the counts journalized and errors.")
    return taken, errors


def _told(company: str, taken: int, errors: int) -> str:
    ended = f", {_rows(errors)} ended in error there" if errors else ""
    return f"The import of {company} took over {_rows(taken)}{ended}."


def _listed(waiting: Mapping[str, Waiting]) -> str:
    first, *others = waiting
    names = [f"{_rows(waiting[first].rows)} of {first}"]
    names += [f"{waiting[name].rows} of {name}" for name in others]
    count = sum(company.rows for company in waiting.values())
    return f"{', '.join(names)} {'wait' if count > 1 else 'waits'}"


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"
