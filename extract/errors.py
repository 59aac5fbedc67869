"""Errors of an extract.

IntegrationError
└── TableFailed  one table cannot be landed; the others go on
"""

from connection.errors import IntegrationError


class TableFailed(IntegrationError):
    """One table cannot be landed. The message names it, what is wrong and the next step."""
