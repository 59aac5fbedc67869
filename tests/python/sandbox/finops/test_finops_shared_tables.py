"""Entities over one table, entities that can only be read, quotations, contacts."""

import finops_packages as packages
import pytest
from finops_packages import Part
from finops_projects import exported
from finops_service import WRITE_EXCEPTION, Finops, inner_message

QUOTATION = "/data/CDSSalesQuotationHeaders(dataAreaId='usmf',SalesQuotationNumber='QUO-1')"


def test_projects_of_the_integration_are_projects_in_process(business: Finops) -> None:
    row = business.client.get("/data/Projects(dataAreaId='usmf',ProjectID='PRJ-1')").json()
    assert (row["ProjectType"], row["ProjectStage"]) == ("TimeMaterial", "InProcess")
    assert row["ProjectContractID"] == "K-1"
    business.client.patch(
        "/data/CDSProjects(dataAreaId='usmf',ProjectID='PRJ-1')", json={"ProjectName": "Dig"}
    )
    rows = business.client.get("/data/Projects?cross-company=true").json()["value"]
    assert [(row["ProjectID"], row["ProjectName"]) for row in rows] == [("PRJ-1", "Dig")]


def test_a_project_that_people_made_is_one_like_any_other(business: Finops) -> None:
    row = business.created("Projects", ProjectID="FIN-1", ProjectName="Own")
    assert (row["ProjectType"], row["ProjectStage"]) == ("TimeMaterial", "Created")
    address = "/data/Projects(dataAreaId='usmf',ProjectID='FIN-1')"
    assert business.client.patch(address, json={"ProjectStage": "Finished"}).status_code == 204
    rows = business.client.get("/data/Projects").json()["value"]
    assert [(row["ProjectID"], row["ProjectStage"]) for row in rows] == [
        ("FIN-1", "Finished"),
        ("PRJ-1", "InProcess"),
    ]
    business.created(
        "CDSSalesOrderHeaders",
        SalesOrderNumber="WO-9",
        OrderingCustomerAccountNumber="C-1",
        ProjectId="fin-1",
    )


def test_the_integration_does_not_take_over_a_project_of_people(business: Finops) -> None:
    business.created("Projects", ProjectID="FIN-1", ProjectName="Own")
    response = business.post("CDSProjects", ProjectID="fin-1", ProjectName="Taken")
    assert "Error: Project fin-1 was not made by the integration." in inner_message(response)


@pytest.mark.parametrize(
    ("collection", "label"),
    [
        ("SellableReleasedProducts", "Sellable released products"),
        (
            "ExternallyMaintainedCustomerSalesInvoiceHeaders",
            "Externally maintained customer sales invoice headers",
        ),
        (
            "ExternallyMaintainedCustomerSalesInvoiceLines",
            "Externally maintained customer sales invoice lines",
        ),
    ],
)
def test_what_the_service_makes_itself_cannot_be_written(
    service: Finops, collection: str, label: str
) -> None:
    before = service.content(collection)
    response = service.post(collection, CurrencyCode="USD")
    assert response.status_code == 400
    assert response.json()["error"]["innererror"]["type"] == WRITE_EXCEPTION
    assert f"Infolog: Error: The data entity {label} is read-only." in inner_message(response)
    assert service.content(collection) == before


def test_a_released_product_cannot_be_changed_or_deleted(service: Finops) -> None:
    address = "/data/SellableReleasedProducts(dataAreaId='usmf',ProductNumber='P-1')"
    assert "is read-only" in inner_message(service.client.patch(address, json={"SalesPrice": 1}))
    assert "is read-only" in inner_message(service.client.delete(address))


def test_receipts_are_exported_from_the_start_and_never_imported(service: Finops) -> None:
    for project, label, column in (
        ("d365-product-receipt-headers", "Product receipt header", "PRODUCTRECEIPTNUMBER"),
        ("d365-product-receipt-lines", "Product receipt line", "PRODUCTRECEIPTNUMBER"),
    ):
        manifest, rows = exported(service, project)
        assert f"<EntityName>{label}</EntityName>" in manifest
        assert rows == []
        part = Part(label, ("RECORDID", column), [("1", "X")])
        outcome = packages.import_package(service.client, part, execution_id=project)
        assert outcome == "Failed"
        (problem,) = packages.errors(service.client, project)
        assert problem["ErrorMessage"] == f"The data entity {label} is read-only."


def test_products_have_prices_of_their_company(service: Finops) -> None:
    rows = service.client.get(
        "/data/SellableReleasedProducts?cross-company=true&$filter=ProductNumber eq 'P90001'"
    ).json()["value"]
    assert [(row["dataAreaId"], row["SalesPrice"], row["CurrencyCode"]) for row in rows] == [
        ("demf", 40.95, "EUR"),
        ("usmf", 45.5, "USD"),
        ("ussi", 47.78, "USD"),
    ]
    assert {row["FieldServiceProductType"] for row in rows} == {"Inventory"}


def test_a_quotation_takes_what_its_customer_says(business: Finops) -> None:
    row = business.client.get(QUOTATION).json()
    assert (row["CurrencyCode"], row["LanguageId"]) == ("USD", "en-us")
    assert (row["InvoiceCustomerAccountNumber"], row["SalesQuotationStatus"]) == ("C-1", "Created")
    line = business.created(
        "CDSSalesQuotationLines",
        SalesQuotationNumber="QUO-1",
        LineCreationSequenceNumber=1,
        ProductNumber="P-1",
        RequestedSalesQuantity=3,
        SalesPrice=2.5,
        TotalDiscountAmount=0.5,
    )
    assert (line["LineAmount"], line["SalesUnitSymbol"]) == (7, "ea")
    assert (line["CurrencyCode"], line["ProductName"]) == ("USD", "Product 1")


def test_a_confirmed_quotation_cannot_be_changed(business: Finops) -> None:
    assert business.client.patch(QUOTATION, json={"SalesQuotationStatus": "Confirmed"}).is_success
    sentence = "Error: Sales quotation QUO-1 has been confirmed and cannot be changed."
    response = business.client.patch(QUOTATION, json={"SalesQuotationName": "x"})
    assert sentence in inner_message(response)


def test_lines_go_with_their_quotation(business: Finops) -> None:
    business.created(
        "CDSSalesQuotationLines",
        SalesQuotationNumber="QUO-1",
        LineCreationSequenceNumber=1,
        ProductNumber="P-1",
    )
    assert business.client.delete(QUOTATION).status_code == 204
    assert business.content("CDSSalesQuotationLines") == []


def test_parties_are_the_same_in_every_company(business: Finops) -> None:
    """A contact hangs on a customer or a vendor, by party number or else by account."""
    business.created(
        "CustomersV2", CustomerAccount="C-3", CustomerGroupId="10", PartyNumber="PARTY-3"
    )
    for company, party in (("usmf", "PARTY-3"), ("demf", "party-3"), ("usmf", "V-1")):
        business.created(
            "CDSContactPersons",
            dataAreaId=company,
            ContactPersonPartyNumber="CON-3",
            AssociatedPartyNumber=party,
        )
    response = business.post(
        "CDSContactPersons", ContactPersonPartyNumber="CON-3", AssociatedPartyNumber="C-3"
    )
    assert "'C-3' in field 'Associated party number' is not found" in inner_message(response)


def test_a_contact_person_is_a_person(business: Finops) -> None:
    row = business.created(
        "CDSContactPersons",
        ContactPersonPartyNumber="CON-3",
        AssociatedPartyNumber="C-1",
        Gender="Female",
        MaritalStatus="Single",
    )
    assert row["ContactPersonPartyType"] == "Person"
    assert (row["Gender"], row["MaritalStatus"]) == ("Female", "Single")
    again = business.post(
        "CDSContactPersons", ContactPersonPartyNumber="con-3", AssociatedPartyNumber="c-1"
    )
    assert "The record already exists." in inner_message(again)


@pytest.mark.parametrize(
    ("collection", "row"),
    [
        ("CDSSalesOrderLines", {"SalesOrderNumber": "WO-1", "LineCreationSequenceNumber": 1}),
        (
            "CDSSalesQuotationLines",
            {"SalesQuotationNumber": "QUO-1", "LineCreationSequenceNumber": 1},
        ),
        ("CDSPurchaseOrderLines", {"PurchaseOrderNumber": "PO-1", "LineNumber": 1}),
    ],
)
def test_a_line_number_is_taken_once(
    business: Finops, collection: str, row: dict[str, object]
) -> None:
    business.created(collection, **row, ProductNumber="P-1")
    response = business.post(collection, **row, ProductNumber="P-2")
    assert "The record already exists." in inner_message(response)


@pytest.mark.parametrize(
    ("collection", "row", "warehouse", "site"),
    [
        (
            "CDSSalesOrderLines",
            {"SalesOrderNumber": "WO-1", "LineCreationSequenceNumber": 1},
            "ShippingWarehouseId",
            "ShippingSiteId",
        ),
        (
            "CDSSalesQuotationLines",
            {"SalesQuotationNumber": "QUO-1", "LineCreationSequenceNumber": 1},
            "ShippingWarehouseId",
            "ShippingSiteId",
        ),
        (
            "CDSPurchaseOrderLines",
            {"PurchaseOrderNumber": "PO-1", "LineNumber": 1},
            "ReceivingWarehouseId",
            "ReceivingSiteId",
        ),
    ],
)
def test_the_site_of_a_line_is_that_of_its_warehouse(
    business: Finops, collection: str, row: dict[str, object], warehouse: str, site: str
) -> None:
    whole = row | {"ProductNumber": "P-1", warehouse: "51"}
    response = business.post(collection, **whole, **{site: "1"})
    assert "Error: Warehouse 51 does not belong to site 1." in inner_message(response)
    business.created(collection, **whole, **{site: "5"})


@pytest.mark.parametrize(
    "collection",
    [
        "CDSContactPersons",
        "CDSPurchaseOrderLines",
        "CDSSalesQuotationHeaders",
        "CDSSalesQuotationLines",
        "ExternallyMaintainedCustomerSalesInvoiceHeaders",
        "ExternallyMaintainedCustomerSalesInvoiceLines",
        "Projects",
        "PurchaseOrderHeadersV2",
        "SellableReleasedProducts",
        "VendorsV2",
        "Warehouses",
    ],
)
def test_every_new_collection_is_read_across_companies(business: Finops, collection: str) -> None:
    response = business.client.get(f"/data/{collection}?cross-company=true&$count=true")
    assert response.status_code == 200
    assert response.json()["@odata.count"] == len(business.content(collection))
    key = {"SellableReleasedProducts": "ProductNumber", "Warehouses": "WarehouseId"}
    if collection in key:
        own = business.client.get(f"/data/{collection}").json()["value"]
        assert {row["dataAreaId"] for row in own} == {"usmf"}
        assert all(row[key[collection]] for row in own)
