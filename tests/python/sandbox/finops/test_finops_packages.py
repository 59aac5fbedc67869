"""Packages: upload, the five strict conditions, the life of an execution, what lands."""

import csv
import io
import json
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import finops_packages as packages
import httpx
import pytest
from finops_packages import PackageFile, Part
from finops_service import CONTRACT_LINE, MILESTONE, Finops, inner_message

from sandbox.finops.package import read_package

GENUINE = Path(__file__).parents[3] / "fixtures/packages/usmf_asset-major-types-01.zip"
CUSTOMER_COLUMNS = ("CUSTOMERACCOUNT", "CUSTOMERGROUPID", "ORGANIZATIONNAME")
MILESTONE_COLUMNS = (
    "TRANSACTIONID",
    "CONTRACTLINEREF",
    "INVOICEDATE",
    "CURRENCYID",
    "AMOUNT",
    "DESCRIPTION",
)


def customers(*rows: tuple[str, ...], **how: object) -> Part:
    return Part(packages.CUSTOMERS, CUSTOMER_COLUMNS, rows, **how)  # type: ignore[arg-type]


GOOD = ("C-9", "10", "Nine")


def milestone(number: int, *, day: str = "2021-04-04", amount: str = "10.5") -> tuple[str, ...]:
    return (f"{number:032x}", CONTRACT_LINE, day, "USD", amount, f"Milestone {number}")


def guid(text: str) -> str:
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def milestones(*rows: tuple[str, ...]) -> Part:
    typed = [(guid(row[0]), *row[1:]) for row in rows]
    return Part(packages.MILESTONES, MILESTONE_COLUMNS, typed)


# ------------------------------------------------------------------------------------- uploads


def test_write_url_is_json_inside_a_string_and_takes_an_upload(service: Finops) -> None:
    response = packages.action(service.client, "GetAzureWriteUrl", uniqueFileName="a b.zip")
    body = response.json()
    assert body["@odata.context"].endswith("/data/$metadata#Edm.String")
    written = json.loads(body["value"])
    assert set(written) == {"BlobId", "BlobUrl"}
    put = httpx.put(written["BlobUrl"], content=b"x", headers={"x-ms-blob-type": "BlockBlob"})
    assert put.status_code == 201
    assert httpx.get(written["BlobUrl"]).content == b"x"


def test_upload_needs_the_blob_type(service: Finops) -> None:
    address = write_address(service)
    assert httpx.put(address, content=b"x").status_code == 400


def test_upload_with_a_bearer_token_is_refused(service: Finops) -> None:
    headers = {"x-ms-blob-type": "BlockBlob", "Authorization": "Bearer sandbox"}
    assert httpx.put(write_address(service), content=b"x", headers=headers).status_code == 403


def test_upload_needs_the_secret_and_ends(service: Finops) -> None:
    headers = {"x-ms-blob-type": "BlockBlob"}
    bare = write_address(service).partition("?")[0]
    assert httpx.put(bare, content=b"x", headers=headers).status_code == 403
    service.turn("package_upload_seconds", 0)
    assert httpx.put(write_address(service), content=b"x", headers=headers).status_code == 403


def write_address(service: Finops) -> str:
    value = packages.value(service.client, "GetAzureWriteUrl", uniqueFileName="a.zip")
    return str(json.loads(str(value))["BlobUrl"])


# -------------------------------------------------------------------------------------- format


def test_the_genuine_package_passes_the_format_checks() -> None:
    package = read_package(GENUINE.read_bytes())
    (entity,) = package.entities
    assert package.definition_group == "Asset-Major-Types"
    assert entity.label == "Fixed asset major type"
    assert [mapping.entity_field for mapping in entity.mappings] == ["DESCRIPTION", "MAJORTYPEID"]
    assert (entity.unit, entity.level, entity.sequence) == (1, 1, 1)
    assert package.data(entity.file).startswith(b"PK")


def test_the_genuine_package_is_refused_for_its_label_only(service: Finops) -> None:
    response = packages.queue(service.client, GENUINE.read_bytes())
    assert response.status_code == 400
    assert inner_message(response) == (
        "Exception occurred while executing action ImportFromPackage on Entity "
        "DataManagementDefinitionGroup: Entity Fixed asset major type does not exist in the "
        "target environment"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_may_be_utf_8_or_utf_16(service: Finops, encoding: str) -> None:
    package = PackageFile([customers(GOOD)], xml_encoding=encoding)
    assert packages.queue(service.client, package).status_code == 200
    assert packages.statuses(service.client)[-1] == "Succeeded"


@pytest.mark.parametrize("has_map", [False, True])
def test_without_an_entity_map_the_job_succeeds_with_no_rows(
    service: Finops, has_map: bool
) -> None:
    """A map after its alphabetical place is passed over and counts as none."""
    part = customers(GOOD, has_map=has_map, map_comes_late=True)
    assert packages.import_package(service.client, part) == "Succeeded"
    assert packages.counts(service.client, packages.CUSTOMERS) == (0, 0, 0)
    assert packages.errors(service.client) == []
    assert len(service.content("CustomersV2")) == 2


@pytest.mark.parametrize("name", ["CustCustomerV2Entity", "CustomersV2", "customers v2", ""])
def test_the_entity_name_must_be_the_label(service: Finops, name: str) -> None:
    response = packages.queue(service.client, PackageFile([Part(name, CUSTOMER_COLUMNS, [GOOD])]))
    assert response.status_code == 400
    assert f"Entity {name} does not exist in the target environment" in inner_message(response)


def test_unicode_files_need_utf_16_with_a_mark(service: Finops) -> None:
    part = customers(GOOD, encoding="utf-8")
    assert packages.import_package(service.client, part) == "Failed"
    assert [line["ErrorMessage"] for line in packages.errors(service.client)] == [
        "Selected file is not Unicode"
    ]
    assert packages.counts(service.client, packages.CUSTOMERS) == (0, 0, 0)


def test_plain_csv_is_utf_8(service: Finops) -> None:
    part = customers(("C-9", "10", "Ünï 😀"), encoding="utf-8", source_format="CSV")
    assert packages.import_package(service.client, part) == "Succeeded"
    assert service.content("CustomersV2")[1]["OrganizationName"] == "Ünï 😀"


def test_another_namespace_is_refused(service: Finops) -> None:
    package = PackageFile([customers(GOOD)], namespace="http://schemas.test/DataManagement")
    response = packages.queue(service.client, package)
    assert response.status_code == 400
    assert "namespace" in inner_message(response)


def test_lines_must_end_with_crlf(service: Finops) -> None:
    part = customers(GOOD, line_end="\n")
    assert packages.import_package(service.client, part) == "Failed"
    (line,) = packages.errors(service.client)
    start = "the mapping is incorrect for entity Customers V2 and field {"
    assert line["ErrorMessage"].startswith(start)


def test_line_breaks_commas_and_quotes_inside_a_value_are_kept(service: Finops) -> None:
    name = 'A "quoted", name\nwith\r\nlines'
    assert packages.import_package(service.client, customers(("C-9", "10", name))) == "Succeeded"
    assert service.content("CustomersV2")[1]["OrganizationName"] == name


@pytest.mark.parametrize(
    ("columns", "header"),
    [
        (CUSTOMER_COLUMNS, ("CUSTOMERACCOUNT", "CUSTOMERGROUPID", "NAMEALIAS")),
        (CUSTOMER_COLUMNS, ("CUSTOMERACCOUNT", "CUSTOMERGROUPID", "OrganizationName")),
        (("CUSTOMERACCOUNT", "CUSTOMERGROUPID", "OrganizationName"), None),
        (("CUSTOMERACCOUNT", "CUSTOMERGROUPID", "NOTHING"), None),
        (("CUSTOMERACCOUNT", "CUSTOMERGROUPID", "DATAAREAID"), None),
        (("CUSTOMERACCOUNT", "CUSTOMERGROUPID", "CUSTOMERGROUPID"), None),
        (("NAMEALIAS", "CUSTOMERGROUPID", "ORGANIZATIONNAME"), None),
    ],
)
def test_header_and_map_must_match_both_ways(
    service: Finops, columns: tuple[str, ...], header: tuple[str, ...] | None
) -> None:
    part = Part(packages.CUSTOMERS, columns, [GOOD], header=header)
    assert packages.import_package(service.client, part) == "Failed"
    (line,) = packages.errors(service.client)
    assert "the mapping is incorrect for entity Customers V2" in line["ErrorMessage"]


@pytest.mark.parametrize(
    "package",
    [
        PackageFile([customers(GOOD)], without=("PackageHeader.xml",)),
        PackageFile([customers(GOOD)], without=("Manifest.xml",)),
        PackageFile([customers(GOOD)], manifest_type="Other"),
        PackageFile([customers(GOOD)], package_type="Other"),
        PackageFile([customers(GOOD)], version="3"),
    ],
)
def test_header_and_manifest_are_checked(service: Finops, package: PackageFile) -> None:
    assert packages.queue(service.client, package).status_code == 400


def test_what_is_no_zip_or_holds_entities_is_refused(service: Finops) -> None:
    assert packages.queue(service.client, b"not a zip").status_code == 400
    manifest = b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    assert packages.queue(service.client, zipped(manifest)).status_code == 400


def test_a_member_that_unpacks_out_of_proportion_is_refused(service: Finops) -> None:
    response = packages.queue(service.client, zipped(b" " * (4 << 20)))
    assert "too large" in inner_message(response)


def zipped(manifest: bytes) -> bytes:
    content = io.BytesIO(PackageFile([], without=("Manifest.xml",)).content())
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Manifest.xml", manifest)
    return content.getvalue()


def test_a_missing_data_file_fails_its_entity(service: Finops) -> None:
    package = PackageFile([customers(GOOD)], without=("Customers V2.csv",))
    assert packages.queue(service.client, package).status_code == 200
    assert packages.statuses(service.client)[-1] == "Failed"


# ------------------------------------------------------------------------------------ the call


def test_the_address_of_the_package_must_hold_an_upload(service: Finops) -> None:
    response = import_call(service, packageUrl=write_address(service))
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
    packages.statuses(service.client)
    assert packages.queue(service.client, second, execution_id="run-2").status_code == 200


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


# --------------------------------------------------------------------------------- what lands


def test_rows_are_inserted_then_updated_by_key(service: Finops) -> None:
    first = customers(("C-8", "10", "Eight"), ("C-9", "10", "Nine"))
    assert packages.import_package(service.client, first) == "Succeeded"
    assert packages.counts(service.client, packages.CUSTOMERS) == (2, 2, 0)
    second = customers(("c-9 ", "10", "Ninth"), ("C-7", "10", "Seven"))
    packages.import_package(service.client, second, execution_id="run-2")
    assert packages.counts(service.client, packages.CUSTOMERS, "run-2") == (2, 1, 1)
    names = {
        row["CustomerAccount"]: row["OrganizationName"] for row in service.content("CustomersV2")
    }
    assert names["C-9"] == "Ninth"
    assert len(names) == 5


def test_the_package_writes_into_its_one_company(service: Finops) -> None:
    packages.import_package(service.client, customers(GOOD), company="DEMF")
    row = service.content("CustomersV2")[0]
    assert (row["dataAreaId"], row["CustomerAccount"]) == ("demf", "C-9")
    assert row["SalesCurrencyCode"] == "EUR"


def test_values_are_typed_exactly(business: Finops) -> None:
    part = Part(
        packages.MILESTONES,
        MILESTONE_COLUMNS,
        [(MILESTONE.upper(), f"{{{CONTRACT_LINE}}}", "2024-02-29", "usd", "-0.0001", "")],
    )
    assert packages.import_package(business.client, part) == "Succeeded"
    text = business.client.get("/sandbox/finops/content/CDSProjectContractLineMilestones").text
    assert f'"TransactionId":"{MILESTONE}"' in text
    assert '"InvoiceDate":"2024-02-29T12:00:00Z"' in text
    assert '"Amount":-0.0001' in text


def test_a_blank_cell_empties_the_field_of_an_existing_row(business: Finops) -> None:
    packages.import_package(business.client, milestones(milestone(1)))
    packages.import_package(
        business.client,
        Part(
            packages.MILESTONES,
            MILESTONE_COLUMNS,
            [(guid(f"{1:032x}"), CONTRACT_LINE, "2021-04-04", "USD", "1", "")],
        ),
        execution_id="run-2",
    )
    (row,) = business.content("CDSProjectContractLineMilestones")
    assert (row["Description"], row["Amount"]) == ("", 1)


def test_columns_outside_the_map_keep_their_values(business: Finops) -> None:
    part = Part(packages.CUSTOMERS, ("CUSTOMERACCOUNT", "NAMEALIAS"), [("C-1", "Alias")])
    assert packages.import_package(business.client, part) == "Succeeded"
    row = next(row for row in business.content("CustomersV2") if row["CustomerAccount"] == "C-1")
    assert (row["OrganizationName"], row["NameAlias"]) == ("A", "Alias")


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (milestone(2, amount="1,5"), "AMOUNT"),
        (milestone(2, amount="ten"), "AMOUNT"),
        (milestone(2, amount="1e3"), "AMOUNT"),
        (milestone(2, day="04/04/2021"), "INVOICEDATE"),
        (milestone(2, day="2021-02-30"), "INVOICEDATE"),
    ],
)
def test_one_value_that_cannot_be_read_fails_the_whole_file(
    business: Finops, row: tuple[str, ...], field: str
) -> None:
    outcome = packages.import_package(business.client, milestones(milestone(1), row))
    assert outcome == "Failed"
    (line,) = packages.errors(business.client)
    assert line["ErrorMessage"].startswith("Row 2: the value '")
    assert field in line["ErrorMessage"]
    assert business.content("CDSProjectContractLineMilestones") == []


def test_a_guid_that_is_none_fails_the_whole_file(business: Finops) -> None:
    part = Part(
        packages.MILESTONES,
        MILESTONE_COLUMNS,
        [("x", CONTRACT_LINE, "2021-04-04", "USD", "1", "d")],
    )
    assert packages.import_package(business.client, part) == "Failed"


@pytest.mark.parametrize(
    ("accepted", "text", "is_taken"),
    [
        ("both", "OpenScheduled", True),
        ("both", "Open - Scheduled", True),
        ("names", "OpenScheduled", True),
        ("names", "Open - Scheduled", False),
        ("labels", "OpenScheduled", False),
        ("labels", "Open - Scheduled", True),
        ("both", "Open", False),
    ],
)
def test_enumeration_texts(business: Finops, accepted: str, text: str, is_taken: bool) -> None:
    business.turn("package_enum_text", accepted)
    part = Part(
        packages.ORDERS,
        ("SALESORDERNUMBER", "ORDERINGCUSTOMERACCOUNTNUMBER", "EXTERNALWORKORDERSTATUS"),
        [("WO-2", "C-1", text)],
    )
    assert packages.import_package(business.client, part) == ("Succeeded" if is_taken else "Failed")
    orders = {row["SalesOrderNumber"]: row for row in business.content("CDSSalesOrderHeaders")}
    assert ("WO-2" in orders) is is_taken
    if is_taken:
        assert orders["WO-2"]["ExternalWorkOrderStatus"] == "OpenScheduled"


@pytest.mark.parametrize("twin", ["C-9", "c-9", "C-9  "])
def test_one_key_twice_fails_the_whole_file(service: Finops, twin: str) -> None:
    part = customers(("C-8", "10", "Eight"), GOOD, (twin, "10", "Twin"))
    assert packages.import_package(service.client, part) == "Failed"
    (line,) = packages.errors(service.client)
    assert line["ErrorMessage"] == "The key 'c-9' occurs more than once in the file."
    assert len(service.content("CustomersV2")) == 2


def test_rows_of_different_lengths_fail_the_whole_file(service: Finops) -> None:
    assert packages.import_package(service.client, customers(GOOD, ("C-8", "10"))) == "Failed"


def test_a_file_with_a_header_only_succeeds(service: Finops) -> None:
    assert packages.import_package(service.client, customers()) == "Succeeded"


def test_bad_rows_are_logged_and_the_good_ones_land(service: Finops) -> None:
    part = customers(
        GOOD,
        ("C-8", "Local", "Eight"),
        ("C-7", "", "Seven"),
        ("C-6", "10", "x" * 101),
        ("", "10", "None"),
    )
    assert packages.import_package(service.client, part) == "PartiallySucceeded"
    assert packages.errors(service.client) == [
        {
            "RecordId": "C-8",
            "Field": "CUSTOMERGROUPID",
            "ErrorMessage": "The value 'Local' in field 'Customer group' is not found in the "
            "related table 'Customer groups'.",
        },
        {
            "RecordId": "C-7",
            "Field": "CUSTOMERGROUPID",
            "ErrorMessage": "Field 'Customer group' must be filled in.",
        },
        {
            "RecordId": "C-6",
            "Field": "ORGANIZATIONNAME",
            "ErrorMessage": "The value in field 'Organization name' is longer than 100 characters.",
        },
        {
            "RecordId": "",
            "Field": "CUSTOMERACCOUNT",
            "ErrorMessage": "Field 'Customer account' must be filled in.",
        },
    ]
    assert packages.counts(service.client, packages.CUSTOMERS) == (5, 1, 0)


def test_one_row_may_fill_several_lines_of_the_log(service: Finops) -> None:
    packages.import_package(service.client, customers(("C-8", "Local", "x" * 101)))
    lines = packages.errors(service.client)
    assert [line["RecordId"] for line in lines] == ["C-8", "C-8"]


def test_no_good_row_is_a_failure(service: Finops) -> None:
    part = customers(("C-8", "Local", "Eight"))
    assert packages.import_package(service.client, part) == "Failed"


def test_record_ids_join_the_key_without_the_company_or_stay_blank(business: Finops) -> None:
    part = Part(
        packages.ORDER_LINES,
        ("SALESORDERNUMBER", "LINECREATIONSEQUENCENUMBER", "PRODUCTNUMBER"),
        [("WO-1", "-1", "none")],
    )
    packages.import_package(business.client, part)
    assert packages.errors(business.client)[0]["RecordId"] == "WO-1, -1"
    business.turn("package_record_id", "blank")
    packages.import_package(business.client, part, execution_id="run-2")
    assert packages.errors(business.client, "run-2")[0]["RecordId"] == ""


def test_posted_invoices_refuse_imports(business: Finops) -> None:
    body = {"dataAreaId": "usmf", "ExternalInvoiceId": "INV-1"}
    business.client.post("/sandbox/finops/post-invoice", json=body)
    header = Part(packages.INVOICES, ("EXTERNALINVOICEID", "CUSTOMERACCOUNT"), [("INV-1", "C-1")])
    line = Part(
        packages.INVOICE_LINES,
        ("EXTERNALINVOICEID", "LINENUMBER", "MAINACCOUNTDISPLAYVALUE"),
        [("INV-1", "2", "401100")],
        level=2,
    )
    assert packages.import_package(business.client, header, line) == "Failed"
    for found in packages.errors(business.client):
        assert found["ErrorMessage"].endswith("has been posted and cannot be changed.")


# --------------------------------------------------------------------- units, levels, sequence


def order_and_lines(level_of_lines: int, **how: object) -> tuple[Part, Part]:
    orders = Part(
        packages.ORDERS,
        ("SALESORDERNUMBER", "ORDERINGCUSTOMERACCOUNTNUMBER"),
        [("WO-5", "C-1")],
        **how,  # type: ignore[arg-type]
    )
    lines = Part(
        packages.ORDER_LINES,
        ("SALESORDERNUMBER", "LINECREATIONSEQUENCENUMBER", "PRODUCTNUMBER"),
        [("WO-5", "1", "P-1")],
        level=level_of_lines,
        sequence=2,
    )
    return orders, lines


def test_levels_run_in_order(business: Finops) -> None:
    orders, lines = order_and_lines(2)
    assert packages.import_package(business.client, lines, orders) == "Succeeded"


def test_entities_of_one_level_have_no_promised_order(business: Finops) -> None:
    outcome = packages.import_package(business.client, *order_and_lines(1))
    assert outcome == "PartiallySucceeded"
    (line,) = packages.errors(business.client)
    assert "'WO-5' in field 'Sales order number' is not found" in line["ErrorMessage"]


def test_a_failure_stops_the_rest_of_the_unit_only_when_it_says_so(business: Finops) -> None:
    bad = Part(packages.CUSTOMERS, CUSTOMER_COLUMNS, [("C-8", "Local", "x")], fails_unit=True)
    orders, _ = order_and_lines(2)
    orders.level = 2
    assert packages.import_package(business.client, bad, orders) == "Failed"
    assert packages.counts(business.client, packages.ORDERS) == (0, 0, 0)
    bad.fails_unit = False
    outcome = packages.import_package(business.client, bad, orders, execution_id="run-2")
    assert outcome == "PartiallySucceeded"


def test_entity_sequence_puts_parents_on_lower_levels(service: Finops) -> None:
    labels = [packages.ORDER_LINES, packages.ORDERS, packages.CUSTOMERS, packages.CONTRACTS]
    value = packages.value(service.client, "GetEntitySequence", listOfDataEntities=",".join(labels))
    assert value == (
        "CDS sales order lines-1-3-1,CDS sales order headers-1-2-1,Customers V2-1-1-1,"
        "Integration entity for project contract-1-2-1,"
    )


# ---------------------------------------------------------------------- error files and lists


def test_the_file_of_refused_keys_is_empty_while_it_is_made(service: Finops) -> None:
    packages.import_package(service.client, customers(GOOD, ("C-8", "Local", "Eight")))
    body = {"executionId": "run-1", "entityName": packages.CUSTOMERS}
    answer = packages.action(service.client, "GenerateImportTargetErrorKeysFile", **body)
    assert answer.json()["@odata.context"].endswith("#Edm.Boolean")
    assert answer.json()["value"] is True
    assert packages.value(service.client, "GetImportTargetErrorKeysFileUrl", **body) == ""
    address = str(packages.value(service.client, "GetImportTargetErrorKeysFileUrl", **body))
    assert rows_of(httpx.get(address).content) == [["CUSTOMERACCOUNT"], ["C-8"]]


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
    assert "more than once" in rows_of(httpx.get(address).content)[1][1]
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
    (row,) = packages.value(business.client, name, executionId="run-1")  # type: ignore[misc]
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


# -------------------------------------------------------------------------------------- faults


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


# -------------------------------------------------------------------------------------- export


def test_an_export_can_be_imported_again(business: Finops) -> None:
    packages.import_package(business.client, customers(GOOD))
    body = {"definitionGroupId": "group", "packageName": "out", "executionId": "out-1"}
    packages.value(
        business.client, "ExportToPackage", **body, reExecute=False, legalEntityId="usmf"
    )
    assert packages.statuses(business.client, "out-1")[-1] == "Succeeded"
    address = packages.value(business.client, "GetExportedPackageUrl", executionId="out-1")
    content = httpx.get(str(address)).content
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
