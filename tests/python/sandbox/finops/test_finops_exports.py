"""Data projects of type Export: full and incremental packages, their polls and their faults."""

import io
import zipfile

import finops_packages as packages
import pytest
from finops_packages import GOOD, customers
from finops_projects import (
    ACTUAL,
    ACTUALS,
    AIRFARE_ID,
    CATEGORIES,
    CONNECTION,
    CONNECTIONS,
    GOOD_ROWS,
    NOTHING,
    TASK,
    TASKS,
    Row,
    export,
    exported,
    exported_file,
    guid,
    journalize,
    land,
    prepare,
    set_up_export,
)
from finops_service import Finops, without_token


def call(service: Finops, **changes: object) -> object:
    """Ask for an export of the actuals; returns the value of the answer."""
    body: dict[str, object] = {
        "definitionGroupId": "d365-actuals",
        "packageName": "out",
        "executionId": "out-a",
        "reExecute": False,
        "legalEntityId": "usmf",
    }
    return packages.value(service.client, "ExportToPackage", **(body | changes))


def names(found: list[Row], column: str) -> list[str]:
    return [row[column] for row in found]


@pytest.mark.parametrize(
    ("project", "label"),
    [
        ("d365-categories", CATEGORIES),
        ("d365-actuals", ACTUALS),
        ("d365-transaction-relationships", CONNECTIONS),
    ],
)
def test_three_data_projects_export_in_full_from_the_start(
    business: Finops, project: str, label: str
) -> None:
    prepare(business)
    land(business, label, GOOD_ROWS[label])
    manifest, found = exported(business, project)
    assert "<DefaultRefreshType>FullPush</DefaultRefreshType>" in manifest
    assert f"<EntityName>{label}</EntityName>" in manifest
    assert "DATAAREAID" not in found[0]
    first = next(iter(GOOD_ROWS[label]))
    assert GOOD_ROWS[label][first] in names(found, first)
    assert exported(business, project)[1] == found
    listed = business.client.get("/data/DataManagementDefinitionGroups").json()["value"]
    assert project in [row["Name"] for row in listed]


def test_an_export_holds_one_company_and_every_field(business: Finops) -> None:
    prepare(business)
    land(business, ACTUALS, {**ACTUAL, "TASKID": ""})
    _, (row,) = exported(business, "d365-actuals")
    assert len(row) == 40
    assert row["ACCOUNTINGDATE"] == "2024-02-29"
    assert row["ENDDATE"] == "1900-01-01"
    assert row["AMOUNT"] == "100.45"
    assert row["TASKID"] == NOTHING
    assert (row["TRANSTYPE"], row["ISJOURNALIZED"]) == ("Sales", "No")
    assert exported(business, "d365-actuals", "demf")[1] == []
    _, found = exported(business, "d365-categories", "DEMF")
    assert names(found, "CATEGORYID") == ["AIRFARE"]


def test_rows_without_a_company_are_the_same_for_each(service: Finops) -> None:
    land(service, CONNECTIONS, CONNECTION, company="ussi")
    for company in ("usmf", "demf"):
        _, found = exported(service, "d365-transaction-relationships", company)
        assert names(found, "CONNECTIONID") == [guid(20)]


def test_an_incremental_export_holds_what_changed_since_the_last(business: Finops) -> None:
    set_up_export(business, "d365-actuals", ACTUALS, "IncrementalPush")
    prepare(business)
    land(business, ACTUALS, ACTUAL, {**ACTUAL, "ACTUALID": guid(11)})
    manifest, found = exported(business, "d365-actuals")
    assert "<DefaultRefreshType>IncrementalPush</DefaultRefreshType>" in manifest
    assert names(found, "ACTUALID") == [guid(10), guid(11)]
    assert exported(business, "d365-actuals")[1] == []
    changed = {**ACTUAL, "AMOUNT": "7"}
    land(business, ACTUALS, changed, {**ACTUAL, "ACTUALID": guid(12)})
    _, found = exported(business, "d365-actuals")
    assert names(found, "ACTUALID") == [guid(10), guid(12)]
    assert found[0]["AMOUNT"] == "7"
    journalize(business)
    assert len(exported(business, "d365-actuals")[1]) == 3


def test_what_an_incremental_export_has_sent_is_known_per_company_and_project(
    service: Finops,
) -> None:
    set_up_export(service, "one", CONNECTIONS, "IncrementalPush")
    set_up_export(service, "two", CONNECTIONS, "IncrementalPush")
    land(service, CONNECTIONS, CONNECTION)
    assert len(exported(service, "one", "usmf")[1]) == 1
    assert len(exported(service, "one", "demf")[1]) == 1
    assert len(exported(service, "two", "usmf")[1]) == 1
    assert exported(service, "ONE", "USMF")[1] == []


def test_a_data_project_can_be_changed_and_a_full_export_counts(service: Finops) -> None:
    assert len(exported(service, "d365-categories")[1]) == 2
    set_up_export(service, "d365-categories", CATEGORIES, "IncrementalPush")
    assert exported(service, "d365-categories")[1] == []
    land(service, CATEGORIES, {"CATEGORYID": "Hotel", "INTEGRATIONID": AIRFARE_ID})
    assert names(exported(service, "d365-categories")[1], "CATEGORYID") == ["Hotel"]
    set_up_export(service, "d365-categories", CATEGORIES, "FullPush")
    assert len(exported(service, "d365-categories")[1]) == 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x", "label": "Nothing", "refresh": "FullPush"},
        {"name": "x", "label": TASKS, "refresh": "Sometimes"},
        {"name": "x", "label": TASKS},
    ],
)
def test_a_data_project_needs_a_label_and_a_kind(service: Finops, body: dict[str, str]) -> None:
    response = service.client.post("/sandbox/finops/export-project", json=body)
    assert response.status_code == 400


def test_a_file_that_was_exported_can_be_imported_again(business: Finops) -> None:
    set_up_export(business, "tasks", TASKS, "FullPush")
    land(business, TASKS, TASK)
    content = exported_file(business, export(business, "tasks"))
    queued = packages.queue(business.client, content, execution_id="in-1", group="in")
    assert queued.status_code == 200
    assert packages.statuses(business.client, "in-1")[-1] == "Succeeded"
    assert packages.counts(business.client, TASKS, "in-1") == (1, 0, 1)


def test_a_data_project_of_imports_still_exports_everything(service: Finops) -> None:
    packages.import_package(service.client, customers(GOOD))
    manifest, found = exported(service, "group")
    assert "FullPush" in manifest
    assert len(exported(service, "group")[1]) == len(found) == 2


def test_an_export_is_polled_like_an_import(service: Finops) -> None:
    service.turn("package_polls_not_found", 2)
    service.turn("package_hang_polls", 2, count=1)
    assert call(service) == "out-a"
    seen = packages.statuses_until(service.client, "out-a", polls=5)
    assert seen == ["not found", "not found", "NotRun", "Executing", "Executing"]
    assert packages.value(service.client, "GetExportedPackageUrl", executionId="out-a") == ""
    second = {
        "definitionGroupId": "d365-actuals",
        "executionId": "b",
        "legalEntityId": "usmf",
    }
    assert packages.action(service.client, "ExportToPackage", **second).status_code == 500
    assert packages.statuses(service.client, "out-a")[-1] == "Succeeded"
    assert str(
        packages.value(service.client, "GetExportedPackageUrl", executionId="out-a")
    ).startswith("http")


def test_an_export_that_fails_has_no_file_and_does_not_count(service: Finops) -> None:
    set_up_export(service, "d365-categories", CATEGORIES, "IncrementalPush")
    service.turn("package_fails", True, count=1, scope="d365-categories")
    failed = export(service, "d365-categories")
    status = packages.value(service.client, "GetExecutionSummaryStatus", executionId=failed)
    assert status == "Failed"
    assert packages.value(service.client, "GetExportedPackageUrl", executionId=failed) == ""
    (line,) = packages.errors(service.client, failed)
    assert line["ErrorMessage"].startswith("The export ended unexpectedly")
    assert len(exported(service, "d365-categories")[1]) == 2


@pytest.mark.parametrize("damage", ["truncated", "garbage"])
def test_a_damaged_file_is_no_zip_and_its_rows_count_as_exported(
    service: Finops, damage: str
) -> None:
    set_up_export(service, "d365-categories", CATEGORIES, "IncrementalPush")
    service.turn("export_damaged", damage, count=1, scope=CATEGORIES)
    content = exported_file(service, export(service, "d365-categories"))
    assert not zipfile.is_zipfile(io.BytesIO(content))
    assert content.startswith(b"PK") is (damage == "truncated")
    assert exported(service, "d365-categories")[1] == []


def test_damage_can_be_done_to_one_entity_only(service: Finops) -> None:
    service.turn("export_damaged", "garbage", scope=ACTUALS)
    assert len(exported(service, "d365-categories")[1]) == 2


def test_the_execution_id_comes_plain_or_nested(service: Finops) -> None:
    assert call(service) == "out-a"
    packages.statuses(service.client, "out-a")
    service.turn("export_value_nested", True)
    assert call(service, executionId="out-b") == {"value": "out-b"}
    assert packages.statuses(service.client, "out-b")[-1] == "Succeeded"


def test_the_address_of_a_file_takes_no_token(service: Finops) -> None:
    run = export(service, "d365-categories")
    address = str(packages.value(service.client, "GetExportedPackageUrl", executionId=run))
    assert "sig=" in address
    assert service.client.get(address).status_code == 403
    assert without_token(service.client, "GET", address).status_code == 200
    assert without_token(service.client, "GET", address[:-4] + "xxxx").status_code == 403
