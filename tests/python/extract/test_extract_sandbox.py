"""The extract of this project's own declaration, against the sandbox as its own process."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from fake_dataverse import landed

from connection.manifest import Manifest, read_manifest
from connection.settings import Settings
from extract.report import ExtractReport, TableResult
from extract.run import Clock, run_extract

ROOT = Path(__file__).parents[3]
TABLE = "msdyn_contractlinescheduleofvalue"


@pytest.fixture(scope="module")
def project() -> Iterator[Manifest]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        yield read_manifest(ROOT)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--rows", "500", "--seed", "7"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield str(json.loads(process.stdout.readline())["dataverse_url"])
        finally:
            process.terminate()


@pytest.fixture
def switch(address: str) -> Iterator[Callable[..., None]]:
    """Turn a switch of the sandbox; all are back at rest after the test."""

    def turn(name: str, value: object, **options: object) -> None:
        body = {"name": name, "value": value, **options}
        httpx.post(f"{address}/sandbox/switches", json=body).raise_for_status()

    yield turn
    httpx.delete(f"{address}/sandbox/switches").raise_for_status()


@pytest.fixture(scope="module")
def dataverse(project: Manifest) -> list[str]:
    """The declared tables of Dataverse; those of Finance have rows once something was loaded."""
    return [table.label for table in project.sources if table.system == "dataverse"]


Extract = Callable[..., ExtractReport]


@pytest.fixture
def extract(address: str, project: Manifest, tmp_path: Path) -> Extract:
    settings = Settings(
        dataverse_url=address,
        finops_url=address,
        dataverse_token="sandbox",
        raw_root=str(tmp_path),
    )

    def run(*select: str) -> ExtractReport:
        return run_extract(settings, project, select or None, clock=Clock(sleep=lambda _: None))

    return run


def one(report: ExtractReport) -> TableResult:
    (result,) = report.tables
    return result


def test_every_declared_table_lands_and_the_second_run_finds_no_change(
    extract: Extract, dataverse: list[str], tmp_path: Path
) -> None:
    first = extract(*dataverse)
    assert [t.message for t in first.tables if t.status == "failed"] == []
    assert len(first.tables) == len(dataverse)
    assert all(table.rows_appended == table.rows_read for table in first.tables)
    # nothing is received before Finance says so
    assert {table.table for table in first.tables if not table.rows_read} == {
        *("msdyn_purchaseorderreceipt", "msdyn_purchaseorderreceiptproduct"),
    }
    second = extract(*dataverse)
    assert {(table.rows_appended, table.tombstones) for table in second.tables} == {(0, 0)}
    environment = json.loads((tmp_path / "environment.json").read_text())
    assert environment["sandbox"] is True


def test_money_lands_digit_by_digit_as_the_service_sent_it(
    extract: Extract, address: str, tmp_path: Path
) -> None:
    extract(TABLE)
    page = httpx.get(
        f"{address}/api/data/v9.2/msdyn_contractlinescheduleofvalues",
        params={"$select": "msdyn_amount"},
        headers={"Authorization": "Bearer sandbox"},
    )
    rows = json.loads(page.content, parse_float=Decimal)["value"]
    sent = {row[f"{TABLE}id"]: row["msdyn_amount"] for row in rows}
    assert dict(landed(tmp_path, f"dataverse/{TABLE}", f"{TABLE}id, msdyn_amount")) == sent
    assert any(value is not None and value != round(value, 2) for value in sent.values())


@pytest.mark.parametrize(
    ("fault", "value", "options"),
    [
        ("dataverse_throttle", "execution_time", {"count": 2}),
        ("unavailable", 503, {"count": 2}),
        ("unauthorized", True, {"count": 1}),
        ("reset", True, {"count": 1}),
        ("dataverse_short_pages", True, {}),
    ],
)
def test_a_passing_fault_in_the_middle_changes_nothing(
    extract: Extract,
    switch: Callable[..., None],
    tmp_path: Path,
    fault: str,
    value: object,
    options: dict[str, object],
) -> None:
    quiet = extract("product")
    switch(fault, value, scope="products", **options)
    disturbed = one(extract("product"))
    assert (disturbed.status, disturbed.message) == ("landed", "")
    assert disturbed.rows_read == one(quiet).rows_read
    assert (disturbed.rows_appended, disturbed.tombstones) == (0, 0)
    assert len(landed(tmp_path, "dataverse/product")) == one(quiet).rows_read


@pytest.mark.parametrize(
    ("fault", "value", "says"),
    [
        ("dataverse_forbidden", True, ["403", "read privilege on account"]),
        ("dataverse_missing_table", True, ["dataverse.account does not exist"]),
        ("dataverse_missing_columns", "creditlimit", ["column creditlimit"]),
    ],
)
def test_one_bad_table_is_one_sentence_and_the_others_land(
    extract: Extract, switch: Callable[..., None], fault: str, value: object, says: list[str]
) -> None:
    switch(fault, value, scope="account")
    report = extract("account", "contact")
    assert report.exit_code == 3
    bad, good = report.tables
    assert (bad.status, good.status) == ("failed", "landed")
    for words in says:
        assert words in bad.message


def test_another_date_behaviour_is_noticed(
    extract: Extract, switch: Callable[..., None], project: Manifest
) -> None:
    table, column = next(
        (table, column)
        for table in project.sources
        for column in table.columns
        if column.date_behavior
    )
    other = "UserLocal" if column.date_behavior == "DateOnly" else "DateOnly"
    switch("dataverse_date_behavior", f"{column.name}={other}", scope=table.name)
    message = one(extract(table.name)).message
    assert f"{table.label}.{column.name} is declared with" in message
    assert other in message


def test_optional_columns_an_organisation_lacks_land_null(
    extract: Extract, switch: Callable[..., None], tmp_path: Path
) -> None:
    switch("dataverse_missing_columns", "msdynce_*", scope="contact")
    lacking = {"msdynce_contactnumber", "msdynce_isactivecustomer", "msdynce_iscompanyanaccount"}
    assert set(one(extract("contact")).missing_columns) == lacking
    assert set(landed(tmp_path, "dataverse/contact", "msdynce_contactnumber")) == {(None,)}
    presence = dict(landed(tmp_path, "extract/landed_columns", "column_name, is_present"))
    assert {name for name, is_present in presence.items() if not is_present} == lacking


def test_changes_and_deletions_arrive(
    extract: Extract, dataverse: list[str], address: str, tmp_path: Path
) -> None:
    extract(*dataverse)
    httpx.post(f"{address}/sandbox/changes", timeout=60).raise_for_status()
    report = extract(*dataverse)
    assert report.exit_code == 0
    assert sum(table.rows_appended for table in report.tables) > 0
    tombstones = sum(table.tombstones for table in report.tables)
    folders = [f"dataverse/{table.table}" for table in report.tables]
    deleted = sum(
        is_deleted for f in folders for (is_deleted,) in landed(tmp_path, f, "_is_deleted")
    )
    assert tombstones == deleted > 0
