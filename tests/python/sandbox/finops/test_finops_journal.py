"""Journal lines, vouchers and sales tax: what happens to actuals after they were imported."""

import httpx
import pytest
from finops_projects import (
    ACTUAL,
    ACTUALS,
    CONNECTIONS,
    EXPENSE,
    NOTHING,
    TIME,
    Row,
    export,
    exported,
    guid,
    journalize,
    land,
    post_journal,
    prepare,
    rows,
    set_up_export,
)
from finops_service import Finops, without_token

TAX = 690970002
SERVICE = "/api/services/ProjectIntegration/ProjectIntegration/importFromStaging"


def actual(number: int, **changes: str) -> Row:
    return {**ACTUAL, "ACTUALID": guid(number), **changes}


def land_actuals(service: Finops, *sent: Row) -> None:
    prepare(service)
    land(service, ACTUALS, *(sent or (ACTUAL,)))


def by_id(service: Finops) -> dict[str, dict[str, object]]:
    return {row["ActualId"]: row for row in rows(service, ACTUALS)}


def taxes(service: Finops) -> list[dict[str, object]]:
    return [row for row in rows(service, ACTUALS) if row["TransactionClassification"] == TAX]


def test_import_from_staging_makes_each_journal_line_once(business: Finops) -> None:
    land_actuals(business, actual(10), actual(11))
    assert journalize(business) == {"journalized": 2, "errors": 0}
    assert {row["IsJournalized"] for row in rows(business, ACTUALS)} == {"Yes"}
    assert {row["Voucher"] for row in rows(business, ACTUALS)} == {""}
    assert journalize(business) == {"journalized": 0, "errors": 0}
    land(business, ACTUALS, actual(12))
    assert journalize(business, "USMF") == {"journalized": 1, "errors": 0}


def test_import_from_staging_is_per_company(business: Finops) -> None:
    land_actuals(business)
    assert journalize(business, "demf") == {"journalized": 0, "errors": 0}
    assert rows(business, ACTUALS)[0]["IsJournalized"] == "No"


def test_a_currency_without_an_exchange_rate_stays_and_is_an_error(business: Finops) -> None:
    land_actuals(business, actual(10), actual(11, TRANSACTIONCURRENCYID="DKK"))
    assert journalize(business) == {"journalized": 1, "errors": 1}
    assert journalize(business) == {"journalized": 0, "errors": 1}
    assert by_id(business)[guid(11)]["IsJournalized"] == "No"
    assert post_journal(business)["posted"] == 1


def test_posting_gives_each_line_a_voucher_of_its_company_once(business: Finops) -> None:
    business.created("CDSProjects", dataAreaId="demf", ProjectID="PRJ-1")
    land_actuals(business, actual(11), actual(10))
    plain = {"TASKID": "", "CONTRACTID": "", "TRANSACTIONCLASSIFICATION": TIME}
    land(business, ACTUALS, actual(12, TRANSTYPE="Cost", **plain), company="demf")
    assert post_journal(business) == {"posted": 0, "taxes": 0}
    for company in ("usmf", "demf"):
        journalize(business, company)
    assert post_journal(business) == {"posted": 2, "taxes": 2}
    assert post_journal(business, "demf") == {"posted": 1, "taxes": 0}
    found = by_id(business)
    assert found[guid(11)]["Voucher"] == "usmf-PRJ-000001"
    assert found[guid(10)]["Voucher"] == "usmf-PRJ-000002"
    assert found[guid(12)]["Voucher"] == "demf-PRJ-000001"
    assert found[guid(10)]["ExternalReference"] == "R-1"
    connections = rows(business, CONNECTIONS)
    assert post_journal(business) == {"posted": 0, "taxes": 0}
    assert journalize(business) == {"journalized": 0, "errors": 0}
    assert by_id(business) == found
    assert rows(business, CONNECTIONS) == connections
    land(business, ACTUALS, actual(13))
    journalize(business)
    post_journal(business)
    assert by_id(business)[guid(13)]["Voucher"] == "usmf-PRJ-000003"


def test_the_voucher_may_go_to_the_external_reference(business: Finops) -> None:
    business.turn("actuals_voucher_in", "external_reference")
    land_actuals(business)
    journalize(business)
    assert post_journal(business) == {"posted": 1, "taxes": 1}
    assert {(row["Voucher"], row["ExternalReference"]) for row in rows(business, ACTUALS)} == {
        ("", "usmf-PRJ-000001")
    }
    assert post_journal(business) == {"posted": 0, "taxes": 0}


def test_the_tax_actual_is_that_of_its_original(business: Finops) -> None:
    land_actuals(business, actual(10, AMOUNT="100.45"))
    journalize(business)
    post_journal(business)
    (tax,) = taxes(business)
    original = by_id(business)[guid(10)]
    assert tax["ActualId"] not in (guid(10), NOTHING)
    assert (tax["Amount"], tax["Quantity"], tax["Description"]) == (10.05, 1, "Sales tax")
    assert tax["TransactionCategory"] == NOTHING
    for name in (
        "dataAreaId",
        "ProjectId",
        "ContractId",
        "TaskId",
        "AccountingDate",
        "DocumentDate",
        "TransactionCurrencyId",
        "TransType",
        "BillingType",
        "Voucher",
        "IsJournalized",
    ):
        assert tax[name] == original[name] != ""


@pytest.mark.parametrize(
    ("amount", "tax"), [("100.45", 10.05), ("100.44", 10.04), ("0.05", 0.01), ("19.99", 2)]
)
def test_tax_is_rounded_half_up_to_two_places(business: Finops, amount: str, tax: float) -> None:
    land_actuals(business, actual(10, AMOUNT=amount))
    journalize(business)
    post_journal(business)
    assert taxes(business)[0]["Amount"] == tax


@pytest.mark.parametrize(
    ("changes", "is_taxed"),
    [
        ({"TRANSACTIONCLASSIFICATION": TIME}, True),
        ({"TRANSACTIONCLASSIFICATION": EXPENSE}, True),
        ({"TRANSACTIONCLASSIFICATION": "192350004"}, False),
        ({"TRANSTYPE": "Cost"}, False),
        ({"BILLINGTYPE": "NonChargeable"}, False),
        ({"BILLINGTYPE": "Complimentary"}, False),
    ],
)
def test_chargeable_sales_of_time_and_expenses_are_taxed(
    business: Finops, changes: dict[str, str], is_taxed: bool
) -> None:
    land_actuals(business, actual(10, **changes))
    journalize(business)
    assert post_journal(business) == {"posted": 1, "taxes": int(is_taxed)}


def test_original_and_tax_are_connected_both_ways(business: Finops) -> None:
    land_actuals(business)
    journalize(business)
    post_journal(business)
    tax = taxes(business)[0]["ActualId"]
    found = rows(business, CONNECTIONS)
    assert len({row["ConnectionId"] for row in found}) == 2
    ends = {
        (
            row["Transaction1Id"],
            row["Transaction1Role"],
            row["Transaction2Id"],
            row["Transaction2Role"],
        )
        for row in found
    }
    assert ends == {
        (guid(10), "Original", tax, "Tax"),
        (tax, "Tax", guid(10), "Original"),
    }
    types = {(row["Transaction1Type"], row["Transaction2Type"]) for row in found}
    assert types == {("msdyn_actual", "msdyn_actual")}


def test_ids_of_taxes_follow_from_the_originals(business: Finops) -> None:
    land_actuals(business)
    journalize(business)
    post_journal(business)
    first = (taxes(business), rows(business, CONNECTIONS))
    with business.database.writing() as cursor:
        for name in ("ProjCDSActualsImportEntity", "ProjCDSTransactionRelationshipImportEntity"):
            cursor.execute(f'truncate finops."{name}"')
        cursor.execute("truncate finops.journal_lines")
    land(business, ACTUALS, ACTUAL)
    journalize(business)
    post_journal(business)
    assert (taxes(business), rows(business, CONNECTIONS)) == first


def test_posting_moves_rows_of_a_closed_period_into_the_open_one(business: Finops) -> None:
    business.turn("closed_period_until", "2024-02-29")
    land_actuals(
        business, actual(10), actual(11, ACCOUNTINGDATE="2024-03-01"), actual(12, TRANSTYPE="Cost")
    )
    journalize(business)
    post_journal(business)
    found = by_id(business)
    assert {row["AccountingDate"] for row in found.values()} == {"2024-03-01T12:00:00Z"}
    assert len(found) == 5
    assert {row["DocumentDate"] for row in found.values()} == {"2024-02-28T12:00:00Z"}


def test_without_a_closed_period_the_accounting_date_stays(business: Finops) -> None:
    land_actuals(business)
    journalize(business)
    post_journal(business)
    assert {row["AccountingDate"] for row in rows(business, ACTUALS)} == {"2024-02-29T12:00:00Z"}


def test_rows_posted_before_a_period_closed_keep_their_date(business: Finops) -> None:
    land_actuals(business)
    journalize(business)
    post_journal(business)
    business.turn("closed_period_until", "2024-12-31")
    post_journal(business)
    assert {row["AccountingDate"] for row in rows(business, ACTUALS)} == {"2024-02-29T12:00:00Z"}


def test_posted_rows_and_taxes_are_news_to_an_incremental_export(business: Finops) -> None:
    set_up_export(business, "d365-actuals", ACTUALS, "IncrementalPush")
    land_actuals(business)
    export(business, "d365-actuals")
    journalize(business)
    assert len(exported(business, "d365-actuals")[1]) == 1
    post_journal(business)
    _, found = exported(business, "d365-actuals")
    assert [row["VOUCHER"] for row in found] == ["usmf-PRJ-000001"] * 2
    assert exported(business, "d365-actuals")[1] == []


@pytest.mark.parametrize("name", ["import-from-staging", "post-journal"])
def test_the_journal_needs_a_company_that_exists(service: Finops, name: str) -> None:
    address = f"/sandbox/finops/{name}"
    assert service.client.post(address, json={}).status_code == 400
    assert service.client.post(address, content=b"x").status_code == 400
    assert service.client.post(address, json={"dataAreaId": "none"}).status_code == 404


@pytest.mark.parametrize(
    ("switch", "value"), [("actuals_voucher_in", "nowhere"), ("closed_period_until", "soon")]
)
def test_posting_says_which_switch_it_cannot_read(service: Finops, switch: str, value: str) -> None:
    service.turn(switch, value)
    response = service.client.post("/sandbox/finops/post-journal", json={"dataAreaId": "usmf"})
    assert response.status_code == 400
    assert value in response.json()["error"]


def call_service(service: Finops, company: str = "usmf") -> httpx.Response:
    return service.client.post(SERVICE, json={"legalEntityId": company})


def test_the_periodic_job_is_a_custom_service_too(business: Finops) -> None:
    land_actuals(business, actual(10), actual(11, TRANSACTIONCURRENCYID="DKK"))
    response = call_service(business, "USMF")
    assert response.status_code == 200
    assert response.json() == {"journalized": 1, "errors": 1}
    assert call_service(business).json() == {"journalized": 0, "errors": 1}


def test_an_organisation_may_lack_the_custom_service(business: Finops) -> None:
    business.turn("staging_import_service", False)
    land_actuals(business)
    assert call_service(business).status_code == 404
    assert journalize(business) == {"journalized": 1, "errors": 0}


def test_the_custom_service_needs_a_token_a_user_and_a_company(service: Finops) -> None:
    body = {"legalEntityId": "usmf"}
    assert without_token(service.client, "POST", SERVICE, json=body).status_code == 401
    assert service.client.post(SERVICE, json={}).status_code == 400
    assert service.client.post(SERVICE, content=b"[").status_code == 400
    unknown = call_service(service, "none")
    assert unknown.status_code == 500
    assert unknown.json()["Message"].endswith("The legal entity none does not exist.")
    service.turn("finops_application_known", False)
    assert call_service(service).status_code == 401


def test_custom_services_are_throttled_like_odata(service: Finops) -> None:
    service.turn("finops_throttled", 5, count=1)
    response = call_service(service)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "5")
    assert call_service(service).status_code == 200
