"""Equal rows have equal hashes, whatever built them; any real change shows."""

import hashlib
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connection.datatypes import parse_data_type
from connection.declarations import Column
from load.canonical import (
    canonical_text,
    comparable_keys,
    key_sql,
    number_text,
    payload_sql,
    quoted,
    same_payload,
)

# every character a database text can hold: no lone surrogates, no NUL
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
SHOWN = TEXTS.filter(lambda text: text.rstrip(" ") != "")
AMOUNTS = st.decimals(-(10**9), 10**9, places=2, allow_nan=False)
CONNECTION = duckdb.connect()


def column(name: str, data_type: str = "string", *, personal: bool = False) -> Column:
    return Column(name, parse_data_type(data_type), personal=personal)


def payload_of(columns: list[Column], values: list[Any], *, hide_personal: bool = False) -> str:
    cells = ", ".join(
        f"cast(${number} as {'varchar' if c.data_type.kind == 'string' else c.data_type})"
        f" as {quoted(c.name)}"
        for number, c in enumerate(columns, 1)
    )
    query = f"select {payload_sql(columns, hide_personal=hide_personal)} from (select {cells})"
    row = CONNECTION.execute(query, values).fetchone()
    assert row is not None
    return str(row[0])


@given(st.dictionaries(st.sampled_from(["Name", "name2", "A", "Zeta"]), TEXTS), st.randoms())
def test_column_order_does_not_matter(row: dict[str, str], random: Any) -> None:
    names = ["A", "Name", "Zeta", "name2"]
    shuffled = random.sample(names, len(names))
    texts = [
        payload_of([column(name) for name in order], [row.get(name) for name in order])
        for order in (names, shuffled)
    ]
    assert texts[0] == texts[1]


@given(SHOWN)
def test_an_added_null_column_does_not_matter(text: str) -> None:
    one, two = column("A"), column("B", "decimal(9, 2)")
    assert payload_of([one], [text]) == payload_of([one, two], [text, None])


@given(AMOUNTS, st.integers(2, 12))
def test_the_decimal_scale_does_not_matter(amount: Decimal, scale: int) -> None:
    texts = [payload_of([column("A", f"decimal(38, {s})")], [amount]) for s in (2, scale)]
    assert texts[0] == texts[1]
    assert json.loads(texts[0]) == {"A": number_text(str(amount))}


@given(TEXTS, st.integers(0, 4))
def test_trailing_blanks_do_not_matter(text: str, blanks: int) -> None:
    assert payload_of([column("A")], [text]) == payload_of([column("A")], [text + " " * blanks])


@given(SHOWN, SHOWN)
def test_another_text_matters(one: str, other: str) -> None:
    same = payload_of([column("A")], [one]) == payload_of([column("A")], [other])
    assert same == (one.rstrip(" ") == other.rstrip(" "))


@given(AMOUNTS, AMOUNTS)
def test_another_amount_matters(one: Decimal, other: Decimal) -> None:
    texts = [payload_of([column("A", "decimal(19, 4)")], [amount]) for amount in (one, other)]
    assert (texts[0] == texts[1]) == (one == other)


@pytest.mark.parametrize(
    ("data_type", "value", "text"),
    [
        ("integer", 0, "0"),
        ("bigint", -5, "-5"),
        ("boolean", False, "false"),
        ("date", "2026-02-28", "2026-02-28"),
        ("timestamp", "2026-02-28 13:05:09", "2026-02-28T13:05:09Z"),
        ("decimal(19, 4)", Decimal("100.0000"), "100"),
        ("decimal(19, 4)", Decimal("-0.5000"), "-0.5"),
        ("decimal(2, 2)", Decimal("-0.50"), "-0.5"),
        ("decimal(2, 2)", Decimal("0.00"), "0"),
        ("decimal(9, 0)", Decimal("100"), "100"),
    ],
)
def test_each_type_has_one_text(data_type: str, value: Any, text: str) -> None:
    assert json.loads(payload_of([column("A", data_type)], [value])) == {"A": text}


@given(SHOWN)
def test_a_payload_is_json_of_the_same_text(text: str) -> None:
    name = 'odd "name"'
    assert json.loads(payload_of([column(name)], [text])) == {name: text.rstrip(" ")}


@given(SHOWN)
def test_personal_values_are_hashed_where_they_are_kept(text: str) -> None:
    kept = payload_of([column("A", personal=True)], [text], hide_personal=True)
    assert json.loads(kept) == {"A": hashlib.sha256(text.rstrip(" ").encode()).hexdigest()}
    shown = payload_of([column("A", personal=True)], [text])
    assert json.loads(shown) == {"A": text.rstrip(" ")}


@given(TEXTS, TEXTS)
def test_a_key_from_the_warehouse_is_the_key_the_target_tells(one: str, two: str) -> None:
    columns = [column("A"), column("B")]
    query = f"select {key_sql(columns)} from (select $1 as A, $2 as B)"
    row = CONNECTION.execute(query, [one, two]).fetchone()
    told = [canonical_text(text, columns[0].data_type) for text in (one, two)]
    assert row is not None
    assert comparable_keys(CONNECTION, [told]) == [row[0]]


@pytest.mark.parametrize("odd", ["İ", "ß", "K", "É'\"\\", "a\tb\r\n", "😀", "\x1f", "ǅ"])
def test_keys_with_odd_letters_agree(odd: str) -> None:
    query = f"select {key_sql([column('A')])} from (select $1 as A)"
    row = CONNECTION.execute(query, [odd]).fetchone()
    assert row is not None
    assert comparable_keys(CONNECTION, [[odd]]) == [row[0]]


def test_keys_are_compared_without_case_and_trailing_blanks_and_part_by_part() -> None:
    one, two, three = comparable_keys(CONNECTION, [["usmf", "Us-1"], ["USMF", "US-1"], ["us", "1"]])
    assert one == two != three
    assert comparable_keys(CONNECTION, [["a", "b,c"]]) != comparable_keys(
        CONNECTION, [["a,b", "c"]]
    )
    assert comparable_keys(CONNECTION, [["A  "]]) == comparable_keys(CONNECTION, [["a"]])
    assert comparable_keys(CONNECTION, []) == []


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), max_size=5))
def test_many_keys_keep_their_order(keys: list[list[str]]) -> None:
    together = comparable_keys(CONNECTION, keys)
    assert together == [comparable_keys(CONNECTION, [key])[0] for key in keys]


def round_trips() -> Iterator[tuple[str, Any, Any]]:
    yield "string", "text", "text"
    yield "decimal(19, 4)", Decimal("10.5000"), "10.5"
    yield "decimal(19, 4)", 10, "10"
    yield "integer", 7, "7"
    yield "date", "2026-03-01", "2026-03-01T12:00:00Z"
    yield "timestamp", "2026-03-01 05:06:07", "2026-03-01T05:06:07Z"
    yield "boolean", True, "Yes"


@pytest.mark.parametrize(("data_type", "ours", "told"), list(round_trips()))
def test_what_was_sent_reads_back_as_the_same(data_type: str, ours: Any, told: Any) -> None:
    one = column("A", data_type)
    payload = json.loads(payload_of([one], [ours]))
    if data_type.startswith(("decimal", "integer")):
        told = Decimal(told)
    assert canonical_text(told, one.data_type) == payload["A"]


@pytest.mark.parametrize(
    ("data_type", "told"),
    [
        ("string", ""),
        ("string", None),
        ("string", "  "),
        ("date", "1900-01-01T12:00:00Z"),
        ("timestamp", "1900-01-01T00:00:00Z"),
        ("string", "00000000-0000-0000-0000-000000000000"),
    ],
)
def test_empty_values_of_the_target_are_nothing(data_type: str, told: Any) -> None:
    assert canonical_text(told, parse_data_type(data_type)) is None


COLUMNS = {
    c.name: c
    for c in (
        column("dataAreaId"),
        column("Account"),
        column("Name", personal=True),
        column("Memo"),
        column("Amount", "decimal(19, 4)"),
    )
}
KEY = ("dataAreaId", "Account")
HASHED = hashlib.sha256(b"Ann").hexdigest()


@pytest.mark.parametrize(
    ("attempted", "told", "same"),
    [
        ({"Memo": "x"}, {"Memo": "x"}, True),
        ({"Memo": "x"}, {"Memo": "X"}, False),
        ({"Memo": "x"}, {"Memo": None}, False),
        ({"Name": HASHED}, {"Name": "Ann"}, True),
        ({"Name": HASHED}, {"Name": "ann"}, False),
        ({"Name": HASHED}, {"Name": None}, False),
        ({"Amount": "0"}, {"Amount": None}, True),
        ({"Amount": "1"}, {"Amount": "0"}, False),
        # the rows were matched by their key, in which Finance changes the case
        (
            {"dataAreaId": "USMF", "Account": "us-1"},
            {"dataAreaId": "usmf", "Account": "US-1"},
            True,
        ),
        # a column that is no longer declared is not asked for
        ({"Gone": "x", "Memo": "x"}, {"Memo": "x"}, True),
    ],
)
def test_a_row_arrived_when_all_that_was_sent_is_there(
    attempted: dict[str, str], told: dict[str, str | None], same: bool
) -> None:
    assert same_payload(attempted, {}, told, COLUMNS, KEY) == same


@pytest.mark.parametrize(
    ("told", "same"), [({"Memo": None, "Amount": "0"}, True), ({"Memo": "x"}, False)]
)
def test_a_row_arrived_only_when_cleared_values_are_gone(
    told: dict[str, str | None], same: bool
) -> None:
    before = {"Account": "us-1", "Memo": "x", "Amount": "5"}
    assert same_payload({"Account": "us-1"}, before, told, COLUMNS, KEY) == same
