"""The life of an execution: the call, the polls, the files it leaves, its faults, exports."""

import csv
import io
from urllib.parse import urlsplit

import finops_packages as packages
import httpx
from finops_packages import GOOD, PackageFile, customers, order_and_lines
from finops_service import Finops, inner_message


def test_the_address_of_the_package_must_hold_an_upload(service: Finops) -> None:
    response = import_call(service, packageUrl=packages.write_address(service.client))
    assert response.status_code == 500
    message = inner_message(response)
    assert "cannot be downloaded" in message
    assert "sig=" not in message


def test_the_legal_entity_must_exist(service: Finops) -> None:
    response = import_call(service, legalEntityId="xxxx")
    assert response.status_code == 500
    assert response.json()["error"]["innererror"]["type"] == "System.InvalidOperationException"


def test_an_empty_execution_id_lets_the_service_choose(service: Finops) -> None:
    chosen = import_call(service, executionId="").json()["value"]
    assert packages.statuses(service.client, chosen)[-1] == "Succeeded"


def test_an_execution_id_is_used_once(service: Finops) -> None:
    packages.import_package(service.client, customers(GOOD))
    response = packages.queue(service.client, PackageFile([customers(GOOD)]), group="other")
    assert response.status_code == 500
    assert "run-1 already exists" in inner_message(response)


def test_without_execute_nothing_runs(service: Finops) -> None:
    assert import_call(service, execute=False).status_code == 200
    assert packages.statuses_until(service.client, "run-1", polls=6)[-1] == "NotRun"
    assert len(service.content("CustomersV2")) == 2


def test_async_is_the_same_call(service: Finops) -> None:
    response = import_call(service, name="ImportFromPackageAsync")
    assert response.json()["value"] == "run-1"
    assert packages.statuses(service.client)[-1] == "Succeeded"


def import_call(
    service: Finops, name: str = "ImportFromPackage", **changes: object
) -> httpx.Response:
    body: dict[str, object] = {
        "packageUrl": packages.upload(service.client, PackageFile([customers(GOOD)]).content()),
        "definitionGroupId": "group",
        "executionId": "run-1",
        "execute": True,
        "overwrite": True,
        "legalEntityId": "USMF",
    }
    return packages.action(service.client, name, **(body | changes))


def test_imports_of_one_data_project_are_serial(service: Finops) -> None:
    service.turn("package_hang_polls", 3, count=1)
    assert packages.queue(service.client, PackageFile([customers(GOOD)])).status_code == 200
    second = PackageFile([customers(("C-8", "10", "Eight"))])
    refused = packages.queue(service.client, second, execution_id="run-2")
    assert refused.status_code == 500
    assert "data project group is being executed" in inner_message(refused)
    other = packages.queue(service.client, second, execution_id="run-3", group="other")
    assert other.status_code == 200
    for execution_id in ("run-1", "run-3"):
        assert packages.statuses(service.client, execution_id)[-1] == "Succeeded"
    assert packages.queue(service.client, second, execution_id="run-2").status_code == 200
    assert packages.statuses(service.client, "run-2")[-1] == "Succeeded"
    projects = service.client.get("/data/DataManagementDefinitionGroups").json()["value"]
    names = [project["Name"] for project in projects]
    assert [name for name in names if not name.startswith("d365-")] == ["group", "other"]


def test_status_is_not_found_then_not_run_then_executing_then_told(service: Finops) -> None:
    packages.queue(service.client, PackageFile([customers(GOOD)]))
    early = packages.action(service.client, "GetExecutionErrors", executionId="run-1")
    assert early.status_code == 400
    seen = packages.statuses(service.client)
    assert seen[:3] == ["not found", "NotRun", "Executing"]
    assert seen[-1] == "Succeeded"


def test_the_stages_last_as_long_as_the_switches_say(service: Finops) -> None:
    service.turn("package_polls_not_found", 3)
    service.turn("package_polls_not_run", 0)
    service.turn("package_polls_executing", 2)
    service.turn("package_hang_polls", 4, count=1)
    packages.queue(service.client, PackageFile([customers(GOOD)]))
    seen = packages.statuses(service.client)
    assert seen[:3] == ["not found"] * 3
    assert seen[3:9] == ["Executing"] * 6


def test_an_unknown_execution_is_not_found(service: Finops) -> None:
    for name in ("GetExecutionSummaryStatus", "GetExecutionErrors", "GetExportedPackageUrl"):
        response = packages.action(service.client, name, executionId="none")
        assert response.status_code == 400
        assert inner_message(response).endswith("were not found")


def test_throttling_spares_the_data_management(service: Finops) -> None:
    service.turn("finops_throttled", 5)
    assert service.client.get("/data/CustomersV2").status_code == 429
    packages.queue(service.client, PackageFile([customers(GOOD)]))
    assert packages.statuses(service.client)[-1] == "Succeeded"


def test_the_file_of_refused_keys_is_empty_while_it_is_made(service: Finops) -> None:
    packages.import_package(service.client, customers(GOOD, ("C-8", "Local", "Eight")))
    body = {"executionId": "run-1", "entityName": packages.CUSTOMERS}
    answer = packages.action(service.client, "GenerateImportTargetErrorKeysFile", **body)
    assert answer.json()["@odata.context"].endswith("#Edm.Boolean")
    assert answer.json()["value"] is True
    assert packages.value(service.client, "GetImportTargetErrorKeysFileUrl", **body) == ""
    address = str(packages.value(service.client, "GetImportTargetErrorKeysFileUrl", **body))
    assert rows_of(packages.fetch(service.client, address)) == [["CUSTOMERACCOUNT"], ["C-8"]]


def test_the_file_of_refused_keys_may_be_absent(service: Finops) -> None:
    service.turn("package_error_keys_file", False)
    packages.import_package(service.client, customers(("C-8", "Local", "Eight")))
    body = {"executionId": "run-1", "entityName": packages.CUSTOMERS}
    assert packages.value(service.client, "GenerateImportTargetErrorKeysFile", **body) is False
    for _ in range(3):
        assert packages.value(service.client, "GetImportTargetErrorKeysFileUrl", **body) == ""


def test_staging_errors_have_a_file_only_when_the_file_was_refused(service: Finops) -> None:
    body = {"entityName": packages.CUSTOMERS}
    packages.import_package(service.client, customers(GOOD, GOOD))
    address = str(
        packages.value(service.client, "GetImportStagingErrorFileUrl", executionId="run-1", **body)
    )
    assert "more than once" in rows_of(packages.fetch(service.client, address))[1][1]
    packages.import_package(service.client, customers(GOOD), execution_id="run-2")
    assert (
        packages.value(service.client, "GetImportStagingErrorFileUrl", executionId="run-2", **body)
        == ""
    )


def rows_of(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xff\xfe")
    return list(csv.reader(io.StringIO(content[2:].decode("utf-16-le"))))


def test_statuses_per_entity(business: Finops) -> None:
    packages.import_package(business.client, customers(GOOD, ("C-8", "Local", "x")))
    name = "GetEntityExecutionSummaryStatusList"
    (row,) = packages.value(business.client, name, executionId="run-1")
    assert row == {
        "EntityName": "Customers V2",
        "Status": "PartiallySucceeded",
        "RecordsCreated": 1,
        "RecordsUpdated": 0,
        "RecordsInError": 1,
    }
    business.turn("package_entity_status", "strings")
    assert packages.value(business.client, name, executionId="run-1") == [
        "Customers V2:PartiallySucceeded"
    ]


def test_job_details_say_how_far_each_entity_came(service: Finops) -> None:
    packages.import_package(service.client, customers(GOOD, GOOD))
    (row,) = service.client.get("/data/DataManagementExecutionJobDetails").json()["value"]
    assert (row["StagingStatus"], row["TargetStatus"]) == ("Error", "NotRun")
    assert (row["DefinitionGroupId"], row["JobId"]) == ("group", "run-1")
    packages.import_package(service.client, customers(GOOD), execution_id="run-2")
    address = "/data/DataManagementExecutionJobDetails?$filter=JobId eq 'run-2'"
    (row,) = service.client.get(address).json()["value"]
    assert (row["StagingStatus"], row["TargetStatus"]) == ("Finished", "Finished")


def test_history_can_be_deleted(service: Finops) -> None:
    packages.import_package(service.client, customers(GOOD))
    packages.value(service.client, "DeleteExecutionHistoryJob", executionId="run-1")
    response = packages.action(service.client, "GetExecutionSummaryStatus", executionId="run-1")
    assert response.status_code == 400


def test_the_page_of_an_execution_names_it(service: Finops) -> None:
    packages.import_package(service.client, customers(GOOD))
    page = packages.value(service.client, "GetExecutionSummaryPageUrl", executionId="run-1")
    assert urlsplit(str(page)).query.endswith("run-1")


def test_a_lying_job_says_succeeded_and_nothing_lands(service: Finops) -> None:
    service.turn("package_liar", True, count=1)
    assert packages.import_package(service.client, customers(GOOD)) == "Succeeded"
    assert packages.errors(service.client) == []
    assert len(service.content("CustomersV2")) == 2
    assert packages.import_package(service.client, customers(GOOD), execution_id="2") == "Succeeded"
    assert len(service.content("CustomersV2")) == 3


def test_a_lie_can_be_told_about_one_entity_only(service: Finops) -> None:
    service.turn("package_liar", True, scope=packages.CONTRACTS)
    packages.import_package(service.client, customers(GOOD))
    assert len(service.content("CustomersV2")) == 3


def test_an_import_may_fail_by_itself_once(service: Finops) -> None:
    service.turn("package_fails", True, count=1)
    assert packages.import_package(service.client, customers(GOOD)) == "Failed"
    assert packages.errors(service.client)[0]["RecordId"] == ""
    assert len(service.content("CustomersV2")) == 2
    assert packages.import_package(service.client, customers(GOOD), execution_id="2") == "Succeeded"


def test_a_killed_import_has_done_half(business: Finops) -> None:
    business.turn("package_killed", True, count=1)
    assert packages.import_package(business.client, *order_and_lines(2)) == "Canceled"
    assert len(business.content("CDSSalesOrderHeaders")) == 3
    assert business.content("CDSSalesOrderLines") == []


def test_an_export_can_be_imported_again(business: Finops) -> None:
    packages.import_package(business.client, customers(GOOD))
    body = {"definitionGroupId": "group", "packageName": "out", "executionId": "out-1"}
    packages.value(
        business.client, "ExportToPackage", **body, reExecute=False, legalEntityId="usmf"
    )
    assert packages.statuses(business.client, "out-1")[-1] == "Succeeded"
    address = packages.value(business.client, "GetExportedPackageUrl", executionId="out-1")
    content = packages.fetch(business.client, str(address))
    before = business.content("CustomersV2")
    assert packages.queue(business.client, content, execution_id="in-1").status_code == 200
    assert packages.statuses(business.client, "in-1")[-1] == "Succeeded"
    assert packages.counts(business.client, packages.CUSTOMERS, "in-1") == (3, 0, 3)
    assert business.content("CustomersV2") == before


def test_an_export_needs_an_existing_data_project(service: Finops) -> None:
    response = packages.action(
        service.client,
        "ExportToPackage",
        definitionGroupId="none",
        packageName="out",
        executionId="out-1",
        reExecute=False,
        legalEntityId="usmf",
    )
    assert response.status_code == 500
    assert "The data project none does not exist." in inner_message(response)


def test_unknown_actions_are_no_route_and_parameters_are_needed(service: Finops) -> None:
    assert packages.action(service.client, "Nothing").status_code == 404
    response = packages.action(service.client, "GetExecutionSummaryStatus")
    assert "The parameter 'executionId' must be given." in inner_message(response)
