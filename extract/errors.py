"""Errors of an extract.

IntegrationError
└── TableFailed      one table cannot be landed; the others go on
    └── TableAbsent  the organisation has no such table
"""

from http import HTTPStatus

from connection.declarations import SourceTable
from connection.errors import IntegrationError, ServiceRefused

_PRIVILEGES = {
    "dataverse": "give the application user the organisation-wide read privilege on",
    "finops": "give the application's user in Finance a role that may view",
}


class TableFailed(IntegrationError):
    """One table cannot be landed. The message names it, what is wrong and the next step."""


class TableAbsent(TableFailed):
    """The organisation has no such table; one that is declared `optional` is empty then."""


def refusal(table: SourceTable, error: ServiceRefused) -> TableFailed:
    """Return the sentence for a table that the service refuses to show."""
    said = f"{error.status}{f' {error.code}' if error.code else ''}: {error.text}".rstrip(". ")
    if error.status == HTTPStatus.UNAUTHORIZED:
        step = "check the credentials, and that the application is a user of this environment"
    elif error.status == HTTPStatus.FORBIDDEN:
        step = f"{_PRIVILEGES[table.system]} {table.name}"
    else:
        step = f"correct the declaration of {table.label} or ask the service's administrator"
    return TableFailed(f"{table.label} was refused ({said}): {step}.")
