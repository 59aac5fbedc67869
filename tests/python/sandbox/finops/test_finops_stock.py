"""Stock: what there is at the start, inventory journals, the export of what is on hand."""

from collections.abc import Mapping

import pytest
from finops_documents import (
    customer,
    done,
    line,
    moved,
    of_company,
    order,
    purchase_line,
    purchase_order,
    stock,
    vendor,
)
from finops_projects import Row, exported, land, send, set_up_export
from finops_service import Finops

ADJUSTMENTS = "CDS Inventory adjustment journal headers and lines"
TRANSFERS = "CDS inventory transfer journal headers and lines"
ON_HAND = "CDS inventory on-hand by warehouse"
ADJUSTMENT: Row = {
    "JOURNALNUMBER": "IAP000001",
    "LINENUMBER": "1",
    "JOURNALNAMEID": "IAdj",
    "PRODUCTNUMBER": "P-1",
    "INVENTORYQUANTITY": "-1.5",
    "WAREHOUSEID": "13",
}
TRANSFER: Row = {
    "JOURNALNUMBER": "ITP000001",
    "LINENUMBER": "1",
    "JOURNALNAMEID": "ITrf",
    "PRODUCTNUMBER": "P-1",
    "INVENTORYQUANTITY": "4",
    "SOURCEWAREHOUSEID": "13",
    "DESTINATIONWAREHOUSEID": "51",
}


def test_stocked_products_lie_in_the_warehouses_of_their_company(service: Finops) -> None:
    rows = service.content("InventWarehouseOnHandCDSEntity")
    assert {(row["dataAreaId"], row["InventoryWarehouseId"]) for row in rows} == {
        ("usmf", "13"),
        ("usmf", "51"),
        ("ussi", "13"),
        ("demf", "13"),
    }
    assert {row["OnHandQuantity"] for row in rows} == {12.5, 25, 37.5, 50, 62.5, 75}
    products = {row["ProductNumber"] for row in rows}
    assert {"P90001", "P90002"} <= products
    assert not {"P90003", "P90004"} & products
    (first,) = (
        row for row in rows if row["ProductNumber"] == "P-1" and row["dataAreaId"] == "demf"
    )
    assert first["InventorySiteId"] == "1"
    assert first["TotalAvailableQuantity"] == first["OnHandQuantity"] == 12.5


def test_an_adjustment_moves_stock_when_it_is_posted(service: Finops) -> None:
    land(service, ADJUSTMENTS, ADJUSTMENT, {**ADJUSTMENT, "LINENUMBER": "2", "WAREHOUSEID": "51"})
    main, other = stock(service), stock(service, warehouse="51")
    assert of_company(service, "post-inventory-journals") == {"posted": 1}
    assert moved(main, stock(service)) == ("-1.5", "0", "0")
    assert moved(other, stock(service, warehouse="51")) == ("-1.5", "0", "0")
    assert of_company(service, "post-inventory-journals") == {"posted": 0}
    assert moved(main, stock(service)) == ("-1.5", "0", "0")


def test_a_transfer_moves_stock_from_one_warehouse_to_the_other(service: Finops) -> None:
    land(service, TRANSFERS, TRANSFER)
    main, other = stock(service), stock(service, warehouse="51")
    assert of_company(service, "post-inventory-journals", "demf") == {"posted": 0}
    assert of_company(service, "post-inventory-journals") == {"posted": 1}
    assert moved(main, stock(service)) == ("-4", "0", "0")
    assert moved(other, stock(service, warehouse="51")) == ("4", "0", "0")


@pytest.mark.parametrize(
    ("label", "row", "quantity"), [(ADJUSTMENTS, ADJUSTMENT, "9"), (TRANSFERS, TRANSFER, "9")]
)
def test_a_posted_journal_takes_no_change_and_no_line(
    service: Finops, label: str, row: Row, quantity: str
) -> None:
    land(service, label, row)
    land(service, label, {**row, "INVENTORYQUANTITY": "3"})
    of_company(service, "post-inventory-journals")
    number = row["JOURNALNUMBER"]
    changed = {**row, "INVENTORYQUANTITY": quantity}
    for refused in (changed, {**row, "LINENUMBER": "2"}):
        (problem,) = send(service, label, refused)
        assert problem["ErrorMessage"] == (
            f"Inventory journal {number} has been posted and cannot be changed."
        )


UNKNOWN = [
    (ADJUSTMENTS, ADJUSTMENT, "JOURNALNAMEID", "ITrf", "Journal name", "Inventory journal names"),
    (ADJUSTMENTS, ADJUSTMENT, "PRODUCTNUMBER", "none", "Product number", "Released products"),
    (ADJUSTMENTS, ADJUSTMENT, "WAREHOUSEID", "99", "Warehouse", "Warehouses"),
    (TRANSFERS, TRANSFER, "JOURNALNAMEID", "IAdj", "Journal name", "Inventory journal names"),
    (TRANSFERS, TRANSFER, "PRODUCTNUMBER", "none", "Product number", "Released products"),
    (TRANSFERS, TRANSFER, "SOURCEWAREHOUSEID", "99", "Source warehouse", "Warehouses"),
    (TRANSFERS, TRANSFER, "DESTINATIONWAREHOUSEID", "99", "Destination warehouse", "Warehouses"),
]


@pytest.mark.parametrize(("label", "row", "column", "text", "field", "table"), UNKNOWN)
def test_a_journal_names_what_the_company_knows(
    service: Finops,
    label: str,
    row: Mapping[str, str],
    column: str,
    text: str,
    field: str,
    table: str,
) -> None:
    (problem,) = send(service, label, {**row, column: text})
    assert problem["Field"] == column
    assert problem["ErrorMessage"] == (
        f"The value '{text}' in field '{field}' is not found in the related table '{table}'."
    )


def test_a_product_that_the_company_has_not_released_is_unknown_there(service: Finops) -> None:
    """The fortieth product, by number, is not released in the last company."""
    row = {**ADJUSTMENT, "PRODUCTNUMBER": "P-9"}
    assert send(service, ADJUSTMENTS, row, company="demf")[0]["Field"] == "PRODUCTNUMBER"
    land(service, ADJUSTMENTS, row)


@pytest.mark.parametrize(
    ("label", "row", "column"),
    [
        (ADJUSTMENTS, ADJUSTMENT, "INVENTORYSITEID"),
        (TRANSFERS, TRANSFER, "SOURCEINVENTORYSITEID"),
        (TRANSFERS, TRANSFER, "DESTINATIONINVENTORYSITEID"),
    ],
)
def test_a_site_is_the_one_of_the_warehouse(
    service: Finops, label: str, row: Row, column: str
) -> None:
    own = {"DESTINATIONINVENTORYSITEID": ("51", "5")}.get(column, ("13", "1"))
    land(service, label, {**row, column: ""})
    land(service, label, {**row, column: own[1]})
    (problem,) = send(service, label, {**row, column: "2"})
    assert problem["ErrorMessage"] == f"Warehouse {own[0]} does not belong to site 2."
    problem = send(service, label, {**row, column: "9"})[0]
    assert "is not found in the related table 'Sites'" in problem["ErrorMessage"]


@pytest.mark.parametrize(
    ("label", "row", "column", "field"),
    [
        (ADJUSTMENTS, ADJUSTMENT, "JOURNALNAMEID", "Journal name"),
        (ADJUSTMENTS, ADJUSTMENT, "PRODUCTNUMBER", "Product number"),
        (ADJUSTMENTS, ADJUSTMENT, "WAREHOUSEID", "Warehouse"),
        (TRANSFERS, TRANSFER, "DESTINATIONWAREHOUSEID", "Destination warehouse"),
    ],
)
def test_a_journal_line_must_be_filled_in(
    service: Finops, label: str, row: Row, column: str, field: str
) -> None:
    (problem,) = send(service, label, {**row, column: ""})
    assert problem["ErrorMessage"] == f"Field '{field}' must be filled in."


def test_one_journal_line_twice_refuses_the_file(service: Finops) -> None:
    (problem,) = send(service, ADJUSTMENTS, ADJUSTMENT, ADJUSTMENT)
    assert problem["ErrorMessage"] == ("The key 'iap000001, 1' occurs more than once in the file.")
    assert service.content("InventInventoryAdjustmentJournalEntryCDSEntity") == []


def test_what_is_on_hand_is_exported_in_full_or_as_it_changed(service: Finops) -> None:
    _, rows = exported(service, "d365-on-hand")
    assert len(rows) == len(
        [
            row
            for row in service.content("InventWarehouseOnHandCDSEntity")
            if row["dataAreaId"] == "usmf"
        ]
    )
    (row,) = (
        row for row in rows if (row["PRODUCTNUMBER"], row["INVENTORYWAREHOUSEID"]) == ("P-1", "13")
    )
    assert (row["ONHANDQUANTITY"], row["ORDEREDQUANTITY"]) == ("12.5", "0")
    set_up_export(service, "d365-on-hand", ON_HAND, "IncrementalPush")
    assert exported(service, "d365-on-hand")[1] == []
    land(service, ADJUSTMENTS, ADJUSTMENT)
    assert exported(service, "d365-on-hand")[1] == []
    of_company(service, "post-inventory-journals")
    _, (row,) = exported(service, "d365-on-hand")
    assert row["ONHANDQUANTITY"] == "11"


@pytest.mark.parametrize("sells", [True, False])
def test_a_level_that_comes_to_nothing_is_told_as_nothing(service: Finops, *, sells: bool) -> None:
    """A product that is wanted, or ordered, where it never was: its level stays, and becomes 0."""
    product = min(
        str(row["ProductNumber"])
        for row in service.content("SellableReleasedProducts")
        if row["IsStockedProduct"] == "Yes" and not levels(service, str(row["ProductNumber"]))
    )
    if sells:
        customer(service)
        order(service)
        line(service, ProductNumber=product, ShippingWarehouseId="51")
    else:
        vendor(service)
        purchase_order(service)
        purchase_line(service, ProductNumber=product, ReceivingWarehouseId="51")
    assert levels(service, product) == [(0, 2, 0) if sells else (0, 0, 5)]
    if sells:
        done(service, "cancel-order", "SO-1")
    else:
        address = "/data/PurchaseOrderHeadersV2(dataAreaId='usmf',PurchaseOrderNumber='PO-1')"
        service.client.patch(address, json={"PurchaseOrderStatus": "Canceled"}).raise_for_status()
    assert levels(service, product) == [(0, 0, 0)]
    _, rows = exported(service, "d365-on-hand")
    assert [
        (row["ONHANDQUANTITY"], row["ONORDERQUANTITY"], row["ORDEREDQUANTITY"])
        for row in rows
        if (row["PRODUCTNUMBER"], row["INVENTORYWAREHOUSEID"]) == (product, "51")
    ] == [("0", "0", "0")]


def levels(service: Finops, product: str) -> list[tuple[object, ...]]:
    names = ("OnHandQuantity", "OnOrderQuantity", "OrderedQuantity")
    return [
        tuple(row[name] for name in names)
        for row in service.content("InventWarehouseOnHandCDSEntity")
        if (row["dataAreaId"], row["ProductNumber"], row["InventoryWarehouseId"])
        == ("usmf", product, "51")
    ]


def test_what_is_on_hand_cannot_be_imported(service: Finops) -> None:
    row = {"PRODUCTNUMBER": "P-1", "INVENTORYSITEID": "1", "INVENTORYWAREHOUSEID": "13"}
    (problem,) = send(service, ON_HAND, row)
    assert problem["ErrorMessage"] == (
        "The data entity CDS inventory on-hand by warehouse is read-only."
    )
