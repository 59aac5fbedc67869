"""Orders, purchase orders and stock: rows to start from and what a test does with them."""

from decimal import Decimal

import httpx
from finops_service import Finops

Quantities = tuple[Decimal, Decimal, Decimal]


def customer(service: Finops, account: str = "EXT-1", *, company: str = "usmf") -> None:
    """Make a customer that is maintained externally and buys from warehouse 13."""
    service.created(
        "CustomersV2",
        dataAreaId=company,
        CustomerAccount=account,
        OrganizationName="Outside Ltd",
        CustomerGroupId="10",
        IsExternallyMaintained="Yes",
        SiteId="1",
        WarehouseId="13",
    )


def order(service: Finops, number: str = "SO-1", *, account: str = "EXT-1", **more: object) -> None:
    """Make an order without lines."""
    service.created(
        "CDSSalesOrderHeaders",
        SalesOrderNumber=number,
        OrderingCustomerAccountNumber=account,
        **more,
    )


def line(service: Finops, number: str = "SO-1", position: int = 1, **changes: object) -> None:
    """Make a line of an order: two of P-1 for 10.50."""
    row: dict[str, object] = {
        "SalesOrderNumber": number,
        "LineCreationSequenceNumber": position,
        "ProductNumber": "P-1",
        "OrderedSalesQuantity": 2,
        "SalesPrice": 10.5,
    }
    service.created("CDSSalesOrderLines", **(row | changes))


def vendor(service: Finops) -> None:
    """Make a vendor."""
    service.created(
        "VendorsV2", VendorAccountNumber="V-1", VendorOrganizationName="Parts", VendorGroupId="10"
    )


def purchase_order(service: Finops, number: str = "PO-1", **more: object) -> None:
    """Make a purchase order of V-1 without lines."""
    service.created(
        "PurchaseOrderHeadersV2", PurchaseOrderNumber=number, OrderVendorAccountNumber="V-1", **more
    )


def purchase_line(
    service: Finops, number: str = "PO-1", position: int = 1, **changes: object
) -> None:
    """Make a line of a purchase order: five of P-1 for 6."""
    row: dict[str, object] = {
        "PurchaseOrderNumber": number,
        "LineNumber": position,
        "ProductNumber": "P-1",
        "OrderedPurchaseQuantity": 5,
        "PurchasePrice": 6,
    }
    service.created("CDSPurchaseOrderLines", **(row | changes))


def do(service: Finops, control: str, number: str, **more: str) -> httpx.Response:
    """Ask for what happens to an order or to a purchase order of usmf."""
    name = "PurchaseOrderNumber" if "purchase" in control else "SalesOrderNumber"
    body = {"dataAreaId": "usmf", name: number, **more}
    return service.client.post(f"/sandbox/finops/{control}", json=body)


def done(service: Finops, control: str, number: str, **more: str) -> dict[str, object]:
    """Do what must go well; returns the answer."""
    response = do(service, control, number, **more)
    assert response.status_code == 200, response.text
    answer: dict[str, object] = response.json()
    return answer


def refusal(service: Finops, control: str, number: str) -> str:
    """Return the sentence that refuses."""
    response = do(service, control, number)
    assert response.status_code == 409, response.text
    return str(response.json()["error"])


def of_company(service: Finops, control: str, company: str = "usmf") -> dict[str, object]:
    """Do the work of a whole company; returns the answer."""
    response = service.client.post(f"/sandbox/finops/{control}", json={"dataAreaId": company})
    assert response.status_code == 200, response.text
    answer: dict[str, object] = response.json()
    return answer


def stock(
    service: Finops, product: str = "P-1", warehouse: str = "13", company: str = "usmf"
) -> Quantities:
    """Return what is on hand, on order and ordered."""
    rows = (
        service.database.cursor()
        .execute(
            'select "OnHandQuantity", "OnOrderQuantity", "OrderedQuantity" '
            'from finops."InventWarehouseOnHandCDSEntity shown" '
            'where "dataAreaId" = ? and "ProductNumber" = ? and "InventoryWarehouseId" = ?',
            [company, product, warehouse],
        )
        .fetchall()
    )
    (row,) = rows or [(Decimal(0), Decimal(0), Decimal(0))]
    on_hand, on_order, ordered = row
    return on_hand, on_order, ordered


def moved(before: Quantities, after: Quantities) -> tuple[str, str, str]:
    """Return by how much stock has changed, as short texts."""
    on_hand, on_order, ordered = (
        format((now - then).normalize(), "f") for then, now in zip(before, after, strict=True)
    )
    return on_hand, on_order, ordered
