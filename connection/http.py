"""One HTTP policy for every request: token, timeouts, retries, and no request to strangers."""

import email.utils
import functools
import random
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import NoReturn
from urllib.request import getproxies, proxy_bypass

import httpx
import structlog
from tenacity import RetryCallState, Retrying, retry_if_exception_type

from connection.addresses import is_loopback, origin, printable
from connection.auth import TokenProvider
from connection.errors import ServiceMalformed, ServiceUnavailable
from connection.redact import redact
from connection.responses import error_text, is_transient

TIMEOUT = httpx.Timeout(120.0, connect=10.0, pool=30.0)
"""Seconds. A throttled service has been seen to take 75 s to answer."""

IDEMPOTENT_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
REFUSED_UNTRIED = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
"""Statuses of a request that was turned away before it was carried out."""

_JITTER = random.SystemRandom()

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long to go on. attempts: requests in all; the others are seconds.

    first_wait doubles with each attempt up to ceiling, with jitter. A Retry-After is obeyed as
    given, so it may exceed ceiling; when it does not fit into total_wait, the request fails now.
    """

    attempts: int = 7
    first_wait: float = 1.0
    ceiling: float = 60.0
    total_wait: float = 900.0


class _TryAgainError(Exception):
    """One attempt failed in a way that may pass."""

    def __init__(self, reason: str, status: int | None, retry_after: float | None) -> None:
        super().__init__(reason)
        self.status = status
        self.retry_after = retry_after


class PolicyTransport(httpx.BaseTransport):
    """Wrap a transport with the policy of this module; answers arrive read to the end.

    Retried: 429 and 503 always; other 5xx and broken connections when repeating does no harm
    (an idempotent method, or the request extension `idempotent` set to True); a connection that
    could not be opened always. Not retried: any other 4xx, 501, a 500 in which Finance and
    Operations reports a validation, and a body that can be read only once. Those go back to the
    caller as they are.
    Raises ServiceUnavailable after the last attempt, and at once when a write was cut off and
    its outcome is unknown; ServiceMalformed for a request to another origin.
    """

    def __init__(
        self,
        inner: httpx.BaseTransport,
        base_url: str,
        token: TokenProvider | None,
        sleep: Callable[[float], None],
        policy: RetryPolicy,
    ) -> None:
        self._inner = inner
        self._origin = origin(base_url)
        self._token = token
        self._sleep = sleep
        self._policy = policy

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request`, trying again as the policy says."""
        if origin(request.url) != self._origin:
            raise ServiceMalformed(
                f"A link leads from {self._origin[1]} to {printable(request.url)}, another origin, "
                "so it was not followed: check the configured address."
            )
        retrying = Retrying(
            sleep=self._sleep,
            wait=self._wait,
            stop=self._stop,
            retry=retry_if_exception_type(_TryAgainError),
            before_sleep=self._announce(request),
            reraise=True,
        )
        try:
            return retrying(self._authorised, request)
        except _TryAgainError as error:
            raise ServiceUnavailable(
                f"{printable(request.url)} did not answer usefully ({error}) after "
                f"{retrying.statistics['attempt_number']} attempts: try again later.",
                status=error.status,
                outcome_unknown=not _may_repeat(request),
            ) from error

    def close(self) -> None:
        """Close the wrapped transport."""
        self._inner.close()

    def _authorised(self, request: httpx.Request) -> httpx.Response:
        """Send once with the token; if the service refuses it, once more with a new one."""
        if self._token is None:
            return self._attempt(request)
        request.headers["Authorization"] = f"Bearer {self._token.token()}"
        response = self._attempt(request)
        if response.status_code == HTTPStatus.UNAUTHORIZED and _is_replayable(request):
            request.headers["Authorization"] = f"Bearer {self._token.token(force=True)}"
            response = self._attempt(request)
        return response

    def _attempt(self, request: httpx.Request) -> httpx.Response:
        try:
            response = self._inner.handle_request(request)
            response.read()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise _TryAgainError(_reason(error), None, None) from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            self._cut_off(request, _reason(error), cause=error)
        status = response.status_code
        if status in REFUSED_UNTRIED and _is_replayable(request):
            raise _TryAgainError(_answer(response), status, _retry_after(response))
        if is_transient(response):
            self._cut_off(request, _answer(response), status, _retry_after(response))
        return response

    def _cut_off(
        self,
        request: httpx.Request,
        reason: str,
        status: int | None = None,
        retry_after: float | None = None,
        cause: Exception | None = None,
    ) -> NoReturn:
        if _may_repeat(request):
            raise _TryAgainError(reason, status, retry_after) from cause
        raise ServiceUnavailable(
            f"{request.method} {printable(request.url)} was cut off ({reason}), so it is not known "
            "whether it was carried out: read the target back before sending it again.",
            status=status,
            outcome_unknown=True,
        ) from cause

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, _TryAgainError) else None
        if asked:
            return asked
        backoff = self._policy.first_wait * 2.0 ** (state.attempt_number - 1)
        return min(backoff, self._policy.ceiling) * _JITTER.uniform(0.5, 1.0)

    def _stop(self, state: RetryCallState) -> bool:
        waited = state.idle_for + state.upcoming_sleep
        return state.attempt_number >= self._policy.attempts or waited > self._policy.total_wait

    def _announce(self, request: httpx.Request) -> Callable[[RetryCallState], None]:
        def announce(state: RetryCallState) -> None:
            reason = str(state.outcome.exception()) if state.outcome else ""
            log.warning(
                "trying again",
                url=printable(request.url),
                reason=reason,
                attempt=state.attempt_number,
                wait_seconds=round(state.upcoming_sleep, 1),
            )

        return announce


def open_client(
    base_url: str,
    token: TokenProvider | None,
    *,
    transport: httpx.BaseTransport | None = None,
    sleep: Callable[[float], None] = time.sleep,
    policy: RetryPolicy | None = None,
) -> httpx.Client:
    """Return a client for one origin; use one per thread.

    base_url: the service root, such as https://contoso.crm.dynamics.com/api/data/v9.2/.
    token: None for addresses that carry their own signature (uploads).
    Redirects are not followed. 4xx answers come back as responses; see `accepted`.
    """
    inner = transport or _network(base_url)
    return httpx.Client(
        base_url=base_url,
        transport=PolicyTransport(inner, base_url, token, sleep, policy or RetryPolicy()),
        timeout=TIMEOUT,
        follow_redirects=False,
        trust_env=False,
        headers={"Accept": "application/json", "OData-MaxVersion": "4.0", "OData-Version": "4.0"},
    )


def _network(base_url: str) -> httpx.HTTPTransport:
    """Return the network, through the machine's proxy if it has one for this address."""
    url = httpx.URL(base_url)
    direct = is_loopback(url) or proxy_bypass(url.host)
    proxy = None if direct else getproxies().get(url.scheme)
    return httpx.HTTPTransport(verify=_trusted(), proxy=proxy)


@functools.cache
def _trusted() -> ssl.SSLContext:
    """Return the certificates to trust; loading them for each client would cost 30 ms each."""
    return httpx.create_ssl_context()


def _is_replayable(request: httpx.Request) -> bool:
    return isinstance(request.stream, httpx.ByteStream)


def _may_repeat(request: httpx.Request) -> bool:
    marked = request.extensions.get("idempotent") is True
    return _is_replayable(request) and (marked or request.method in IDEMPOTENT_METHODS)


def _retry_after(response: httpx.Response) -> float | None:
    """Return the seconds asked for; None when nothing usable is said, and for 0."""
    header = response.headers.get("Retry-After", "").strip()
    if header.isdigit():
        return float(header) or None
    try:
        moment = email.utils.parsedate_to_datetime(header)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) or None


def _answer(response: httpx.Response) -> str:
    text = redact(error_text(response.content))
    return f"{response.status_code}: {text}" if text else str(response.status_code)


def _reason(error: httpx.RequestError) -> str:
    return redact(str(error)) or type(error).__name__
