"""Settings: environment variables and a `.env` file in the working directory."""

import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import httpx
from dotenv import dotenv_values
from pydantic import (
    AliasChoices,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from connection.addresses import is_loopback
from connection.errors import SettingsError

HINTS = {
    "dataverse_url": "the Dataverse environment's address, such as https://contoso.crm.dynamics.com",
    "finops_url": "the Finance and Operations address, such as https://contoso.operations.dynamics.com",
    "dataverse_token": "a bearer token for Dataverse",
    "finops_token": "a bearer token for Finance and Operations",
    "d365_environment": "a name of letters, digits, hyphens and underscores, such as production",
    "duckdb_path": "a file name such as warehouse.duckdb; raw.duckdb would hide the schema raw",
    "raw_root": "a folder or an object-store address such as s3://bucket/raw",
    "max_input_age_hours": "a number of hours greater than 0, such as 24",
    "transport": "package or odata",
    "staging_import": "the path of a custom service, such as "
    "/api/services/ProjectIntegration/ProjectIntegration/importFromStaging",
}
"""What to put into each variable, in the words of an error message."""

_VARIABLES = {
    "max_input_age_hours": "D365_MAX_INPUT_AGE_HOURS",
    "transport": "D365_TRANSPORT",
    "export_project_prefix": "D365_EXPORT_PROJECT_PREFIX",
    "staging_import": "D365_STAGING_IMPORT",
}


def _environment_address(value: Any) -> Any:
    """Check a base address: https (http for this machine only), no path, no query, no user."""
    if not isinstance(value, str) or not value.strip():
        return ""
    try:
        url = httpx.URL(value.strip())
    except httpx.InvalidURL as error:
        raise ValueError("is not an address") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError("does not start with https:// and a host name")
    if url.scheme == "http" and not is_loopback(url):
        raise ValueError("must start with https://, because a token is sent to it")
    if url.path.rstrip("/") or url.query or url.fragment or url.userinfo:
        raise ValueError("must end after the host name")
    return str(url).rstrip("/")


def _environment_name(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value):
        raise ValueError("is used in file names and holds other characters")
    return value


def _service_path(value: Any) -> Any:
    """Check the path of a custom service: of this Finance, and nothing but a path."""
    if value is None:
        return None
    if not isinstance(value, str) or not re.fullmatch(r"/api/services(/[A-Za-z0-9_-]+)+", value):
        raise ValueError("is no path below /api/services/")
    return value


BaseAddress = Annotated[str, BeforeValidator(_environment_address)]


class Settings(BaseSettings):
    """Everything a run needs to know that is not in the dbt project.

    Each field is read from the variable of the same name in upper case, except
    `max_input_age_hours` (D365_MAX_INPUT_AGE_HOURS), `transport` (D365_TRANSPORT),
    `export_project_prefix` (D365_EXPORT_PROJECT_PREFIX) and `staging_import`
    (D365_STAGING_IMPORT).
    Addresses are without trailing slash and without the API path.
    """

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    dataverse_url: BaseAddress = ""
    finops_url: BaseAddress = ""
    dataverse_token: SecretStr | None = None
    finops_token: SecretStr | None = None
    azure_tenant_id: str | None = None
    azure_client_id: str | None = None
    azure_client_secret: SecretStr | None = None
    d365_environment: Annotated[str, BeforeValidator(_environment_name)] = "sandbox"
    d365_company: str | None = None
    raw_root: str = ""
    duckdb_path: Path = Path()
    dbt_target: str = "duckdb"
    export_root: str = ""
    ledger_path: Path = Path()
    max_input_age_hours: float = Field(
        default=24, gt=0, validation_alias=AliasChoices("D365_MAX_INPUT_AGE_HOURS")
    )
    transport: Literal["package", "odata"] = Field(
        default="package", validation_alias=AliasChoices("D365_TRANSPORT")
    )
    export_project_prefix: str = Field(
        default="", validation_alias=AliasChoices("D365_EXPORT_PROJECT_PREFIX")
    )
    staging_import: Annotated[str | None, BeforeValidator(_service_path)] = Field(
        default=None, validation_alias=AliasChoices("D365_STAGING_IMPORT")
    )

    @model_validator(mode="before")
    @classmethod
    def _default_places(cls, values: dict[str, Any]) -> dict[str, Any]:
        folder = f"data/{values.get('d365_environment') or 'sandbox'}"
        places = {
            "raw_root": f"{folder}/raw",
            "duckdb_path": f"{folder}/warehouse.duckdb",
            "export_root": f"{folder}/export",
            "ledger_path": f"{folder}/ledger.duckdb",
        }
        return {**values, **{name: values.get(name) or path for name, path in places.items()}}

    @model_validator(mode="after")
    def _database_name_is_free(self) -> Self:
        # DuckDB names the catalog after the file; `raw` would then hide the schema raw.
        if self.duckdb_path.stem.lower() == "raw":
            raise SettingsError(_sentence("duckdb_path", "is called raw"))
        return self


def share_env_file(path: Path = Path(".env")) -> None:
    """Put what `.env` says into the environment, for dbt, which reads no such file, and for children.

    A variable that has a value keeps it, however `.env` spells its name: the settings do not look at
    the case of names, and dbt reads those in upper case.
    """
    taken = {name.upper() for name, value in os.environ.items() if value}
    for name, value in dotenv_values(path).items():
        if value and name.upper() not in taken:
            os.environ[name.upper()] = value


def load_settings(
    require: Collection[str] = ("dataverse_url", "finops_url"), **overrides: Any
) -> Settings:
    """Read the settings; `overrides` (field names) win over the environment.

    require: fields that must not be empty; pass () for commands that talk to no service.
    Raises SettingsError, one sentence naming the variable and what to put there.
    """
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        name = str(first["loc"][0]).lower() if first["loc"] else "settings"
        problem = first["msg"].removeprefix("Value error, ")
        raise SettingsError(_sentence(_field(name), f"is not usable ({problem})")) from None
    for name in require:
        if not getattr(settings, name):
            raise SettingsError(_sentence(name, "is not set"))
    return settings


def variable(field: str) -> str:
    """Return the environment variable a field of Settings is read from."""
    return _VARIABLES.get(field, field.upper())


def _field(location: str) -> str:
    return {name.lower(): field for field, name in _VARIABLES.items()}.get(location, location)


def _sentence(field: str, problem: str) -> str:
    hint = HINTS.get(field)
    remedy = (
        f"set it to {hint}, in the environment or in .env" if hint else "correct it or remove it"
    )
    return f"{variable(field)} {problem}: {remedy}."
