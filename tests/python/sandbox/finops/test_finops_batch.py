"""`$batch`: change sets as a whole, the outer 200, errors under the first Content-ID."""

import json
import re

import httpx
from finops_service import Finops, inner_message

MISSING = "No resources were found when selecting for update."


def operation(method: str, url: str, body: object = None, content_id: str = "") -> str:
    head = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"
    if content_id:
        head += f"Content-ID: {content_id}\r\n"
    request = f"\r\n{method} {url} HTTP/1.1\r\n"
    if body is None:
        return f"{head}{request}\r\n"
    return f"{head}{request}Content-Type: application/json\r\n\r\n{json.dumps(body)}\r\n"


def change_set(*operations: str, boundary: str = "changes") -> str:
    parts = "".join(f"--{boundary}\r\n{text}" for text in operations)
    head = f"Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n"
    return f"{head}{parts}--{boundary}--\r\n"


def send(service: Finops, *parts: str, **headers: str) -> httpx.Response:
    body = "".join(f"--batch\r\n{part}" for part in parts) + "--batch--\r\n"
    return service.client.post(
        "/data/$batch",
        content=body.encode(),
        headers={"Content-Type": "multipart/mixed; boundary=batch", **headers},
    )


def lines(response: httpx.Response, start: str) -> list[str]:
    return re.findall(rf"^{start}.*$", response.text.replace("\r", ""), re.MULTILINE)


def contract(number: str, content_id: str = "", **more: object) -> str:
    row = {"ProjectContractID": number, "CurrencyCode": "USD", **more}
    return operation("POST", "CDSProjectContracts", row, content_id)


def test_a_change_set_is_done_and_answered_in_order(service: Finops) -> None:
    response = send(
        service,
        change_set(
            contract("K-1", "1"),
            operation(
                "PATCH",
                f"{service.client.base_url}/data/CDSProjectContracts"
                "(dataAreaId='usmf',ProjectContractID='K-1')?cross-company=true",
                {"Name": "Brücke"},
                "2",
            ),
            operation(
                "DELETE",
                "/data/CDSProjectContracts(dataAreaId='usmf',ProjectContractID='K-1')",
                content_id="3",
            ),
        ),
    )
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("multipart/mixed; boundary=batchresponse_")
    assert lines(response, "HTTP/1.1") == [
        "HTTP/1.1 201 Created",
        "HTTP/1.1 204 No Content",
        "HTTP/1.1 204 No Content",
    ]
    assert lines(response, "Content-ID") == [f"Content-ID: {number}" for number in (1, 2, 3)]
    assert service.content("CDSProjectContracts") == []


def test_rows_of_a_change_set_see_the_ones_before_them(service: Finops) -> None:
    order = {"SalesOrderNumber": "WO-1", "OrderingCustomerAccountNumber": "US-001"}
    line = {"SalesOrderNumber": "WO-1", "LineCreationSequenceNumber": 1, "ProductNumber": "P-1"}
    response = send(
        service,
        change_set(
            operation("POST", "CDSSalesOrderHeaders", order, "1"),
            operation("POST", "CDSSalesOrderLines", line, "2"),
        ),
    )
    assert lines(response, "HTTP/1.1") == ["HTTP/1.1 201 Created"] * 2


def test_a_failed_change_set_leaves_nothing_and_blames_its_first_request(service: Finops) -> None:
    response = send(
        service, change_set(contract("K-1", "1"), contract("K-2", "2"), contract("k-2", "3"))
    )
    assert response.status_code == 200
    assert lines(response, "HTTP/1.1") == ["HTTP/1.1 500 Internal Server Error"]
    assert lines(response, "Content-ID") == ["Content-ID: 1"]
    assert 'Project contract: k-2.\\nThe record already exists.."' in response.text
    assert response.text.count("changesetresponse_") == 3
    assert service.content("CDSProjectContracts") == []


def test_a_missing_row_inside_a_change_set_is_400(service: Finops) -> None:
    address = "CDSProjectContracts(dataAreaId='usmf',ProjectContractID='K-1')"
    response = send(service, change_set(operation("PATCH", address, {"Name": "x"}, "9")))
    assert lines(response, "HTTP/1.1") == ["HTTP/1.1 400 Bad Request"]
    assert MISSING in response.text


def test_one_row_twice_in_a_change_set_is_written_in_order(service: Finops) -> None:
    address = "CDSProjectContracts(dataAreaId='usmf',ProjectContractID='K-1')"
    updates = [operation("PATCH", address, {"Name": name}, name) for name in ("a", "b", "c")]
    send(service, change_set(contract("K-1", "1"), *updates))
    assert [row["Name"] for row in service.content("CDSProjectContracts")] == ["c"]


def test_rows_may_give_different_properties(service: Finops) -> None:
    send(service, change_set(contract("K-1", Name="named"), contract("K-2", PaymentTerms="Net30")))
    rows = service.content("CDSProjectContracts")
    assert [(row["Name"], row["PaymentTerms"]) for row in rows] == [("named", ""), ("", "Net30")]
    address = "CDSProjectContracts(dataAreaId='usmf',ProjectContractID='{}')"
    changes = [("K-1", {"PaymentTerms": "Net60"}), ("K-2", {"Name": "two"})]
    send(service, change_set(*(operation("PATCH", address.format(k), row) for k, row in changes)))
    rows = service.content("CDSProjectContracts")
    assert [(row["Name"], row["PaymentTerms"]) for row in rows] == [
        ("named", "Net60"),
        ("two", "Net30"),
    ]


def test_requests_outside_a_change_set_stand_alone(service: Finops) -> None:
    response = send(
        service,
        contract("K-1"),
        operation("GET", "CDSProjectContracts/$count"),
        operation("GET", "CDSProjectContracts?$select=ProjectContractID"),
    )
    assert lines(response, "HTTP/1.1") == ["HTTP/1.1 201 Created"] + ["HTTP/1.1 200 OK"] * 2
    assert '"ProjectContractID":"K-1"' in response.text


def test_stops_at_the_first_error_unless_told_to_go_on(service: Finops) -> None:
    bad = change_set(contract("K-0", CurrencyCode="XXX"))
    stopped = send(service, change_set(contract("K-1")), bad, change_set(contract("K-2")))
    assert len(lines(stopped, "HTTP/1.1")) == 2
    assert [row["ProjectContractID"] for row in service.content("CDSProjectContracts")] == ["K-1"]
    gone_on = send(service, bad, change_set(contract("K-3")), Prefer="odata.continue-on-error=true")
    assert lines(gone_on, "HTTP/1.1") == [
        "HTTP/1.1 500 Internal Server Error",
        "HTTP/1.1 201 Created",
    ]


def test_five_thousand_operations_are_taken_and_one_more_is_not(service: Finops) -> None:
    many = [contract(f"K-{number}") for number in range(5_001)]
    assert send(service, change_set(*many)).status_code == 400
    assert service.content("CDSProjectContracts") == []
    assert send(service, change_set(*many[:5_000])).status_code == 200
    assert len(service.content("CDSProjectContracts")) == 5_000


def test_a_malformed_batch_is_refused_as_a_whole(service: Finops) -> None:
    headers = {"Content-Type": "multipart/mixed; boundary=batch"}
    for body in (
        b"",
        b"--batch\r\n\r\n--batch",
        b"--batch\r\nContent-Type: text/x\r\n\r\nx\r\n--batch--",
    ):
        response = service.client.post("/data/$batch", content=body, headers=headers)
        assert response.status_code == 400
    plain = service.client.post("/data/$batch", content=b"{}")
    assert "multipart/mixed" in inner_message(plain)


def test_every_operation_is_counted(service: Finops) -> None:
    service.client.delete("/sandbox/log")
    send(
        service,
        change_set(contract("K-1"), contract("K-2")),
        operation("GET", "CDSProjectContracts"),
    )
    log = service.client.get("/sandbox/log").json()
    assert (log["writes"], log["reads"]) == ({"finops": 2}, {"finops": 1})


def test_a_batch_can_be_throttled(service: Finops) -> None:
    service.turn("finops_throttled", 0, scope="$batch")
    response = send(service, change_set(contract("K-1")))
    assert (response.status_code, response.headers["Retry-After"]) == (429, "0")
    assert service.content("CDSProjectContracts") == []
