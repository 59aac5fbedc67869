"""Purchase orders: what they take from vendor and product, confirmation, product receipts."""

import pytest
from finops_documents import (
    do,
    done,
    moved,
    purchase_line,
    purchase_order,
    refusal,
    stock,
    vendor,
)
from finops_service import Finops, inner_message

HEADER = "/data/PurchaseOrderHeadersV2(dataAreaId='usmf',PurchaseOrderNumber='PO-1')"
LINE = "/data/CDSPurchaseOrderLines(dataAreaId='usmf',PurchaseOrderNumber='PO-1',LineNumber=1)"


@pytest.fixture
def bought(service: Finops) -> Finops:
    """A service with purchase order PO-1: five of P-1 for 6."""
    vendor(service)
    purchase_order(service)
    purchase_line(service)
    return service


def test_a_purchase_order_takes_what_its_vendor_says(bought: Finops) -> None:
    row = bought.client.get(HEADER).json()
    assert (row["CurrencyCode"], row["LanguageId"]) == ("USD", "en-us")
    assert (row["InvoiceVendorAccountNumber"], row["PurchaseOrderName"]) == ("V-1", "Parts")
    assert (row["PurchaseOrderStatus"], row["DocumentApprovalStatus"]) == ("Backorder", "Approved")


def test_a_line_takes_name_unit_price_and_warehouse(bought: Finops) -> None:
    bought.created(
        "CDSPurchaseOrderLines", PurchaseOrderNumber="PO-1", LineNumber=2, ProductNumber="P90001"
    )
    row = bought.content("CDSPurchaseOrderLines")[1]
    assert (row["ProductName"], row["PurchaseUnitSymbol"]) == ("Pressure valve", "ea")
    assert (row["PurchasePrice"], row["ReceivingWarehouseId"]) == (27.3, "13")


def test_the_discount_of_a_purchase_line_is_per_unit(bought: Finops) -> None:
    bought.client.patch(LINE, json={"LineDiscountAmount": 0.25})
    assert bought.client.get(LINE).json()["LineAmount"] == 28.75


def test_a_purchase_order_is_ordered_until_it_is_received(service: Finops) -> None:
    vendor(service)
    start = stock(service, warehouse="51")
    purchase_order(service, DefaultReceivingWarehouseId="51")
    purchase_line(service)
    assert moved(start, stock(service, warehouse="51")) == ("0", "0", "5")
    done(service, "confirm-purchase-order", "PO-1")
    assert moved(start, stock(service, warehouse="51")) == ("0", "0", "5")
    done(service, "receive-purchase-order", "PO-1")
    assert moved(start, stock(service, warehouse="51")) == ("5", "0", "0")


def test_receiving_makes_a_receipt_of_the_lines(bought: Finops) -> None:
    purchase_line(bought, position=2, ProductNumber="P-2", OrderedPurchaseQuantity=1.5)
    bought.client.patch(HEADER, json={"AttentionInformation": "back door"})
    assert done(bought, "confirm-purchase-order", "PO-1") == {"confirmed": 1}
    assert bought.client.get(HEADER).json()["DocumentApprovalStatus"] == "Confirmed"
    answer = done(bought, "receive-purchase-order", "PO-1", date="2024-02-29")
    assert answer == {"received": 1, "ProductReceiptNumber": "usmf-PR-000001"}
    (header,) = bought.content("VendProductReceiptHeaderEntity")
    expected = {
        "ProductReceiptNumber": "usmf-PR-000001",
        "ProductReceiptDate": "2024-02-29T12:00:00Z",
        "PurchaseOrderNumber": "PO-1",
        "OrderVendorAccountNumber": "V-1",
        "AttentionInformation": "back door",
    }
    assert {name: header[name] for name in expected} == expected
    lines = bought.content("VendProductReceiptLineEntity")
    assert len({header["RecordId"], *(row["RecordId"] for row in lines)}) == 3
    assert {row["ProductReceiptHeaderRecordId"] for row in lines} == {str(header["RecordId"])}
    told = [
        (
            row["PurchaseOrderLineNumber"],
            row["ProductNumber"],
            row["ReceivedPurchaseQuantity"],
            row["RemainingPurchaseQuantity"],
            row["ReceivingWarehouseId"],
            row["ReceivingSiteId"],
        )
        for row in lines
    ]
    assert told == [("1", "P-1", 5, 0, "13", "1"), ("2", "P-2", 1.5, 0, "13", "1")]
    assert bought.client.get(HEADER).json()["PurchaseOrderStatus"] == "Received"
    assert {row["PurchaseOrderLineStatus"] for row in bought.content("CDSPurchaseOrderLines")} == {
        "Received"
    }


def test_a_received_purchase_order_cannot_be_changed(bought: Finops) -> None:
    done(bought, "confirm-purchase-order", "PO-1")
    done(bought, "receive-purchase-order", "PO-1")
    sentence = "Error: Purchase order PO-1 has been received and cannot be changed."
    response = bought.client.patch(HEADER, json={"AttentionInformation": "x"})
    assert sentence in inner_message(response)
    assert sentence in inner_message(bought.client.patch(LINE, json={"PurchasePrice": 1}))
    row = {"PurchaseOrderNumber": "PO-1", "LineNumber": 2, "ProductNumber": "P-1"}
    assert sentence in inner_message(bought.post("CDSPurchaseOrderLines", **row))


def test_a_purchase_order_that_cannot_go_on_says_why(bought: Finops) -> None:
    assert refusal(bought, "receive-purchase-order", "PO-1") == (
        "Purchase order PO-1 is not confirmed and cannot be received."
    )
    done(bought, "confirm-purchase-order", "PO-1")
    done(bought, "receive-purchase-order", "PO-1")
    for control, what in (("confirm", "confirmed"), ("receive", "received")):
        assert refusal(bought, f"{control}-purchase-order", "PO-1") == (
            f"Purchase order PO-1 has been received and cannot be {what}."
        )
    purchase_order(bought, "PO-2")
    assert refusal(bought, "confirm-purchase-order", "PO-2") == (
        "Purchase order PO-2 has no lines and cannot be confirmed."
    )
    assert do(bought, "confirm-purchase-order", "none").status_code == 404


def test_a_canceled_purchase_order_is_refused_and_no_longer_ordered(bought: Finops) -> None:
    start = stock(bought)
    bought.client.patch(HEADER, json={"PurchaseOrderStatus": "Canceled"})
    assert moved(start, stock(bought)) == ("0", "0", "-5")
    assert refusal(bought, "confirm-purchase-order", "PO-1") == (
        "Purchase order PO-1 has been canceled and cannot be confirmed."
    )


def test_lines_go_with_their_purchase_order(bought: Finops) -> None:
    assert bought.client.delete(HEADER).status_code == 204
    assert bought.content("CDSPurchaseOrderLines") == []
