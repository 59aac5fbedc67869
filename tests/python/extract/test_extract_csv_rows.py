"""Data files of packages become typed rows: any text survives, and numbers stay exact."""

import csv
import io
import random
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from fake_finance import finance_source, utf_16, zipped
from hypothesis import given
from hypothesis import strategies as st

from connection.errors import ServiceMalformed
from extract import csv_rows, package
from extract.csv_rows import DataFile
from extract.errors import TableFailed
from extract.package import PackageRefused

TABLE = finance_source(
    "Thing",
    ["dataAreaId", "Id"],
    {
        "dataAreaId": "string",
        "Id": "string",
        "Text": "string",
        "Amount": "decimal(32, 6)",
        "Rate": "decimal(32, 16)",
        "Day": "date",
        "Moment": "timestamp",
        "Whole": "integer",
        "Long": "bigint",
        "Flag": "boolean",
        "Absent": "string",
    },
    Absent={"optional": True},
)
COLUMNS = ("Id", "Text", "Amount", "Rate", "Day", "Moment", "Whole", "Long", "Flag")


def read(path: Path, content: bytes) -> list[dict[str, Any]]:
    path.write_bytes(zipped({"a.csv": content}))
    rows = DataFile(path, "a.csv").rows(TABLE, "usmf")
    return [row for batch in rows for row in batch.to_pylist()]


def test_only_the_later_parts_of_a_long_key_may_be_blank(tmp_path: Path) -> None:
    key = ["dataAreaId", "Id", "Site", "Warehouse"]
    table = finance_source("Stock", key, dict.fromkeys(key, "string"))
    path = tmp_path / "p.zip"
    path.write_bytes(zipped({"a.csv": b"ID,SITE,WAREHOUSE\nP1,1,\nP2,,24\n"}))
    (batch,) = DataFile(path, "a.csv").rows(table, "usmf")
    assert [tuple(row.values()) for row in batch.to_pylist()] == [
        ("usmf", "P1", "1", ""),
        ("usmf", "P2", "", "24"),
    ]
    path.write_bytes(zipped({"a.csv": b"ID,SITE,WAREHOUSE\n,1,24\n"}))
    with pytest.raises(ServiceMalformed, match="without Id"):
        list(DataFile(path, "a.csv").rows(table, "usmf"))


def cell(folder: Path, column: str, text: str) -> Any:
    """What one cell becomes."""
    content = io.StringIO(newline="")
    csv.writer(content).writerows([["ID", column.upper()], ["1", text]])
    (row,) = read(folder / "p.zip", utf_16(content.getvalue()))
    assert (row["dataAreaId"], row["Absent"]) == ("usmf", None)
    return row[column]


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("Text", "", None),
        ("Text", " ", " "),
        ("Text", "NULL", "NULL"),
        ("Text", "0012", "0012"),
        (
            "Text",
            "{0E6D3C58-0000-0000-0000-000000000000}",
            "{0E6D3C58-0000-0000-0000-000000000000}",
        ),
        ("Amount", "0.1", Decimal("0.100000")),
        (
            "Amount",
            "-12345678901234567890123456.123456",
            Decimal("-12345678901234567890123456.123456"),
        ),
        ("Amount", "1.5000000000000000", Decimal("1.500000")),
        ("Amount", ".5", Decimal("0.500000")),
        ("Amount", "1E-3", Decimal("0.001000")),
        ("Amount", "", None),
        ("Rate", "1.1234567890123456", Decimal("1.1234567890123456")),
        ("Day", "2021-04-04", date(2021, 4, 4)),
        ("Day", "2021-04-04T12:00:00Z", date(2021, 4, 4)),
        ("Day", "2021-04-04 00:00:00", date(2021, 4, 4)),
        ("Day", "1900-01-01", date(1900, 1, 1)),
        ("Day", "", None),
        ("Moment", "2021-04-04T21:59:01Z", datetime(2021, 4, 4, 21, 59, 1)),
        ("Moment", "2021-04-04 21:59:01.25", datetime(2021, 4, 4, 21, 59, 1, 250000)),
        ("Whole", "192350000", 192350000),
        ("Whole", "1.000000", 1),
        ("Long", "-9223372036854775808", -(2**63)),
        ("Flag", "Yes", True),
        ("Flag", "No", False),
        ("Flag", "true", True),
    ],
)
def test_a_cell_becomes_what_is_declared(
    tmp_path: Path, column: str, text: str, value: object
) -> None:
    assert cell(tmp_path, column, text) == value


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("Amount", "0.0000001"),
        ("Amount", "123456789012345678901234567.1"),
        ("Amount", "1 000"),
        ("Amount", "NaN"),
        ("Whole", "2147483648"),
        ("Whole", "1.5"),
        ("Whole", "\u0661"),
        ("Long", "1e3000000"),
        ("Day", "04/05/2021"),
        ("Day", "2021-04-31"),
        ("Day", "2021-04-04T"),
        ("Moment", "noon"),
        ("Flag", "2"),
    ],
)
def test_a_cell_that_does_not_fit_is_named(tmp_path: Path, column: str, text: str) -> None:
    with pytest.raises(TableFailed, match=rf"finops\.Thing\.{column} holds"):
        cell(tmp_path, column, text)


def test_one_odd_spelling_leaves_its_neighbours_alone(tmp_path: Path) -> None:
    text = "ID,AMOUNT\r\na,0.1\r\nb,\r\nc,+.25\r\nd,1e1\r\n"
    rows = read(tmp_path / "p.zip", text.encode())
    assert [str(row["Amount"]) for row in rows] == ["0.100000", "None", "0.250000", "10.000000"]


TEXT = st.text(st.characters(codec="utf-8"))
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "Id": TEXT.filter(bool),
            "Text": TEXT,
            "Amount": st.none() | st.decimals(-(10**20), 10**20, places=6),
            "Rate": st.none() | st.decimals(-(10**9), 10**9, places=16),
            "Day": st.none() | st.dates(date(1753, 1, 1)),
            "Moment": st.none() | st.datetimes(datetime(1753, 1, 1)),
            "Whole": st.none() | st.integers(-(2**31), 2**31 - 1),
            "Long": st.none() | st.integers(-(2**63), 2**63 - 1),
            "Flag": st.none() | st.booleans(),
        }
    ),
    max_size=5,
)


def shown(value: Any) -> str:
    """The cell that the service writes for a value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return value.isoformat() if isinstance(value, date) else str(value)


def written(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO(newline="")
    # Python quotes no bare NUL or byte order mark, which the service may not either
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow([column.upper() for column in COLUMNS])
    writer.writerows([[shown(row[column]) for column in COLUMNS] for row in rows])
    return text.getvalue()


@hypothesis.settings(deadline=None)
@given(rows=ROWS, encode=st.sampled_from([utf_16, lambda text: text.encode("utf-8-sig")]))
def test_any_row_survives_a_package(
    rows: list[dict[str, Any]],
    encode: Callable[[str], bytes],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.zip"
    wanted = [
        {"dataAreaId": "usmf", "Absent": None, **row, "Text": row["Text"] or None} for row in rows
    ]
    assert read(path, encode(written(rows))) == wanted


@pytest.mark.parametrize("seed", range(3))
def test_a_file_is_read_in_pieces_that_may_end_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(package, "READ_BYTES", 7)
    monkeypatch.setattr(csv_rows, "BLOCK_BYTES", 64)
    pick = random.Random(seed)  # noqa: S311
    texts = ["".join(pick.choices('\r\n",x😀', k=pick.randint(1, 9))) for _ in range(2000)]
    content = io.StringIO(newline="")
    csv.writer(content).writerows([("ID", "TEXT"), *enumerate(texts)])
    path = tmp_path / "p.zip"
    path.write_bytes(zipped({"a.csv": utf_16(content.getvalue())}))
    batches = list(DataFile(path, "a.csv").rows(TABLE, "usmf"))
    assert len(batches) > 300
    rows = [(row["Id"], row["Text"]) for batch in batches for row in batch.to_pylist()]
    assert rows == [(str(number), text) for number, text in enumerate(texts)]


@pytest.mark.parametrize("text", ["ID,TEXT", "ID,TEXT\r\n", "ID,TEXT\n\r\n"])
def test_a_header_alone_is_no_rows(tmp_path: Path, text: str) -> None:
    assert read(tmp_path / "p.zip", utf_16(text)) == []


def test_big_endian_is_read_as_well(tmp_path: Path) -> None:
    content = b"\xfe\xff" + "ID,TEXT\r\n1,ü\r\n".encode("utf-16-be")
    assert [row["Text"] for row in read(tmp_path / "p.zip", content)] == ["ü"]


def test_a_header_that_is_no_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackageRefused, match="no header"):
        read(tmp_path / "p.zip", utf_16('"' + "x" * 200_000))
