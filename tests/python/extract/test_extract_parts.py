"""Compacting, the lock, the order of tables, progress, and RAW_ROOT in an object store."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import fsspec
import httpx
import pytest
from fake_dataverse import FakeDataverse, account_row, landed, manifest, settings, source
from fake_finance import finance_source
from rich.console import Console

from connection.declarations import SourceTable
from connection.errors import StorageError
from connection.storage import Storage
from extract.compact import compact
from extract.layout import TableLayout
from extract.lock import exclusive
from extract.order import waves
from extract.progress import BarProgress, LineProgress, NoProgress, progress_for
from extract.report import ExtractReport, TableResult
from extract.run import Clock, run_extract


def extract(
    root: Path | str, service: FakeDataverse, clock: Clock, *tables: SourceTable, **more: Any
) -> ExtractReport:
    return run_extract(
        settings(Path("unused"), raw_root=str(root)),
        manifest(*tables),
        transport=service.transport,
        clock=clock,
        **more,
    )


def newest(root: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect() as database:
        return database.execute(
            f"select * from read_parquet('{root}/dataverse/account/*.parquet', union_by_name=true)"
            " qualify row_number() over (partition by accountid order by _extracted_at desc,"
            " _extract_id desc, _extract_row desc) = 1 order by accountid"
        ).fetchall()


@pytest.fixture
def history(tmp_path: Path, service: FakeDataverse, clock: Clock, account: SourceTable) -> Path:
    """Three extracts with a change, a deletion and a return."""
    rows = service.tables["account"].rows
    extract(tmp_path, service, clock, account)
    rows[1]["name"] = "Renamed"
    del rows[0]
    extract(tmp_path, service, clock, account)
    rows.insert(0, account_row(0))
    del rows[2]
    extract(tmp_path, service, clock, account)
    return tmp_path


def test_compacting_keeps_the_newest_version_of_every_key(
    history: Path, service: FakeDataverse, clock: Clock, account: SourceTable
) -> None:
    before = newest(history)
    results = compact(settings(history), manifest(account))
    assert [(r.folder, r.parts_before, r.rows_before, r.rows_after) for r in results] == [
        ("dataverse/account", 3, 7, 3),
        ("extract/landed_columns", 1, 6, 6),
    ]
    (part,) = (history / "dataverse/account").iterdir()
    assert part.name.startswith("compact-")
    assert newest(history) == before
    (result,) = extract(history, service, clock, account).tables
    assert (result.rows_appended, result.tombstones) == (0, 0)
    assert {row[-1] for row in before} == {True, False}


def test_compacting_a_compacted_table_changes_nothing(history: Path, account: SourceTable) -> None:
    compact(settings(history), manifest(account))
    (part,) = (history / "dataverse/account").iterdir()
    compact(settings(history), manifest(account))
    assert list((history / "dataverse/account").iterdir()) == [part]


def test_a_compaction_killed_before_the_old_parts_are_gone_doubles_nothing(
    history: Path,
    service: FakeDataverse,
    clock: Clock,
    account: SourceTable,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = newest(history)

    def killed(self: Storage, name: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Storage, "remove", killed)
        with pytest.raises(KeyboardInterrupt):
            compact(settings(history), manifest(account))
    assert len(list((history / "dataverse/account").iterdir())) == 4
    assert newest(history) == before
    assert extract(history, service, clock, account).tables[0].rows_appended == 0
    compact(settings(history), manifest(account))
    assert newest(history) == before


def test_compacting_keeps_columns_that_are_no_longer_declared(
    history: Path, account: SourceTable
) -> None:
    narrower = source("account", "accounts", "accountid", {"accountid": "string"})
    compact(settings(history), manifest(narrower))
    assert ("Renamed",) in landed(history, "dataverse/account", "name")


HOLDER = """
import sys, time
from connection.storage import Storage
from extract.lock import exclusive
with exclusive(Storage(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_extract_is_refused_until_the_first_one_is_gone(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        storage = Storage(str(tmp_path))
        sentence = f"^Another extract \\(process {holder.pid} on [^\n]*$"
        with pytest.raises(StorageError, match=sentence), exclusive(storage):
            pytest.fail("two processes hold one RAW_ROOT")
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        if holder.stdout is not None:
            holder.stdout.close()
    with exclusive(Storage(str(tmp_path))):
        content = json.loads((tmp_path / ".extract.lock").read_text())
    assert content["pid"] == os.getpid()


@pytest.fixture
def bucket() -> str:
    fs = fsspec.filesystem("memory")
    if fs.exists("/bucket"):
        fs.rm("/bucket", recursive=True)
    return "memory://bucket/raw"


def test_an_object_store_is_locked_too(bucket: str) -> None:
    storage = Storage(bucket)
    held = pytest.raises(StorageError, match=f"process {os.getpid()}")
    with exclusive(storage), held, exclusive(storage):
        pytest.fail("held twice")
    assert storage.names("*") == []


@pytest.mark.parametrize(
    ("host", "taken_over"), [(socket.gethostname(), True), ("elsewhere", False)]
)
def test_a_dead_holder_of_an_object_store_is_known_on_its_own_machine_only(
    bucket: str, host: str, taken_over: bool
) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    storage = Storage(bucket)
    storage.write_json(".extract.lock", {"pid": int(ended.stdout), "host": host})
    if taken_over:
        with exclusive(storage):
            pass
    else:
        with pytest.raises(StorageError, match="on elsewhere"), exclusive(storage):
            pytest.fail("taken over")


def test_rows_land_in_an_object_store_as_in_a_folder(
    bucket: str, service: FakeDataverse, clock: Clock, account: SourceTable
) -> None:
    assert extract(bucket, service, clock, account).tables[0].rows_appended == 3
    del service.tables["account"].rows[0]
    (result,) = extract(bucket, service, clock, account).tables
    assert (result.rows_appended, result.tombstones) == (0, 1)
    storage = Storage(bucket)
    assert len(storage.names("dataverse/account/*.parquet")) == 2
    assert storage.read_json("environment.json") is not None
    (compacted, _) = compact(settings(Path("unused"), raw_root=bucket), manifest(account))
    assert (compacted.rows_before, compacted.rows_after) == (4, 3)


def layout(name: str, *refers_to: str) -> TableLayout:
    table = source(name, f"{name}s", "id", {"id": "string"})
    return TableLayout(table, refers_to=frozenset(refers_to))


def test_waves_put_children_first_and_end_with_circles() -> None:
    found = waves(
        [
            layout("account", "contact", "currency", "account"),
            layout("contact", "account"),
            layout("order", "account", "elsewhere"),
            layout("line", "order", "product"),
            layout("product"),
            layout("currency"),
        ]
    )
    names = [{layout.table.name for layout in wave} for wave in found]
    assert names == [{"line"}, {"order", "product"}, {"account", "contact", "currency"}]


def test_finance_is_read_before_the_rows_of_dataverse_it_refers_to() -> None:
    same_name = TableLayout(finance_source("product", ["id"], {"id": "string"}))
    found = waves([layout("product"), layout("line", "product"), same_name])
    assert [{layout.table.label for layout in wave} for wave in found] == [
        {"dataverse.line", "finops.product"},
        {"dataverse.product"},
    ]


LANDED = TableResult("dataverse", "account", "landed", 12345, 1200, 3, 4.25, ("extra",))
FAILED = TableResult("dataverse", "contact", "failed", message="it was refused [403].")


def test_lines_elsewhere_one_per_table_and_one_every_ten_seconds() -> None:
    stream, now = io.StringIO(), [0.0]
    with LineProgress(stream, clock=lambda: now[0]) as progress:
        progress.started("dataverse.account")
        for seconds in (4, 9.9, 10.1, 15, 20.3):
            now[0] = seconds
            progress.read("dataverse.account", int(seconds * 100))
        progress.finished(LANDED)
        progress.finished(FAILED)
    assert stream.getvalue().splitlines() == [
        "dataverse.account: 1,010 rows read so far",
        "dataverse.account: 2,030 rows read so far",
        "dataverse.account: 12,345 rows read, 1,200 appended, 3 deleted, 4.2 s, without extra",
        "dataverse.contact: failed: it was refused [403].",
    ]


def test_bars_on_a_terminal() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert isinstance(progress_for(Terminal()), BarProgress)
    assert isinstance(progress_for(io.StringIO()), LineProgress)
    assert type(progress_for(Terminal(), quiet=True)) is NoProgress
    stream = io.StringIO()
    with BarProgress(Console(file=stream, force_terminal=True, width=120)) as progress:
        progress.started("dataverse.account")
        progress.read("dataverse.account", 5000)
        progress.finished(LANDED)
        progress.finished(FAILED)
    assert "12,345 rows" in stream.getvalue()
    assert "[403]" in stream.getvalue()


def test_an_interrupted_run_does_not_wait_for_a_throttling_service(
    tmp_path: Path, service: FakeDataverse, account: SourceTable
) -> None:
    def throttled(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/accounts"):
            os.kill(os.getpid(), signal.SIGINT)
            return httpx.Response(429, headers={"Retry-After": "300"})
        return service.answer(request)

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_extract(settings(tmp_path), manifest(account), transport=httpx.MockTransport(throttled))
    assert time.monotonic() - started < 30


def test_an_interrupted_run_stops_reading(
    tmp_path: Path, service: FakeDataverse, clock: Clock, account: SourceTable
) -> None:
    service.page_cap = 1
    service.tables["account"].rows = [account_row(number) for number in range(100)]

    def interrupted(request: httpx.Request) -> httpx.Response:
        if "skiptoken=2" in str(request.url):
            os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.005)
        return service.answer(request)

    with pytest.raises(KeyboardInterrupt):
        run_extract(
            settings(tmp_path),
            manifest(account),
            transport=httpx.MockTransport(interrupted),
            clock=clock,
        )
    assert 2 < service.paths().count("accounts") < 50
    assert not (tmp_path / "dataverse").exists()
