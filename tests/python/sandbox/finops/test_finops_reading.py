"""Reading: companies, options, pages, keys in the address, values on the wire."""

import base64

import pytest
from finops_service import CONTRACT_LINE, Finops, inner_message


def test_reads_only_the_default_company_unless_asked_across(business: Finops) -> None:
    here = business.client.get("/data/CustomersV2").json()["value"]
    assert {row["dataAreaId"] for row in here} == {"usmf"}
    everywhere = business.client.get("/data/CustomersV2?cross-company=true").json()["value"]
    assert {row["dataAreaId"] for row in everywhere} == {"usmf", "demf"}


def test_filter_on_another_company_finds_nothing_without_cross_company(service: Finops) -> None:
    address = "/data/CustomersV2?$filter=dataAreaId eq 'DEMF'"
    assert service.client.get(address).json()["value"] == []
    assert len(service.client.get(f"{address}&cross-company=true").json()["value"]) == 1


def test_row_of_another_company_is_not_found_without_cross_company(service: Finops) -> None:
    address = "/data/CustomersV2(dataAreaId='demf',CustomerAccount='DE-001')"
    assert service.client.get(address).status_code == 404
    assert service.client.get(f"{address}?cross-company=true").status_code == 200


def test_default_company_follows_the_user(service: Finops) -> None:
    service.turn("finops_default_company", "demf")
    rows = service.client.get("/data/CustomersV2").json()["value"]
    assert [row["CustomerAccount"] for row in rows] == ["DE-001"]


def test_service_document_names_the_collections(service: Finops) -> None:
    body = service.client.get("/data/").json()
    first = {"name": "CustomersV2", "kind": "EntitySet", "url": "CustomersV2"}
    assert body["value"][0] == first


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CustomerAccount eq 'us-001'", ["US-001"]),
        ("CustomerAccount eq 'US-001  '", ["US-001"]),
        ("OrganizationName eq '*RETAIL*'", ["US-001"]),
        ("OrganizationName eq 'Contoso*'", ["US-001"]),
        ("OrganizationName eq 'Retail'", []),
        ("OrganizationName ne '*retail*'", ["C-1"]),
        ("CreditLimit gt -1 and CreditLimit lt 0.5", ["C-1", "US-001"]),
        ("PartyType eq Microsoft.Dynamics.DataEntities.DirPartyType'Person'", []),
        (
            "PartyType ne Microsoft.Dynamics.DataEntities.DirPartyType'Person'",
            ["C-1", "US-001"],
        ),
        ("AddressValidFrom eq 1900-01-01T00:00:00Z", ["C-1", "US-001"]),
        ("not (CustomerAccount eq 'C-1') or OrganizationName eq 'x'", ["US-001"]),
    ],
)
def test_filter(business: Finops, text: str, found: list[str]) -> None:
    response = business.client.get("/data/CustomersV2", params={"$filter": text})
    assert [row["CustomerAccount"] for row in response.json()["value"]] == found


def test_filter_on_a_guid_is_bare(business: Finops) -> None:
    address = "/data/CDSProjectContractLines?$filter=TransactionId eq "
    assert len(business.client.get(address + CONTRACT_LINE.upper()).json()["value"]) == 1
    assert business.client.get(f"{address}'{CONTRACT_LINE}'").status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "$filter=PartyType eq 'Person'",
        "$filter=PartyType gt Microsoft.Dynamics.DataEntities.DirPartyType'Person'",
        "$filter=PartyType eq Microsoft.Dynamics.DataEntities.DirPartyType'Robot'",
        "$filter=CustomerAccount in ('US-001','US-002')",
        "$filter=contains(CustomerAccount,'US')",
        "$filter=CreditLimit eq 'ten'",
        "$filter=Nothing eq 'x'",
        "$filter=CustomerAccount eq",
        "$select=CustomerAccount,Nothing",
        "$orderby=Nothing",
        "$orderby=CustomerAccount sideways",
        "$expand=Anything",
        "$top=ten",
        "$skiptoken=!",
    ],
)
def test_refuses_a_query_it_does_not_support(service: Finops, query: str) -> None:
    response = service.client.get(f"/data/CustomersV2?{query}")
    assert response.status_code == 400
    assert response.json()["error"]["message"].startswith("The query specified in the URI is not")


def test_a_value_in_a_filter_is_never_sql(service: Finops) -> None:
    text = "CustomerAccount eq 'x'' or 1=1 --'"
    response = service.client.get("/data/CustomersV2", params={"$filter": text})
    assert response.json()["value"] == []


def test_unknown_property_is_named(service: Finops) -> None:
    response = service.client.get("/data/CustomersV2?$select=Nothing")
    assert inner_message(response) == (
        "Could not find a property named 'Nothing' on type "
        "'Microsoft.Dynamics.DataEntities.CustomerV2'."
    )


def test_pages_follow_the_next_link_until_there_is_none(service: Finops) -> None:
    service.turn("finops_page_size", 2)
    for number in range(5):
        service.created("CDSProjectContracts", ProjectContractID=f"K{number}", CurrencyCode="USD")
    address: str | None = (
        "/data/CDSProjectContracts?$select=ProjectContractID&$orderby=ProjectContractID desc"
        "&$count=true"
    )
    pages = []
    while address:
        body = service.client.get(address).json()
        assert body["@odata.count"] == 5
        pages.append([row["ProjectContractID"] for row in body["value"]])
        address = body.get("@odata.nextLink")
    assert pages == [["K4", "K3"], ["K2", "K1"], ["K0"]]


def test_top_and_skip_hold_across_pages(service: Finops) -> None:
    service.turn("finops_page_size", 2)
    for number in range(6):
        service.created("CDSProjectContracts", ProjectContractID=f"K{number}", CurrencyCode="USD")
    first = service.client.get("/data/CDSProjectContracts?$top=3&$skip=1").json()
    second = service.client.get(first["@odata.nextLink"]).json()
    names = [row["ProjectContractID"] for row in first["value"] + second["value"]]
    assert names == ["K1", "K2", "K3"]
    assert "@odata.nextLink" not in second


def test_count_is_a_plain_number(business: Finops) -> None:
    response = business.client.get("/data/CustomersV2/$count?cross-company=true")
    assert response.text == "3"
    assert response.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "key",
    [
        "dataAreaId='usmf'",
        "'K-1'",
        "dataAreaId='usmf',ProjectContractID=K-1",
        "dataAreaId='usmf',ProjectContractID='K-1',Name='x'",
        "dataAreaId='usmf',projectcontractid='K-1'",
        "dataAreaId='usmf',ProjectContractID='K'1'",
        "{'dataAreaId': 'usmf', 'ProjectContractID': 'K-1'}",
        "dataAreaId='usmf',dataAreaId='usmf',ProjectContractID='K-1'",
    ],
)
def test_malformed_key_is_no_route(business: Finops, key: str) -> None:
    response = business.client.get(f"/data/CDSProjectContracts({key})")
    assert response.status_code == 404
    message = response.json()["Message"]
    assert message.startswith("No HTTP resource was found that matches the request URI '")
    assert message.endswith("'. No route data was found for this request.")
    assert f"/data/CDSProjectContracts({key})" in message


@pytest.mark.parametrize(
    "address",
    [
        f"CDSProjectContractLineMilestones(dataAreaId='usmf',TransactionId='{CONTRACT_LINE}')",
        "CDSProjectContractLines(dataAreaId='usmf',ContractId='K-1',ContractLine='1')",
        "CDSProjectContractLines(dataAreaId='usmf',ContractId='K-1',ContractLine=1.5)",
        "Nothing",
        "CDSProjects/Something",
    ],
)
def test_quoted_guids_and_numbers_and_unknown_collections_are_no_route(
    business: Finops, address: str
) -> None:
    response = business.client.get(f"/data/{address}")
    assert response.status_code == 404
    assert "No route data was found" in response.json()["Message"]


def test_keys_may_be_in_any_order_and_any_case(business: Finops) -> None:
    address = "/data/CDSProjectContractLines(ContractLine=1,ContractId='k-1 ',dataAreaId='USMF')"
    assert business.client.get(address).json()["TransactionId"] == CONTRACT_LINE


def test_awkward_texts_survive_the_key(service: Finops) -> None:
    number = "O'Neil & Co/50% #1"
    service.created("CDSProjectContracts", ProjectContractID=number, CurrencyCode="USD")
    quoted = "O%27%27Neil%20%26%20Co%2F50%25%20%231"
    address = f"/data/CDSProjectContracts(dataAreaId='usmf',ProjectContractID='{quoted}')"
    assert service.client.get(address).json()["ProjectContractID"] == number


def test_missing_row_is_404(service: Finops) -> None:
    address = "/data/CDSProjectContracts(dataAreaId='usmf',ProjectContractID='none')"
    response = service.client.get(address)
    assert response.status_code == 404
    assert "error" in response.json()


def test_values_on_the_wire(business: Finops) -> None:
    row = business.client.get("/data/CDSProjects?$filter=ProjectID eq 'PRJ-1'").json()["value"][0]
    assert row["dataAreaId"] == "usmf"
    assert row["ProjectType"] == "TimeMaterial"
    assert row["Description"] == ""
    assert row["StartDate"] == "1900-01-01T12:00:00Z"
    invoice = business.client.get("/data/CDSFreeTextInvoiceHeaders").json()["value"][0]
    assert invoice["IsPosted"] == "No"
    assert invoice["DueDate"] == "1900-01-01T12:00:00Z"
    order = business.client.get("/data/CDSSalesOrderHeaders").json()["value"][-1]
    assert order["DeliveryAddressTimeZone"] is None
    assert order["DeliveryValidFrom"] == "1900-01-01T00:00:00Z"
    assert order["OrderTotalAmount"] == 0


def test_integral_decimals_have_no_point_and_others_no_lost_digits(service: Finops) -> None:
    body = (
        b'{"ProjectContractID":"K1","CurrencyCode":"USD","ExchangeRate":6800.00}',
        b'{"ProjectContractID":"K2","CurrencyCode":"USD","ExchangeRate":0.1234567890123456}',
    )
    for content in body:
        assert service.client.post("/data/CDSProjectContracts", content=content).is_success
    text = service.client.get("/data/CDSProjectContracts?$select=ExchangeRate").text
    assert '"ExchangeRate":6800}' in text
    assert '"ExchangeRate":0.1234567890123456}' in text


def test_etag_holds_version_and_record_id(service: Finops) -> None:
    service.created("CDSProjectContracts", ProjectContractID="K1", CurrencyCode="USD")
    address = "/data/CDSProjectContracts(dataAreaId='usmf',ProjectContractID='K1')"
    fresh = _versions(service.client.get(address).json()["@odata.etag"])
    service.client.patch(address, json={"Name": "new"})
    changed = _versions(service.client.get(address).json()["@odata.etag"])
    assert fresh[0] == "1"
    assert changed[0] != "1"
    assert changed[1] == fresh[1]


def test_full_metadata_names_types_and_links(business: Finops) -> None:
    response = business.client.get(
        "/data/CDSProjects(dataAreaId='usmf',ProjectID='PRJ-1')",
        headers={"Accept": "application/json;odata.metadata=full"},
    )
    row = response.json()
    assert row["@odata.type"] == "#Microsoft.Dynamics.DataEntities.CDSProject"
    assert row["@odata.editLink"] == "CDSProjects(dataAreaId='usmf',ProjectID='PRJ-1')"
    assert row["@odata.id"].endswith("/data/CDSProjects(dataAreaId='usmf',ProjectID='PRJ-1')")
    assert row["ProjectType@odata.type"] == "#Microsoft.Dynamics.DataEntities.ProjType"


def test_a_request_without_a_good_token_is_refused(service: Finops) -> None:
    response = service.client.get("/data/CustomersV2", headers={"Authorization": "Bearer other"})
    assert response.status_code == 401


def test_an_application_mapped_to_no_user_is_refused(service: Finops) -> None:
    service.turn("finops_application_known", False)
    assert service.client.get("/data/CustomersV2").status_code == 401


def test_content_lists_every_company_by_key_without_etags(service: Finops) -> None:
    rows = service.content("CustomersV2")
    assert [(row["dataAreaId"], row["CustomerAccount"]) for row in rows] == [
        ("demf", "DE-001"),
        ("usmf", "US-001"),
    ]
    assert "@odata.etag" not in rows[0]


def _versions(tag: str) -> tuple[str, str]:
    assert tag.startswith('W/"')
    version, record = base64.b64decode(tag[3:-1]).decode().strip("'").split(",")
    return version, record
