"""A work order from schedule to invoice, with real processes and sockets."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from world import BUILD, Restore, Row, World, by

UNSCHEDULED, SCHEDULED, IN_PROGRESS, COMPLETED, POSTED = range(690970000, 690970005)
ESTIMATED, USED = 690970000, 690970001
STOCK = "InventWarehouseOnHandCDSEntity"
WORK_ORDER, PRODUCT_LINE, SERVICE_LINE = (f"facade00-0000-4000-8000-00000000000{n}" for n in "123")
NUMBER = "WO-LIFE-1"
OF_ORDER = ("msdyn_workorder", "msdyn_workorderproduct", "msdyn_workorderservice")
INVOICES = (
    "ExternallyMaintainedCustomerSalesInvoiceHeaders",
    "ExternallyMaintainedCustomerSalesInvoiceLines",
)


def create(world: World, collection: str, **values: Any) -> None:
    world.ask("POST", f"/api/data/v9.2/{collection}", values)


def change(world: World, collection: str, row_id: str, **values: Any) -> None:
    world.ask("PATCH", f"/api/data/v9.2/{collection}({row_id})", values)


def bound(**references: tuple[str, str]) -> Row:
    """Lookups as they are written: navigation property -> collection and id."""
    return {
        f"{navigation}@odata.bind": f"/{collection}({row_id})"
        for navigation, (collection, row_id) in references.items()
    }


def draw_up(world: World) -> None:
    """A work order that nobody has planned so far: five of a product, two hours of a service."""
    model = next(
        row
        for row in world.dataverse("msdyn_workorders")
        if row["msdyn_systemstatus"] == SCHEDULED
        and row["msdyn_name"] in {order["SalesOrderNumber"] for order in orders_of(world, "usmf")}
    )
    products = world.dataverse("products")
    product = next(row for row in products if row["productnumber"] == "P00012")
    service = next(row for row in products if row["producttypecode"] == 3)
    create(
        world,
        "msdyn_workorders",
        msdyn_workorderid=WORK_ORDER,
        msdyn_name=NUMBER,
        msdyn_systemstatus=UNSCHEDULED,
        msdynce_hasexternallymaintainedproductsonly=True,
        **bound(
            msdyn_serviceaccount=("accounts", model["_msdyn_serviceaccount_value"]),
            msdyn_billingaccount=("accounts", model["_msdyn_serviceaccount_value"]),
            transactioncurrencyid=("transactioncurrencies", model["_transactioncurrencyid_value"]),
        ),
    )
    common = {
        "msdyn_lineorder": 1,
        "msdyn_linestatus": ESTIMATED,
        "msdyn_estimateunitamount": 20,
        "msdyn_estimatediscountamount": 0,
        "msdynce_invoicedunitamount": 0,
        "msdynce_invoiceddiscountamount": 0,
        "msdynce_headersystemstatus": UNSCHEDULED,
        "msdynce_orderhasexternalmaintainedproductsonly": True,
    }
    order = {"msdyn_workorder": ("msdyn_workorders", WORK_ORDER)}
    create(
        world,
        "msdyn_workorderproducts",
        msdyn_workorderproductid=PRODUCT_LINE,
        msdyn_estimatequantity=5,
        msdyn_quantity=0,
        msdyn_allocated=False,
        **common,
        **bound(
            **order,
            msdyn_product=("products", product["productid"]),
            msdyn_unit=("uoms", product["_defaultuomid_value"]),
        ),
    )
    create(
        world,
        "msdyn_workorderservices",
        msdyn_workorderserviceid=SERVICE_LINE,
        msdyn_estimateduration=120,
        msdynce_estimateddurationinhours=2,
        msdyn_duration=0,
        msdynce_durationinhours=0,
        msdynce_externallineorder=-1,
        **common,
        **bound(
            **order,
            msdyn_service=("products", service["productid"]),
            msdyn_unit=("uoms", service["_defaultuomid_value"]),
        ),
    )


def move_on(world: World, status: int) -> None:
    """A work order gets a status, and the solution tells its lines."""
    change(world, "msdyn_workorders", WORK_ORDER, msdyn_systemstatus=status)
    for collection, row_id in (
        ("msdyn_workorderproducts", PRODUCT_LINE),
        ("msdyn_workorderservices", SERVICE_LINE),
    ):
        change(world, collection, row_id, msdynce_headersystemstatus=status)


def allocate(world: World) -> None:
    change(world, "msdyn_workorderproducts", PRODUCT_LINE, msdyn_allocated=True)


def use_product(world: World) -> None:
    """Six pieces, of which the solution works out the price."""
    move_on(world, IN_PROGRESS)
    change(
        world,
        "msdyn_workorderproducts",
        PRODUCT_LINE,
        msdyn_linestatus=USED,
        msdyn_quantity=6,
        msdynce_decimalquantity=6,
        msdyn_totalamount=120,
        msdynce_invoicedunitamount=20,
    )


def use_service(world: World) -> None:
    """An hour and a half."""
    move_on(world, COMPLETED)
    change(
        world,
        "msdyn_workorderservices",
        SERVICE_LINE,
        msdyn_linestatus=USED,
        msdyn_duration=90,
        msdynce_durationinhours=1.5,
        msdyn_totalamount=30,
        msdynce_invoicedunitamount=20,
    )


LIFE: tuple[tuple[Callable[[World], None], str, str], ...] = (
    (lambda world: move_on(world, SCHEDULED), "0", "2"),
    (allocate, "5", "2"),
    (use_product, "6", "2"),
    (use_service, "6", "1.5"),
    (lambda world: move_on(world, POSTED), "6", "1.5"),
)
"""The worked example of the specification: what happens, and the two quantities in Finance then."""


def exchange(world: World, template: str, tables: Sequence[str], *load: str) -> Row:
    """Extract the tables that may have changed, build and load one template; returns its result."""
    selected = (word for table in tables for word in ("--select", table))
    assert world.d365("extract", *selected).returncode == 0
    built = world.dbt(*BUILD, "--selector", template)
    assert built.returncode == 0, built.stdout
    result: Row = world.json("load", "--select", template, *load)["templates"][0]
    return result


def orders_of(world: World, company: str) -> list[Row]:
    return [row for row in world.finance("CDSSalesOrderHeaders") if row["dataAreaId"] == company]


def quantities(world: World) -> dict[int, Decimal]:
    """Ordered quantity by line number of the work order."""
    return {
        row["LineCreationSequenceNumber"]: Decimal(row["OrderedSalesQuantity"])
        for row in world.finance("CDSSalesOrderLines")
        if row["SalesOrderNumber"] == NUMBER
    }


def levels(world: World) -> tuple[Decimal, Decimal]:
    """On hand and on order of the work order's product where its line is shipped from."""
    line = next(
        row
        for row in world.finance("CDSSalesOrderLines")
        if (row["SalesOrderNumber"], row["LineCreationSequenceNumber"]) == (NUMBER, 1)
    )
    wanted = (line["dataAreaId"], line["ProductNumber"], line["ShippingWarehouseId"])
    names = ("dataAreaId", "ProductNumber", "InventoryWarehouseId")
    rows = [row for row in world.finance(STOCK) if tuple(row[name] for name in names) == wanted]
    return (
        sum((Decimal(row["OnHandQuantity"]) for row in rows), Decimal()),
        sum((Decimal(row["OnOrderQuantity"]) for row in rows), Decimal()),
    )


@pytest.mark.parametrize("transport", ["package", "odata"])
def test_the_life_of_a_work_order(sent: Path, restore: Restore, transport: str) -> None:
    """From schedule to invoice: both lines at each step, then stock, voucher and no echo."""
    world = restore(sent)
    draw_up(world)
    on_order = []
    for step, product, service in LIFE:
        step(world)
        exchange(world, "work_orders", OF_ORDER, "--transport", transport)
        assert quantities(world) == {1: Decimal(product), -1: Decimal(service)}
        on_order.append(levels(world)[1])
    # what is on order follows the line
    assert [level - on_order[0] for level in on_order] == [0, 5, 6, 6, 6]
    (header,) = (row for row in orders_of(world, "usmf") if row["SalesOrderNumber"] == NUMBER)
    assert header["ExternalWorkOrderStatus"] == "ClosedPosted"
    on_hand, _ = levels(world)
    order = {"SalesOrderNumber": NUMBER}
    world.control("ship-order", "usmf", **order)
    assert levels(world) == (on_hand - 6, on_order[0])
    invoice = world.control("invoice-order", "usmf", **order)["InvoiceNumber"]
    (told,) = (
        row
        for row in world.finance("ExternallyMaintainedCustomerSalesInvoiceHeaders")
        if row["InvoiceNumber"] == invoice
    )
    assert told["LedgerVoucher"] and told["SalesOrderOriginType"] == "WorkOrderIntegration"
    # Finance is done with it: the invoice does not come back, and nothing goes again
    result = exchange(world, "sales_invoices", INVOICES)
    assert (result["filtered"], result["inserted"], result["updated"]) == (result["source"], 0, 0)
    assert invoice not in by(world.dataverse("invoices"), "invoicenumber")
    world.forget_requests()
    exchange(world, "work_orders", OF_ORDER, "--transport", transport)
    assert world.writes() == 0
