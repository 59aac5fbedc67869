"""What happens to a purchase order after it arrived: confirmation, product receipt."""

from typing import Final

import duckdb

from sandbox.finops.documents import (
    DocumentRefused,
    NoSuchDocument,
    change_rows,
    make_rows,
    next_number,
)
from sandbox.finops.stock import move_lines
from sandbox.finops.store import first_row

HEADERS = "PurchPurchaseOrderHeaderV2Entity"
LINES = "PurchPurchaseOrderLineCDSEntity"
RECEIPTS = "VendProductReceiptHeaderEntity"
RECEIPT_LINES = "VendProductReceiptLineEntity"

PAST: Final = {
    "Received": "has been received",
    "Invoiced": "has been invoiced",
    "Canceled": "has been canceled",
}

CHOSEN_HEADER: Final = f"""
finops."{HEADERS}" as header
inner join chosen_purchase as chosen on header._key = chosen._key
"""
CHOSEN_LINES: Final = f"""
create or replace temporary table chosen_lines as
select _key, site, nextval('finops.record_ids') as record_id
from (
    select line._key, warehouse."OperationalSiteId" as site
    from finops."{LINES}" as line
    inner join chosen_purchase as chosen
        on chosen._key = lower(line."dataAreaId" || chr(31) || line."PurchaseOrderNumber")
    left join finops."InventWarehouseEntity" as warehouse
        on warehouse._key = lower(line."dataAreaId" || chr(31) || line."ReceivingWarehouseId")
    where line."PurchaseOrderLineStatus" = 'Backorder'
    order by line."LineNumber"
)
"""
OPEN_LINES: Final = f"""
finops."{LINES}" as line inner join chosen_lines as chosen on line._key = chosen._key
"""

OF_RECEIPT: Final = {
    "dataAreaId": 'header."dataAreaId"',
    "RecordId": "chosen.record_id",
    "OrderVendorAccountNumber": 'header."OrderVendorAccountNumber"',
    "ProductReceiptDate": "cast($day as timestamp)",
    "ProductReceiptNumber": "$number",
    "PurchaseOrderNumber": 'header."PurchaseOrderNumber"',
    "DeliveryAddressName": 'header."DeliveryAddressName"',
    "DeliveryModeId": 'header."DeliveryModeId"',
    "DeliveryTermsId": 'header."DeliveryTermsId"',
    "RequesterPersonnelNumber": 'header."RequesterPersonnelNumber"',
    "AttentionInformation": 'header."AttentionInformation"',
    "DeliveryAddressCity": 'header."DeliveryAddressCity"',
    "DeliveryAddressCountryRegionId": 'header."DeliveryAddressCountryRegionId"',
    "DeliveryAddressCountryRegionISOCode": 'header."DeliveryAddressCountryRegionISOCode"',
    "DeliveryAddressStateId": 'header."DeliveryAddressStateId"',
    "DeliveryAddressStreet": 'header."DeliveryAddressStreet"',
    "DeliveryAddressStreetNumber": 'header."DeliveryAddressStreetNumber"',
    "DeliveryAddressZipCode": 'header."DeliveryAddressZipCode"',
}
"""Attribute of a product receipt -> SQL over the header of its order."""

OF_RECEIPT_LINE: Final = {
    "dataAreaId": 'line."dataAreaId"',
    "RecordId": "chosen.record_id",
    "ProductReceiptDate": "cast($day as timestamp)",
    "ExpectedDeliveryDate": 'line."RequestedDeliveryDate"',
    "ItemNumber": 'line."ProductNumber"',
    "ProductNumber": 'line."ProductNumber"',
    "LineDescription": 'line."LineDescription"',
    "LineNumber": 'line."LineNumber"',
    "PurchaseOrderNumber": 'line."PurchaseOrderNumber"',
    "ProductReceiptNumber": "$number",
    "PurchaseOrderLineNumber": 'cast(line."LineNumber" as varchar)',
    "ProductReceiptHeaderRecordId": (
        "(select cast(record_id as varchar) from chosen_purchase limit 1)"
    ),
    "PurchaseUnitSymbol": 'line."PurchaseUnitSymbol"',
    "OrderedPurchaseQuantity": 'line."OrderedPurchaseQuantity"',
    "ReceivedPurchaseQuantity": 'line."OrderedPurchaseQuantity"',
    "ReceivedInventoryQuantity": 'line."OrderedPurchaseQuantity"',
    "ReceivingWarehouseId": 'line."ReceivingWarehouseId"',
    "ReceivingSiteId": "coalesce(chosen.site, '')",
}
"""Attribute of a receipt line -> SQL over the line of the order; a line is received whole."""


def confirm(cursor: duckdb.DuckDBPyConnection, company: str, number: str) -> None:
    """Confirm a purchase order. Raises NoSuchDocument and DocumentRefused."""
    _choose(cursor, company, number, "confirmed")
    change_rows(cursor, HEADERS, "\"DocumentApprovalStatus\" = 'Confirmed'", "chosen_purchase")


def receive(cursor: duckdb.DuckDBPyConnection, company: str, number: str, day: str) -> str:
    """Receive a confirmed purchase order whole: a product receipt, stock rises.

    Returns the number of the receipt. Raises NoSuchDocument and DocumentRefused.
    """
    approval = _choose(cursor, company, number, "received")
    if approval != "Confirmed":
        raise DocumentRefused(f"Purchase order {number} is not confirmed and cannot be received.")
    of_receipt = {
        "number": next_number(cursor, company, "PR"),
        "day": f"{day} 12:00:00",
    }
    make_rows(cursor, RECEIPTS, OF_RECEIPT, CHOSEN_HEADER, of_receipt)
    make_rows(cursor, RECEIPT_LINES, OF_RECEIPT_LINE, OPEN_LINES, of_receipt)
    move_lines(
        cursor,
        LINES,
        "chosen_lines",
        of_receipt["number"],
        warehouse="ReceivingWarehouseId",
        quantity='line."OrderedPurchaseQuantity"',
    )
    change_rows(cursor, LINES, "\"PurchaseOrderLineStatus\" = 'Received'", "chosen_lines")
    change_rows(cursor, HEADERS, "\"PurchaseOrderStatus\" = 'Received'", "chosen_purchase")
    return of_receipt["number"]


def _choose(cursor: duckdb.DuckDBPyConnection, company: str, number: str, done: str) -> str:
    """Make the temporary tables `chosen_purchase` and `chosen_lines` of one open order.

    Returns its approval status. Raises NoSuchDocument, and DocumentRefused when it cannot be `done`.
    """
    cursor.execute(
        f"""
        create or replace temporary table chosen_purchase as
        select _key, nextval('finops.record_ids') as record_id,
            "PurchaseOrderNumber" as number, "PurchaseOrderStatus" as status,
            "DocumentApprovalStatus" as approval
        from finops."{HEADERS}" where _key = lower(? || chr(31) || ?)
        """,
        [company, number],
    )
    cursor.execute(CHOSEN_LINES)
    found = first_row(
        cursor.execute(
            "select number, status, approval, (select count(*) from chosen_lines) "
            "from chosen_purchase"
        )
    )
    if found is None:
        raise NoSuchDocument
    name, status, approval, lines = found
    if status != "Backorder":
        past = PAST.get(status, "is not open")
        raise DocumentRefused(f"Purchase order {name} {past} and cannot be {done}.")
    if not lines:
        raise DocumentRefused(f"Purchase order {name} has no lines and cannot be {done}.")
    return str(approval)
