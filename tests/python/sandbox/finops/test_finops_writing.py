"""Writing row by row: what is taken, what is filled in, what is refused and in which words."""

import httpx
import pytest
from finops_service import CONTRACT_LINE, MILESTONE, Finops, inner_message

WRITE_EXCEPTION = "Microsoft.Dynamics.Platform.Integration.Services.OData.AxODataWriteException"
CONTRACT = "/data/CDSProjectContracts(dataAreaId='usmf',ProjectContractID='K-1')"
NOTHING = "00000000-0000-0000-0000-000000000000"


def milestone(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "TransactionId": MILESTONE,
        "ContractLineRef": CONTRACT_LINE,
        "InvoiceDate": "2021-04-04T12:00:00Z",
        "CurrencyId": "USD",
        "Amount": 10,
    }
    return row | changes


def order_line(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "SalesOrderNumber": "WO-1",
        "LineCreationSequenceNumber": 1,
        "ProductNumber": "P-1",
    }
    return row | changes


def without(row: dict[str, object], name: str) -> dict[str, object]:
    return {key: value for key, value in row.items() if key != name}


def test_post_answers_201_with_the_row(service: Finops) -> None:
    response = service.post("CDSProjectContracts", ProjectContractID="K-1", CurrencyCode="USD")
    assert response.status_code == 201
    row = response.json()
    assert (row["dataAreaId"], row["ProjectContractID"], row["Name"]) == ("usmf", "K-1", "")
    assert row["@odata.etag"].startswith('W/"')


def test_company_of_the_body_picks_the_company(service: Finops) -> None:
    row = service.created(
        "CDSProjectContracts", dataAreaId="DEMF", ProjectContractID="K-1", CurrencyCode="EUR"
    )
    assert row["dataAreaId"] == "demf"


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_update_answers_204_and_keeps_what_it_does_not_give(business: Finops, method: str) -> None:
    assert business.client.patch(CONTRACT, json={"PaymentTerms": "Net30"}).status_code == 204
    response = business.client.request(method, CONTRACT, json={"Name": "Bridge  "})
    assert (response.status_code, response.text) == (204, "")
    row = business.client.get(CONTRACT).json()
    assert (row["Name"], row["PaymentTerms"], row["CurrencyCode"]) == ("Bridge", "Net30", "USD")


@pytest.mark.parametrize("method", ["PATCH", "PUT", "DELETE"])
def test_a_change_of_an_absent_row_never_creates_it(service: Finops, method: str) -> None:
    body = None if method == "DELETE" else {"CurrencyCode": "USD"}
    response = service.client.request(method, CONTRACT, json=body)
    assert response.status_code == 400
    assert inner_message(response) == "No resources were found when selecting for update."
    assert service.content("CDSProjectContracts") == []


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_rows_of_another_company_are_absent_without_cross_company(
    service: Finops, method: str
) -> None:
    address = "/data/CustomersV2(dataAreaId='demf',CustomerAccount='DE-001')"
    body = None if method == "DELETE" else {"NameAlias": "E"}
    response = service.client.request(method, address, json=body)
    assert inner_message(response) == "No resources were found when selecting for update."
    across = service.client.request(method, f"{address}?cross-company=true", json=body)
    assert across.status_code == 204


def test_delete_answers_204(business: Finops) -> None:
    address = "/data/CDSProjects(dataAreaId='usmf',ProjectID='PRJ-1')"
    assert business.client.delete(address).status_code == 204
    assert business.content("CDSProjects") == []


def test_lines_go_with_their_header(business: Finops) -> None:
    address = "/data/CDSFreeTextInvoiceHeaders(dataAreaId='usmf',ExternalInvoiceId='INV-1')"
    assert business.client.delete(address).status_code == 204
    assert business.content("CDSFreeTextInvoiceLines") == []


@pytest.mark.parametrize("number", ["K-1", "k-1", "K-1  "])
def test_duplicate_key_is_refused_however_it_is_written(business: Finops, number: str) -> None:
    response = business.post("CDSProjectContracts", ProjectContractID=number, CurrencyCode="USD")
    assert response.status_code == 400
    assert response.json()["error"]["innererror"]["type"] == WRITE_EXCEPTION
    assert inner_message(response) == (
        "Write failed for table row of type 'ProjCDSProjectContractEntity'. Infolog: Info: Cannot "
        "create a record in Project contracts (ProjInvoiceTable). Project contract: "
        f"{number.strip()}.\nThe record already exists.."
    )


def test_the_status_of_a_duplicate_is_a_doubt(business: Finops) -> None:
    business.turn("finops_duplicate_status", 500)
    response = business.post("CDSProjectContracts", ProjectContractID="K-1", CurrencyCode="USD")
    assert response.status_code == 500
    assert "The record already exists" in inner_message(response)


def test_the_same_key_in_another_company_is_another_row(business: Finops) -> None:
    business.created(
        "CDSProjectContracts", dataAreaId="ussi", ProjectContractID="K-1", CurrencyCode="USD"
    )
    assert len(business.content("CDSProjectContracts")) == 2


def test_unknown_property_is_refused(service: Finops) -> None:
    response = service.post("CDSProjectContracts", ProjectContractID="K", SourceDataID="x")
    assert response.status_code == 400
    assert inner_message(response) == (
        "The property 'SourceDataID' does not exist on type "
        "'Microsoft.Dynamics.DataEntities.CDSProjectContract'. Make sure to only use property "
        "names that are defined by the type."
    )


def test_annotations_are_passed_over(service: Finops) -> None:
    body = {"@odata.type": "#x", "ProjectContractID": "K", "CurrencyCode": "USD"}
    assert service.client.post("/data/CDSProjectContracts", json=body).status_code == 201


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("Amount", "ten", "Edm.Decimal"),
        ("Amount", "10", "Edm.Decimal"),
        ("Amount", True, "Edm.Decimal"),
        ("Amount", 1e17, "Edm.Decimal"),
        ("InvoiceDate", "2021-04-04", "Edm.DateTimeOffset"),
        ("InvoiceDate", "2021-02-30T12:00:00Z", "Edm.DateTimeOffset"),
        ("InvoiceDate", "2021-04-04T12:00:00", "Edm.DateTimeOffset"),
        ("TransactionId", "not-a-guid", "Edm.Guid"),
        ("Description", 5, "Edm.String"),
        ("CurrencyId", ["USD"], "Edm.String"),
    ],
)
def test_wrong_type_is_refused(business: Finops, name: str, value: object, kind: str) -> None:
    response = business.post("CDSProjectContractLineMilestones", **milestone(**{name: value}))
    assert response.status_code == 400
    assert f"to the expected type '{kind}'" in inner_message(response)
    assert business.content("CDSProjectContractLineMilestones") == []


@pytest.mark.parametrize("value", ["Robot", "Time and material", 1, True])
def test_enumerations_take_member_names_only(business: Finops, value: object) -> None:
    response = business.post(
        "CDSProjectContractLines",
        ContractId="K-1",
        ContractLine=2,
        TransactionId=MILESTONE,
        Type=value,
    )
    assert inner_message(response) == (
        f"Cannot convert the literal '{value}' to the expected type "
        "'Microsoft.Dynamics.DataEntities.PSAContractLineType'."
    )


@pytest.mark.parametrize("value", [1.5, 2**31, "1"])
def test_whole_numbers_are_whole(business: Finops, value: object) -> None:
    line = order_line(LineCreationSequenceNumber=value)
    response = business.post("CDSSalesOrderLines", **line)
    assert "to the expected type 'Edm.Int32'" in inner_message(response)


@pytest.mark.parametrize("name", ["Amount", "InvoiceDate", "ContractLineRef"])
def test_numbers_dates_and_guids_are_never_null(business: Finops, name: str) -> None:
    response = business.post("CDSProjectContractLineMilestones", **milestone(**{name: None}))
    assert inner_message(response).startswith(
        f"A null value was found for the property named '{name}'"
    )


def test_a_null_text_is_the_empty_text(business: Finops) -> None:
    business.client.patch(CONTRACT, json={"Name": "x"})
    assert business.client.patch(CONTRACT, json={"Name": None}).status_code == 204
    assert business.client.get(CONTRACT).json()["Name"] == ""


@pytest.mark.parametrize(
    ("sent", "day"),
    [
        ("2021-04-04T12:00:00Z", "2021-04-04"),
        ("2021-04-04T00:00:00Z", "2021-04-04"),
        ("2021-04-04T00:00:00+02:00", "2021-04-03"),
        ("2021-04-04T20:00:00-07:00", "2021-04-05"),
    ],
)
def test_a_date_is_the_day_of_its_moment_in_utc(business: Finops, sent: str, day: str) -> None:
    row = business.created("CDSProjectContractLineMilestones", **milestone(InvoiceDate=sent))
    assert row["InvoiceDate"] == f"{day}T12:00:00Z"


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"Amount": NaN}', b"\xff"])
def test_a_body_that_is_no_json_object_is_refused(service: Finops, body: bytes) -> None:
    assert service.client.post("/data/CDSProjects", content=body).status_code == 400


def test_the_key_of_a_row_cannot_change(business: Finops) -> None:
    assert business.client.patch(CONTRACT, json={"ProjectContractID": "k-1"}).status_code == 204
    response = business.client.patch(CONTRACT, json={"ProjectContractID": "K-2"})
    assert response.status_code == 400


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "PUT"])
def test_changes_need_a_key_and_creations_none(business: Finops, method: str) -> None:
    response = business.client.request(method, "/data/CDSProjects", json={})
    assert response.status_code == 404
    assert business.client.post(CONTRACT, json={}).status_code == 404


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
    refused = []
    service.created(
        "CDSSalesOrderHeaders",
        dataAreaId="demf",
        SalesOrderNumber="WO-1",
        OrderingCustomerAccountNumber="DE-001",
    )
    for number in range(1, 41):
        line = order_line(
            dataAreaId="demf", LineCreationSequenceNumber=number, ProductNumber=f"P-{number}"
        )
        response = service.post("CDSSalesOrderLines", **line)
        if response.status_code != 201:
            refused.append(inner_message(response))
    assert len(refused) == 1
    assert "in the related table 'Released products'" in refused[0]


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


def post_invoice(service: Finops, number: str) -> httpx.Response:
    body = {"dataAreaId": "USMF", "ExternalInvoiceId": number}
    return service.client.post("/sandbox/finops/post-invoice", json=body)


def test_posting_sets_the_header(business: Finops) -> None:
    assert post_invoice(business, "inv-1").json() == {"posted": 1}
    assert business.client.get(INVOICE).json()["IsPosted"] == "Yes"
    assert post_invoice(business, "none").status_code == 404
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
    post_invoice(business, "INV-1")
    before = business.content("CDSFreeTextInvoiceLines")
    response = business.client.request(method, address, json=body)
    assert response.status_code == 400
    assert response.json()["error"]["innererror"]["type"] == WRITE_EXCEPTION
    assert "has been posted and cannot be changed." in inner_message(response)
    assert business.content("CDSFreeTextInvoiceLines") == before


def test_throttling_says_how_long_to_wait(service: Finops) -> None:
    service.turn("finops_throttled", 7, count=1)
    response = service.client.get("/data/CustomersV2")
    assert (response.status_code, response.headers["Retry-After"]) == (429, "7")
    assert response.json()["error"]["message"] == (
        "This request could not be processed at this time due to system experiencing high "
        "resource utilization. Retry the request after 7 seconds"
    )
    assert service.client.get("/data/CustomersV2").status_code == 200


def test_a_connection_dropped_before_the_work_leaves_nothing(service: Finops) -> None:
    service.turn("finops_reset_before", True, count=1)
    with pytest.raises(httpx.RemoteProtocolError):
        service.post("CDSProjectContracts", ProjectContractID="K", CurrencyCode="USD")
    assert service.content("CDSProjectContracts") == []


def test_a_connection_dropped_after_the_work_leaves_the_row(service: Finops) -> None:
    service.turn("reset", True, count=1)
    with pytest.raises(httpx.RemoteProtocolError):
        service.post("CDSProjectContracts", ProjectContractID="K", CurrencyCode="USD")
    assert len(service.content("CDSProjectContracts")) == 1


def test_the_tables_of_the_data_management_are_not_written_by_clients(service: Finops) -> None:
    assert service.post("DataManagementDefinitionGroups", Name="x").status_code == 404
