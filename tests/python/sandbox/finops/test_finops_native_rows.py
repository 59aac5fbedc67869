"""What Finance owns before any load, made from the facts that both halves share."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox import finops
from sandbox.database import Database

FACTS = """
insert into sandbox.shared_facts values
    ('product', 'A-1', null, '{"name": "Pump", "unit": "box", "description": "Big", "price": "10.10",
        "cost": "4.5", "currency": "USD", "type": "Item", "stocked": "Yes"}'),
    ('product', 'A-2', null, '{"name": "Advice", "unit": "hr", "price": "99", "type": "Service",
        "stocked": "No", "field_service_type": "Service"}'),
    ('native_warehouse', '13', 'usmf', '{"name": "Main", "site": "1"}'),
    ('native_warehouse', '61', 'demf', '{"name": "Berlin", "site": "6"}'),
    ('native_customer', 'EXT-1', 'usmf', '{"name": "Outside", "externally_maintained": "Yes"}'),
    ('native_customer', 'US-001', 'usmf', '{"name": "Inside"}'),
    ('native_project', 'FP-1', 'usmf', '{"name": "Refit", "type": "TimeMaterial",
        "stage": "Finished", "customer": "EXT-1"}'),
    ('native_project', 'FP-2', 'usmf', '{"name": "Plant", "type": "FixedPrice",
        "stage": "InProcess", "customer": null}'),
    ('native_vendor', 'V-1', 'usmf', '{"name": "Parts"}'),
    ('native_order', 'SO-1', 'usmf', '{"customer": "EXT-1", "status": "Active", "origin": null,
        "totals_updated": "Yes", "lines": [{"product": "A-1", "quantity": "3", "price": "19.99"}]}'),
    ('native_order', 'SO-2', 'usmf', '{"customer": "EXT-1", "status": "Confirmed",
        "origin": "WorkOrderIntegration", "totals_updated": "No",
        "lines": [{"product": "A-1", "quantity": "1", "price": "5"}]}'),
    ('native_order', 'SO-3', 'usmf', '{"customer": "US-001", "status": "PackingSlip", "origin": null,
        "totals_updated": "Yes", "lines": [{"product": "A-1", "quantity": "2", "price": "5"}]}'),
    ('native_order', 'SO-4', 'usmf', '{"customer": "EXT-1", "status": "Cancelled", "origin": null,
        "totals_updated": "Yes", "lines": [{"product": "A-1", "quantity": "7", "price": "5"}]}'),
    ('native_order', 'SO-5', 'usmf', '{"customer": "EXT-1", "status": "Invoiced", "origin": null,
        "totals_updated": "Yes", "lines": [{"product": "A-2", "quantity": "1.5", "price": "100"}]}'),
    ('native_purchase_order', 'PO-1', 'usmf', '{"vendor": "V-1", "status": "Confirmed",
        "warehouse": "51", "lines": [{"product": "A-1", "quantity": "10", "price": "4"}]}'),
    ('native_purchase_order', 'PO-2', 'usmf', '{"vendor": "V-1", "status": "Draft",
        "warehouse": "13", "lines": [{"product": "A-1", "quantity": "4", "price": "4"}]}');
"""


@pytest.fixture(scope="module")
def native() -> Iterator[Database]:
    """A service made from the facts above."""
    database = Database()
    with database.writing() as cursor:
        cursor.execute(FACTS)
    finops.create(database)
    yield database
    database.close()


def rows(native: Database, columns: str, source: str) -> list[tuple[Any, ...]]:
    quoted = ", ".join(f'"{name}"' for name in columns.split())
    found = native.cursor().execute(f'select {quoted} from finops."{source}" order by all')
    return found.fetchall()


def test_products_carry_what_the_facts_say(native: Database) -> None:
    found = rows(
        native,
        "ProductNumber dataAreaId ProductName SalesUnitSymbol SalesPrice UnitCost ProductType "
        "IsStockedProduct FieldServiceProductType",
        "EcoResSellableReleasedProductEntity",
    )
    shared = [(*row[:4], float(row[4]), float(row[5]), *row[6:]) for row in found][:4]
    assert shared == [
        ("A-1", "demf", "Pump", "box", 9.09, 4.5, "Item", "Yes", "Inventory"),
        ("A-1", "usmf", "Pump", "box", 10.1, 4.5, "Item", "Yes", "Inventory"),
        ("A-1", "ussi", "Pump", "box", 10.61, 4.5, "Item", "Yes", "Inventory"),
        ("A-2", "demf", "Advice", "hr", 89.1, 59.4, "Service", "No", "Service"),
    ]
    assert {row[0] for row in found[6:]} == {"P90001", "P90002", "P90003", "P90004", "P90005"}


def test_every_company_has_warehouse_13_and_those_of_the_facts(native: Database) -> None:
    found = rows(
        native, "dataAreaId WarehouseId OperationalSiteId WarehouseName", "InventWarehouseEntity"
    )
    assert found == [
        ("demf", "13", "1", "Main warehouse"),
        ("demf", "61", "6", "Berlin"),
        ("usmf", "13", "1", "Main"),
        ("usmf", "51", "5", "Warehouse of Finance"),
        ("ussi", "13", "1", "Main warehouse"),
    ]


def test_orders_are_where_their_status_says(native: Database) -> None:
    found = rows(
        native,
        "SalesOrderNumber SalesOrderStatus SalesOrderProcessingStatus AreTotalsUpdated "
        "SalesOrderOriginType OrderingCustomerIsExternallyMaintained OrderTotalAmount",
        "SalesOrderHeaderCDSEntity shown",
    )
    assert [(*row[:6], float(row[6])) for row in found] == [
        ("SO-1", "Backorder", "Active", "Yes", "None", "Yes", 65.97),
        ("SO-2", "Backorder", "Confirmed", "No", "WorkOrderIntegration", "Yes", 0),
        ("SO-3", "Delivered", "PackingSlip", "Yes", "None", "No", 11),
        ("SO-4", "Canceled", "Cancelled", "Yes", "None", "Yes", 38.5),
        ("SO-5", "Invoiced", "Invoiced", "Yes", "None", "Yes", 165),
    ]
    lines = rows(native, "SalesOrderNumber ProductName SalesUnitSymbol", "SalesOrderLineCDSEntity")
    assert lines[0] == ("SO-1", "Pump", "box")
    assert lines[4] == ("SO-5", "Advice", "hr")


def test_an_invoiced_order_has_its_invoice(native: Database) -> None:
    found = rows(
        native,
        "SalesOrderNumber InvoiceNumber",
        "SalesExternallyMaintainedCustomerSalesInvoiceHeaderEntity",
    )
    assert found == [("SO-5", "usmf-SI-000001")]


def test_stock_counts_what_was_delivered_and_what_is_open(native: Database) -> None:
    found = rows(
        native,
        "dataAreaId InventoryWarehouseId ProductNumber OnHandQuantity OnOrderQuantity "
        "OrderedQuantity",
        "InventWarehouseOnHandCDSEntity shown",
    )
    told = {row[:3]: tuple(float(number) for number in row[3:]) for row in found}
    assert told["usmf", "13", "A-1"] == (10.5, 4, 4)
    assert told["usmf", "51", "A-1"] == (12.5, 0, 10)
    assert ("usmf", "13", "A-2") not in told


def test_projects_vendors_and_purchase_orders(native: Database) -> None:
    projects = rows(
        native, "ProjectID ProjectType ProjectStage CustomerAccount", "ProjectEntity shown"
    )
    assert projects == [
        ("FP-1", "TimeMaterial", "Finished", "EXT-1"),
        ("FP-2", "FixedPrice", "InProcess", ""),
    ]
    vendors = rows(native, "VendorAccountNumber VendorOrganizationName", "VendVendorV2Entity")
    assert vendors == [("V-1", "Parts")]
    purchases = rows(
        native,
        "PurchaseOrderNumber DocumentApprovalStatus PurchaseOrderStatus "
        "DefaultReceivingWarehouseId",
        "PurchPurchaseOrderHeaderV2Entity",
    )
    assert purchases == [
        ("PO-1", "Confirmed", "Backorder", "51"),
        ("PO-2", "Draft", "Backorder", "13"),
    ]


def test_opening_again_changes_nothing(native: Database) -> None:
    before = rows(native, "ProductNumber dataAreaId", "EcoResSellableReleasedProductEntity")
    finops.create(native)
    after = rows(native, "ProductNumber dataAreaId", "EcoResSellableReleasedProductEntity")
    assert after == before
