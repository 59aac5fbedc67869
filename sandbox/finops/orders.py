"""What happens to a sales order after it arrived: totals, confirmation, packing slip, invoice.

An order that cannot go on is refused with a sentence. Sales tax is ten percent of every line and of
the charges of the header, half up to two places.
"""

from collections.abc import Collection
from typing import Final

import duckdb

from sandbox.finops.documents import (
    NEXT_VERSION,
    DocumentRefused,
    NoSuchDocument,
    change_rows,
    make_rows,
    next_number,
)
from sandbox.finops.stock import move_lines
from sandbox.finops.store import first_row

HEADERS = "SalesOrderHeaderCDSEntity"
LINES = "SalesOrderLineCDSEntity"
INVOICES = "SalesExternallyMaintainedCustomerSalesInvoiceHeaderEntity"
INVOICE_LINES = "SalesExternallyMaintainedCustomerSalesInvoiceLineEntity"
TAX_RATE = "0.1"
MONEY_OF_HEADER = frozenset({"OrderTotalChargesAmount", "TotalDiscountAmount"})
PAST: Final = {
    "Backorder": "has not been delivered",
    "Delivered": "has been delivered",
    "Invoiced": "has been invoiced",
    "Canceled": "has been canceled",
}

CHOSEN_LINES: Final = f"""
create or replace temporary table chosen_lines as
select line._key, line."LineAmount" as amount,
    round(line."LineAmount" * {TAX_RATE}, 2) as tax,
    line."TotalDiscountAmount" as discount, chosen._key as order_key
from finops."{LINES} shown" as line
inner join chosen_orders as chosen
    on chosen._key = lower(line."dataAreaId" || chr(31) || line."SalesOrderNumber")
"""

TOTALS: Final = f"""
update finops."{HEADERS}" as t set {NEXT_VERSION},
    "AreTotalsUpdated" = 'Yes',
    "OrderHeaderTaxAmount" = totals.header_tax,
    "OrderTotalDiscountAmount" = totals.discount + t."TotalDiscountAmount",
    "OrderTotalTaxAmount" = totals.tax + totals.header_tax,
    "OrderTotalAmount" = totals.amount - t."TotalDiscountAmount" + t."OrderTotalChargesAmount"
        + totals.tax + totals.header_tax
from (
    select header._key,
        round(any_value(header."OrderTotalChargesAmount") * {TAX_RATE}, 2) as header_tax,
        coalesce(sum(line.amount), 0) as amount, coalesce(sum(line.tax), 0) as tax,
        coalesce(sum(line.discount), 0) as discount
    from finops."{HEADERS}" as header
    inner join chosen_orders as chosen on header._key = chosen._key
    left join chosen_lines as line on line.order_key = header._key
    group by header._key
) as totals
where t._key = totals._key
"""

FORGET_TOTALS: Final = f"""
update finops."{HEADERS}" as t set {NEXT_VERSION}, "AreTotalsUpdated" = 'No'
where t."AreTotalsUpdated" = 'Yes' and t._key in (
    select lower("dataAreaId" || chr(31) || "SalesOrderNumber")
    from checked where len(_findings) = 0
)
"""

CHOSEN_HEADER: Final = f"""
finops."{HEADERS} shown" as header
inner join chosen_orders as chosen on header._key = chosen._key
"""
SHOWN_LINES: Final = f"""
finops."{LINES} shown" as line inner join chosen_lines as chosen on line._key = chosen._key
"""

OF_INVOICE: Final = {
    "dataAreaId": 'header."dataAreaId"',
    "InvoiceNumber": "$number",
    "InvoiceDate": "cast($day as timestamp)",
    "LedgerVoucher": "$voucher",
    "ContactPersonId": 'header."ContactPersonId"',
    "CurrencyCode": 'header."CurrencyCode"',
    "CustomersOrderReference": 'header."CustomersOrderReference"',
    "DeliveryModeCode": 'header."DeliveryModeCode"',
    "DeliveryTermsCode": 'header."DeliveryTermsCode"',
    "InvoiceAddressCity": 'header."InvoiceAddressCity"',
    "InvoiceAddressCountryRegionId": 'header."InvoiceAddressCountryRegionId"',
    "InvoiceAddressCountryRegionISOCode": 'header."InvoiceAddressCountryRegionISOCode"',
    "InvoiceAddressState": 'header."InvoiceAddressStateId"',
    "InvoiceAddressStreet": 'header."InvoiceAddressStreet"',
    "InvoiceAddressStreetNumber": 'header."InvoiceAddressStreetNumber"',
    "InvoiceAddressZipCode": 'header."InvoiceAddressZipCode"',
    "InvoiceCustomerAccountNumber": 'header."InvoiceCustomerAccountNumber"',
    "PaymentTermsName": 'header."PaymentTermsName"',
    "SalesOrderNumber": 'header."SalesOrderNumber"',
    "SalesOrderResponsiblePersonnelNumber": 'header."OrderResponsiblePersonnelNumber"',
    "TotalChargeAmount": 'header."OrderTotalChargesAmount"',
    "TotalDiscountAmount": 'header."OrderTotalDiscountAmount"',
    "TotalInvoiceAmount": 'header."OrderTotalAmount"',
    "TotalTaxAmount": 'header."OrderTotalTaxAmount"',
    "InvoiceHeaderTaxAmount": 'header."OrderHeaderTaxAmount"',
    "SalesOrderOriginType": 'header."SalesOrderOriginType"',
}
"""Attribute of an invoice -> SQL over the header of its order."""

OF_INVOICE_LINE: Final = {
    "dataAreaId": 'line."dataAreaId"',
    "InvoiceNumber": "$number",
    "InvoiceDate": "cast($day as timestamp)",
    "LineCreationSequenceNumber": 'line."LineCreationSequenceNumber"',
    "LedgerVoucher": "$voucher",
    "ConfirmedShippingDate": 'line."ConfirmedShippingDate"',
    "CurrencyCode": 'line."CurrencyCode"',
    "ProductDescription": 'line."LineDescription"',
    "ProductName": 'line."ProductName"',
    "ProductNumber": 'line."ProductNumber"',
    "SalesUnitSymbol": 'line."SalesUnitSymbol"',
    "InvoicedQuantity": 'line."OrderedSalesQuantity"',
    "LineAmount": 'line."LineAmount"',
    "LineTotalChargeAmount": 'line."TotalChargesAmount"',
    "LineTotalDiscountAmount": 'line."TotalDiscountAmount"',
    "LineTotalTaxAmount": 'line."TotalTaxAmount"',
    "SalesPrice": 'line."SalesPrice"',
}
"""Attribute of an invoice line -> SQL over the line of the order as reading shows it."""


def calculate_totals(cursor: duckdb.DuckDBPyConnection, company: str) -> int:
    """Do the batch job: totals of the orders of `company` that need them; returns how many.

    Orders that are invoiced or canceled stay as they are.
    """
    cursor.execute(
        f"""
        create or replace temporary table chosen_orders as
        select _key from finops."{HEADERS}"
        where "dataAreaId" = lower(?) and "AreTotalsUpdated" = 'No'
            and "SalesOrderStatus" not in ('Invoiced', 'Canceled')
        """,
        [company],
    )
    cursor.execute(CHOSEN_LINES)
    _total_chosen(cursor)
    row = first_row(cursor.execute("select count(*) from chosen_orders"))
    return int(row[0]) if row else 0


def total(cursor: duckdb.DuckDBPyConnection, company: str, number: str) -> None:
    """Calculate the totals of one open order."""
    _choose(cursor, company, number, "Backorder", "calculated")
    _total_chosen(cursor)


def confirm(cursor: duckdb.DuckDBPyConnection, company: str, number: str) -> None:
    """Confirm an order: its totals are calculated, its processing status says so."""
    _choose(cursor, company, number, "Backorder", "confirmed")
    _total_chosen(cursor)
    _set_status(cursor, processing="Confirmed")


def cancel(cursor: duckdb.DuckDBPyConnection, company: str, number: str) -> None:
    """Cancel what has not been delivered of an order, which here is all of it."""
    _choose(cursor, company, number, "Backorder", "canceled")
    _set_status(cursor, "Canceled", "Cancelled")


def ship(cursor: duckdb.DuckDBPyConnection, company: str, number: str) -> str:
    """Post the packing slip of all lines: stock leaves the warehouses; returns the voucher."""
    _choose(cursor, company, number, "Backorder", "delivered")
    voucher = next_number(cursor, company, "PS")
    move_lines(
        cursor,
        LINES,
        "chosen_lines",
        voucher,
        warehouse="ShippingWarehouseId",
        quantity='-line."OrderedSalesQuantity"',
    )
    _set_status(cursor, "Delivered", "PackingSlip")
    return voucher


def invoice(cursor: duckdb.DuckDBPyConnection, company: str, number: str, day: str) -> str:
    """Post the invoice of a delivered order, dated `day`; returns its number.

    Totals are calculated anew. Only the invoice of a customer that is maintained externally is seen.
    """
    is_external = _choose(cursor, company, number, "Delivered", "invoiced")
    _total_chosen(cursor)
    invoice_number = next_number(cursor, company, "SI")
    of_invoice = {
        "number": invoice_number,
        "day": f"{day} 12:00:00",
        "voucher": next_number(cursor, company, "ARI"),
    }
    if is_external:
        make_rows(cursor, INVOICES, OF_INVOICE, CHOSEN_HEADER, of_invoice)
        make_rows(cursor, INVOICE_LINES, OF_INVOICE_LINE, SHOWN_LINES, of_invoice)
    _set_status(cursor, "Invoiced", "Invoiced")
    return invoice_number


def forget_totals(
    cursor: duckdb.DuckDBPyConnection, entity_name: str, given: Collection[str]
) -> None:
    """Note that totals are no longer right where `checked` holds lines, or money of headers."""
    if entity_name == LINES or (entity_name == HEADERS and not MONEY_OF_HEADER.isdisjoint(given)):
        cursor.execute(FORGET_TOTALS)


def _choose(
    cursor: duckdb.DuckDBPyConnection, company: str, number: str, status: str, done: str
) -> bool:
    """Make the temporary tables `chosen_orders` and `chosen_lines` of one order of that status.

    Returns whether its customer is maintained externally.
    Raises NoSuchDocument, and DocumentRefused when the order cannot be `done`.
    """
    cursor.execute(
        f"""
        create or replace temporary table chosen_orders as
        select _key, "SalesOrderNumber" as number, "SalesOrderStatus" as status,
            "InvoiceCustomerIsExternallyMaintained" = 'Yes' as is_external
        from finops."{HEADERS} shown" where _key = lower(? || chr(31) || ?)
        """,
        [company, number],
    )
    cursor.execute(CHOSEN_LINES)
    found = first_row(
        cursor.execute(
            "select number, status, is_external, (select count(*) from chosen_lines) "
            "from chosen_orders"
        )
    )
    if found is None:
        raise NoSuchDocument
    name, now, is_external, lines = found
    if now != status:
        past = PAST.get(now, "is not open")
        raise DocumentRefused(f"Sales order {name} {past} and cannot be {done}.")
    if not lines:
        raise DocumentRefused(f"Sales order {name} has no lines and cannot be {done}.")
    return bool(is_external)


def _total_chosen(cursor: duckdb.DuckDBPyConnection) -> None:
    cursor.execute(
        f"""
        update finops."{LINES}" as t set {NEXT_VERSION},
            "AreTotalsCalculated" = 'Yes', "TotalTaxAmount" = line.tax
        from chosen_lines as line where t._key = line._key
        """
    )
    cursor.execute(TOTALS)


def _set_status(
    cursor: duckdb.DuckDBPyConnection, status: str | None = None, processing: str = ""
) -> None:
    """Set the statuses of the chosen order; its lines have the same status as their header."""
    changes = [f"\"SalesOrderProcessingStatus\" = '{processing}'"]
    if status:
        changes.append(f"\"SalesOrderStatus\" = '{status}'")
        change_rows(cursor, LINES, f"\"SalesOrderLineStatus\" = '{status}'", "chosen_lines")
    change_rows(cursor, HEADERS, ", ".join(changes), "chosen_orders")
