"""Where bearer tokens come from: a fixed one, or Microsoft Entra through azure-identity."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from azure.core.credentials import AccessToken, TokenCredential
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ClientSecretCredential, DefaultAzureCredential
from pydantic import SecretStr

from connection.addresses import host
from connection.errors import AuthenticationFailed
from connection.redact import redact
from connection.settings import Settings

EARLY_SECONDS = 300
"""A token is renewed this long before it expires, so that none expires on its way."""


class TokenProvider(Protocol):
    """Gives the bearer token for one service."""

    def token(self, force: bool = False) -> str:
        """Return a token; `force` asks for a new one, because the service refused the last."""
        ...


class FixedToken:
    """A token from the settings; it cannot be renewed."""

    def __init__(self, secret: SecretStr) -> None:
        self._secret = secret

    def token(self, force: bool = False) -> str:
        """Return the configured token, whatever `force` says."""
        return self._secret.get_secret_value()


class AzureToken:
    """Tokens for `<base_url>/.default`, shared by threads and renewed before they expire.

    make_credential: builds a credential; a forced renewal builds a new one, because
    azure-identity has no other way to bypass its own cache.
    """

    def __init__(
        self,
        make_credential: Callable[[], TokenCredential],
        base_url: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._make_credential = make_credential
        self._credential: TokenCredential | None = None
        self._scope = f"{base_url.rstrip('/')}/.default"
        self._clock = clock
        self._current: AccessToken | None = None
        self._lock = threading.Lock()

    def token(self, force: bool = False) -> str:
        """Return a valid token. Raises AuthenticationFailed with the reason in one sentence."""
        with self._lock:
            if force:
                self._credential = self._current = None
            if self._current is None or self._current.expires_on - EARLY_SECONDS < self._clock():
                self._current = self._request()
            return self._current.token

    def _request(self) -> AccessToken:
        try:
            if self._credential is None:
                self._credential = self._make_credential()
            return self._credential.get_token(self._scope)
        except (ClientAuthenticationError, ValueError) as error:
            reason = (
                redact(str(error).strip().splitlines()[0]) if str(error).strip() else "no reason"
            )
            raise AuthenticationFailed(
                f"No token for {host(self._scope)} ({reason}): set AZURE_TENANT_ID, "
                "AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or sign in with the Azure CLI."
            ) from error


def dataverse_token(settings: Settings) -> TokenProvider:
    """Return the tokens for Dataverse: DATAVERSE_TOKEN when set, else azure-identity."""
    return _provider(settings, settings.dataverse_token, settings.dataverse_url)


def finops_token(settings: Settings) -> TokenProvider:
    """Return the tokens for Finance and Operations: FINOPS_TOKEN when set, else azure-identity."""
    return _provider(settings, settings.finops_token, settings.finops_url)


def _provider(settings: Settings, fixed: SecretStr | None, base_url: str) -> TokenProvider:
    if fixed is not None:
        return FixedToken(fixed)
    return AzureToken(lambda: _credential(settings), base_url)


def _credential(settings: Settings) -> TokenCredential:
    """Return a client-secret credential when all three AZURE_ settings exist, else the default.

    azure-identity reads the environment only, so values from `.env` are handed over here.
    """
    tenant, client = settings.azure_tenant_id, settings.azure_client_id
    secret = settings.azure_client_secret
    if tenant and client and secret:
        return ClientSecretCredential(tenant, client, secret.get_secret_value())
    return DefaultAzureCredential()
