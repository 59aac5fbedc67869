"""OData words: keys survive the way to the server, payloads are exact, links end."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import unquote
from uuid import UUID

import httpx
import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connection.datatypes import DataType, parse_data_type
from connection.errors import ServiceMalformed
from connection.http import open_client
from connection.odata import (
    empty_value,
    key_segment,
    literal,
    next_link,
    pages,
    payload_value,
    to_json,
)
from connection.responses import error_text

BASE = "https://usmf.operations.test/data/"


def read_key(segment: str) -> dict[str, str]:
    """Read a key segment as a server does: decode, then split outside of quotes."""
    text = unquote(segment, errors="strict")
    assert text.startswith("(")
    assert text.endswith(")")
    parts: dict[str, str] = {}
    rest = text[1:-1]
    while rest:
        name, _, rest = rest.partition("=")
        if rest.startswith("'"):
            value, rest = _quoted(rest)
        else:
            value, _, rest = rest.partition(",")
            parts[name] = value
            continue
        parts[name] = value
        assert rest == "" or rest.startswith(",")
        rest = rest[1:]
    return parts


def _quoted(text: str) -> tuple[str, str]:
    position, value = 1, ""
    while True:
        end = text.index("'", position)
        value += text[position:end]
        if text[end : end + 2] != "''":
            return value, text[end + 1 :]
        value += "'"
        position = end + 2


@hypothesis.settings(deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1, max_size=3))
def test_any_text_key_is_read_back_as_it_was(values: list[str]) -> None:
    names = [f"Key{number}" for number in range(len(values))]
    wanted = dict(zip(names, values, strict=True))
    url = httpx.URL(BASE).join("Customers" + key_segment(wanted))
    sent = url.raw_path.decode()
    assert url.host == "usmf.operations.test"
    assert "?" not in sent
    assert read_key(sent.removeprefix("/data/Customers")) == wanted


@hypothesis.settings(deadline=None)
@given(
    st.uuids(),
    st.integers(-(2**63), 2**63 - 1),
    st.decimals(allow_nan=False, allow_infinity=False, places=6),
)
def test_guids_and_numbers_are_bare(guid: UUID, number: int, amount: Decimal) -> None:
    read = read_key(key_segment({"TransactionId": guid, "ContractLine": number, "Line": amount}))
    assert read["TransactionId"] == str(guid)
    assert read["ContractLine"] == str(number)
    assert Decimal(read["Line"]) == amount
    assert "E" not in read["Line"]


def test_keys_as_the_services_write_them() -> None:
    key = key_segment({"dataAreaId": "usmf", "CustomerAccount": "US-001"})
    assert key == "(dataAreaId='usmf',CustomerAccount='US-001')"
    assert literal("O'Brien") == "'O''Brien'"
    assert literal(date(2019, 10, 4)) == "2019-10-04T12:00:00Z"
    assert literal("Yes", "Microsoft.Dynamics.DataEntities.NoYes") == (
        "Microsoft.Dynamics.DataEntities.NoYes'Yes'"
    )
    text = "AED2AE8B-3C94-ED11-AAD1-000D3A9933C9"
    assert key_segment({"": text}, {"": "Edm.Guid"}) == f"({text.lower()})"


@pytest.mark.parametrize(
    ("value", "edm_type"), [(None, ""), ("x) or (1", "Edm.Guid"), ("1)", "Edm.Int32")]
)
def test_what_is_no_key_is_refused(value: str | None, edm_type: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        key_segment({"Key": value}, {"Key": edm_type})


def test_dates_go_as_noon_and_moments_as_utc() -> None:
    day, moment = DataType("date"), DataType("timestamp")
    assert payload_value(date(2021, 4, 4), day) == "2021-04-04T12:00:00Z"
    east = timezone(timedelta(hours=2))
    assert payload_value(datetime(2021, 4, 4, 1, tzinfo=east), moment) == "2021-04-03T23:00:00Z"
    assert payload_value(datetime(2021, 4, 4, 1, 2, 3, 45000), moment) == (
        "2021-04-04T01:02:03.045Z"
    )
    assert payload_value(date(987, 1, 2), day) == "0987-01-02T12:00:00Z"


@pytest.mark.parametrize(
    ("data_type", "edm_type", "empty"),
    [
        ("string", "", ""),
        ("string", "Edm.Guid", "00000000-0000-0000-0000-000000000000"),
        ("string", "Microsoft.Dynamics.DataEntities.ProjType", None),
        ("string", "Microsoft.Dynamics.DataEntities.NoYes", "No"),
        ("date", "Edm.DateTimeOffset", "1900-01-01T12:00:00Z"),
        ("timestamp", "Edm.DateTimeOffset", "1900-01-01T00:00:00Z"),
        ("decimal(19, 4)", "Edm.Decimal", 0),
        ("integer", "Edm.Int32", 0),
        ("bigint", "Edm.Int64", 0),
    ],
)
def test_a_value_that_became_null_goes_as_the_empty_value(
    data_type: str, edm_type: str, empty: object
) -> None:
    assert empty_value(parse_data_type(data_type), edm_type) == empty
    assert payload_value(None, parse_data_type(data_type), edm_type) == empty


@hypothesis.settings(deadline=None)
@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8"), max_size=5),
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(st.characters(codec="utf-8"))
        | st.decimals(allow_nan=False, allow_infinity=False),
    )
)
def test_json_keeps_every_digit(row: dict[str, object]) -> None:
    read = json.loads(to_json(row), parse_float=Decimal)
    assert read == row
    for name, value in row.items():
        if isinstance(value, Decimal) and "." in to_json(value):
            assert read[name].as_tuple() == value.as_tuple()


def test_a_float_is_no_payload() -> None:
    with pytest.raises(TypeError):
        to_json({"Amount": 0.1})


def test_the_next_link_is_found_without_parsing_the_rows() -> None:
    page = (
        b'{"value":[{"name":"\\"@odata.nextLink\\":\\"https://evil.test\\"","lines@odata.nextLink":'
        b'"https://other.test"}],"@odata.nextLink" : "https://a.test/x?\\u0024skiptoken=%3Cc%2F%3E"}'
    )
    assert next_link(page) == "https://a.test/x?$skiptoken=%3Cc%2F%3E"
    assert next_link(b'{"value":[{"name":"@odata.nextLink"}]}') is None


@hypothesis.settings(deadline=None)
@given(st.text())
def test_a_text_value_is_never_taken_for_a_link(text: str) -> None:
    page = json.dumps({"value": [{"name": text}]}, ensure_ascii=False)
    assert next_link(page.encode("utf-8", "surrogatepass")) is None


def client_of(bodies: Iterator[dict[str, object]], seen: list[httpx.Request]) -> httpx.Client:
    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=next(bodies))

    return open_client(BASE, None, transport=httpx.MockTransport(answer))


def test_pages_follow_the_link_verbatim_and_resend_the_preference() -> None:
    link = f"{BASE}accounts?$select=name&$skiptoken=%3Ccookie%20page=%222%22%20x=%253c%20/%3E"
    bodies = iter([{"value": [], "@odata.nextLink": link}, {"value": [{"name": "last"}]}])
    seen: list[httpx.Request] = []
    client = client_of(bodies, seen)
    found = list(
        pages(client, "accounts", params={"$select": "name"}, prefer="odata.maxpagesize=2")
    )
    assert len(found) == 2
    assert str(seen[1].url) == link
    assert [request.headers["Prefer"] for request in seen] == ["odata.maxpagesize=2"] * 2


def test_a_link_that_repeats_ends_in_an_error() -> None:
    endless = iter(lambda: {"value": [], "@odata.nextLink": f"{BASE}accounts?again"}, None)
    with pytest.raises(ServiceMalformed, match="repeats a link"):
        list(pages(client_of(endless, []), "accounts"))


def test_a_link_that_is_no_address_is_said_to_be_none() -> None:
    bodies: Iterator[dict[str, object]] = iter([{"@odata.nextLink": "https://a.test:port/\x00"}])
    with pytest.raises(ServiceMalformed, match="no address"):
        list(pages(client_of(bodies, []), "accounts"))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"error": {"code": "", "message": "m", "innererror": {"message": "inner"}}}, "inner"),
        ({"error": {"code": "0x1", "message": "outer"}}, "outer"),
        ({"Message": "No route data was found."}, "No route data was found."),
        (
            {"error": "invalid_client", "error_description": "AADSTS7000215: no"},
            "AADSTS7000215: no",
        ),
    ],
)
def test_errors_are_told_in_the_services_own_words(body: object, text: str) -> None:
    assert error_text(json.dumps(body).encode()) == text


def test_a_body_that_is_no_json_is_shown_as_it_is() -> None:
    assert error_text(b"<html>Gateway</html>") == "<html>Gateway</html>"
    assert error_text(b"") == ""


def test_aware_moments_in_keys_are_utc() -> None:
    assert literal(datetime(2020, 1, 1, tzinfo=UTC)) == "2020-01-01T00:00:00Z"
