"""$batch: order, change sets, continue-on-error."""

import httpx
from dataverse_service import Dataverse


def part(request: str, body: str = "", content_id: str = "") -> str:
    head = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    if content_id:
        head.append(f"Content-ID: {content_id}")
    lines = [*head, "", f"{request} HTTP/1.1", "Content-Type: application/json", "", body]
    return "\r\n".join(lines)


def multipart(boundary: str, parts: list[str]) -> str:
    return "".join(f"--{boundary}\r\n{text}\r\n" for text in parts) + f"--{boundary}--\r\n"


def change_set(*parts: str) -> str:
    head = "Content-Type: multipart/mixed; boundary=changeset_1\r\n\r\n"
    return head + multipart("changeset_1", list(parts))


def send(service: Dataverse, *parts: str, go_on: bool = False) -> httpx.Response:
    headers = {"Content-Type": 'multipart/mixed; boundary="batch_1"'}
    if go_on:
        headers["Prefer"] = "odata.continue-on-error"
    body = multipart("batch_1", list(parts)).encode()
    return service.client.post("$batch", content=body, headers=headers)


def statuses(response: httpx.Response) -> list[int]:
    return [
        int(line.split()[1]) for line in response.text.splitlines() if line.startswith("HTTP/1.1")
    ]


def names(service: Dataverse) -> list[str]:
    return sorted(str(row["name"]) for row in service.rows("accounts?$select=name"))


def test_operations_answer_in_order(empty: Dataverse) -> None:
    response = send(
        empty,
        part("POST /api/data/v9.2/accounts", '{"name":"ä"}'),
        part("GET accounts?$select=name"),
        part(f"GET {empty.base}/api/data/v9.2/WhoAmI"),
    )
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("multipart/mixed; boundary=batchresponse_")
    assert statuses(response) == [204, 200, 200]
    assert '"name":"ä"' in response.text
    assert "OData-EntityId: " in response.text


def test_the_first_failure_ends_the_batch(empty: Dataverse) -> None:
    response = send(
        empty,
        part("POST accounts", '{"name":"a"}'),
        part("POST accounts", '{"nothing":1}'),
        part("POST accounts", '{"name":"b"}'),
    )
    assert response.status_code == 400
    assert statuses(response) == [400]
    assert names(empty) == ["a"]


def test_continue_on_error(empty: Dataverse) -> None:
    response = send(
        empty,
        part("POST accounts", '{"nothing":1}'),
        part("POST accounts", '{"name":"b"}'),
        go_on=True,
    )
    assert response.status_code == 200
    assert statuses(response) == [400, 204]
    assert names(empty) == ["b"]


def test_a_change_set_is_atomic(empty: Dataverse) -> None:
    response = send(
        empty,
        change_set(
            part("POST accounts", '{"name":"a"}', "1"),
            part("POST accounts", '{"nothing":1}', "2"),
        ),
        part("POST accounts", '{"name":"c"}'),
        go_on=True,
    )
    assert statuses(response) == [400, 204]
    assert names(empty) == ["c"]


def test_a_change_set_answers_each_part(empty: Dataverse) -> None:
    response = send(
        empty,
        change_set(
            part("POST accounts", '{"name":"a"}', "1"),
            part("POST accounts", '{"name":"b"}', "2"),
        ),
    )
    assert "boundary=changesetresponse_" in response.text
    assert [line for line in response.text.splitlines() if line.startswith("Content-ID")] == [
        "Content-ID: 1",
        "Content-ID: 2",
    ]
    assert names(empty) == ["a", "b"]


def test_a_part_refers_to_an_earlier_one(empty: Dataverse) -> None:
    contact = '{"lastname":"c","parentcustomerid_account@odata.bind":"$1"}'
    response = send(
        empty,
        change_set(
            part("POST accounts", '{"name":"a"}', "1"),
            part("POST contacts", contact, "2"),
            part("PATCH $1", '{"name":"a2"}', "3"),
        ),
    )
    assert statuses(response) == [204, 204, 204]
    (account,) = empty.rows("accounts")
    (row,) = empty.rows("contacts")
    assert row["_parentcustomerid_value"] == account["accountid"]
    assert account["name"] == "a2"


def test_what_a_batch_refuses(empty: Dataverse) -> None:
    get_inside = send(empty, change_set(part("GET accounts", "", "1")))
    assert get_inside.status_code == 400
    no_id = send(empty, change_set(part("POST accounts", '{"name":"a"}')))
    assert no_id.status_code == 400
    nested = send(empty, part("POST $batch", ""))
    assert nested.status_code == 400
    too_many = send(empty, *[part("GET WhoAmI")] * 1001)
    assert too_many.status_code == 400
    plain = empty.client.post("$batch", json={})
    assert plain.status_code == 400
    assert names(empty) == []


def test_each_operation_is_counted(empty: Dataverse) -> None:
    send(empty, part("POST accounts", '{"name":"a"}'), part("GET accounts"))
    log = httpx.get(f"{empty.base}/sandbox/log").json()
    assert log["reads"] == {"dataverse": 1}
    assert log["writes"] == {"dataverse": 1}
