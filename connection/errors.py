"""Errors a command can end with. Each message is one sentence that a person can act on.

IntegrationError
├── SettingsError         a setting is missing or wrong; names the variable
├── ManifestError         the dbt project is wrong; names the table, model or column
├── EnvironmentMismatch   rows, ledger and addresses belong to different environments
├── StorageError          a file under RAW_ROOT cannot be read or written as needed
├── AuthenticationFailed  no token could be had for a service
├── ServiceUnavailable    gave up after the retries, or the outcome of a write is unknown
├── ServiceRefused        the service said no; repeating the request gives the same answer
└── ServiceMalformed      the service said yes, but the answer is not what the protocol promises
"""


class IntegrationError(Exception):
    """Base of every error this product raises on purpose."""


class SettingsError(IntegrationError):
    """A setting is missing or cannot be used."""


class ManifestError(IntegrationError):
    """The dbt project does not parse, or a declaration in it is incomplete."""


class EnvironmentMismatch(IntegrationError):
    """Files, ledger and configured addresses do not belong together."""


class StorageError(IntegrationError):
    """RAW_ROOT is in use by another run, or holds a file that cannot be understood."""


class AuthenticationFailed(IntegrationError):
    """No token could be obtained."""


class ServiceMalformed(IntegrationError):
    """A successful answer without the content the protocol promises, or a link elsewhere."""


class ServiceUnavailable(IntegrationError):
    """The service did not answer usefully within the retries.

    status: the last HTTP status, None when no answer arrived at all.
    outcome_unknown: True when the request may have been carried out (a write that was cut off).
    """

    def __init__(
        self, message: str, *, status: int | None = None, outcome_unknown: bool = False
    ) -> None:
        super().__init__(message)
        self.status = status
        self.outcome_unknown = outcome_unknown


class ServiceRefused(IntegrationError):
    """The service refused a request for good: a 4xx, or a 5xx that reports a validation.

    status: HTTP status. code: the service's own error code, "" when it gives none.
    text: the service's own words. url: scheme, host and path; never the query string.
    """

    def __init__(self, *, status: int, code: str, text: str, url: str) -> None:
        super().__init__(f"{url} answered {status}{f' {code}' if code else ''}: {text}")
        self.status = status
        self.code = code
        self.text = text
        self.url = url
