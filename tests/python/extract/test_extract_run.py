"""A whole extract against a small Dataverse: what lands, what fails, and what is recorded."""

import json
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from fake_dataverse import URL, FakeDataverse, account_row, guid, landed, manifest, settings

from connection.declarations import SourceTable
from connection.errors import (
    EnvironmentMismatch,
    ManifestError,
    ServiceMalformed,
    ServiceRefused,
    StorageError,
)
from connection.landings import read_landing
from connection.storage import Storage
from extract.report import ExtractReport
from extract.run import Clock, run_extract


class Case:
    """One RAW_ROOT, one service; extracts as often as a test wants."""

    def __init__(self, root: Path, service: FakeDataverse, clock: Clock) -> None:
        self.root = root
        self.service = service
        self.transport = service.transport
        self.clock = clock

    def extract(
        self, *tables: SourceTable, select: list[str] | None = None, **changes: str
    ) -> ExtractReport:
        return run_extract(
            settings(self.root, **changes),
            manifest(*tables),
            select,
            transport=self.transport,
            clock=self.clock,
        )

    def failure(self, *tables: SourceTable) -> str:
        """Extract, and return the one sentence of the first table, which must fail."""
        report = self.extract(*tables)
        assert report.tables[0].status == "failed"
        message = report.tables[0].message
        assert "\n" not in message
        return message


@pytest.fixture
def case(tmp_path: Path, service: FakeDataverse, clock: Clock) -> Case:
    return Case(tmp_path / "raw", service, clock)


def test_rows_land_with_exactly_the_declared_columns(case: Case, account: SourceTable) -> None:
    report = case.extract(account)
    assert report.exit_code == 0
    (row, *_) = landed(
        case.root, "dataverse/account", "accountid, name, creditlimit, createdon, founded, extra"
    )
    moment = datetime(2023, 4, 7, 21, 59, 1)
    assert row == (guid(0), "Account 0", Decimal("0.0000"), moment, date(2021, 4, 4), None)


def test_guids_land_in_lower_case(case: Case, contact: SourceTable) -> None:
    case.extract(contact)
    assert landed(case.root, "dataverse/contact", "_parentid_value") == [(guid(0),), (guid(1),)]


def test_only_existing_declared_columns_are_asked_for_in_key_order(
    case: Case, account: SourceTable
) -> None:
    case.extract(account)
    (request,) = [r for r in case.service.requests if r.url.path.endswith("/accounts")]
    assert request.url.params["$select"] == "accountid,name,creditlimit,createdon,founded"
    assert request.url.params["$orderby"] == "accountid"
    assert "odata.maxpagesize=5000" in request.headers["Prefer"]


def test_pages_are_followed_to_the_last(case: Case, account: SourceTable) -> None:
    case.service.page_cap = 2
    case.service.tables["account"].rows = [account_row(number) for number in range(7)]
    report = case.extract(account)
    assert report.tables[0].rows_read == 7
    numbers = landed(case.root, "dataverse/account", "accountid, _extract_row")
    assert numbers == [(guid(number), number) for number in range(7)]
    assert case.service.paths().count("accounts") == 4


def test_the_second_run_appends_nothing_and_says_so(case: Case, account: SourceTable) -> None:
    first, second = case.extract(account), case.extract(account)
    assert (first.tables[0].rows_appended, second.tables[0].rows_appended) == (3, 0)
    assert len(list((case.root / "dataverse/account").iterdir())) == 1
    assert len(list((case.root / "extract/landed_columns").iterdir())) == 1


def test_changes_and_deletions_are_counted(case: Case, account: SourceTable) -> None:
    case.extract(account)
    rows = case.service.tables["account"].rows
    rows[1]["name"] = "Renamed"
    del rows[0]
    (result,) = case.extract(account).tables
    assert (result.rows_read, result.rows_appended, result.tombstones) == (2, 1, 1)


def test_the_landing_record_tells_the_last_attempt(case: Case, account: SourceTable) -> None:
    report = case.extract(account)
    content = json.loads((case.root / "landings/dataverse.account.json").read_text())
    assert content == {
        "system": "dataverse",
        "table": "account",
        "extract_id": report.extract_id,
        "status": "landed",
        "attempted_at": content["attempted_at"],
        "landed_at": content["attempted_at"],
        "rows_read": 3,
        "rows_appended": 3,
        "tombstones": 0,
        "missing_columns": ["extra"],
        "message": "",
        "bookmark": None,
    }
    assert datetime.fromisoformat(content["landed_at"]).utcoffset() == timedelta(0)


def test_a_failure_keeps_the_last_success(case: Case, account: SourceTable) -> None:
    case.extract(account)
    storage = Storage(str(case.root))
    before = read_landing(storage, "dataverse", "account")
    case.service.refuse["accounts"] = (403, "0x80040220", "missing prvReadAccount privilege")
    case.extract(account)
    after = read_landing(storage, "dataverse", "account")
    assert before is not None
    assert after is not None
    assert (after.status, after.landed_at) == ("failed", before.landed_at)
    assert after.attempted_at > before.attempted_at
    assert len(landed(case.root, "dataverse/account")) == 3


def test_presence_is_told_once_and_again_when_it_changes(case: Case, account: SourceTable) -> None:
    case.extract(account)
    case.extract(account)
    rows = landed(
        case.root, "extract/landed_columns", "system, table_name, column_name, is_present"
    )
    assert len(rows) == len(account.columns)
    assert ("dataverse", "account", "extra", False) in rows
    assert ("dataverse", "account", "name", True) in rows
    case.service.tables["account"].attributes["extra"] = ("String", None)
    case.service.tables["account"].rows[0]["extra"] = "here"
    (result,) = case.extract(account).tables
    rows = landed(case.root, "extract/landed_columns", "column_name, is_present, _is_deleted")
    assert rows[len(account.columns) :] == [("extra", True, False)]
    assert (result.missing_columns, result.rows_appended) == ((), 1)


def test_one_failing_table_leaves_the_others_alone(
    case: Case, account: SourceTable, contact: SourceTable
) -> None:
    case.service.refuse["accounts"] = (403, "0x80040220", "missing prvReadAccount privilege")
    report = case.extract(account, contact)
    assert [table.status for table in report.tables] == ["failed", "landed"]
    assert report.exit_code == 3
    assert len(landed(case.root, "dataverse/contact")) == 2
    assert not (case.root / "dataverse/account").exists()


def test_exit_code_1_when_nothing_landed(case: Case, account: SourceTable) -> None:
    case.service.refuse["accounts"] = (403, "", "no")
    assert case.extract(account).exit_code == 1


def test_the_report_is_json(case: Case, account: SourceTable) -> None:
    content = json.loads(case.extract(account).to_json())
    assert content["exit_code"] == 0
    assert content["tables"][0]["table"] == "account"
    assert content["tables"][0]["missing_columns"] == ["extra"]


def test_a_missing_privilege_names_table_and_step(case: Case, account: SourceTable) -> None:
    case.service.refuse["accounts"] = (403, "0x80040220", "missing prvReadAccount privilege.")
    assert case.failure(account) == (
        "dataverse.account was refused (403 0x80040220: missing prvReadAccount privilege): give "
        "the application user the organisation-wide read privilege on account."
    )


def test_a_missing_table_is_named(case: Case, account: SourceTable) -> None:
    del case.service.tables["account"]
    assert "dataverse.account does not exist in this organisation" in case.failure(account)


def test_an_optional_table_that_the_organisation_lacks_is_empty(
    case: Case, account: SourceTable, contact: SourceTable
) -> None:
    del case.service.tables["account"]
    report = case.extract(replace(account, optional=True), contact)
    assert report.exit_code == 0
    assert [result.status for result in report.tables] == ["landed", "landed"]
    names = sorted(column.name for column in account.columns)
    assert report.tables[0].missing_columns == tuple(names)
    record = read_landing(Storage(str(case.root)), "dataverse", "account")
    assert record is not None
    assert record.landed_at is not None
    assert not (case.root / "dataverse/account").exists()


def test_an_optional_table_that_is_gone_has_failed_until_its_rows_are_moved_away(
    case: Case, account: SourceTable, contact: SourceTable
) -> None:
    """A service that says so by mistake must neither delete rows nor let old ones pass as new."""
    optional = replace(account, optional=True)
    before = case.extract(optional, contact)
    assert before.exit_code == 0
    rows = landed(case.root, "dataverse/account")
    first = read_landing(Storage(str(case.root)), "dataverse", "account")
    table = case.service.tables.pop("account")
    gone, other = case.extract(optional, contact).tables
    assert (gone.status, other.status) == ("failed", "landed")
    assert gone.message == (
        "dataverse.account does not exist in this organisation any more, and rows of it have landed: "
        "extract again, or if its solution was removed for good, move "
        f"{case.root}/dataverse/account away, and the table counts as empty."
    )
    assert landed(case.root, "dataverse/account") == rows
    record = read_landing(Storage(str(case.root)), "dataverse", "account")
    assert record is not None and first is not None
    assert (record.status, record.landed_at) == ("failed", first.landed_at)
    # it is there again, or it is gone for good
    case.service.tables["account"] = table
    assert case.extract(optional).tables[0].rows_appended == 0
    del case.service.tables["account"]
    (case.root / "dataverse/account").rename(case.root / "account")
    assert case.extract(optional).tables[0].status == "landed"


def test_an_optional_table_without_rows_may_go(case: Case, account: SourceTable) -> None:
    optional = replace(account, optional=True)
    for rows in (case.service.tables["account"].rows, []):
        case.service.tables["account"].rows = rows
        assert case.extract(optional).exit_code == 0
    del case.service.tables["account"]
    assert case.extract(optional).tables[0].status == "landed"


def test_an_optional_table_that_is_refused_has_failed(case: Case, account: SourceTable) -> None:
    case.service.refuse["accounts"] = (403, "", "no")
    assert "was refused (403" in case.failure(replace(account, optional=True))


def test_a_missing_required_column_is_named(case: Case, account: SourceTable) -> None:
    del case.service.tables["account"].attributes["name"]
    message = case.failure(account)
    assert "dataverse.account has no readable column name" in message
    assert "accounts" not in case.service.paths()


def test_a_lookup_is_known_by_its_name_on_the_wire(case: Case, contact: SourceTable) -> None:
    case.service.tables["contact"].attributes["parentid"] = ("String", None)
    assert "_parentid_value" in case.failure(contact)


def test_another_date_behaviour_is_a_failure_of_the_table(case: Case, account: SourceTable) -> None:
    case.service.tables["account"].attributes["founded"] = ("DateTime", "UserLocal")
    message = case.failure(account)
    assert "dataverse.account.founded" in message
    assert "date_behavior DateOnly" in message
    assert "UserLocal" in message


@pytest.mark.parametrize(
    ("field", "value"), [("entity_set", "accountses"), ("primary_key", "otherid")]
)
def test_a_wrongly_declared_table_is_named(
    case: Case, account: SourceTable, field: str, value: str
) -> None:
    setattr(case.service.tables["account"], field, value)
    message = case.failure(account)
    assert "dataverse.account is declared with" in message
    assert value in message


def test_a_value_that_does_not_fit_fails_its_table_only(
    case: Case, account: SourceTable, contact: SourceTable
) -> None:
    case.service.tables["account"].rows[1]["creditlimit"] = Decimal("0.00001")
    report = case.extract(account, contact)
    assert "dataverse.account.creditlimit holds 0.00001" in report.tables[0].message
    assert report.tables[1].status == "landed"


def test_an_interrupted_read_lands_nothing(case: Case, account: SourceTable) -> None:
    case.service.page_cap = 1
    case.extract(account)
    case.service.instead["accounts"] = [
        httpx.Response(200, json={"value": [], "@odata.nextLink": f"{URL}/api/data/v9.2/gone"})
    ]
    assert "dataverse.account was refused (404" in case.failure(account)
    assert len(landed(case.root, "dataverse/account")) == 3


def test_a_link_to_another_origin_gets_no_token(case: Case, account: SourceTable) -> None:
    case.service.instead["accounts"] = [
        httpx.Response(200, json={"value": [], "@odata.nextLink": "https://evil.test/accounts"})
    ]
    assert "another origin" in case.failure(account)
    assert {request.url.host for request in case.service.requests} == {"contoso.crm.test"}


def test_throttling_and_an_expired_token_in_the_middle_pass_unseen(
    case: Case, account: SourceTable
) -> None:
    case.service.page_cap = 1
    body = {"error": {"code": "0x80072321", "message": "Combined execution time ..."}}
    case.service.instead["accounts"] = [
        httpx.Response(429, headers={"Retry-After": "30"}, json=body),
        httpx.Response(401),
    ]
    assert case.extract(account).tables[0].rows_read == 3


def test_a_service_that_stays_down_fails_its_table_in_one_sentence(
    case: Case, account: SourceTable
) -> None:
    case.service.instead["accounts"] = [httpx.Response(503) for _ in range(50)]
    message = case.failure(account)
    assert message.startswith("dataverse.account: ")
    assert "503" in message


def test_the_environment_is_recorded_before_the_first_row(case: Case, account: SourceTable) -> None:
    case.service.refuse["accounts"] = (403, "", "no")
    case.extract(account)
    recorded = json.loads((case.root / "environment.json").read_text())
    assert recorded["dataverse_organization"] == case.service.organization
    assert recorded["finops_organization"] == "contoso.operations.test"
    assert recorded["sandbox"] is False


@pytest.mark.parametrize("name", ["finops_url", "dataverse_url"])
def test_another_address_is_refused_without_a_request(
    case: Case, account: SourceTable, name: str
) -> None:
    case.extract(account)
    case.service.requests.clear()
    with pytest.raises(EnvironmentMismatch, match=name.upper()):
        case.extract(account, **{name: "https://other.test"})
    assert case.service.requests == []


def test_another_organisation_is_refused_before_a_row_is_read(
    case: Case, account: SourceTable
) -> None:
    case.extract(account)
    case.service.requests.clear()
    case.service.organization = "99999999-0000-4000-8000-000000000000"
    with pytest.raises(EnvironmentMismatch, match="dataverse_organization"):
        case.extract(account)
    assert case.service.paths() == ["WhoAmI"]


def test_rows_without_an_environment_file_are_nobodys(case: Case, account: SourceTable) -> None:
    case.extract(account)
    (case.root / "environment.json").unlink()
    with pytest.raises(StorageError, match=r"no environment\.json"):
        case.extract(account)


def test_a_refused_sign_in_ends_the_run(case: Case, account: SourceTable) -> None:
    case.service.refuse["WhoAmI"] = (401, "", "token expired")
    with pytest.raises(ServiceRefused, match="401"):
        case.extract(account)
    case.service.refuse.clear()
    case.service.instead["WhoAmI"] = [httpx.Response(200, json={"user": "x"})]
    with pytest.raises(ServiceMalformed, match="DATAVERSE_URL"):
        case.extract(account)


def test_selection_by_table_name(case: Case, account: SourceTable, contact: SourceTable) -> None:
    report = case.extract(account, contact, select=["dataverse.contact"])
    assert [table.table for table in report.tables] == ["contact"]
    with pytest.raises(ManifestError, match="`contract` is no template and no source table"):
        case.extract(account, contact, select=["contract"])


def test_children_are_read_before_the_tables_they_refer_to(
    case: Case, account: SourceTable, contact: SourceTable
) -> None:
    case.extract(account, contact)
    paths = [path for path in case.service.paths() if path in ("accounts", "contacts")]
    assert paths == ["contacts", "accounts"]


def test_several_tables_are_read_at_once(
    case: Case, account: SourceTable, contact: SourceTable
) -> None:
    meeting = threading.Barrier(2, timeout=10)
    case.service.tables["contact"].attributes["parentid"] = ("Lookup", ["other"])

    def wait_for_the_other(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith(("/accounts", "/contacts")):
            meeting.wait()
        return case.service.answer(request)

    case.transport = httpx.MockTransport(wait_for_the_other)
    assert case.extract(account, contact).exit_code == 0


def test_nothing_unfinished_is_left(case: Case, account: SourceTable) -> None:
    left_over = case.root / ".work-of-a-killed-run"
    left_over.mkdir(parents=True)
    (left_over / "dataverse.account.read").write_bytes(b"half a file")
    case.extract(account)
    names = {path.name for path in case.root.iterdir()}
    assert names == {"dataverse", "extract", "landings", "environment.json", ".extract.lock"}


def test_a_raw_root_that_cannot_be_written_is_one_sentence(
    case: Case, account: SourceTable, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    case.root = tmp_path / "file" / "raw"
    with pytest.raises(StorageError, match=r"file/raw/\.extract\.lock cannot be written"):
        case.extract(account)


def test_moments_are_kept_in_utc(case: Case, account: SourceTable) -> None:
    case.extract(account)
    ((moment,), *_) = landed(case.root, "dataverse/account", "_extracted_at")
    assert moment.tzinfo is None
    assert moment.replace(tzinfo=UTC) >= datetime(2026, 1, 1, tzinfo=UTC)
