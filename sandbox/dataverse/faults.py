"""Faults only Dataverse has; sandbox/faults.py holds those both halves share."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from sandbox.dataverse.answers import ApiError
from sandbox.dataverse.metadata import Table
from sandbox.switches import Switch, Switches

SWITCHES = (
    Switch(
        "dataverse_throttle",
        "",
        "Answer 429 for a limit: requests, execution_time or concurrency.",
    ),
    Switch(
        "dataverse_retry_after",
        "1",
        "Retry-After of a 429: whole seconds, or `date` for an HTTP date one second ahead.",
    ),
    Switch("dataverse_forbidden", False, "Answer 403: the caller may not read the table."),
    Switch("dataverse_missing_table", False, "The organisation does not have the table."),
    Switch(
        "dataverse_missing_columns",
        "",
        "Columns the organisation lacks: names or patterns such as msdynce_*, apart by blanks. "
        "It lacks the solution's tables of such a name too.",
    ),
    Switch(
        "dataverse_date_behavior",
        "",
        "`column=behavior`: the column has another DateTimeBehavior than the shipped one.",
    ),
    Switch(
        "dataverse_read_only_columns",
        "refuse",
        "What a value for a column that is valid for neither create nor update does: `refuse` the "
        "write, or `ignore` the value.",
    ),
    Switch(
        "dataverse_required_columns",
        True,
        "Refuse a new row that lacks what metadata/tables.csv requires of its table.",
    ),
    Switch(
        "dataverse_solution_without",
        "",
        "What the solution does not do by itself: names of behaviours in solution.py, such as "
        "lock_posted_documents or require_price_list, apart by blanks.",
    ),
    Switch(
        "dataverse_freight_tax_number",
        "none",
        "The sequence number of the write-in line that header tax becomes is not known: `none`, "
        "`next` after those of the order, or a number such as 1 that another line may have.",
    ),
    Switch("dataverse_short_pages", False, "Pages hold half of the rows they could."),
    Switch("dataverse_delta_expired", False, "Refuse every delta token as expired."),
    Switch("dataverse_delta_life_days", 7, "How long a delta token is good."),
)

LIMITS = {
    "requests": (
        "0x80072322",
        "Number of requests exceeded the limit of 6000 over time window of 300 seconds.",
    ),
    "execution_time": (
        "0x80072321",
        "Combined execution time of incoming requests exceeded limit of 1200000 milliseconds over "
        "time window of 300 seconds. Decrease number of concurrent requests or reduce the duration "
        "of requests and try again later.",
    ),
    "concurrency": (
        "0x80072326",
        "Number of concurrent requests exceeded the limit of 52.",
    ),
}


def throttle(switches: Switches, *scopes: str) -> None:
    """Raise the 429 that is switched on for `scopes`, if any."""
    limit = str(switches.take("dataverse_throttle", *scopes))
    if not limit:
        return
    code, message = LIMITS.get(limit, LIMITS["requests"])
    raise ApiError(429, code, message, {"Retry-After": _retry_after(switches, scopes)})


def forbid(switches: Switches, table: Table) -> None:
    """Raise the 403 that is switched on for the table, if any."""
    if switches.take("dataverse_forbidden", "dataverse", table.entity_set, table.name):
        raise ApiError(
            403,
            "0x80040220",
            "Principal user is missing prvRead"
            f"{table.name} privilege on entity '{table.name}'. RoleCount: 1.",
        )


def _retry_after(switches: Switches, scopes: tuple[str, ...]) -> str:
    wanted = str(switches.value("dataverse_retry_after", *scopes))
    if wanted == "date":
        return format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)
    return wanted
