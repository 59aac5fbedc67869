"""Tables of Finance that only packages carry: exported per company, in full or what changed."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from fake_dataverse import ACCOUNT, CONTACT, FakeDataverse, landed, settings
from fake_finance import (
    BLOBS,
    CATEGORY,
    LABEL,
    PROJECT,
    SIGNATURE,
    FakeFinance,
    FakeProject,
    categories,
    finance_source,
    manifest_xml,
    package,
    project_with,
    refused,
    text_of,
    utf_16,
    zipped,
)

from connection.declarations import SourceTable, TargetModel
from extract.catalog import SYSTEMS, tables
from extract.compact import compact
from extract.report import ExtractReport
from extract.run import Clock, run_extract

FOLDER = "finops/ProjCDSCategoryEntity"
US = [("Hotel", "100.000000", "2024-01-05", ""), ("Meals", "", "1900-01-01", "a, b")]
DE = [("HOTEL", "12.5", "2024-02-05T00:00:00", 'say "x"\r\ny')]


class Case:
    """One RAW_ROOT, one Finance beside a Dataverse; extracts as often as a test wants."""

    def __init__(self, folder: Path, dataverse: FakeDataverse, clock: Clock) -> None:
        self.root = folder / "raw"
        self.folder = folder
        self.finance = FakeFinance(categories=categories(usmf=list(US), demf=list(DE)))
        self.dataverse = dataverse
        self.clock = clock
        self.companies: Sequence[str] = ()

    @property
    def project(self) -> FakeProject:
        return self.finance.projects[PROJECT]

    def extract(
        self, *tables: SourceTable, select: list[str] | None = None, **changes: str
    ) -> ExtractReport:
        return run_extract(
            settings(self.root, **{"finops_token": "finance", **changes}),
            project_with(self.folder, *(tables or (CATEGORY,)), companies=self.companies),
            select,
            transport=self.finance.beside(self.dataverse),
            clock=self.clock,
        )

    def failure(self, *tables: SourceTable, **changes: str) -> str:
        """Extract, and return the one sentence of the table, which must fail and land nothing."""
        before = self.rows("*")
        (result,) = self.extract(*tables, **changes).tables
        assert result.status == "failed"
        assert "\n" not in result.message
        assert SIGNATURE not in result.message
        assert self.rows("*") == before
        return result.message

    def rows(self, columns: str = "dataAreaId, CategoryId, _is_deleted") -> list[Any]:
        return landed(self.root, FOLDER, columns) if (self.root / FOLDER).exists() else []

    def newest(self) -> set[tuple[Any, ...]]:
        """The newest version of each key that is not deleted: company, category, note."""
        found = {
            row[:2]: row
            for row in self.rows("dataAreaId, CategoryId, Note, _is_deleted, _extract_row")
        }
        return {row[:3] for row in found.values() if not row[3]}


@pytest.fixture
def case(tmp_path: Path, service: FakeDataverse, clock: Clock) -> Case:
    return Case(tmp_path, service, clock)


def test_every_company_lands_with_exactly_the_declared_columns(case: Case) -> None:
    (result,) = case.extract().tables
    assert (result.status, result.rows_read, result.rows_appended) == ("landed", 3, 3)
    assert result.missing_columns == ("Extra",)
    rows = case.rows("dataAreaId, CategoryId, Rate, Since, Note, Extra, _is_deleted")
    assert rows == [
        ("usmf", "Hotel", Decimal("100.000000"), date(2024, 1, 5), None, None, False),
        ("usmf", "Meals", None, date(1900, 1, 1), "a, b", None, False),
        ("demf", "HOTEL", Decimal("12.500000"), date(2024, 2, 5), 'say "x"\r\ny', None, False),
    ]


def test_each_company_is_asked_for_by_an_execution_of_our_own(case: Case) -> None:
    case.extract()
    asked = case.finance.actions("ExportToPackage")
    assert [body["legalEntityId"] for body in asked] == ["usmf", "demf"]
    assert {body["definitionGroupId"] for body in asked} == {PROJECT}
    assert len({body["executionId"] for body in asked}) == 2
    assert all(body["packageName"].endswith(".zip") for body in asked)


def test_what_belongs_to_no_company_is_exported_once_by_the_first(case: Case) -> None:
    table = finance_source("Relations", ["CategoryId"], {"CategoryId": "string", "Note": "string"})
    (result,) = case.extract(table).tables
    assert result.rows_appended == 2
    assert [b["legalEntityId"] for b in case.finance.actions("ExportToPackage")] == ["usmf"]
    assert landed(case.root, "finops/Relations", "CategoryId") == [("Hotel",), ("Meals",)]


def test_a_prefix_stands_before_the_name_of_the_project(case: Case) -> None:
    case.finance.projects = {f"test-{PROJECT}": case.project}
    assert case.extract(export_project_prefix="test-").exit_code == 0


def test_a_second_full_export_appends_what_changed_and_tombstones(case: Case) -> None:
    case.extract()
    (again,) = case.extract().tables
    assert (again.rows_appended, again.tombstones) == (0, 0)
    case.project.rows["usmf"] = [("Hotel", "101", "2024-01-05", "")]
    (result,) = case.extract().tables
    assert (result.rows_read, result.rows_appended, result.tombstones) == (2, 1, 1)
    assert case.rows()[-1] == ("usmf", "Meals", True)
    assert case.newest() == {("usmf", "Hotel", None), ("demf", "HOTEL", 'say "x"\r\ny')}


def test_an_incremental_export_makes_no_tombstones(case: Case) -> None:
    case.extract()
    case.project.refresh = "IncrementalPush"
    case.project.changed = {"usmf": [("Meals", "", "1900-01-01", "new")]}
    (result,) = case.extract().tables
    assert (result.rows_read, result.rows_appended, result.tombstones) == (1, 1, 0)
    assert ("usmf", "Meals", "new") in case.newest()
    assert len(case.newest()) == 3


def test_changes_alone_are_refused_until_a_company_was_read_in_full(case: Case) -> None:
    case.project.refresh = "IncrementalPush"
    message = case.failure()
    assert "has never been read in full for usmf" in message
    assert "set it to Full push" in message
    case.project.refresh = "FullPush"
    assert case.extract().exit_code == 0
    case.project.refresh = "IncrementalPush"
    case.companies = ("usmf", "demf", "ussi")
    assert "never been read in full for ussi" in case.failure()


def test_another_project_starts_in_full_again(case: Case) -> None:
    case.extract()
    case.finance.projects["new-d365-categories"] = replace(case.project, refresh="IncrementalPush")
    assert "never been read in full" in case.failure(export_project_prefix="new-")


def test_an_empty_incremental_package_is_no_change(case: Case) -> None:
    case.extract()
    case.project.refresh = "IncrementalPush"

    def without_data(project: FakeProject, rows: Sequence[tuple[str, ...]]) -> bytes:
        xml = manifest_xml(LABEL, project.refresh, f"{LABEL}.csv")
        return zipped({"Manifest.xml": utf_16(xml)})

    case.finance.build = without_data
    (result,) = case.extract().tables
    assert (result.status, result.rows_read, result.tombstones) == ("landed", 0, 0)
    assert result.missing_columns == ("Extra",)
    case.project.refresh = "FullPush"
    assert "holds no file" in case.failure()


def test_a_full_export_of_no_rows_deletes_them_all(case: Case) -> None:
    case.extract()
    case.project.rows = {}
    (result,) = case.extract().tables
    assert (result.rows_read, result.tombstones) == (0, 3)


def test_one_failing_company_fails_the_table_as_a_whole(case: Case) -> None:
    case.finance.status["demf"] = "Failed"
    message = case.failure()
    assert message.startswith(
        "finops.ProjCDSCategoryEntity: the export of demf by the data project"
    )
    assert "ended Failed (Out of paper.)" in message


@pytest.mark.parametrize("status", ["PartiallySucceeded", "Canceled"])
def test_only_a_whole_success_counts(case: Case, status: str) -> None:
    case.finance.status["usmf"] = status
    assert f"ended {status}" in case.failure()


def test_what_a_failed_extract_had_exported_is_fetched_again(case: Case) -> None:
    case.extract()
    case.project.refresh = "IncrementalPush"
    case.project.changed = {"usmf": [("Meals", "", "1900-01-01", "first")]}
    case.finance.status["demf"] = "Failed"
    case.failure()
    case.finance.status.clear()
    case.project.changed = {
        "usmf": [("Taxi", "1", "2024-01-05", "later")],
        "demf": [("HOTEL", "1", "2024-01-05", "later")],
    }
    assert case.extract().exit_code == 0
    assert case.newest() == {
        ("usmf", "Hotel", None),
        ("usmf", "Meals", "first"),
        ("usmf", "Taxi", "later"),
        ("demf", "HOTEL", "later"),
    }


def test_of_two_exports_the_later_one_wins(case: Case) -> None:
    case.extract()
    case.project.refresh = "IncrementalPush"
    case.project.changed = {"usmf": [("Meals", "", "1900-01-01", "early")]}
    case.finance.status["demf"] = "Failed"
    case.failure()
    case.finance.status.clear()
    case.project.changed = {"usmf": [("Meals", "", "1900-01-01", "late")]}
    case.extract()
    assert ("usmf", "Meals", "late") in case.newest()


def test_full_exports_that_do_not_land_are_not_collected(case: Case) -> None:
    case.project.rows["demf"] = [("Hotel", "much", "2024-01-05", "")]
    for _ in range(3):
        case.failure()
    log = json.loads((case.root / "exports/finops.ProjCDSCategoryEntity.json").read_text())
    assert [entry["company"] for entry in log["not_landed"]] == ["usmf", "demf"]


def test_lost_changes_are_said_to_be_lost_until_a_full_export(case: Case) -> None:
    case.extract()
    case.project.refresh = "IncrementalPush"
    case.project.changed = {"usmf": [("Meals", "", "1900-01-01", "gone")]}
    case.finance.status["demf"] = "Failed"
    case.failure()
    case.finance.status.clear()
    for job in case.finance.jobs.values():
        job.package = b"expired"
    message = case.failure()
    assert "lacks what Finance exported of usmf at 2026-01-01" in message
    assert "Full push" in message
    case.project.refresh = "FullPush"
    assert case.extract().exit_code == 0
    case.project.refresh = "IncrementalPush"
    assert case.extract().exit_code == 0


@pytest.mark.parametrize("how", ["partly", "forgotten"])
def test_an_export_that_may_have_moved_on_wants_a_full_one(case: Case, how: str) -> None:
    case.extract()
    case.project.refresh = "IncrementalPush"
    case.project.changed = {"usmf": [("Meals", "", "1900-01-01", "gone")]}
    case.finance.status = {"usmf": "PartiallySucceeded"} if how == "partly" else {"demf": "Failed"}
    case.failure()
    case.finance.status.clear()
    if how == "forgotten":
        case.finance.jobs.clear()
        tomorrow = datetime(2026, 1, 3, tzinfo=UTC)
        case.clock = Clock(now=lambda: tomorrow, sleep=lambda _: None)
    assert "lacks what Finance exported of usmf at 2026-01-01" in case.failure()
    case.project.refresh = "FullPush"
    assert case.extract().exit_code == 0


def test_a_job_that_hangs_is_waited_for_and_then_left(case: Case) -> None:
    case.finance.polls = ("hang",)
    message = case.failure()
    assert "still Executing" in message
    assert len(case.finance.actions("ExportToPackage")) == 1
    # exports of one data project never overlap
    assert "still Executing" in case.failure()
    assert len(case.finance.actions("ExportToPackage")) == 1
    for job in case.finance.jobs.values():
        job.polls = []
    case.finance.polls = ()
    assert case.extract().exit_code == 0


def test_an_export_that_never_begins_is_given_up(case: Case) -> None:
    case.finance.polls = ("not found",) * 10_000
    assert "never began" in case.failure()


def test_what_never_began_is_not_waited_for_again(case: Case) -> None:
    case.finance.polls = ("not found",) * 10_000
    case.failure()
    case.finance.polls = ()
    waited: list[float] = []
    tomorrow = datetime(2026, 1, 2, tzinfo=UTC)
    case.clock = Clock(now=lambda: tomorrow, sleep=waited.append)
    assert case.extract().exit_code == 0
    assert waited == []


def test_what_began_late_is_fetched_by_a_later_extract(case: Case) -> None:
    """The batch service stood still for a while: two extracts give up before it goes on."""
    case.extract()
    case.project.refresh = "IncrementalPush"
    case.project.changed = {"usmf": [("Taxi", "7", "2024-01-05", "")]}
    case.finance.polls = ("not found",) * 10_000
    case.failure()
    case.failure()
    case.finance.polls = ()
    for job in case.finance.jobs.values():
        job.polls = []
    case.extract()
    assert ("usmf", "Taxi", None) in case.newest()


def test_what_begins_while_another_export_is_made_lands_before_it(case: Case) -> None:
    case.extract()
    case.project.refresh = "IncrementalPush"
    case.project.changed = {"usmf": [("Hotel", "101", "2024-01-05", "older")]}
    case.finance.polls = ("not found",) * 10_000
    case.failure()
    case.finance.polls = ()
    (late,) = [job for job in case.finance.jobs.values() if job.polls]
    late.polls = ["not found"]
    case.clock = Clock(now=lambda: datetime(2026, 1, 1, 0, 40, tzinfo=UTC), sleep=lambda _: None)
    case.project.changed = {"usmf": [("Hotel", "102", "2024-01-05", "newer")]}
    case.extract()
    assert ("usmf", "Hotel", "newer") in case.newest()
    case.extract()
    assert ("usmf", "Hotel", "newer") in case.newest()


def test_a_column_that_is_new_wants_a_full_export(case: Case) -> None:
    """An incremental export says nothing of it for rows that did not change."""
    case.extract()
    case.project.refresh = "IncrementalPush"
    case.project.columns = (*case.project.columns, "Extra")
    case.project.changed = {"usmf": [("Taxi", "7", "2024-01-05", "", "new")]}
    assert "would have Extra for rows that change from now on and for no others" in case.failure()
    case.project.refresh = "FullPush"
    case.project.rows = {"usmf": [("Hotel", "1", "2024-01-05", "", "x")], "demf": []}
    assert case.extract().exit_code == 0
    case.project.refresh = "IncrementalPush"
    case.project.changed = {"usmf": [("Taxi", "7", "2024-01-05", "", "new")]}
    assert case.extract().exit_code == 0


def test_changes_alone_are_refused_when_the_landed_rows_were_moved_away(case: Case) -> None:
    case.extract()
    (case.root / FOLDER).rename(case.folder / "moved")
    case.project.refresh = "IncrementalPush"
    case.project.changed = {"usmf": [("Taxi", "7", "2024-01-05", "")]}
    assert "has never been read in full for usmf" in case.failure()


def test_an_answer_that_got_lost_is_no_second_export(case: Case) -> None:
    def cut_off(request: httpx.Request) -> None:
        if request.url.path.endswith(".ExportToPackage"):
            case.finance.before = lambda request: None
            case.finance.answer(request)
            raise httpx.ReadError("gone")

    case.finance.before = cut_off
    assert case.extract().exit_code == 0
    asked = [body["executionId"] for body in case.finance.actions("ExportToPackage")]
    assert len(case.finance.jobs) == len(set(asked)) == 2


def test_an_answer_may_nest_its_value_once_more(case: Case) -> None:
    case.finance.nested = True
    assert case.extract().tables[0].rows_appended == 3


@pytest.mark.parametrize("lists_projects", [True, False])
def test_a_missing_project_is_a_sentence_with_the_next_step(
    case: Case, lists_projects: bool
) -> None:
    case.finance.projects.clear()
    case.finance.lists_projects = lists_projects
    message = case.failure()
    assert "does not exist" in message
    assert message.endswith(
        f"create a data project of type Export named {PROJECT} with the entity `{LABEL}` in Data "
        "management."
    )


def test_a_project_that_exports_another_entity_is_named(case: Case) -> None:
    case.project.label = "Projects"
    message = case.failure()
    assert f"it holds no `{LABEL}`" in message
    assert PROJECT in message


def test_columns_are_found_without_case_and_unknown_ones_passed_over(case: Case) -> None:
    case.project.columns = ("Surprise", "CATEGORYID", "rate", "SINCE", "Note")
    case.project.rows = {"usmf": [("?", "Hotel", "1", "2024-01-05", "n")]}
    assert case.extract().exit_code == 0
    assert case.rows("dataAreaId, CategoryId, Rate, Note") == [("usmf", "Hotel", Decimal(1), "n")]


def test_a_missing_column_is_named_unless_it_is_optional(case: Case) -> None:
    case.project.columns = ("CategoryId", "Rate", "Since", "Extra")
    message = case.failure()
    assert "finops.ProjCDSCategoryEntity has no column Note" in message
    assert "optional" in message


def test_the_presence_of_columns_is_recorded_for_the_system(case: Case) -> None:
    case.extract()
    told = landed(
        case.root, "extract/landed_columns", "system, table_name, column_name, is_present"
    )
    assert ("finops", "ProjCDSCategoryEntity", "Extra", False) in told
    assert ("finops", "ProjCDSCategoryEntity", "Note", True) in told


def test_the_company_of_the_file_is_not_believed(case: Case) -> None:
    case.project.columns = ("CategoryId", "Rate", "Since", "Note", "DataAreaId")
    case.project.rows = {"demf": [("Hotel", "1", "2024-01-05", "", "USMF")]}
    case.extract()
    assert case.rows() == [("demf", "Hotel", False)]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (("Hotel", "1.0000001", "2024-01-05", ""), 'Rate holds "1.0000001"'),
        (("Hotel", "1,5", "2024-01-05", ""), 'Rate holds "1,5"'),
        (("Hotel", "1", "05.01.2024", ""), 'Since holds "05.01.2024"'),
        (("Hotel", "1", "2024-02-30", ""), 'Since holds "2024-02-30"'),
        (("", "1", "2024-01-05", ""), "has a row without CategoryId"),
        (("Hotel", "1"), "a row of another length"),
    ],
)
def test_a_cell_that_does_not_fit_lands_nothing(
    case: Case, row: tuple[str, ...], says: str
) -> None:
    case.project.rows["demf"] = [row]
    assert says in case.failure()


ON_HAND = finance_source(
    "InventWarehouseOnHandCDSEntity",
    ("dataAreaId", "ProductNumber", "InventorySiteId", "InventoryWarehouseId"),
    {
        "dataAreaId": "string",
        "ProductNumber": "string",
        "InventorySiteId": "string",
        "InventoryWarehouseId": "string",
        "OnHandQuantity": "decimal(32, 6)",
    },
    entity="CDS inventory on-hand by warehouse",
    export_project="d365-on-hand",
)


def on_hand(case: Case, *rows: tuple[str, ...]) -> FakeProject:
    columns = tuple(column.name for column in ON_HAND.columns[1:])
    project = FakeProject(columns, {"usmf": list(rows)}, label=ON_HAND.entity)
    case.finance.projects[ON_HAND.export_project] = project
    return project


def test_a_key_of_four_columns_may_have_empty_parts(case: Case) -> None:
    """Stock at no warehouse, as an export shows it; the product itself is always named."""
    rows = [
        ("P/1", "1", "13", "5.000000"),
        ("P/1", "1", "", "-2.5"),
        ("P/1", "", "", "1"),
        ("p/1 'b'", "1", "13", "0"),
    ]
    project = on_hand(case, *rows)
    case.extract(ON_HAND)
    columns = "ProductNumber, InventorySiteId, InventoryWarehouseId, OnHandQuantity, _is_deleted"
    told = landed(case.root, "finops/InventWarehouseOnHandCDSEntity", columns)
    assert told == [(*key, Decimal(quantity), False) for *key, quantity in rows]
    again = case.extract(ON_HAND).tables[0]
    assert (again.message, again.rows_appended, again.tombstones) == ("", 0, 0)
    del project.rows["usmf"][1]
    last = case.extract(ON_HAND).tables[0]
    assert (last.message, last.rows_appended, last.tombstones) == ("", 0, 1)
    told = landed(case.root, "finops/InventWarehouseOnHandCDSEntity", columns)
    assert told[-1][:3] == ("P/1", "1", "") and told[-1][-1]
    project.rows["usmf"] = [("", "1", "13", "1")]
    assert "has a row without ProductNumber" in case.failure(ON_HAND)


def test_a_personal_value_stands_in_no_message(case: Case) -> None:
    columns = {"dataAreaId": "string", "CategoryId": "string", "Note": "integer"}
    table = finance_source("ProjCDSCategoryEntity", CATEGORY.key, columns, Note={"personal": True})
    message = case.failure(table)
    assert "Note holds a value (personal, not shown)" in message
    assert "a, b" not in message


DATA = text_of(("CategoryId", "Rate", "Since", "Note"), [US[0]])


def xml(file: str, doctype: str = "") -> bytes:
    return utf_16(manifest_xml(LABEL, "FullPush", file, doctype))


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"a.csv": utf_16(DATA)}, "it holds no file Manifest.xml"),
        ({"Manifest.xml": xml("a.csv")}, "it holds no file a.csv"),
        ({"Manifest.xml": b"<no", "a.csv": utf_16(DATA)}, "not well-formed"),
        (
            {"Manifest.xml": xml("a.csv", '<!DOCTYPE d [<!ENTITY e "x">]>'), "a.csv": utf_16(DATA)},
            "not well-formed",
        ),
        (
            {"Manifest.xml": xml("a.csv", "<!DOCTYPE d>"), "a.csv": utf_16(DATA)},
            "not well-formed",
        ),
        ({"Manifest.xml": b'<?xml version="1.0" encoding="no"?><a/>', "a.csv": b""}, "not well-formed"),
        ({"Manifest.xml": xml("a.csv"), "a.csv": b""}, "has no header"),
        ({"Manifest.xml": xml("a.csv"), "a.csv": b"\xff\xfe"}, "has no header"),
        ({"Manifest.xml": xml("a.csv"), "a.csv": b"CATEGORYID,RATE,SINCE,NOTE\r\n\xff,,,\r\n"}, "UTF-8"),
        ({"Manifest.xml": xml("a.csv"), "a.csv": utf_16("A,a\r\n")}, "names a column twice"),
        ({"Manifest.xml": xml("a.csv"), "a.csv": utf_16(DATA + '"' + "x" * 400_000)}, "another length"),
        ({"Manifest.xml": xml("a.csv"), "a.csv": utf_16(DATA) + bytes(1 << 24)}, "too large"),
        ({"Manifest.xml": bytes((1 << 24) + 1), "a.csv": b""}, "too large"),
        ({"Manifest.xml": xml("../b/a.csv"), "../b/a.csv": utf_16(DATA)}, "it holds no file a.csv"),
        ({"Manifest.xml": xml("a.xlsx"), "a.xlsx": b"PK\x03\x04"}, "CategoryId"),
    ],
)  # fmt: skip
def test_a_package_that_no_export_makes_is_refused(
    case: Case, members: dict[str, bytes], says: str
) -> None:
    case.finance.build = lambda project, rows: zipped(members)
    message = case.failure()
    assert says in message
    assert "Hotel" not in message


def test_a_member_beyond_the_limit_is_not_read(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extract.package.MAX_DATA_BYTES", 50)
    assert "too large to be what it says" in case.failure()


@pytest.mark.parametrize(
    "damaged",
    [
        lambda whole: b"",
        lambda whole: b"<html>not a zip</html>",
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole.replace(b"PK\x01\x02", b"PK\x01\x03"),
    ],
)
def test_a_damaged_zip_is_refused(case: Case, damaged: Callable[[bytes], bytes]) -> None:
    case.finance.build = lambda project, rows: damaged(package(project, rows))
    assert "cannot be read from the package of usmf" in case.failure()


def test_a_member_packed_as_a_patch_is_refused(case: Case) -> None:
    def patched(project: FakeProject, rows: Sequence[tuple[str, ...]]) -> bytes:
        content = bytearray(package(project, rows))
        at = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 1)
        content[at + 8] |= 0x20
        return bytes(content)

    case.finance.build = patched
    assert "packed in an unknown way" in case.failure()


def test_damage_within_the_rows_is_noticed(case: Case) -> None:
    def flipped(project: FakeProject, rows: Sequence[tuple[str, ...]]) -> bytes:
        whole = bytearray(package(project, rows))
        at = whole.rindex(b"PK\x01\x02", 0, whole.rindex(b"PK\x01\x02"))
        whole[at - 40] ^= 0xFF
        return bytes(whole)

    case.finance.build = flipped
    case.project.rows["usmf"] = [(f"Category {n}", "1", "2024-01-05", "") for n in range(5000)]
    assert "damaged" in case.failure()


@pytest.mark.parametrize("encode", [utf_16, str.encode, lambda text: text.encode("utf-8-sig")])
def test_a_path_in_the_manifest_is_no_place_and_both_encodings_are_read(
    case: Case, encode: Callable[[str], bytes]
) -> None:
    case.companies = ("usmf",)
    manifest = manifest_xml(LABEL, "FullPush", r"..\..\elsewhere\a.csv")
    case.finance.build = lambda project, rows: zipped(
        {"Manifest.xml": manifest.encode(), "a.csv": encode(DATA + "Ünit 😀,,,\r\n")}
    )
    case.extract()
    assert case.rows() == [("usmf", "Hotel", False), ("usmf", "Ünit 😀", False)]


def test_half_an_emoji_becomes_a_replacement_mark(case: Case) -> None:
    case.companies = ("usmf",)
    case.project.rows["usmf"] = [("cut \ud83d", "1", "2024-01-05", "")]
    case.extract()
    assert case.rows() == [("usmf", "cut \ufffd", False)]


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("", "without the address"),
        ("no address", "without the address"),
        (f"http://store.test/x?sig={SIGNATURE}", "not https"),
        (f"ftp://127.0.0.1/x?sig={SIGNATURE}", "not https"),
        (f"{BLOBS}/{{blob}}?sig=wrong{SIGNATURE}", "its address answered 403"),
    ],
)
def test_a_package_is_downloaded_from_a_safe_address_only(
    case: Case, address: str, says: str, capfd: pytest.CaptureFixture[str]
) -> None:
    case.finance.address = address
    assert says in case.failure()
    record = (case.root / "landings/finops.ProjCDSCategoryEntity.json").read_text()
    out, err = capfd.readouterr()
    for told in (record, out, err):
        assert SIGNATURE not in told


def test_an_address_that_stays_silent_is_in_no_message_or_log(
    case: Case, capfd: pytest.CaptureFixture[str]
) -> None:
    def silent(request: httpx.Request) -> None:
        if request.url.host == "store.test":
            raise httpx.ReadError(f"no answer from {request.url}")

    case.finance.before = silent
    assert "its address did not answer" in case.failure()
    out, err = capfd.readouterr()
    assert "trying again" in out + err
    assert SIGNATURE not in out + err


def test_nothing_unfinished_is_left(case: Case) -> None:
    case.extract()
    assert {path.name for path in case.root.iterdir()} == {
        "finops", "extract", "exports", "landings", "environment.json", ".extract.lock",
    }  # fmt: skip
    log = json.loads((case.root / "exports/finops.ProjCDSCategoryEntity.json").read_text())
    assert log == {
        "project": PROJECT,
        "read_in_full": ["demf", "usmf"],
        "not_landed": [],
        "columns": ["CategoryId", "Note", "Rate", "Since", "dataAreaId"],
    }


def test_tables_of_one_project_are_exported_one_after_the_other(case: Case) -> None:
    other = finance_source("Other", ["dataAreaId", "CategoryId"], {
        "dataAreaId": "string", "CategoryId": "string",
    })  # fmt: skip
    running: set[str] = set()

    def watch(request: httpx.Request) -> None:
        if request.url.path.endswith(".ExportToPackage"):
            assert not running
            running.add(json.loads(request.content)["executionId"])
        if request.url.path.endswith(".GetExportedPackageUrl"):
            running.discard(json.loads(request.content)["executionId"])

    case.finance.before = watch
    assert case.extract(CATEGORY, other).exit_code == 0


def test_one_run_reads_both_systems(case: Case) -> None:
    report = case.extract(ACCOUNT, CATEGORY)
    assert [(t.system, t.status) for t in report.tables] == [
        ("dataverse", "landed"),
        ("finops", "landed"),
    ]
    assert set(SYSTEMS) == {"dataverse", "finops"}
    only = case.extract(ACCOUNT, CATEGORY, select=["ProjCDSCategoryEntity"])
    assert [table.table for table in only.tables] == ["ProjCDSCategoryEntity"]


def test_a_template_brings_its_tables_of_both_systems(case: Case) -> None:
    model = TargetModel(
        name="finops__categories",
        unique_id="model.d365.finops__categories",
        schema="",
        alias="",
        template="expense_categories",
        target="finops",
        entity=LABEL,
        collection=None,
        key=("CategoryId",),
        columns=(),
    )
    declared = project_with(case.folder, ACCOUNT, CONTACT, CATEGORY)
    needs = {"nodes": [ACCOUNT.unique_id, CATEGORY.unique_id]}
    node = {"resource_type": "model", "name": model.name, "depends_on": needs}
    declared.graph["nodes"][model.unique_id] = node
    chosen = tables(replace(declared, models=(model,)), ["expense_categories"])
    assert chosen == (ACCOUNT, CATEGORY)


def test_a_failing_finance_leaves_dataverse_alone(case: Case) -> None:
    case.finance.before = lambda request: (_ for _ in ()).throw(httpx.ConnectError("down"))
    report = case.extract(ACCOUNT, CATEGORY)
    assert [table.status for table in report.tables] == ["landed", "failed"]
    assert report.exit_code == 3


def test_a_key_of_two_columns_is_compacted(case: Case) -> None:
    case.extract()
    case.project.rows["usmf"] = []
    case.extract()
    before = case.newest()
    results = compact(settings(case.root), project_with(case.folder, CATEGORY))
    assert (results[0].folder, results[0].rows_before, results[0].rows_after) == (FOLDER, 5, 3)
    assert case.newest() == before
    (result,) = case.extract().tables
    assert (result.rows_appended, result.tombstones) == (0, 0)


def test_a_refused_export_keeps_the_words_of_the_service(case: Case) -> None:
    answer = case.finance.answer

    def refuse(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith(".ExportToPackage"):
            return refused("The legal entity usmf does not exist.")
        return answer(request)

    case.finance.answer = refuse  # type: ignore[method-assign]
    message = case.failure()
    assert (
        "the export of usmf by the data project d365-categories was refused (400: The legal"
        in message
    )
