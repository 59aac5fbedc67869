"""Landing: only what changed is appended, nothing is lost, and money is compared exactly."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from fake_dataverse import landed

from connection.datatypes import parse_data_type
from connection.errors import StorageError
from connection.storage import Storage
from extract.landing import IncomingFile, Landed, Landing, RawTable, Stamp
from extract.schema import arrow_type

MORNING = datetime(2026, 1, 1, 6)
COLUMNS = {"id": "string", "name": "string", "amount": "decimal(19, 4)"}


class Bench:
    """Lands lists of rows, one call per extract."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.work = root / ".work"
        self.work.mkdir()
        self.landing = Landing(Storage(str(root)), self.work)
        self.runs = 0

    def land(
        self,
        rows: list[dict[str, Any]],
        columns: dict[str, str] | None = None,
        *,
        at: datetime = MORNING,
        complete: bool = True,
    ) -> Landed:
        self.runs += 1
        types = {name: parse_data_type(kind) for name, kind in (columns or COLUMNS).items()}
        schema = pa.schema([(name, arrow_type(kind)) for name, kind in types.items()])
        incoming = IncomingFile(self.work / "incoming", schema)
        incoming.append(pa.Table.from_pylist(rows, schema=schema))
        incoming.close()
        table = RawTable("dataverse/thing", ("id",), tuple(types.items()))
        stamp = Stamp(f"run-{self.runs}", at)
        return self.landing.land(table, incoming, stamp, complete=complete)

    def parts(self) -> list[str]:
        return sorted(path.name for path in (self.root / "dataverse/thing").iterdir())

    def versions(self, columns: str = "id, name, amount, _extract_id, _is_deleted") -> list[Any]:
        return landed(self.root, "dataverse/thing", columns)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.landing.close()


def row(key: str, name: str | None = "x", amount: str | None = "1.10") -> dict[str, Any]:
    return {"id": key, "name": name, "amount": None if amount is None else Decimal(amount)}


def test_the_first_read_lands_every_row_with_its_technical_columns(bench: Bench) -> None:
    assert bench.land([row("b"), row("a", None, None)]) == Landed(2, 0)
    assert bench.parts() == ["run-1.parquet"]
    assert bench.versions("id, name, amount, _extracted_at, _extract_id, _extract_row") == [
        ("b", "x", Decimal("1.1000"), MORNING, "run-1", 0),
        ("a", None, None, MORNING, "run-1", 1),
    ]
    assert bench.versions("_is_deleted") == [(False,), (False,)]
    assert (bench.root / "dataverse/thing/run-1.parquet").stat().st_mode & 0o077 == 0


def test_landed_types_are_the_declared_ones(bench: Bench) -> None:
    columns = {
        "id": "string", "i": "integer", "l": "bigint", "b": "boolean", "d": "date",
        "t": "timestamp", "m": "decimal(28, 10)",
    }  # fmt: skip
    bench.land([], columns)
    with duckdb.connect() as database:
        described = database.execute(
            f"describe select * from '{bench.root}/dataverse/thing/*.parquet'"
        ).fetchall()
    assert {name: kind for name, kind, *_ in described} == {
        "id": "VARCHAR", "i": "INTEGER", "l": "BIGINT", "b": "BOOLEAN", "d": "DATE",
        "t": "TIMESTAMP", "m": "DECIMAL(28,10)", "_extracted_at": "TIMESTAMP",
        "_extract_id": "VARCHAR", "_extract_row": "BIGINT", "_is_deleted": "BOOLEAN",
    }  # fmt: skip


def test_an_identical_read_appends_nothing(bench: Bench) -> None:
    bench.land([row("a"), row("b", None, None)])
    assert bench.land([row("b", None, None), row("a", amount="1.1")]) == Landed(0, 0)
    assert bench.parts() == ["run-1.parquet"]


def test_an_empty_table_lands_once_for_its_schema(bench: Bench) -> None:
    assert bench.land([]) == Landed(0, 0)
    assert bench.land([]) == Landed(0, 0)
    assert bench.parts() == ["run-1.parquet"]
    assert bench.versions() == []


@pytest.mark.parametrize(
    "changed",
    [row("a", amount="1.1001"), row("a", amount=None), row("a", None), row("a", ""), row("a", "X")],
)
def test_only_the_changed_row_is_appended(bench: Bench, changed: dict[str, Any]) -> None:
    bench.land([row("a"), row("b")])
    assert bench.land([changed, row("b")]) == Landed(1, 0)
    assert bench.versions()[-1] == (
        "a", changed["name"], changed["amount"], "run-2", False,
    )  # fmt: skip


def test_null_and_null_are_equal_and_null_and_value_are_not(bench: Bench) -> None:
    bench.land([row("a", None, None)])
    assert bench.land([row("a", None, None)]) == Landed(0, 0)
    assert bench.land([row("a", None, "0")]) == Landed(1, 0)


def test_a_vanished_key_gets_one_tombstone(bench: Bench) -> None:
    bench.land([row("a"), row("b")])
    assert bench.land([row("a")]) == Landed(0, 1)
    assert bench.versions()[-1] == ("b", None, None, "run-2", True)
    assert bench.land([row("a")]) == Landed(0, 0)


@pytest.mark.parametrize("name", ["x", None])
def test_a_key_that_comes_back_lands_again(bench: Bench, name: str | None) -> None:
    back = row("b", name, None)
    bench.land([row("a"), back])
    bench.land([row("a")])
    assert bench.land([row("a"), back]) == Landed(1, 0)
    assert bench.versions()[-1] == ("b", name, None, "run-3", False)
    assert bench.land([row("a"), back]) == Landed(0, 0)


def test_an_incomplete_read_makes_no_tombstones(bench: Bench) -> None:
    bench.land([row("a"), row("b")])
    assert bench.land([row("c")], complete=False) == Landed(1, 0)


def test_a_value_that_goes_back_is_a_change_too(bench: Bench) -> None:
    bench.land([row("a", "old")])
    bench.land([row("a", "new")])
    assert bench.land([row("a", "old")]) == Landed(1, 0)
    assert bench.land([row("a", "old")]) == Landed(0, 0)


def test_a_row_brought_by_two_pages_counts_once_the_later_one(bench: Bench) -> None:
    assert bench.land([row("a", "early"), row("b"), row("a", "late")]) == Landed(2, 0)
    assert ("a", "late", Decimal("1.1000"), "run-1", False) in bench.versions()
    assert bench.land([row("a", "late"), row("b")]) == Landed(0, 0)


def test_a_clock_set_back_does_not_hide_the_newer_version(bench: Bench) -> None:
    bench.land([row("a", "old")])
    bench.land([row("a", "new")], at=datetime(2025, 1, 1))
    assert bench.land([row("a", "new")], at=datetime(2024, 1, 1)) == Landed(0, 0)
    (_, newest) = bench.versions("_extracted_at, name")
    assert newest == (datetime(2026, 1, 1, 6, 0, 0, 1), "new")


def test_a_new_column_lands_only_the_rows_that_have_a_value(bench: Bench) -> None:
    bench.land([row("a"), row("b")])
    wider = {**COLUMNS, "extra": "string"}
    assert bench.land([row("a"), row("b")], wider) == Landed(0, 0)
    assert bench.land([row("a"), {**row("b"), "extra": "y"}], wider) == Landed(1, 0)
    assert bench.versions("id, extra")[-1] == ("b", "y")


def test_a_column_that_is_no_longer_declared_changes_nothing(bench: Bench) -> None:
    bench.land([row("a")])
    narrower = {"id": "string", "amount": "decimal(19, 4)"}
    assert bench.land([{"id": "a", "amount": Decimal("1.1")}], narrower) == Landed(0, 0)


def test_a_wider_type_keeps_equal_values_equal(bench: Bench) -> None:
    bench.land([row("a")])
    assert bench.land([row("a")], {**COLUMNS, "amount": "decimal(28, 10)"}) == Landed(0, 0)


def test_a_type_the_old_value_cannot_have_lands_the_row_again(bench: Bench) -> None:
    bench.land([row("a", "12 x"), row("b", "12")])
    whole = {**COLUMNS, "name": "integer"}
    rows = [{**row("a"), "name": 12}, {**row("b"), "name": 12}]
    assert bench.land(rows, whole) == Landed(1, 0)
    assert bench.land(rows, whole) == Landed(0, 0)


def test_a_damaged_part_is_one_sentence_and_stays_as_it_is(bench: Bench) -> None:
    bench.land([row("a")])
    part = bench.root / "dataverse/thing/run-1.parquet"
    part.write_bytes(b"damaged")
    with pytest.raises(StorageError, match="dataverse/thing") as caught:
        bench.land([row("a")])
    assert "\n" not in str(caught.value)
    assert part.read_bytes() == b"damaged"


def test_names_are_never_taken_for_sql(bench: Bench) -> None:
    columns = {"id": "string", 'a"b; drop': "string", "select": "string"}
    rows = [{"id": "a", 'a"b; drop': "'); drop", "select": '"'}]
    assert bench.land(rows, columns) == Landed(1, 0)
    assert bench.land(rows, columns) == Landed(0, 0)
    assert bench.versions("*")[0][:3] == ("a", "'); drop", '"')
