"""Secrets stay out of logs and messages; tokens are renewed in time."""

import io
import json
from contextlib import redirect_stderr

import pytest
import structlog
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError
from pydantic import SecretStr

from connection.auth import AzureToken, FixedToken, dataverse_token, finops_token
from connection.errors import AuthenticationFailed
from connection.log import configure_logging
from connection.redact import redact
from connection.settings import Settings

JWT = "eyJ0eXAiOiJKV1Qi.eyJhdWQiOiJodHRwcyJ9.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {JWT}",
        f"bearer {JWT}",
        f"the token {JWT} was refused",
        "PUT https://x.blob.core.windows.net/dmf/a.zip?sv=2020&sig=topsecret%3D&se=1",
        '{"access_token":"topsecret"}',
        "client_secret=topsecret&scope=x",
    ],
)
def test_secrets_are_cut_out(text: str) -> None:
    cleaned = redact(text)
    assert JWT not in cleaned
    assert "topsecret" not in cleaned
    assert "***" in cleaned


def test_ordinary_text_is_left_alone() -> None:
    text = "GET https://a.test/accounts?$select=name answered 404: account does not exist"
    assert redact(text) == text


def test_log_events_are_redacted() -> None:
    stream = io.StringIO()
    with redirect_stderr(stream):
        configure_logging(json=True)
        structlog.get_logger().error(
            f"sent Bearer {JWT}",
            token="topsecret",
            personal="ada@contoso.test",
            headers={"Authorization": "topsecret", "Accept": "json"},
            urls=["https://b.test/x?sig=topsecret"],
            error=ValueError("password=topsecret"),
            status=401,
        )
    structlog.reset_defaults()
    line = stream.getvalue()
    assert "topsecret" not in line
    assert "ada@" not in line
    assert JWT not in line
    assert json.loads(line)["status"] == 401
    assert json.loads(line)["headers"]["Accept"] == "json"


class Credential:
    """Issues numbered tokens that live for an hour of the test's clock."""

    def __init__(self, issued: list[str], now: list[float]) -> None:
        self.issued = issued
        self.now = now

    def get_token(self, *scopes: str, **_: object) -> AccessToken:
        self.issued.append(scopes[0])
        return AccessToken(f"token-{len(self.issued)}", int(self.now[0]) + 3600)


def test_a_token_is_kept_until_shortly_before_it_expires() -> None:
    now, issued = [0.0], list[str]()
    tokens = AzureToken(
        lambda: Credential(issued, now), "https://a.crm.test/", clock=lambda: now[0]
    )
    assert tokens.token() == "token-1"
    now[0] = 3200
    assert tokens.token() == "token-1"
    now[0] = 3301
    assert tokens.token() == "token-2"
    assert tokens.token(force=True) == "token-3"
    assert set(issued) == {"https://a.crm.test/.default"}


def test_a_refused_credential_is_one_sentence() -> None:
    class Refused:
        def get_token(self, *_: str, **__: object) -> AccessToken:
            raise ClientAuthenticationError(f"AADSTS7000215: bad secret {JWT}.\nTrace ID: 1")

    with pytest.raises(AuthenticationFailed) as caught:
        AzureToken(Refused, "https://a.crm.test").token()
    message = str(caught.value)
    assert "AADSTS7000215" in message
    assert "AZURE_CLIENT_ID" in message
    assert JWT not in message
    assert "Trace ID" not in message


def test_a_fixed_token_wins() -> None:
    settings = Settings(dataverse_token="one", finops_url="https://f.test")
    assert dataverse_token(settings).token() == "one"
    assert isinstance(finops_token(settings), AzureToken)
    assert FixedToken(SecretStr("two")).token(force=True) == "two"
