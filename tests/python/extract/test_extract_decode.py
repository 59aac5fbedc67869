"""Pages of JSON become typed rows: exactly, or with the value that does not fit."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import duckdb
import hypothesis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fake_dataverse import source
from hypothesis import given
from hypothesis import strategies as st

from connection.errors import ServiceMalformed
from connection.odata import to_json
from extract.decode import PageDecoder
from extract.errors import TableFailed
from extract.layout import TableLayout

COLUMNS = {
    "id": "string",
    "amount": "decimal(19, 4)",
    "quantity": "decimal(10, 2)",
    "moment": "timestamp",
    "day": "date",
    "flag": "boolean",
    "whole": "integer",
    "long": "bigint",
    "text": "string",
    "absent": "string",
    "email": "string",
}
TABLE = source(
    "thing", "things", "id", COLUMNS, absent={"optional": True}, email={"personal": True}
)
LAYOUT = TableLayout(
    table=TABLE,
    missing=frozenset({"absent"}),
    guids=frozenset({"id"}),
    doubles=frozenset({"quantity"}),
)
DECODER = PageDecoder(LAYOUT)


def decode(members: str) -> dict[str, Any]:
    (row,) = DECODER.decode(f'{{"value":[{{"id":"A1",{members}}}]}}'.encode()).to_pylist()
    return dict(row)


def test_the_columns_are_exactly_the_declared_ones() -> None:
    rows = DECODER.decode(b'{"@odata.context":"c","value":[]}')
    assert rows.num_rows == 0
    assert rows.schema == pa.schema(
        [
            ("id", pa.string()),
            ("amount", pa.decimal128(19, 4)),
            ("quantity", pa.decimal128(10, 2)),
            ("moment", pa.timestamp("us")),
            ("day", pa.date32()),
            ("flag", pa.bool_()),
            ("whole", pa.int32()),
            ("long", pa.int64()),
            ("text", pa.string()),
            ("absent", pa.string()),
            ("email", pa.string()),
        ]
    )


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ('"amount":20000.0000', Decimal("20000.0000")),
        ('"amount":0.0000000000', Decimal("0.0000")),
        ('"amount":0.00000000000000000000000000000000000000000000', Decimal("0.0000")),
        ('"amount":1.5E+1', Decimal("15.0000")),
        ('"amount":-999999999999999.9999', Decimal("-999999999999999.9999")),
        ('"amount":null', None),
        ('"quantity":0.125', Decimal("0.12")),
        ('"quantity":0.375', Decimal("0.38")),
        ('"quantity":0.30000000000000004', Decimal("0.30")),
        ('"quantity":1e-300', Decimal("0.00")),
        ('"moment":"2023-04-07T21:59:01Z"', datetime(2023, 4, 7, 21, 59, 1)),
        ('"moment":"2023-04-07T21:59:01.1234567Z"', datetime(2023, 4, 7, 21, 59, 1, 123456)),
        ('"moment":"2023-04-07T23:59:01+02:00"', datetime(2023, 4, 7, 21, 59, 1)),
        ('"moment":"1753-01-01T00:00:00Z"', datetime(1753, 1, 1)),
        ('"moment":"9999-12-31T23:59:59Z"', datetime(9999, 12, 31, 23, 59, 59)),
        ('"day":"2021-04-04"', date(2021, 4, 4)),
        ('"flag":false', False),
        ('"whole":690970000', 690970000),
        ('"long":9223372036854775807', 9223372036854775807),
        ('"text":"2,3,8,9"', "2,3,8,9"),
        ('"text":"line\\r\\nbreak \\u2028 \\u05d0 \\ud83d\\ude00"', "line\r\nbreak \u2028 א 😀"),
        ('"text":"cut \\ud83d"', "cut \ufffd"),
        ('"text":""', ""),
        ('"other":1', None),
    ],
)
def test_values_arrive_as_they_were_sent(member: str, value: object) -> None:
    name = member.partition(":")[0].strip('"')
    row = decode(member)
    assert row.get(name) == value
    assert row["id"] == "a1"
    assert all(row[other] is None for other in COLUMNS if other not in (name, "id"))


@pytest.mark.parametrize(
    ("member", "column", "shown"),
    [
        ('"amount":1.00001', "amount", "1.00001"),
        ('"amount":1234567890123456.1', "amount", "1234567890123456.1"),
        ('"amount":true', "amount", "true"),
        ('"amount":"a lot"', "amount", '"a lot"'),
        ('"quantity":123456789.01', "quantity", "123456789.01"),
        ('"quantity":99999999.999', "quantity", "99999999.999"),
        ('"moment":"yesterday"', "moment", '"yesterday"'),
        ('"moment":"2023-02-30T00:00:00Z"', "moment", "2023-02-30"),
        ('"day":"2021-04-04T00:00:00Z"', "day", "2021-04-04T00:00:00Z"),
        ('"day":"2021-02-30"', "day", "2021-02-30"),
        ('"flag":1', "flag", "1"),
        ('"whole":2147483648', "whole", "2147483648"),
        ('"whole":1.5', "whole", "1.5"),
        ('"long":1e3000000', "long", "1E+3000000"),
        ('"text":5', "text", "5"),
        ('"text":{"a":1}', "text", '{"a": 1}'),
        ('"id":5', "id", "5"),
    ],
)
def test_a_value_that_does_not_fit_is_named(member: str, column: str, shown: str) -> None:
    with pytest.raises(TableFailed) as caught:
        DECODER.decode(f'{{"value":[{{"id":"a"}},{{{member}}}]}}'.encode())
    message = str(caught.value)
    assert f"dataverse.thing.{column} " in message
    assert shown in message
    assert f"declared type {TABLE.columns[list(COLUMNS).index(column)].data_type}" in message
    assert "\n" not in message


def test_a_personal_value_is_not_shown() -> None:
    with pytest.raises(TableFailed, match=r"dataverse\.thing\.email holds a value \(personal"):
        decode('"email":12345')


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"<html>",
        b"{}",
        b'{"value":null}',
        b'{"value":{}}',
        b'{"value":[1]}',
        b"[]",
        b'{"value":[',
    ],
)
def test_what_is_no_page_of_rows_is_said_to_be_none(page: bytes) -> None:
    with pytest.raises(ServiceMalformed, match=r"dataverse\.thing"):
        DECODER.decode(page)


@pytest.mark.parametrize("row", ["{}", '{"id":null}', '{"text":"x"}'])
def test_a_row_without_its_key_is_refused(row: str) -> None:
    with pytest.raises(ServiceMalformed, match="primary key"):
        DECODER.decode(f'{{"value":[{row}]}}'.encode())


TEXT = st.text(st.characters(codec="utf-8"))
ROWS = st.lists(
    st.fixed_dictionaries(
        {"id": st.uuids().map(str)},
        optional={
            "amount": st.none()
            | st.decimals(-(10**15), 10**15, places=4).filter(lambda x: abs(x) < 10**15),
            "quantity": st.none()
            | st.decimals(-(10**8), 10**8, places=9).filter(lambda x: abs(x) < 10**8 - 1),
            "moment": st.none() | st.datetimes(datetime(1753, 1, 1)),
            "day": st.none() | st.dates(date(1753, 1, 1)),
            "flag": st.none() | st.booleans(),
            "whole": st.none() | st.integers(-(2**31), 2**31 - 1),
            "long": st.none() | st.integers(-(2**63), 2**63 - 1),
            "text": st.none() | TEXT,
        },
    ),
    max_size=5,
)


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def wire(rows: list[dict[str, Any]]) -> bytes:
    """Render rows as the service does: days as days, moments with Z."""
    sent = [
        {
            name: f"{value:%Y-%m-%d}".rjust(10, "0")
            if isinstance(value, date) and not isinstance(value, datetime)
            else value
            for name, value in row.items()
        }
        for row in rows
    ]
    return to_json({"value": sent}).encode()


def expected(row: dict[str, Any]) -> dict[str, Any]:
    wanted = {name: row.get(name) for name in COLUMNS}
    if wanted["quantity"] is not None:
        wanted["quantity"] = wanted["quantity"].quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    return wanted


@hypothesis.settings(deadline=None)
@given(rows=ROWS)
def test_rows_survive_json_parquet_and_duckdb(
    rows: list[dict[str, Any]],
    database: duckdb.DuckDBPyConnection,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.getbasetemp() / "rows.parquet"
    pq.write_table(DECODER.decode(wire(rows)), path)
    result = database.execute(f"select * from read_parquet('{path}')")
    names = [column[0] for column in result.description or ()]
    read = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    assert read == [expected(row) for row in rows]


@hypothesis.settings(deadline=None)
@given(ROWS, TEXT.map(lambda text: json.dumps(text + "\ud83d")))
def test_the_fast_and_the_exact_reader_agree(rows: list[dict[str, Any]], cut: str) -> None:
    page = wire(rows)
    fast = DECODER.decode(page).to_pylist()
    odd = f'{{"id":"zz","text":{cut}}}]}}'
    exact_page = page[:-2] + (b"," if rows else b"") + odd.encode()
    assert DECODER.decode(exact_page).to_pylist()[:-1] == fast


def test_moments_are_utc_whatever_the_zone_of_this_machine() -> None:
    assert decode('"moment":"2023-04-07T21:59:01Z"')["moment"] == datetime(
        2023, 4, 7, 21, 59, 1, tzinfo=UTC
    ).replace(tzinfo=None)
