"""Validation and business logic: related rows, mandatory fields, lengths, defaults, posting."""

import pytest
from finops_service import (
    CONTRACT,
    MILESTONE,
    WRITE_EXCEPTION,
    Finops,
    inner_message,
    milestone,
    order_line,
)

NOTHING = "00000000-0000-0000-0000-000000000000"


def without(row: dict[str, object], name: str) -> dict[str, object]:
    return {key: value for key, value in row.items() if key != name}


RELATED = [
    ("CustomersV2", {"CustomerGroupId": "Local"}, "Customer group", "Customer groups"),
    ("CustomersV2", {"SalesCurrencyCode": "XXX"}, "Sales currency code", "Currencies"),
    ("CustomersV2", {"LanguageId": "tlh"}, "Language", "Languages"),
    ("CustomersV2", {"SiteId": "9"}, "Site", "Sites"),
    ("CustomersV2", {"WarehouseId": "9"}, "Warehouse", "Warehouses"),
    (
        "CustomersV2",
        {"AddressCountryRegionISOCode": "XX"},
        "Address country region iso code",
        "Country/region ISO codes",
    ),
    ("CDSProjectContracts", {"CustomerAccount": "Nobody"}, "Customer account", "Customers"),
    ("CDSProjectContracts", {"CurrencyCode": "XXX"}, "Currency code", "Currencies"),
    ("CDSProjectContracts", {"PaymentTerms": "Never"}, "Payment terms", "Terms of payment"),
    ("CDSProjects", {"ProjectContractId": "none"}, "Project contract", "Project contracts"),
    ("CDSProjects", {"CustomerAccount": "Nobody"}, "Customer account", "Customers"),
    ("CDSProjectContractLines", {"ContractId": "none"}, "Contract", "Project contracts"),
    ("CDSProjectContractLines", {"ProjectId": "none"}, "Project", "Projects"),
    (
        "CDSProjectContractLineMilestones",
        {"ContractLineRef": MILESTONE},
        "Contract line",
        "Project contract lines",
    ),
    ("CDSProjectContractLineMilestones", {"CurrencyId": "XXX"}, "Currency", "Currencies"),
    (
        "CDSSalesOrderHeaders",
        {"OrderingCustomerAccountNumber": "Nobody"},
        "Ordering customer account number",
        "Customers",
    ),
    (
        "CDSSalesOrderHeaders",
        {"InvoiceCustomerAccountNumber": "Nobody"},
        "Invoice customer account number",
        "Customers",
    ),
    ("CDSSalesOrderLines", {"SalesOrderNumber": "none"}, "Sales order number", "Sales orders"),
    ("CDSSalesOrderLines", {"ProductNumber": "none"}, "Product number", "Released products"),
    ("CDSSalesOrderLines", {"SalesUnitSymbol": "Pallet"}, "Sales unit symbol", "Units"),
    ("CDSFreeTextInvoiceHeaders", {"CustomerAccount": "Nobody"}, "Customer account", "Customers"),
    ("CDSFreeTextInvoiceHeaders", {"CurrencyCode": "XXX"}, "Currency code", "Currencies"),
    (
        "CDSFreeTextInvoiceLines",
        {"ExternalInvoiceId": "none"},
        "External invoice",
        "Free text invoices",
    ),
    (
        "CDSFreeTextInvoiceLines",
        {"MainAccountDisplayValue": "999999"},
        "Main account",
        "Main accounts",
    ),
    ("CDSSalesOrderHeaders", {"ProjectId": "none"}, "Project", "Projects"),
    ("CDSSalesOrderLines", {"ShippingWarehouseId": "99"}, "Shipping warehouse", "Warehouses"),
    ("CDSSalesOrderLines", {"ShippingSiteId": "9"}, "Shipping site", "Sites"),
    (
        "CDSSalesQuotationHeaders",
        {"RequestingCustomerAccountNumber": "Nobody"},
        "Requesting customer account number",
        "Customers",
    ),
    ("CDSSalesQuotationHeaders", {"CurrencyCode": "XXX"}, "Currency code", "Currencies"),
    (
        "CDSSalesQuotationHeaders",
        {"DeliveryAddressCountryRegionISOCode": "XX"},
        "Delivery address country region iso code",
        "Country/region ISO codes",
    ),
    (
        "CDSSalesQuotationLines",
        {"SalesQuotationNumber": "none"},
        "Sales quotation number",
        "Sales quotations",
    ),
    ("CDSSalesQuotationLines", {"ProductNumber": "none"}, "Product number", "Released products"),
    ("CDSSalesQuotationLines", {"SalesUnitSymbol": "Pallet"}, "Sales unit symbol", "Units"),
    ("CDSContactPersons", {"AssociatedPartyNumber": "none"}, "Associated party number", "Parties"),
    (
        "CDSContactPersons",
        {"PrimaryAddressCountryRegionISOCode": "XX"},
        "Primary address country region iso code",
        "Country/region ISO codes",
    ),
    ("VendorsV2", {"VendorGroupId": "99"}, "Vendor group", "Vendor groups"),
    ("VendorsV2", {"CurrencyCode": "XXX"}, "Currency code", "Currencies"),
    (
        "PurchaseOrderHeadersV2",
        {"OrderVendorAccountNumber": "Nobody"},
        "Order vendor account number",
        "Vendors",
    ),
    (
        "PurchaseOrderHeadersV2",
        {"InvoiceVendorAccountNumber": "Nobody"},
        "Invoice vendor account number",
        "Vendors",
    ),
    (
        "PurchaseOrderHeadersV2",
        {"DefaultReceivingWarehouseId": "99"},
        "Default receiving warehouse",
        "Warehouses",
    ),
    (
        "CDSPurchaseOrderLines",
        {"PurchaseOrderNumber": "none"},
        "Purchase order number",
        "Purchase orders",
    ),
    ("CDSPurchaseOrderLines", {"ProductNumber": "none"}, "Product number", "Released products"),
    ("CDSPurchaseOrderLines", {"PurchaseUnitSymbol": "Pallet"}, "Purchase unit symbol", "Units"),
    ("CDSPurchaseOrderLines", {"ReceivingWarehouseId": "99"}, "Receiving warehouse", "Warehouses"),
    ("Warehouses", {"OperationalSiteId": "9"}, "Operational site", "Sites"),
    ("Projects", {"CustomerAccount": "Nobody"}, "Customer account", "Customers"),
    ("Projects", {"ProjectGroup": "none"}, "Project group", "Project groups"),
]

GOOD_ROWS: dict[str, dict[str, object]] = {
    "CustomersV2": {"CustomerAccount": "C-2", "CustomerGroupId": "10"},
    "CDSProjectContracts": {"ProjectContractID": "K-2", "CurrencyCode": "USD"},
    "CDSProjects": {"ProjectID": "PRJ-2"},
    "CDSProjectContractLines": {
        "ContractId": "K-1",
        "ContractLine": 2,
        "TransactionId": MILESTONE,
        "Type": "FixedPrice",
    },
    "CDSProjectContractLineMilestones": milestone(),
    "CDSSalesOrderHeaders": {
        "SalesOrderNumber": "WO-2",
        "OrderingCustomerAccountNumber": "C-1",
    },
    "CDSSalesOrderLines": order_line(),
    "CDSFreeTextInvoiceHeaders": {"ExternalInvoiceId": "INV-2", "CustomerAccount": "C-1"},
    "CDSFreeTextInvoiceLines": {
        "ExternalInvoiceId": "INV-1",
        "LineNumber": 2.5,
        "MainAccountDisplayValue": "401100",
    },
    "CDSSalesQuotationHeaders": {
        "SalesQuotationNumber": "QUO-2",
        "RequestingCustomerAccountNumber": "C-1",
    },
    "CDSSalesQuotationLines": {
        "SalesQuotationNumber": "QUO-1",
        "LineCreationSequenceNumber": 1,
        "ProductNumber": "P-1",
    },
    "CDSContactPersons": {
        "ContactPersonPartyNumber": "CON-2",
        "AssociatedPartyNumber": "C-1",
        "FirstName": "Ada",
    },
    "VendorsV2": {"VendorAccountNumber": "V-2", "VendorGroupId": "10"},
    "PurchaseOrderHeadersV2": {
        "PurchaseOrderNumber": "PO-2",
        "OrderVendorAccountNumber": "V-1",
    },
    "CDSPurchaseOrderLines": {
        "PurchaseOrderNumber": "PO-1",
        "LineNumber": 1,
        "ProductNumber": "P-1",
    },
    "Warehouses": {"WarehouseId": "77", "OperationalSiteId": "2"},
    "Projects": {"ProjectID": "FIN-2"},
}


@pytest.mark.parametrize("collection", GOOD_ROWS)
def test_a_good_row_is_taken(business: Finops, collection: str) -> None:
    before = len(business.content(collection))
    business.created(collection, **GOOD_ROWS[collection])
    assert len(business.content(collection)) == before + 1


@pytest.mark.parametrize(("collection", "change", "field", "table"), RELATED)
def test_a_value_must_exist_in_its_related_table(
    business: Finops, collection: str, change: dict[str, str], field: str, table: str
) -> None:
    before = business.content(collection)
    response = business.post(collection, **(GOOD_ROWS[collection] | change))
    ((name, value),) = change.items()
    assert response.status_code == 400
    assert response.json()["error"]["innererror"]["type"] == WRITE_EXCEPTION
    message = inner_message(response)
    assert message.startswith("Write failed for table row of type '")
    assert (
        f"Infolog: Warning: The value '{value}' in field '{field}' is not found in the related "
        f"table '{table}'.; Warning: validateField failed on field '" in message
    )
    assert message.endswith(f".{name}'.")
    assert business.content(collection) == before


def test_related_rows_are_those_of_the_same_company(business: Finops) -> None:
    response = business.post(
        "CDSProjectContracts",
        dataAreaId="demf",
        ProjectContractID="K-9",
        CurrencyCode="EUR",
        CustomerAccount="C-1",
    )
    assert "'C-1' in field 'Customer account' is not found" in inner_message(response)


def test_a_few_products_are_not_released_in_the_last_company(service: Finops) -> None:
    released = {
        company: service.database.cursor()
        .execute(
            'select list("ProductNumber") from finops."EcoResSellableReleasedProductEntity" '
            """where "dataAreaId" = ? and "ProductNumber" like 'P-%'""",
            [company],
        )
        .fetchall()[0][0]
        for company in ("usmf", "ussi", "demf")
    }
    assert [len(numbers) for numbers in released.values()] == [40, 40, 39]
    (missing,) = set(released["usmf"]) - set(released["demf"])
    service.created(
        "CDSSalesOrderHeaders",
        dataAreaId="demf",
        SalesOrderNumber="WO-1",
        OrderingCustomerAccountNumber="DE-001",
    )
    response = service.post(
        "CDSSalesOrderLines", **order_line(dataAreaId="demf", ProductNumber=missing)
    )
    assert "in the related table 'Released products'" in inner_message(response)


def test_the_company_itself_must_exist(service: Finops) -> None:
    response = service.post(
        "CDSProjectContracts", dataAreaId="xxxx", ProjectContractID="K", CurrencyCode="USD"
    )
    assert "The value 'xxxx' in field 'Company' is not found" in inner_message(response)


def test_related_values_ignore_case_and_updates_check_only_what_they_give(
    business: Finops,
) -> None:
    assert business.client.patch(CONTRACT, json={"CustomerAccount": "c-1"}).status_code == 204
    response = business.client.patch(CONTRACT, json={"CustomerAccount": "Nobody"})
    assert "'Nobody' in field 'Customer account'" in inner_message(response)


def test_a_main_account_may_carry_dimensions(business: Finops) -> None:
    line = GOOD_ROWS["CDSFreeTextInvoiceLines"] | {"MainAccountDisplayValue": "401100-001-022"}
    business.created("CDSFreeTextInvoiceLines", **line)


MANDATORY = [
    ("CustomersV2", "CustomerGroupId", "Customer group"),
    ("CustomersV2", "CustomerAccount", "Customer account"),
    ("CDSProjectContracts", "CurrencyCode", "Currency code"),
    ("CDSProjects", "ProjectID", "Project"),
    ("CDSProjectContractLines", "Type", "Type"),
    ("CDSProjectContractLines", "TransactionId", "Transaction"),
    ("CDSProjectContractLines", "ContractLine", "Contract line"),
    ("CDSProjectContractLineMilestones", "ContractLineRef", "Contract line"),
    ("CDSProjectContractLineMilestones", "InvoiceDate", "Invoice date"),
    ("CDSProjectContractLineMilestones", "CurrencyId", "Currency"),
    ("CDSProjectContractLineMilestones", "Amount", "Amount"),
    (
        "CDSSalesOrderHeaders",
        "OrderingCustomerAccountNumber",
        "Ordering customer account number",
    ),
    ("CDSSalesOrderLines", "ProductNumber", "Product number"),
    ("CDSFreeTextInvoiceHeaders", "CustomerAccount", "Customer account"),
    ("CDSFreeTextInvoiceLines", "MainAccountDisplayValue", "Main account"),
    (
        "CDSSalesQuotationHeaders",
        "RequestingCustomerAccountNumber",
        "Requesting customer account number",
    ),
    ("CDSSalesQuotationLines", "ProductNumber", "Product number"),
    ("CDSContactPersons", "AssociatedPartyNumber", "Associated party number"),
    ("VendorsV2", "VendorGroupId", "Vendor group"),
    ("PurchaseOrderHeadersV2", "OrderVendorAccountNumber", "Order vendor account number"),
    ("CDSPurchaseOrderLines", "ProductNumber", "Product number"),
    ("Warehouses", "OperationalSiteId", "Operational site"),
]


@pytest.mark.parametrize(("collection", "name", "label"), MANDATORY)
def test_mandatory_fields_must_be_filled_in(
    business: Finops, collection: str, name: str, label: str
) -> None:
    before = business.content(collection)
    response = business.post(collection, **without(GOOD_ROWS[collection], name))
    assert response.status_code == 400
    assert (
        f"Infolog: Warning: Field '{label}' must be filled in.; Warning: validateWrite failed on "
        "data source '" in inner_message(response)
    )
    assert business.content(collection) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [("InvoiceDate", "1900-01-01T12:00:00Z"), ("ContractLineRef", NOTHING), ("CurrencyId", "")],
)
def test_an_empty_value_does_not_fill_a_mandatory_field(
    business: Finops, name: str, value: str
) -> None:
    response = business.post("CDSProjectContractLineMilestones", **milestone(**{name: value}))
    assert "must be filled in." in inner_message(response)


def test_zero_fills_a_mandatory_number(business: Finops) -> None:
    business.created("CDSProjectContractLineMilestones", **milestone(Amount=0))


def test_an_update_may_not_blank_a_mandatory_field(business: Finops) -> None:
    response = business.client.patch(CONTRACT, json={"CurrencyCode": ""})
    assert "Field 'Currency code' must be filled in." in inner_message(response)


@pytest.mark.parametrize(
    ("text", "is_taken"),
    [("x" * 60, True), ("x" * 61, False), ("😀" * 30, True), ("😀" * 30 + "x", False)],
)
def test_lengths_count_utf_16_units(business: Finops, text: str, is_taken: bool) -> None:
    response = business.client.patch(CONTRACT, json={"Name": text})
    assert response.is_success is is_taken
    if not is_taken:
        message = inner_message(response)
        assert "The value in field 'Name' is longer than 60 characters." in message
        assert message.endswith(
            "Warning: validateField failed on field 'ProjCDSProjectContractEntity.Name'."
        )


def test_inferred_lengths_can_be_switched_off_and_documented_ones_not(business: Finops) -> None:
    business.turn("finops_inferred_lengths", False)
    assert business.client.patch(CONTRACT, json={"Name": "x" * 61}).status_code == 204
    response = business.post(
        "CDSProjectContracts", dataAreaId="usmfx", ProjectContractID="K", CurrencyCode="USD"
    )
    assert "field 'Company' is longer than 4 characters" in inner_message(response)


def test_unset_fields_are_filled_in(business: Finops) -> None:
    customer = business.created(
        "CustomersV2", dataAreaId="demf", CustomerAccount="C-1", CustomerGroupId="10"
    )
    assert (customer["SalesCurrencyCode"], customer["LanguageId"]) == ("EUR", "en-us")
    order = business.created(
        "CDSSalesOrderHeaders",
        dataAreaId="demf",
        SalesOrderNumber="WO-7",
        OrderingCustomerAccountNumber="c-1",
    )
    assert order["InvoiceCustomerAccountNumber"] == "c-1"
    assert (order["CurrencyCode"], order["SalesOrderStatus"]) == ("EUR", "Backorder")
    line = business.created("CDSSalesOrderLines", **order_line())
    assert (line["SalesUnitSymbol"], line["ProductName"]) == ("ea", "Product 1")
    assert line["CurrencyCode"] == "USD"
    invoice_line = business.created(
        "CDSFreeTextInvoiceLines",
        ExternalInvoiceId="INV-1",
        LineNumber=3,
        MainAccountDisplayValue="401100",
        Quantity=3,
        UnitPrice=1.115,
    )
    assert invoice_line["TransactionCurrencyAmount"] == 3.35


INVOICE = "/data/CDSFreeTextInvoiceHeaders(dataAreaId='usmf',ExternalInvoiceId='INV-1')"
INVOICE_LINE = (
    "/data/CDSFreeTextInvoiceLines(dataAreaId='usmf',ExternalInvoiceId='INV-1',LineNumber=1)"
)


def test_posting_sets_the_header(business: Finops) -> None:
    assert business.post_invoice("inv-1").json() == {"posted": 1}
    assert business.client.get(INVOICE).json()["IsPosted"] == "Yes"
    assert business.post_invoice("none").status_code == 404
    assert business.client.post("/sandbox/finops/post-invoice", json={}).status_code == 400


@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        ("PATCH", INVOICE, {"CustomerReference": "x"}),
        ("DELETE", INVOICE, None),
        ("PATCH", INVOICE_LINE, {"Quantity": 2}),
        ("DELETE", INVOICE_LINE, None),
        (
            "POST",
            "/data/CDSFreeTextInvoiceLines",
            {"ExternalInvoiceId": "inv-1", "LineNumber": 2, "MainAccountDisplayValue": "401100"},
        ),
    ],
)
def test_a_posted_invoice_takes_no_change(
    business: Finops, method: str, address: str, body: dict[str, object] | None
) -> None:
    business.post_invoice("INV-1")
    before = business.content("CDSFreeTextInvoiceLines")
    response = business.client.request(method, address, json=body)
    assert response.status_code == 400
    assert response.json()["error"]["innererror"]["type"] == WRITE_EXCEPTION
    assert "has been posted and cannot be changed." in inner_message(response)
    assert business.content("CDSFreeTextInvoiceLines") == before
