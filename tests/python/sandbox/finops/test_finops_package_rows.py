"""What an import lands, what it logs row by row, what fails a whole file."""

import finops_packages as packages
import pytest
from finops_packages import (
    CUSTOMER_COLUMNS,
    GOOD,
    MILESTONE_COLUMNS,
    Part,
    customers,
    milestone,
    milestones,
    order_and_lines,
)
from finops_service import CONTRACT_LINE, MILESTONE, Finops


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
            [(milestone(1)[0], CONTRACT_LINE, "2021-04-04", "USD", "1", "")],
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
    business.post_invoice("INV-1")
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
