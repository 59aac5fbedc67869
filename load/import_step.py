"""After sending: what Finance keeps in a staging table until a job of its own takes it over.

The job is started through a custom service where the environment offers one, else by a person.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import duckdb
import httpx

from connection.declarations import COMPANY, TargetModel
from connection.errors import IntegrationError, ServiceRefused
from connection.responses import accepted, json_object


@dataclass(frozen=True, slots=True)
class StepResult:
    """What came of the import step. message: "" when nothing waits. staged: rows that wait.

    has_errors: the job ended rows in error there, or could not be run.
    """

    message: str = ""
    staged: int = 0
    has_errors: bool = False


def take_over(
    client: httpx.Client,
    models: Iterable[TargetModel],
    waiting: Mapping[str, int],
    service: str | None,
) -> StepResult:
    """Have the staged rows of one template's models taken over, company by company.

    waiting: how many, by company; at least one. service: path of the custom service; None where a
    person starts the job.
    """
    rows = sum(waiting.values())
    steps = (model.import_step for model in models if model.staging_table)
    by_hand = " and ".join(dict.fromkeys(steps))
    if service is None:
        return StepResult(
            f"{_listed(waiting)} in a staging table of Finance: start the import at {by_hand}, or "
            "set D365_STAGING_IMPORT to a service that does.",
            rows,
        )
    said, has_errors = [], False
    for company, count in waiting.items():
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
            said.append(_told(company, *answer))
            has_errors = has_errors or answer[1] > 0
    return StepResult(" ".join(said), rows, has_errors)


def staged_rows(
    connection: duckdb.DuckDBPyConnection,
    models: Iterable[TargetModel],
    company_of: Callable[[TargetModel], str],
) -> dict[str, int]:
    """Return how many accepted rows of the models wait in staging tables, by company."""
    waiting: dict[str, int] = {}
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
            select {company}, count(*) from ledger
            where model = $model and state = 'staged' group by all order by all
            """,
            {"model": model.name}
            | ({} if model.has_companies else {"company": company_of(model).lower()}),
        ).fetchall()
        for name, count in found:
            waiting[name] = waiting.get(name, 0) + count
    return dict(sorted(waiting.items()))


def _import(client: httpx.Client, service: str, company: str) -> tuple[int, int]:
    """Start the job of one company; returns rows taken over, and rows in error."""
    answer = json_object(accepted(client.post(service, json={"legalEntityId": company})).content)
    return int(answer.get("journalized") or 0), int(answer.get("errors") or 0)


def _told(company: str, taken: int, errors: int) -> str:
    ended = f", {_rows(errors)} ended in error there" if errors else ""
    return f"The import of {company} took over {_rows(taken)}{ended}."


def _listed(waiting: Mapping[str, int]) -> str:
    first, *others = waiting.items()
    names = [f"{_rows(first[1])} of {first[0]}", *(f"{count} of {name}" for name, count in others)]
    return f"{', '.join(names)} {'wait' if sum(waiting.values()) > 1 else 'waits'}"


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"
