"""$batch: what is sent has the wire's exact shape, what comes back is read in every form."""

import json

import pytest

from connection.batch import Operation, build_batch, parse_batch
from connection.errors import ServiceMalformed
from connection.responses import error_text

CONTINUED = b"""--batchresponse_f44bd09d
Content-Type: application/http
Content-Transfer-Encoding: binary

HTTP/1.1 400 Bad Request
REQ_ID: de4c5227
Content-Type: application/json; odata.metadata=minimal
OData-Version: 4.0

{"error":{"code":"0x80044331","message":"A validation error occurred."}}
--batchresponse_f44bd09d
Content-Type: application/http
Content-Transfer-Encoding: binary

HTTP/1.1 204 No Content
OData-Version: 4.0
OData-EntityId: https://a.test/api/data/v9.2/tasks(aed2ae8b-3c94-ed11-aad1-000d3a9933c9)


--batchresponse_f44bd09d--
"""
FAILED_CHANGE_SET = b"""--batchresponse_5a29
Content-Type: multipart/mixed; boundary=changesetresponse_1209

--changesetresponse_1209
Content-Type: application/http
Content-Transfer-Encoding: binary
Content-ID: 1

HTTP/1.1 500 Internal Server Error
Content-Type: application/json; odata.metadata=minimal; charset=utf-8

{
  "error":{
    "code":"","message":"An error has occurred.","innererror":{
      "message":"Cannot create a record.\\nThe record already exists.."
    }
  }
}
--changesetresponse_1209--
--batchresponse_5a29--
"""


def crlf(body: bytes) -> bytes:
    return body.replace(b"\n", b"\r\n")


def test_a_change_set_is_built_with_crlf_and_content_ids() -> None:
    body = '{"Description":"a"}'
    content_type, sent = build_batch(
        [[Operation("PATCH", "https://a.test/data/X(Id='1')", body, "1")], Operation("GET", "Y")],
        boundary="b",
    )
    assert content_type == "multipart/mixed; boundary=b"
    assert sent.decode().split("\r\n") == [
        "--b",
        "Content-Type: multipart/mixed; boundary=changeset_0_b",
        "",
        "--changeset_0_b",
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        "Content-ID: 1",
        "",
        "PATCH https://a.test/data/X(Id='1') HTTP/1.1",
        "Accept: application/json",
        "Content-Type: application/json; type=entry",
        "",
        body,
        "--changeset_0_b--",
        "--b",
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        "",
        "GET Y HTTP/1.1",
        "Accept: application/json",
        "",
        "",
        "--b--",
        "",
    ]


def test_an_operation_cannot_smuggle_lines() -> None:
    with pytest.raises(ValueError, match="line break"):
        build_batch([Operation("GET", "x", headers={"Prefer": "a\r\nX: y"})])
    with pytest.raises(ValueError, match="percent-encoded"):
        build_batch([Operation("GET", "x HTTP/1.1\r\nHost: evil")])


@pytest.mark.parametrize("body", [CONTINUED, crlf(CONTINUED)], ids=["lf", "crlf"])
def test_parts_without_a_change_set(body: bytes) -> None:
    refused, done = parse_batch("multipart/mixed; boundary=batchresponse_f44bd09d", body)
    assert (refused.status, refused.change_set) == (400, None)
    assert error_text(refused.body) == "A validation error occurred."
    assert refused.headers["req_id"] == "de4c5227"
    assert done.status == 204
    assert done.headers["odata-entityid"].endswith("(aed2ae8b-3c94-ed11-aad1-000d3a9933c9)")
    assert done.body.strip() == b""


@pytest.mark.parametrize("body", [FAILED_CHANGE_SET, crlf(FAILED_CHANGE_SET)], ids=["lf", "crlf"])
def test_a_failed_change_set_is_one_part(body: bytes) -> None:
    (part,) = parse_batch('multipart/mixed; boundary="batchresponse_5a29"', body)
    assert (part.status, part.content_id, part.change_set) == (500, "1", 0)
    assert error_text(part.body).endswith("The record already exists..")


def test_what_was_built_can_be_read_back() -> None:
    text = json.dumps({"Name": "--b\r\n\r\n--changeset_0_b Ünïcödé"})
    _, sent = build_batch([[Operation("POST", "X", text, str(n)) for n in range(3)]], boundary="b")
    answer = sent.replace(b"POST X HTTP/1.1", b"HTTP/1.1 201 Created")
    parts = parse_batch("multipart/mixed; boundary=b", answer)
    assert [part.content_id for part in parts] == ["0", "1", "2"]
    assert {part.body.decode() for part in parts} == {text}


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", CONTINUED),
        ("multipart/mixed; boundary=batchresponse_f44bd09d", CONTINUED[:-30]),
        ("multipart/mixed; boundary=other", CONTINUED),
        ("multipart/mixed; boundary=b", b"--b\n\nnot http\n--b--\n"),
        ("multipart/mixed; boundary=b", b""),
    ],
)
def test_what_is_no_batch_answer_is_said_to_be_none(content_type: str, body: bytes) -> None:
    with pytest.raises(ServiceMalformed):
        parse_batch(content_type, body)
