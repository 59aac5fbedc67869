"""The HTTP policy: what is tried again, for how long, and where a token may go."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from connection.errors import ServiceMalformed, ServiceRefused, ServiceUnavailable
from connection.http import RetryPolicy, open_client
from connection.responses import accepted

BASE = "https://contoso.crm.test/api/data/v9.2/"
VALIDATION = {
    "error": {
        "code": "",
        "message": "An error has occurred.",
        "innererror": {
            "message": "Write failed for table row of type 'X'. Infolog: Warning: no.",
            "type": "Microsoft.Dynamics.Platform.Integration.Services.OData.AxODataWriteException",
        },
    }
}


class Tokens:
    """Gives a new token each time one is forced."""

    def __init__(self) -> None:
        self.number = 1

    def token(self, force: bool = False) -> str:
        self.number += force
        return f"token-{self.number}"


class Service:
    """Answers with the given responses in turn, then with 200; remembers what it was sent."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.waits: list[float] = []

    def client(self, policy: RetryPolicy | None = None) -> httpx.Client:
        return open_client(
            BASE,
            Tokens(),
            transport=httpx.MockTransport(self._answer),
            sleep=self.waits.append,
            policy=policy,
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(httpx.Request(request.method, request.url, headers=request.headers))
        answer = self.answers.pop(0) if self.answers else httpx.Response(200, json={"value": []})
        if isinstance(answer, Exception):
            raise answer
        return answer


def throttled(retry_after: str) -> httpx.Response:
    body = {"error": {"code": "0x80072322", "message": "Number of requests exceeded the limit."}}
    return httpx.Response(429, headers={"Retry-After": retry_after}, json=body)


def test_retry_after_seconds_are_waited_exactly() -> None:
    service = Service(throttled("7"), throttled("23"))
    assert service.client().get("accounts").status_code == 200
    assert service.waits == [7.0, 23.0]


def test_retry_after_may_be_a_date() -> None:
    service = Service(throttled(format_datetime(datetime.now(UTC) + timedelta(seconds=90), True)))
    service.client().get("accounts")
    assert 80 < service.waits[0] <= 90


@pytest.mark.parametrize("header", ["0", "soon", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_no_usable_retry_after_is_a_short_jittered_wait(header: str) -> None:
    service = Service(throttled(header), throttled(header))
    service.client().get("accounts")
    assert 0.5 <= service.waits[0] <= 1.0
    assert 1.0 <= service.waits[1] <= 2.0


def test_attempts_are_bounded() -> None:
    service = Service(*[httpx.Response(503) for _ in range(9)])
    with pytest.raises(ServiceUnavailable) as caught:
        service.client(RetryPolicy(attempts=3)).get("accounts")
    assert len(service.requests) == 3
    assert caught.value.status == 503


def test_total_wait_is_bounded_and_a_longer_demand_is_not_cut_short() -> None:
    service = Service(throttled("40"), throttled("40"), throttled("40"))
    with pytest.raises(ServiceUnavailable):
        service.client(RetryPolicy(total_wait=100)).get("accounts")
    assert service.waits == [40.0, 40.0]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 412, 413, 501])
def test_a_refusal_is_not_tried_again(status: int) -> None:
    body = {"error": {"code": "0x80040220", "message": "No privilege."}}
    service = Service(httpx.Response(status, json=body))
    with pytest.raises(ServiceRefused) as caught:
        accepted(service.client().get("accounts", params={"$filter": "name eq 'Secret Ltd'"}))
    assert len(service.requests) == 1
    assert caught.value.status == status
    assert (caught.value.code, caught.value.text) == ("0x80040220", "No privilege.")
    assert "Secret" not in str(caught.value)


def test_a_500_that_reports_a_validation_is_a_refusal() -> None:
    service = Service(httpx.Response(500, json=VALIDATION))
    with pytest.raises(ServiceRefused, match="Infolog: Warning: no"):
        accepted(service.client().get("CustomerGroups"))
    assert len(service.requests) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_gateway_error_is_tried_again_for_a_read(status: int) -> None:
    service = Service(httpx.Response(status))
    assert service.client().get("accounts").status_code == 200


def test_a_broken_connection_is_tried_again_only_where_repeating_does_no_harm() -> None:
    assert Service(httpx.ReadError("reset")).client().get("x").status_code == 200
    write = Service(httpx.ReadError("reset"))
    with pytest.raises(ServiceUnavailable) as caught:
        write.client().post("x", json={})
    assert caught.value.outcome_unknown
    assert len(write.requests) == 1
    marked = Service(httpx.ReadError("reset"))
    marked.client().post("x", json={}, extensions={"idempotent": True})
    assert len(marked.requests) == 2


def test_a_write_that_was_turned_away_is_sent_again() -> None:
    service = Service(httpx.Response(503), throttled("1"), httpx.ConnectError("refused"))
    assert service.client().post("x", json={}).status_code == 200
    assert len(service.requests) == 4


def test_a_body_that_can_be_read_only_once_is_sent_once() -> None:
    class Network(httpx.BaseTransport):
        sent = 0

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            self.sent += 1
            return throttled("1")

    network = Network()
    client = open_client(BASE, Tokens(), transport=network, sleep=lambda _: None)
    assert client.put("x", content=iter([b"zip"])).status_code == 429
    assert network.sent == 1


def test_a_gateway_error_on_a_write_leaves_the_outcome_unknown() -> None:
    service = Service(httpx.Response(502))
    with pytest.raises(ServiceUnavailable) as caught:
        service.client().patch("x", json={})
    assert caught.value.outcome_unknown
    assert caught.value.status == 502


def test_the_token_is_renewed_once_on_401() -> None:
    service = Service(httpx.Response(401))
    assert service.client().get("accounts").status_code == 200
    sent = [request.headers["Authorization"] for request in service.requests]
    assert sent == ["Bearer token-1", "Bearer token-2"]


def test_a_second_401_is_the_answer() -> None:
    service = Service(httpx.Response(401), httpx.Response(401))
    assert service.client().get("accounts").status_code == 401
    assert len(service.requests) == 2


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.test/api/data/v9.2/accounts",
        "http://contoso.crm.test/api/data/v9.2/accounts",
        "https://contoso.crm.test:8443/api/data/v9.2/accounts",
    ],
)
def test_another_origin_gets_no_request(link: str) -> None:
    service = Service()
    with pytest.raises(ServiceMalformed, match="another origin"):
        service.client().get(link)
    assert service.requests == []


def test_a_redirect_is_not_followed() -> None:
    service = Service(httpx.Response(302, headers={"Location": "https://evil.test/"}))
    with pytest.raises(ServiceRefused):
        accepted(service.client().get("accounts"))
    assert len(service.requests) == 1


def test_a_signed_address_is_printed_without_its_signature() -> None:
    client = open_client(
        "https://blob.test/",
        None,
        transport=httpx.MockTransport(lambda _: httpx.Response(503)),
        sleep=lambda _: None,
    )
    with pytest.raises(ServiceUnavailable) as caught:
        client.put("https://blob.test/dmf/a.zip?sv=1&sig=topsecret", content=b"zip")
    assert "topsecret" not in str(caught.value)


def test_an_answer_that_cannot_be_unpacked_is_read_again() -> None:
    damaged = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=NotGzip())
    service = Service(damaged)
    assert service.client().get("accounts").json() == {"value": []}
    assert len(service.requests) == 2


class NotGzip(httpx.SyncByteStream):
    """A body that says it is compressed and is not."""

    def __iter__(self) -> Iterator[bytes]:
        yield b"not gzip"


def test_a_proxy_is_used_but_never_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with raw_server([complete]) as url, open_client(url, None) as client:
        assert client.get("accounts").json() == {"value": []}
    waits: list[float] = []
    refused = pytest.raises(ServiceUnavailable, match="Connection refused")
    with open_client("https://contoso.crm.test/", None, sleep=waits.append) as client, refused:
        client.get("accounts")


@contextmanager
def raw_server(answers: list[Callable[[socket.socket], None]]) -> Iterator[str]:
    """Serve one connection per answer on a free port."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(5)

    def serve() -> None:
        for answer in answers:
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                return
            with connection:
                connection.recv(65536)
                answer(connection)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        thread.join(10)
        listener.close()


def cut_off(connection: socket.socket) -> None:
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"value":[{"accountid":')


def complete(connection: socket.socket) -> None:
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"value":[]}')


def test_a_page_cut_off_in_the_middle_is_read_again_as_a_whole() -> None:
    waits: list[float] = []
    with raw_server([cut_off, complete]) as url, open_client(url, None, sleep=waits.append) as c:
        assert c.get("accounts").json() == {"value": []}
    assert len(waits) == 1
