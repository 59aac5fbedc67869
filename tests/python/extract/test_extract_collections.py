"""Public collections of Finance, page by page, over all companies."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from fake_dataverse import FakeDataverse, Row, landed, settings
from fake_finance import URL, FakeFinance, finance_source, project_with

from connection.declarations import SourceTable
from extract.report import TableResult
from extract.run import Clock, run_extract

GROUP = finance_source(
    "CustomerGroups",
    ["dataAreaId", "GroupId"],
    {
        "dataAreaId": "string",
        "GroupId": "string",
        "Since": "date",
        "Limit": "decimal(32, 6)",
        "Kind": "string",
        "RecordGuid": "string",
        "Extra": "string",
    },
    entity_set="CustomerGroups",
    export_project="",
    Extra={"optional": True},
)


LINE = finance_source(
    "InvoiceLines",
    ["dataAreaId", "InvoiceNumber", "InvoiceDate", "LineNumber", "LedgerVoucher"],
    {
        "dataAreaId": "string",
        "InvoiceNumber": "string",
        "InvoiceDate": "date",
        "LineNumber": "decimal(32, 6)",
        "LedgerVoucher": "string",
        "Amount": "decimal(32, 6)",
    },
    entity_set="InvoiceLines",
    export_project="",
)
LINE_TYPES = {
    "dataAreaId": "Edm.String",
    "InvoiceNumber": "Edm.String",
    "InvoiceDate": "Edm.DateTimeOffset",
    "LineNumber": "Edm.Decimal",
    "LedgerVoucher": "Edm.String",
    "Amount": "Edm.Decimal",
}


def line(number: str, voucher: str, position: Decimal | int = 1, since: str = "2021-04-04") -> Row:
    return {
        "dataAreaId": "usmf",
        "InvoiceNumber": number,
        "InvoiceDate": f"{since}T12:00:00Z",
        "LineNumber": position,
        "LedgerVoucher": voucher,
        "Amount": Decimal("-123456789012345.123456"),
    }


def properties() -> list[Row]:
    kinds = {
        "dataAreaId": "Edm.String",
        "GroupId": "Edm.String",
        "Since": "Edm.DateTimeOffset",
        "Limit": "Edm.Decimal",
        "Kind": "Microsoft.Dynamics.DataEntities.Kind",
        "RecordGuid": "Edm.Guid",
    }
    return [
        {"Name": name, "TypeName": kind, "IsKey": name in GROUP.key} for name, kind in kinds.items()
    ]


def group(company: str, number: int, since: str = "2021-04-04T12:00:00Z") -> Row:
    return {
        "dataAreaId": company,
        "GroupId": str(number),
        "Since": since,
        "Limit": Decimal("10.5"),
        "Kind": "Wholesale",
        "RecordGuid": "0E6D3C58-0000-4000-8000-000000000000",
    }


class Case:
    def __init__(self, folder: Path, dataverse: FakeDataverse, clock: Clock) -> None:
        self.root = folder / "raw"
        self.folder = folder
        self.finance = FakeFinance()
        self.finance.public["CustomerGroups"] = (
            properties(),
            [group("usmf", 1), group("usmf", 2, "1900-01-01T12:00:00Z"), group("demf", 1)],
        )
        self.transport = self.finance.beside(dataverse)
        self.clock = clock

    def extract(self, table: SourceTable = GROUP) -> TableResult:
        report = run_extract(
            settings(self.root, finops_token="finance"),
            project_with(self.folder, table),
            transport=self.transport,
            clock=self.clock,
        )
        return report.tables[0]


@pytest.fixture
def case(tmp_path: Path, service: FakeDataverse, clock: Clock) -> Case:
    return Case(tmp_path, service, clock)


def test_rows_of_all_companies_land_typed(case: Case) -> None:
    case.finance.page_size = 2
    result = case.extract()
    assert (result.message, result.rows_appended) == ("", 3)
    assert result.missing_columns == ("Extra",)
    rows = landed(
        case.root,
        "finops/CustomerGroups",
        "dataAreaId, GroupId, Since, \"Limit\", Kind, RecordGuid",
    )  # fmt: skip
    rest = (Decimal("10.500000"), "Wholesale", "0e6d3c58-0000-4000-8000-000000000000")
    assert rows == [
        ("usmf", "1", date(2021, 4, 4), *rest),
        ("usmf", "2", date(1900, 1, 1), *rest),
        ("demf", "1", date(2021, 4, 4), *rest),
    ]


def test_only_declared_columns_are_asked_for_across_companies(case: Case) -> None:
    case.extract()
    asked = case.finance.requests[-1].url
    assert str(asked).startswith(f"{URL}/data/CustomerGroups?")
    assert asked.params["cross-company"] == "true"
    assert asked.params["$select"] == "dataAreaId,GroupId,Since,Limit,Kind,RecordGuid"
    assert asked.params["$orderby"] == "dataAreaId,GroupId"


def test_a_row_that_is_gone_gets_a_tombstone(case: Case) -> None:
    case.extract()
    del case.finance.public["CustomerGroups"][1][0]
    result = case.extract()
    assert (result.rows_appended, result.tombstones) == (0, 1)


@pytest.mark.parametrize("odd", ["2021-04-04T13:30:00Z", "2021-04-04", "04.04.2021T12:00:00Z"])
def test_a_moment_is_no_day(case: Case, odd: str) -> None:
    _, rows = case.finance.public["CustomerGroups"]
    rows.append(group("demf", 9, odd))
    message = case.extract().message
    if odd == "2021-04-04":
        assert message == ""
    else:
        assert "finops.CustomerGroups.Since holds" in message


def test_what_the_environment_lacks_is_named_before_a_row_is_read(case: Case) -> None:
    known, _ = case.finance.public["CustomerGroups"]
    known[:] = [row for row in known if row["Name"] != "Kind"]
    assert "has no property Kind in this environment" in case.extract().message
    known[1]["IsKey"] = False
    assert (
        "primary key dataAreaId, GroupId but the service says dataAreaId" in case.extract().message
    )
    del case.finance.public["CustomerGroups"]
    assert "the collection CustomerGroups, which is not public" in case.extract().message
    assert {r.url.path for r in case.finance.requests} == {"/Metadata/PublicEntities"}


def test_a_row_without_a_part_of_its_key_is_refused(case: Case) -> None:
    case.finance.public["CustomerGroups"][1][0]["GroupId"] = None
    assert "has a row without GroupId" in case.extract().message


def test_a_key_of_many_columns_is_known_again_in_all_of_them(case: Case) -> None:
    """Numbers, days, quotes, slashes and letters of either case; Finance repeats no key."""
    rows = [
        line("I-1", "V-1"),
        line("I-1", "V-1", Decimal("1.5")),
        line("I-1", "V-1", 2),
        line("I-1", "V-1", since="2021-04-05"),
        line("I-1", "V-1", since="1900-01-01"),
        line("i-1", "V-1"),
        line("I-1", "V/1 'x' \"y\" \\ %"),
        line("I-1/V", "1"),
        line("I-1", ""),
        {**line("I-1", "V-1"), "dataAreaId": "demf"},
    ]
    known = [
        {"Name": name, "TypeName": kind, "IsKey": name in LINE.key}
        for name, kind in LINE_TYPES.items()
    ]
    case.finance.public["InvoiceLines"] = (known, rows)
    case.finance.page_size = 3
    assert case.extract(LINE).rows_appended == len(rows)
    asked = case.finance.requests[-1].url.params
    assert asked["$orderby"] == ",".join(LINE.key)
    again = case.extract(LINE)
    assert (again.message, again.rows_appended, again.tombstones) == ("", 0, 0)
    rows[2]["Amount"] = Decimal("0.1")
    gone = [rows.pop(6), rows.pop(1)]
    changed = case.extract(LINE)
    assert (changed.message, changed.rows_appended, changed.tombstones) == ("", 1, 2)
    told = landed(
        case.root,
        "finops/InvoiceLines",
        "InvoiceNumber, InvoiceDate, LineNumber, LedgerVoucher, Amount, _is_deleted",
    )
    assert {row[:4] for row in told if row[-1]} == {
        ("I-1", date(2021, 4, 4), Decimal(row["LineNumber"]), row["LedgerVoucher"]) for row in gone
    }
    assert sorted({row[4] for row in told if not row[-1]}) == [
        Decimal("-123456789012345.123456"),
        Decimal("0.1"),
    ]
