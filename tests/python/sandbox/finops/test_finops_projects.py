"""Tasks, categories, estimates, actuals and their connections: what lands and what is refused."""

import finops_packages as packages
import pytest
from finops_projects import (
    ACTUAL,
    ACTUALS,
    AIRFARE_ID,
    CATEGORIES,
    CONNECTION,
    CONNECTIONS,
    ENTITIES,
    ESTIMATE,
    EXPENSE,
    EXPENSES,
    GOOD_ROWS,
    HOUR,
    HOURS,
    NOTHING,
    TASK,
    TASKS,
    TIME,
    Row,
    guid,
    journalize,
    land,
    message,
    part,
    prepare,
    rows,
    send,
)
from finops_service import Finops

ATTRIBUTES = {TASKS: 6, CATEGORIES: 4, HOURS: 11, EXPENSES: 14, ACTUALS: 41, CONNECTIONS: 7}
KEYS = {
    TASKS: ["dataAreaId", "Task"],
    CATEGORIES: ["dataAreaId", "CategoryId"],
    HOURS: ["dataAreaId", "TaskId"],
    EXPENSES: ["dataAreaId", "EstimateLineId"],
    ACTUALS: ["dataAreaId", "ActualId"],
    CONNECTIONS: ["ConnectionId"],
}


def texts(lines: list[dict[str, str]]) -> list[str]:
    return [line["ErrorMessage"] for line in lines]


@pytest.mark.parametrize("label", ENTITIES)
def test_good_rows_land_and_update_by_key(business: Finops, label: str) -> None:
    prepare(business)
    land(business, label, GOOD_ROWS[label])
    before = len(rows(business, label))
    land(business, label, GOOD_ROWS[label])
    found = rows(business, label)
    assert len(found) == before
    assert len(found[0]) == ATTRIBUTES[label]
    assert list(found[0])[: len(KEYS[label])] == KEYS[label]


@pytest.mark.parametrize("label", ENTITIES)
def test_packages_alone_reach_these_entities(service: Finops, label: str) -> None:
    name = ENTITIES[label]
    assert service.client.get(f"/data/{name}").status_code == 404
    assert name.removesuffix("Entity") not in service.client.get("/data/$metadata").text
    assert name not in service.client.get("/data").text
    listed = service.client.get("/Metadata/PublicEntities").json()["value"]
    assert all(entity["EntitySetName"] and entity["Name"] for entity in listed)
    known = service.client.get("/Metadata/DataEntities").json()["value"]
    (row,) = [row for row in known if row["Name"] == name]
    assert (row["PublicCollectionName"], row["DataServiceEnabled"]) == ("", False)
    assert row["DataManagementEnabled"] is True
    address = f"/Metadata/Labels(Id='{row['LabelId']}',Language='en-us')"
    assert service.client.get(address).json()["Value"] == label


def test_no_collection_is_called_by_a_blank_name(service: Finops) -> None:
    names = [item["name"] for item in service.client.get("/data").json()["value"]]
    assert "" not in names
    assert service.client.get("/data/(Task=1)").status_code == 404
    for kind in ("ProjCDSTransType", "ProjCDSBillingType"):
        assert service.client.get(f"/Metadata/PublicEnumerations('{kind}')").status_code == 404


NOT_NULL = [
    (TASKS, "TASK", "Task"),
    (TASKS, "WORKBREAKDOWNSTRUCTUREID", "Work breakdown structure"),
    (TASKS, "PROJECTID", "Project"),
    (CATEGORIES, "CATEGORYID", "Category"),
    (HOURS, "TASKID", "Task"),
    (HOURS, "PROJECTID", "Project"),
    (EXPENSES, "ESTIMATELINEID", "Estimate line"),
    (EXPENSES, "PROJECTID", "Project"),
    (EXPENSES, "CURRENCYID", "Currency"),
    (EXPENSES, "TRANSTYPE", "Trans type"),
    (EXPENSES, "BILLINGTYPE", "Billing type"),
    (ACTUALS, "ACTUALID", "Actual"),
    (ACTUALS, "ACCOUNTINGDATE", "Accounting date"),
    (ACTUALS, "DOCUMENTDATE", "Document date"),
    (ACTUALS, "PROJECTID", "Project"),
    (ACTUALS, "TRANSACTIONCURRENCYID", "Transaction currency"),
    (ACTUALS, "TRANSACTIONCLASSIFICATION", "Transaction classification"),
    (ACTUALS, "BILLINGTYPE", "Billing type"),
    (CONNECTIONS, "CONNECTIONID", "Connection"),
    *((CONNECTIONS, name, None) for name in CONNECTION if name != "CONNECTIONID"),
]


@pytest.mark.parametrize(("label", "field", "called"), NOT_NULL)
def test_what_takes_no_null_must_be_filled_in(
    business: Finops, label: str, field: str, called: str | None
) -> None:
    prepare(business)
    before = rows(business, label)
    lines = send(business, label, {**GOOD_ROWS[label], field: ""})
    (line,) = [line for line in lines if line["ErrorMessage"].endswith("must be filled in.")]
    assert line["Field"] == field
    assert called is None or line["ErrorMessage"] == f"Field '{called}' must be filled in."
    assert rows(business, label) == before


UNKNOWN = [
    (TASKS, "PROJECTID", "none", "Project", "Projects"),
    (TASKS, "PARENTTASK", guid(9), "Parent task", "Project tasks"),
    (HOURS, "PROJECTID", "none", "Project", "Projects"),
    (HOURS, "TASKID", guid(9), "Task", "Project tasks"),
    (HOURS, "SALESCURRENCY", "XXX", "Sales currency", "Currencies"),
    (HOURS, "FORECASTMODEL", "Wish", "Forecast model", "Forecast models"),
    (EXPENSES, "PROJECTID", "none", "Project", "Projects"),
    (EXPENSES, "TASKID", guid(9), "Task", "Project tasks"),
    (EXPENSES, "CURRENCYID", "XXX", "Currency", "Currencies"),
    (EXPENSES, "MODELID", "Wish", "Model", "Forecast models"),
    (EXPENSES, "TRANSACTIONCATEGORY", guid(9), "Transaction category", "Categories"),
    (ACTUALS, "PROJECTID", "none", "Project", "Projects"),
    (ACTUALS, "CONTRACTID", "none", "Contract", "Project contracts"),
    (ACTUALS, "TASKID", guid(9), "Task", "Project tasks"),
    (ACTUALS, "TRANSACTIONCURRENCYID", "XXX", "Transaction currency", "Currencies"),
    (ACTUALS, "TRANSACTIONCATEGORY", guid(9), "Transaction category", "Categories"),
    (CATEGORIES, "CATEGORYID", "Gift", "Category", "Shared categories"),
]


@pytest.mark.parametrize(("label", "field", "value", "called", "table"), UNKNOWN)
def test_related_rows_must_exist(
    business: Finops, label: str, field: str, value: str, called: str, table: str
) -> None:
    prepare(business)
    before = rows(business, label)
    (line,) = send(business, label, {**GOOD_ROWS[label], field: value})
    assert (line["Field"], line["ErrorMessage"]) == (field, message(value, called, table))
    assert rows(business, label) == before


@pytest.mark.parametrize("label", [TASKS, HOURS, EXPENSES, ACTUALS])
def test_related_rows_must_exist_in_the_same_company(business: Finops, label: str) -> None:
    prepare(business)
    lines = send(business, label, GOOD_ROWS[label], company="ussi")
    assert message("PRJ-1", "Project", "Projects") in texts(lines)


@pytest.mark.parametrize(
    ("label", "fields"),
    [
        (EXPENSES, ("TASKID", "MODELID", "TRANSACTIONCATEGORY")),
        (ACTUALS, ("TASKID", "CONTRACTID", "TRANSACTIONCATEGORY")),
        (HOURS, ("SALESCURRENCY", "FORECASTMODEL")),
    ],
)
def test_what_is_optional_may_be_blank_or_all_zero(
    business: Finops, label: str, fields: tuple[str, ...]
) -> None:
    prepare(business)
    land(business, label, {**GOOD_ROWS[label], **dict.fromkeys(fields, "")})
    ids = {name: NOTHING for name in fields if name in ("TASKID", "TRANSACTIONCATEGORY")}
    land(business, label, {**GOOD_ROWS[label], **ids})


def test_parents_may_come_in_the_same_file_in_any_order(business: Finops) -> None:
    child = {**TASK, "TASK": guid(2), "PARENTTASK": guid(1)}
    land(business, TASKS, child, TASK)
    land(business, TASKS, {**TASK, "TASK": guid(3), "PARENTTASK": guid(2)})
    assert len(rows(business, TASKS)) == 3


def test_a_refused_parent_takes_its_children_with_it(business: Finops) -> None:
    lines = send(
        business,
        TASKS,
        {**TASK, "TASK": guid(3), "PARENTTASK": guid(2)},
        {**TASK, "TASK": guid(2), "PARENTTASK": guid(1)},
        {**TASK, "PROJECTID": "none"},
        {**TASK, "TASK": guid(4)},
    )
    assert texts(lines) == [
        message(guid(2), "Parent task", "Project tasks"),
        message(guid(1), "Parent task", "Project tasks"),
        message("none", "Project", "Projects"),
    ]
    assert [row["Task"] for row in rows(business, TASKS)] == [guid(4)]


def test_children_of_a_parent_that_was_there_before_stay(business: Finops) -> None:
    land(business, TASKS, TASK)
    child = {**TASK, "TASK": guid(2), "PARENTTASK": guid(1)}
    assert len(send(business, TASKS, {**TASK, "PROJECTID": "none"}, child)) == 1
    assert len(rows(business, TASKS)) == 2


def test_native_categories_come_from_the_shared_facts(service: Finops) -> None:
    found = rows(service, CATEGORIES)
    assert [(row["dataAreaId"], row["CategoryId"]) for row in found] == [
        ("demf", "AIRFARE"),
        ("usmf", "Airfare"),
        ("usmf", "Hotel"),
    ]
    assert {row["IntegrationId"] for row in found} == {NOTHING}
    shared = {row["CategoryId"].lower(): row["SharedCategory"] for row in found}
    assert len(set(shared.values())) == 2
    assert found[0]["SharedCategory"] == found[1]["SharedCategory"] > 0


def test_a_category_is_linked_whatever_the_case_of_its_name(service: Finops) -> None:
    land(service, CATEGORIES, {"CATEGORYID": "airfare ", "INTEGRATIONID": AIRFARE_ID})
    linked = [row for row in rows(service, CATEGORIES) if row["IntegrationId"] == AIRFARE_ID]
    assert [(row["dataAreaId"], row["CategoryId"]) for row in linked] == [("usmf", "Airfare")]


def test_a_new_category_lands_only_where_that_is_switched_on(service: Finops) -> None:
    gift = {"CATEGORYID": "Gift", "INTEGRATIONID": guid(1)}
    assert len(send(service, CATEGORIES, gift)) == 1
    service.turn("finops_new_categories", True)
    land(service, CATEGORIES, gift)
    assert "Gift" in [row["CategoryId"] for row in rows(service, CATEGORIES)]


@pytest.mark.parametrize("label", [EXPENSES, ACTUALS])
def test_a_billing_type_without_a_line_property_is_refused(business: Finops, label: str) -> None:
    prepare(business)
    row = {**GOOD_ROWS[label], "BILLINGTYPE": "NotAvailable"}
    (line,) = send(business, label, row)
    assert line["ErrorMessage"] == "Line property Not available doesn't exist"
    for billing_type in ("NonChargeable", "Chargeable", "Complimentary"):
        land(business, label, {**row, "BILLINGTYPE": billing_type})
    business.turn("finops_every_line_property", True)
    land(business, label, row)
    assert rows(business, label)[0]["BillingType"] == "NotAvailable"


def test_an_actual_without_a_transaction_type_is_silently_a_cost(business: Finops) -> None:
    prepare(business)
    land(business, ACTUALS, {**ACTUAL, "TRANSTYPE": ""})
    assert rows(business, ACTUALS)[0]["TransType"] == "Cost"


def test_transaction_types_beyond_cost_and_sales_refuse_the_file(business: Finops) -> None:
    prepare(business)
    (line,) = send(business, ACTUALS, {**ACTUAL, "TRANSTYPE": "BilledSales"})
    assert "'BilledSales' of field TRANSTYPE cannot be read" in line["ErrorMessage"]


def test_only_expenses_need_their_category(business: Finops) -> None:
    prepare(business)
    row = {**ACTUAL, "TRANSACTIONCATEGORY": guid(9)}
    land(business, ACTUALS, {**row, "TRANSACTIONCLASSIFICATION": TIME})
    (line,) = send(business, ACTUALS, {**row, "TRANSACTIONCLASSIFICATION": EXPENSE})
    assert line["Field"] == "TRANSACTIONCATEGORY"


def test_a_row_that_does_not_say_its_class_keeps_the_stored_one(business: Finops) -> None:
    prepare(business)
    land(business, ACTUALS, {**ACTUAL, "TRANSACTIONCLASSIFICATION": TIME})
    land(business, ACTUALS, {"ACTUALID": guid(10), "TRANSACTIONCATEGORY": guid(9)})


def test_the_category_of_another_company_does_not_count(business: Finops) -> None:
    prepare(business)
    business.created("CDSProjects", dataAreaId="demf", ProjectID="PRJ-1")
    row = {**ACTUAL, "TASKID": "", "CONTRACTID": ""}
    (line,) = send(business, ACTUALS, row, company="demf")
    assert line["Field"] == "TRANSACTIONCATEGORY"
    land(business, CATEGORIES, GOOD_ROWS[CATEGORIES], company="demf")
    land(business, ACTUALS, row, company="demf")


def test_an_intercompany_actual_finds_its_project_in_the_other_company(business: Finops) -> None:
    prepare(business)
    land(business, CATEGORIES, GOOD_ROWS[CATEGORIES], company="demf")
    row = {**ACTUAL, "PROJECTDATAAREAID": "USMF"}
    land(business, ACTUALS, row, company="demf")
    assert texts(send(business, ACTUALS, {**row, "PROJECTDATAAREAID": ""}, company="demf")) == [
        message("K-1", "Contract", "Project contracts"),
        message("PRJ-1", "Project", "Projects"),
        message(guid(1), "Task", "Project tasks"),
    ]
    lines = send(business, ACTUALS, {**row, "PROJECTDATAAREAID": "nope"})
    assert message("nope", "Project data area", "Legal entities") in texts(lines)


def test_a_journalized_actual_cannot_be_changed(business: Finops) -> None:
    prepare(business)
    land(business, ACTUALS, ACTUAL)
    land(business, ACTUALS, {**ACTUAL, "AMOUNT": "99"})
    journalize(business)
    (line,) = send(business, ACTUALS, {**ACTUAL, "AMOUNT": "98"})
    assert line["RecordId"] == guid(10)
    assert line["ErrorMessage"] == (
        f"Project actual {guid(10)} has been journalized and cannot be changed."
    )
    assert rows(business, ACTUALS)[0]["Amount"] == 99


def test_connections_are_the_same_for_every_company(business: Finops) -> None:
    land(business, CONNECTIONS, CONNECTION, company="usmf")
    land(business, CONNECTIONS, {**CONNECTION, "TRANSACTION1ROLE": "Other"}, company="demf")
    (row,) = rows(business, CONNECTIONS)
    assert row["Transaction1Role"] == "Other"
    assert "dataAreaId" not in row


def test_a_connection_twice_in_a_file_is_named_by_its_key(business: Finops) -> None:
    (line,) = send(business, CONNECTIONS, CONNECTION, CONNECTION)
    assert line["ErrorMessage"] == f"The key '{guid(20)}' occurs more than once in the file."


def test_connections_may_name_any_transaction(business: Finops) -> None:
    unknown: Row = {
        **CONNECTION,
        "TRANSACTION1ID": guid(99),
        "TRANSACTION1TYPE": "msdyn_estimateline",
    }
    land(business, CONNECTIONS, unknown)


@pytest.mark.parametrize(
    ("label", "field", "limit"),
    [
        (TASKS, "NAME", 60),
        (HOURS, "DESCRIPTION", 60),
        (EXPENSES, "DESCRIPTION", 60),
        (ACTUALS, "DESCRIPTION", 255),
        (ACTUALS, "EXTERNALREFERENCE", 60),
    ],
)
def test_texts_have_the_length_of_their_type(
    business: Finops, label: str, field: str, limit: int
) -> None:
    prepare(business)
    land(business, label, {**GOOD_ROWS[label], field: "x" * limit})
    (line,) = send(business, label, {**GOOD_ROWS[label], field: "x" * (limit + 1)})
    assert line["ErrorMessage"].endswith(f"is longer than {limit} characters.")


def test_a_package_may_hold_parents_and_children_on_levels(business: Finops) -> None:
    outcome = packages.import_package(
        business.client,
        part(HOURS, HOUR, level=2),
        part(TASKS, TASK, level=1),
        part(EXPENSES, {**ESTIMATE, "TRANSACTIONCATEGORY": ""}, level=2),
    )
    assert outcome == "Succeeded"


def test_entity_sequence_puts_estimates_and_actuals_above_tasks(service: Finops) -> None:
    labels = ",".join([ACTUALS, HOURS, TASKS, CATEGORIES, CONNECTIONS])
    value = packages.value(service.client, "GetEntitySequence", listOfDataEntities=labels)
    assert (
        value
        == f"{ACTUALS}-1-2-1,{HOURS}-1-2-1,{TASKS}-1-1-1,{CATEGORIES}-1-1-1,{CONNECTIONS}-1-1-1,"
    )
