"""Sales orders after they arrived: computed attributes, totals, packing slip, invoice."""

from typing import Any

import pytest
from finops_documents import customer, done, line, moved, of_company, order, refusal, stock
from finops_service import Finops, inner_message

HEADER = "/data/CDSSalesOrderHeaders(dataAreaId='usmf',SalesOrderNumber='SO-1')"
LINE = (
    "/data/CDSSalesOrderLines"
    "(dataAreaId='usmf',SalesOrderNumber='SO-1',LineCreationSequenceNumber=1)"
)


@pytest.fixture
def ordered(service: Finops) -> Finops:
    """A service with order SO-1 of a customer from outside: two of P-1 for 10.50."""
    customer(service)
    order(service)
    line(service)
    return service


def read(service: Finops, address: str) -> dict[str, Any]:
    row: dict[str, Any] = service.client.get(address).json()
    return row


def test_an_order_takes_name_and_warehouse_from_its_customer(service: Finops) -> None:
    customer(service)
    row = service.created(
        "CDSSalesOrderHeaders", SalesOrderNumber="SO-1", OrderingCustomerAccountNumber="EXT-1"
    )
    assert row["SalesOrderName"] == "Outside Ltd"
    assert row["DefaultShippingWarehouseId"] == "13"
    assert row["SalesOrderProcessingStatus"] == "Active"
    assert row["AreTotalsUpdated"] == "No"


def test_the_name_of_a_person_is_the_name_of_the_order(service: Finops) -> None:
    service.created(
        "CustomersV2",
        CustomerAccount="CON-1",
        CustomerGroupId="10",
        PartyType="Person",
        PersonFirstName="Ada",
        PersonLastName="Byron",
    )
    order(service, account="CON-1")
    assert read(service, HEADER)["SalesOrderName"] == "Ada Byron"


def test_whether_a_customer_is_maintained_externally_follows_the_customer(ordered: Finops) -> None:
    for address in (HEADER, LINE):
        row = read(ordered, address)
        assert row["OrderingCustomerIsExternallyMaintained"] == "Yes"
        assert row["InvoiceCustomerIsExternallyMaintained"] == "Yes"
    ordered.client.patch(HEADER, json={"InvoiceCustomerAccountNumber": "US-001"})
    for address in (HEADER, LINE):
        row = read(ordered, address)
        assert row["OrderingCustomerIsExternallyMaintained"] == "Yes"
        assert row["InvoiceCustomerIsExternallyMaintained"] == "No"
    ordered.client.patch(
        "/data/CustomersV2(dataAreaId='usmf',CustomerAccount='EXT-1')",
        json={"IsExternallyMaintained": "No"},
    )
    assert read(ordered, HEADER)["OrderingCustomerIsExternallyMaintained"] == "No"


def test_computed_attributes_can_be_filtered(ordered: Finops) -> None:
    condition = "OrderingCustomerIsExternallyMaintained eq 'Yes'"
    rows = ordered.client.get(f"/data/CDSSalesOrderHeaders?$filter={condition}").json()["value"]
    assert [row["SalesOrderNumber"] for row in rows] == ["SO-1"]


def test_a_line_has_an_amount_a_warehouse_and_the_site_of_the_warehouse(ordered: Finops) -> None:
    line(ordered, position=2, OrderedSalesQuantity=3, SalesPrice=0.335, TotalDiscountAmount=0.5)
    rows = ordered.content("CDSSalesOrderLines")
    assert [row["LineAmount"] for row in rows] == [21, 0.51]
    assert {(row["ShippingWarehouseId"], row["ShippingSiteId"]) for row in rows} == {("13", "1")}


def test_a_line_keeps_the_site_that_was_given(service: Finops) -> None:
    order(service, account="US-001")
    line(service, ShippingSiteId="2")
    assert read(service, LINE)["ShippingSiteId"] == "2"


def test_an_order_that_a_client_cancels_is_no_longer_on_order(ordered: Finops) -> None:
    start = stock(ordered)
    assert ordered.client.patch(HEADER, json={"SalesOrderStatus": "Canceled"}).is_success
    assert moved(start, stock(ordered)) == ("0", "-2", "0")
    assert "has been canceled" in refusal(ordered, "ship-order", "SO-1")


def test_a_line_without_any_warehouse_takes_that_of_the_product(service: Finops) -> None:
    order(service, account="US-001")
    line(service)
    assert read(service, LINE)["ShippingWarehouseId"] == "13"


def test_confirming_calculates_the_totals(ordered: Finops) -> None:
    line(
        ordered,
        position=2,
        OrderedSalesQuantity=3,
        SalesPrice=3.33,
        TotalDiscountAmount=0.99,
        ProductNumber="P90003",
    )
    ordered.client.patch(HEADER, json={"OrderTotalChargesAmount": 5.05, "TotalDiscountAmount": 1})
    assert done(ordered, "confirm-order", "SO-1") == {"confirmed": 1}
    row = read(ordered, HEADER)
    assert row["SalesOrderProcessingStatus"] == "Confirmed"
    assert row["SalesOrderStatus"] == "Backorder"
    assert row["AreTotalsUpdated"] == "Yes"
    # 21 and 9.99 - 0.99 = 9; tax of lines 2.10 + 0.90; tax of charges 0.505, half up
    assert row["OrderHeaderTaxAmount"] == 0.51
    assert row["OrderTotalTaxAmount"] == 3.51
    assert row["OrderTotalDiscountAmount"] == 1.99
    assert row["OrderTotalAmount"] == 37.56
    lines = ordered.content("CDSSalesOrderLines")
    assert [item["TotalTaxAmount"] for item in lines] == [2.1, 0.9]
    assert {item["SalesOrderProcessingStatus"] for item in lines} == {"Confirmed"}
    assert {item["AreSalesOrderTotalsUpdated"] for item in lines} == {"Yes"}
    assert {item["AreTotalsCalculated"] for item in lines} == {"Yes"}


@pytest.mark.parametrize(
    "change", [{"OrderTotalChargesAmount": 1}, {"TotalDiscountAmount": 1}], ids=str
)
def test_money_of_the_header_makes_totals_old(ordered: Finops, change: dict[str, int]) -> None:
    done(ordered, "confirm-order", "SO-1")
    ordered.client.patch(HEADER, json=change)
    assert read(ordered, HEADER)["AreTotalsUpdated"] == "No"


def test_a_changed_line_makes_totals_old_until_the_batch_job(ordered: Finops) -> None:
    done(ordered, "confirm-order", "SO-1")
    assert of_company(ordered, "calculate-totals") == {"calculated": 1}
    ordered.client.patch(HEADER, json={"CustomersOrderReference": "no money"})
    assert read(ordered, HEADER)["AreTotalsUpdated"] == "Yes"
    ordered.client.patch(LINE, json={"OrderedSalesQuantity": 4})
    assert read(ordered, HEADER)["AreTotalsUpdated"] == "No"
    assert of_company(ordered, "calculate-totals") == {"calculated": 1}
    assert read(ordered, HEADER)["OrderTotalAmount"] == 46.2
    line(ordered, position=2)
    assert read(ordered, HEADER)["AreTotalsUpdated"] == "No"
    of_company(ordered, "calculate-totals")
    second = LINE.replace("Number=1", "Number=2")
    assert ordered.client.delete(second).status_code == 204
    assert read(ordered, HEADER)["AreTotalsUpdated"] == "No"


def test_the_batch_job_is_for_one_company(ordered: Finops) -> None:
    assert of_company(ordered, "calculate-totals", "demf") == {"calculated": 0}
    assert read(ordered, HEADER)["AreTotalsUpdated"] == "No"


def test_shipping_takes_stock_out_of_the_warehouse_of_the_line(ordered: Finops) -> None:
    line(ordered, position=2, ShippingWarehouseId="51", OrderedSalesQuantity=1.25)
    line(ordered, position=3, ProductNumber="P90003")
    main, other = stock(ordered), stock(ordered, warehouse="51")
    answer = done(ordered, "ship-order", "SO-1")
    assert answer == {"shipped": 1, "voucher": "usmf-PS-000001"}
    assert moved(main, stock(ordered)) == ("-2", "-2", "0")
    assert moved(other, stock(ordered, warehouse="51")) == ("-1.25", "-1.25", "0")
    row = read(ordered, HEADER)
    assert row["SalesOrderStatus"] == "Delivered"
    assert row["SalesOrderProcessingStatus"] == "PackingSlip"
    assert {item["SalesOrderLineStatus"] for item in ordered.content("CDSSalesOrderLines")} == {
        "Delivered"
    }


def test_an_order_is_on_order_from_its_arrival_to_its_end(service: Finops) -> None:
    customer(service)
    start = stock(service)
    order(service)
    line(service, ShippingWarehouseId="13")
    assert moved(start, stock(service)) == ("0", "2", "0")
    service.client.patch(LINE, json={"OrderedSalesQuantity": 7.5})
    assert moved(start, stock(service)) == ("0", "7.5", "0")
    done(service, "cancel-order", "SO-1")
    assert moved(start, stock(service)) == ("0", "0", "0")
    order(service, "SO-2")
    line(service, "SO-2")
    assert moved(start, stock(service)) == ("0", "2", "0")
    address = HEADER.replace("SO-1", "SO-2")
    assert service.client.delete(address).status_code == 204
    assert moved(start, stock(service)) == ("0", "0", "0")


def test_an_invoice_of_an_external_customer_can_be_read(ordered: Finops) -> None:
    ordered.client.patch(HEADER, json={"CustomersOrderReference": "PO 7"})
    line(ordered, position=2, TotalDiscountAmount=1, SalesPrice=5)
    done(ordered, "confirm-order", "SO-1")
    done(ordered, "ship-order", "SO-1")
    answer = done(ordered, "invoice-order", "SO-1", date="2024-02-29")
    assert answer == {"invoiced": 1, "InvoiceNumber": "usmf-SI-000001"}
    (row,) = ordered.content("ExternallyMaintainedCustomerSalesInvoiceHeaders")
    expected = {
        "InvoiceNumber": "usmf-SI-000001",
        "LedgerVoucher": "usmf-ARI-000001",
        "InvoiceDate": "2024-02-29T12:00:00Z",
        "SalesOrderNumber": "SO-1",
        "InvoiceCustomerAccountNumber": "EXT-1",
        "CustomersOrderReference": "PO 7",
        "CurrencyCode": "USD",
        "TotalDiscountAmount": 1,
        "TotalTaxAmount": 3,
        "TotalInvoiceAmount": 33,
    }
    assert {name: row[name] for name in expected} == expected
    lines = ordered.content("ExternallyMaintainedCustomerSalesInvoiceLines")
    told = [
        (
            item["LineCreationSequenceNumber"],
            item["InvoicedQuantity"],
            item["SalesPrice"],
            item["LineTotalDiscountAmount"],
            item["LineTotalTaxAmount"],
            item["LineAmount"],
            item["ProductName"],
            item["SalesUnitSymbol"],
        )
        for item in lines
    ]
    assert told == [
        (1, 2, 10.5, 0, 2.1, 21, "Product 1", "ea"),
        (2, 2, 5, 1, 0.9, 9, "Product 1", "ea"),
    ]
    header = read(ordered, HEADER)
    assert header["SalesOrderStatus"] == header["SalesOrderProcessingStatus"] == "Invoiced"


def test_invoices_are_read_by_page_and_by_key_with_a_date(ordered: Finops) -> None:
    done(ordered, "ship-order", "SO-1")
    done(ordered, "invoice-order", "SO-1", date="2024-02-29")
    full = {"Accept": "application/json;odata.metadata=full"}
    for collection in ("Headers", "Lines"):
        address = f"/data/ExternallyMaintainedCustomerSalesInvoice{collection}?cross-company=true"
        (row,) = ordered.client.get(address, headers=full).json()["value"]
        assert "InvoiceDate=2024-02-29T12:00:00Z" in row["@odata.editLink"]
        again = ordered.client.get(f"/data/{row['@odata.editLink']}")
        assert again.json()["InvoiceNumber"] == "usmf-SI-000001"
        other = row["@odata.editLink"].replace("02-29", "02-28")
        assert ordered.client.get(f"/data/{other}").status_code == 404
        wrong = row["@odata.editLink"].replace("02-29", "02-30")
        assert "No HTTP resource" in ordered.client.get(f"/data/{wrong}").json()["Message"]


def test_the_invoice_of_another_customer_is_not_seen(ordered: Finops) -> None:
    ordered.client.patch(HEADER, json={"InvoiceCustomerAccountNumber": "US-001"})
    done(ordered, "ship-order", "SO-1")
    done(ordered, "invoice-order", "SO-1")
    assert ordered.content("ExternallyMaintainedCustomerSalesInvoiceHeaders") == []
    assert ordered.content("ExternallyMaintainedCustomerSalesInvoiceLines") == []


def test_an_invoiced_order_cannot_be_changed(ordered: Finops) -> None:
    done(ordered, "ship-order", "SO-1")
    done(ordered, "invoice-order", "SO-1")
    sentence = "Error: Sales order SO-1 has been invoiced and cannot be changed."
    response = ordered.client.patch(HEADER, json={"CustomersOrderReference": "late"})
    assert sentence in inner_message(response)
    assert sentence in inner_message(ordered.client.patch(LINE, json={"SalesPrice": 1}))
    new_line = {
        "SalesOrderNumber": "SO-1",
        "LineCreationSequenceNumber": 2,
        "ProductNumber": "P-1",
    }
    assert sentence in inner_message(ordered.post("CDSSalesOrderLines", **new_line))
    assert sentence in inner_message(ordered.client.delete(HEADER))


@pytest.mark.parametrize(
    ("before", "control", "sentence"),
    [
        (("cancel-order",), "confirm-order", "has been canceled and cannot be confirmed."),
        (("cancel-order",), "ship-order", "has been canceled and cannot be delivered."),
        (("cancel-order",), "invoice-order", "has been canceled and cannot be invoiced."),
        (("ship-order",), "confirm-order", "has been delivered and cannot be confirmed."),
        (("ship-order",), "ship-order", "has been delivered and cannot be delivered."),
        (("ship-order",), "cancel-order", "has been delivered and cannot be canceled."),
        ((), "invoice-order", "has not been delivered and cannot be invoiced."),
        (
            ("ship-order", "invoice-order"),
            "confirm-order",
            "has been invoiced and cannot be confirmed.",
        ),
        (
            ("ship-order", "invoice-order"),
            "invoice-order",
            "has been invoiced and cannot be invoiced.",
        ),
    ],
)
def test_an_order_that_cannot_go_on_says_why(
    ordered: Finops, before: tuple[str, ...], control: str, sentence: str
) -> None:
    for step in before:
        done(ordered, step, "SO-1")
    start = stock(ordered)
    assert refusal(ordered, control, "SO-1") == f"Sales order SO-1 {sentence}"
    assert stock(ordered) == start


@pytest.mark.parametrize("control", ["confirm-order", "ship-order"])
def test_an_order_without_lines_is_refused(service: Finops, control: str) -> None:
    customer(service)
    order(service)
    assert refusal(service, control, "SO-1").startswith("Sales order SO-1 has no lines and cannot ")


def test_controls_of_orders_say_what_they_need(service: Finops) -> None:
    address = "/sandbox/finops/ship-order"
    missing = service.client.post(address, json={"dataAreaId": "usmf", "SalesOrderNumber": "none"})
    assert (missing.status_code, missing.json()) == (
        404,
        {"error": "There is no none in usmf."},
    )
    empty = service.client.post(address, json={"dataAreaId": "usmf"})
    assert empty.status_code == 400
    assert "needs dataAreaId and SalesOrderNumber" in empty.json()["error"]
    undated = service.client.post(
        "/sandbox/finops/invoice-order",
        json={"dataAreaId": "usmf", "SalesOrderNumber": "SO-1", "date": "tomorrow"},
    )
    assert undated.status_code == 400


def test_controls_of_companies_say_what_they_need(service: Finops) -> None:
    address = "/sandbox/finops/calculate-totals"
    assert service.client.post(address, json={"dataAreaId": "xxxx"}).status_code == 404
    assert service.client.post(address, json={}).status_code == 400
