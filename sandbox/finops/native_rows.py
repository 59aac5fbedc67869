"""The rows that the service owned before any load, made from `sandbox.shared_facts`.

Products, warehouses and stock that Finance alone knows are made here as well.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

import duckdb

from sandbox.finops import orders, purchasing
from sandbox.finops.companies import COMPANIES, currency_of
from sandbox.finops.documents import make_rows
from sandbox.finops.metadata import by_name
from sandbox.finops.store import quoted, table

NOT_RELEASED_EVERY = 40
FIRST_SHARED_CATEGORY = 5_637_144_576
DAY_OF_DOCUMENTS = "2021-03-31"
WAREHOUSE = "13"
PRODUCTS = "EcoResSellableReleasedProductEntity"
WAREHOUSES = "InventWarehouseEntity"

OWN_WAREHOUSES: Final = (
    *((company.code, WAREHOUSE, "1", "Main warehouse") for company in COMPANIES),
    (COMPANIES[0].code, "51", "5", "Warehouse of Finance"),
)
"""Company, warehouse, site and name of what every company has, and of what no seed line names."""

OWN_PRODUCTS: Final = """
select * from (values
    ('P90001', 'Pressure valve', 'ea', 'Item', 'Yes', 'Inventory', 'No', 45.50, 27.30),
    ('P90002', 'Sealing kit', 'box', 'Item', 'Yes', 'Inventory', 'No', 19.95, 11.97),
    ('P90003', 'Calibration', 'hr', 'Service', 'No', 'Service', 'No', 125.00, 80.00),
    ('P90004', 'Cleaning cloth', 'pcs', 'Item', 'No', 'NonInventory', 'No', 0.75, 0.30),
    ('P90005', 'Old gasket', 'ea', 'Item', 'Yes', 'Inventory', 'Yes', 3.20, 1.10)
) as own (number, name, unit, type, is_stocked, field_service_type, is_stopped, price, cost)
"""
"""Products that Dataverse does not have."""

SHARED_PRODUCTS: Final = """
select key as number, coalesce(detail ->> 'name', key) as name,
    coalesce(detail ->> 'description', '') as description,
    coalesce(detail ->> 'unit', 'ea') as unit,
    coalesce(detail ->> 'type', 'Item') as type,
    coalesce(detail ->> 'stocked',
        case when detail ->> 'type' = 'Service' then 'No' else 'Yes' end) as is_stocked,
    detail ->> 'field_service_type' as field_service_type,
    'No' as is_stopped,
    coalesce(cast(detail ->> 'price' as decimal(19, 4)), 10) as price,
    cast(detail ->> 'cost' as decimal(19, 4)) as cost,
    row_number() over (order by key) as position
from sandbox.shared_facts
where kind = 'product'
"""

RELEASED: Final = f"""
with products as (
    {SHARED_PRODUCTS}
    union all
    select number, name, name, unit, type, is_stocked, field_service_type, is_stopped, price, cost, 1
    from ({OWN_PRODUCTS})
)
select companies.company, companies.currency, products.*,
    cast(round(products.price * cast(case companies.company
        when 'ussi' then 1.05 when 'demf' then 0.9 else 1
    end as decimal(5, 2)), 2) as decimal(32, 16)) as company_price
from products
cross join finops.companies
where companies.company <> '{COMPANIES[-1].code}' or products.position % {NOT_RELEASED_EVERY} <> 0
"""
"""Every product in every company, but every fortieth shared one not in the last; prices differ."""

OF_PRODUCT: Final = {
    "dataAreaId": "released.company",
    "ProductNumber": "released.number",
    "ProductName": "released.name",
    "ProductDescription": "released.description",
    "ProductType": "released.type",
    "SalesUnitSymbol": "released.unit",
    "InventoryUnitSymbol": "released.unit",
    "IsStockedProduct": "released.is_stocked",
    "IsSalesStopped": "released.is_stopped",
    "FieldServiceProductType": (
        "coalesce(released.field_service_type, case when released.type = 'Service' "
        "then 'Service' when released.is_stocked = 'Yes' then 'Inventory' else 'NonInventory' end)"
    ),
    "CurrencyCode": "released.currency",
    "SalesPrice": "released.company_price",
    "UnitCost": "coalesce(released.cost, cast(round(released.price * 0.6, 2) as decimal(32, 16)))",
}
"""Attribute of a released product -> SQL over what RELEASED gives."""

START_STOCK: Final = f"""
insert into finops.stock_moves
select company, product, warehouse, quantity, company || '-START-000001'
from (
    select product."dataAreaId" as company, lower(product."ProductNumber") as product,
        lower(warehouse."WarehouseId") as warehouse,
        row_number() over (
            partition by product."dataAreaId", warehouse."WarehouseId"
            order by product."ProductNumber"
        ) % 7 * 12.5 as quantity
    from finops."{PRODUCTS}" as product
    inner join finops."{WAREHOUSES}" as warehouse
        on product."dataAreaId" = warehouse."dataAreaId"
    where product."IsStockedProduct" = 'Yes'
) as stocks
where quantity > 0
order by company, warehouse, product
"""
"""Six of seven stocked products lie in every warehouse of their company, 12.5 to 75 of each."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of `sandbox.shared_facts`."""

    key: str
    company: str
    detail: dict[str, object] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        """Return a value of the detail as text, `default` where there is none."""
        value = self.detail.get(name)
        return default if value is None else str(value)

    @property
    def lines(self) -> list[dict[str, object]]:
        """Return the lines of a document."""
        lines = self.detail.get("lines")
        return lines if isinstance(lines, list) else []


def _invoice(cursor: duckdb.DuckDBPyConnection, company: str, number: str) -> None:
    orders.invoice(cursor, company, number, DAY_OF_DOCUMENTS)


def _receive(cursor: duckdb.DuckDBPyConnection, company: str, number: str) -> None:
    purchasing.receive(cursor, company, number, DAY_OF_DOCUMENTS)


Step = Callable[[duckdb.DuckDBPyConnection, str, str], object]
STEPS: Final[dict[str, tuple[Step, ...]]] = {
    "active": (orders.total,),
    "confirmed": (orders.confirm,),
    "packingslip": (orders.confirm, orders.ship),
    "invoiced": (orders.confirm, orders.ship, _invoice),
    "cancelled": (orders.total, orders.cancel),
}
"""Processing status of an order, in lower case -> what brings it there."""

PURCHASE_STEPS: Final[dict[str, tuple[Step, ...]]] = {
    "draft": (),
    "confirmed": (purchasing.confirm,),
    "received": (purchasing.confirm, _receive),
}
"""Status of a purchase order, in lower case -> what brings it there."""

ORDER_WITHOUT_TOTALS: Final = f"""
update finops."{orders.HEADERS}" set "AreTotalsUpdated" = 'No',
    "OrderTotalAmount" = 0, "OrderTotalTaxAmount" = 0, "OrderTotalDiscountAmount" = 0
where _key = lower(? || chr(31) || ?)
"""


def make(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make every native row; parents before what refers to them."""
    _release_products(cursor)
    _make_warehouses(cursor)
    cursor.execute(START_STOCK)
    _make_categories(cursor)
    for fact in _facts(cursor, "native_customer"):
        _make_customer(cursor, fact)
    for fact in _facts(cursor, "native_project"):
        _make_project(cursor, fact)
    for fact in _facts(cursor, "native_sales_order"):
        _make_order(cursor, fact)
    for fact in _facts(cursor, "native_order"):
        _make_order(cursor, fact)
        _process_order(cursor, fact)
    for fact in _facts(cursor, "native_vendor"):
        _make_vendor(cursor, fact)
    for fact in _facts(cursor, "native_purchase_order"):
        _make_purchase_order(cursor, fact)


def _facts(cursor: duckdb.DuckDBPyConnection, kind: str) -> Iterator[Fact]:
    rows = cursor.execute(
        "select key, company, detail from sandbox.shared_facts where kind = ? order by company, key",
        [kind],
    ).fetchall()
    for key, company, detail in rows:
        yield Fact(key, company, json.loads(detail or "{}"))


def _release_products(cursor: duckdb.DuckDBPyConnection) -> None:
    """Release products in the order of their numbers, company by company."""
    make_rows(
        cursor,
        PRODUCTS,
        OF_PRODUCT,
        f"(select * from ({RELEASED}) order by company, number) as released",
    )


def _make_warehouses(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make the warehouses of the facts, and those that need none; a fact has the last word."""
    found = {
        (company, warehouse): (site, name) for company, warehouse, site, name in OWN_WAREHOUSES
    }
    for fact in _facts(cursor, "native_warehouse"):
        site, name = fact.text("site", "1"), fact.text("name", f"Warehouse {fact.key}")
        found[fact.company, fact.key] = site, name
    for (company, warehouse), (site, name) in found.items():
        values = {"WarehouseId": warehouse, "WarehouseName": name, "OperationalSiteId": site}
        _insert(cursor, WAREHOUSES, [company, warehouse], values)


def _make_categories(cursor: duckdb.DuckDBPyConnection) -> None:
    shared: dict[str, str] = {}
    for fact in _facts(cursor, "category"):
        number = str(FIRST_SHARED_CATEGORY + len(shared))
        values = {
            "CategoryId": fact.key,
            "SharedCategory": shared.setdefault(fact.key.lower(), number),
        }
        _insert(cursor, "ProjCDSCategoryEntity", [fact.company, fact.key], values)


def _make_customer(cursor: duckdb.DuckDBPyConnection, fact: Fact) -> None:
    values = {
        "CustomerAccount": fact.key,
        "OrganizationName": fact.text("name"),
        "CustomerGroupId": "10",
        "SalesCurrencyCode": currency_of(fact.company),
        "LanguageId": "en-us",
        "IsExternallyMaintained": _yes(fact.detail.get("externally_maintained")),
    }
    _insert(cursor, "CustCustomerV2Entity", [fact.company, fact.key], values)


def _make_project(cursor: duckdb.DuckDBPyConnection, fact: Fact) -> None:
    values = {
        "ProjectID": fact.key,
        "ProjectName": fact.text("name", fact.key),
        "ProjectGroup": "FP" if fact.text("type") == "FixedPrice" else "TM",
        "ProjectType": fact.text("type", "TimeMaterial"),
        "ProjectStage": fact.text("stage", "InProcess"),
        "CustomerAccount": fact.text("customer"),
    }
    _insert(cursor, "ProjectEntity", [fact.company, fact.key], values)


def _make_order(cursor: duckdb.DuckDBPyConnection, fact: Fact) -> None:
    values = {
        "SalesOrderNumber": fact.key,
        "SalesOrderName": fact.text("name", fact.text("customer")),
        "OrderingCustomerAccountNumber": fact.text("customer"),
        "InvoiceCustomerAccountNumber": fact.text("customer"),
        "CurrencyCode": currency_of(fact.company),
        "SalesOrderStatus": "Backorder",
        "SalesOrderOriginType": fact.text("origin", "None"),
    }
    _insert(cursor, orders.HEADERS, [fact.company, fact.key], values)
    for number, line in enumerate(fact.lines, start=1):
        values = {
            "SalesOrderNumber": fact.key,
            "LineCreationSequenceNumber": str(number),
            "OrderedSalesQuantity": str(line["quantity"]),
            "SalesPrice": str(line["price"]),
            "ShippingWarehouseId": str(line.get("warehouse", WAREHOUSE)),
            "CurrencyCode": currency_of(fact.company),
            "SalesOrderLineStatus": "Backorder",
            "SalesOrderOriginType": fact.text("origin", "None"),
            **_of_product(cursor, fact.company, str(line["product"]), "SalesUnitSymbol"),
        }
        _insert(cursor, orders.LINES, [fact.company, fact.key, str(number)], values)


def _process_order(cursor: duckdb.DuckDBPyConnection, fact: Fact) -> None:
    """Take an order to where its status says it is, and its totals to whether they are right."""
    for step in STEPS[fact.text("status", "Active").lower()]:
        step(cursor, fact.company, fact.key)
    if _yes(fact.detail.get("totals_updated", "Yes")) == "No":
        cursor.execute(ORDER_WITHOUT_TOTALS, [fact.company, fact.key])


def _make_vendor(cursor: duckdb.DuckDBPyConnection, fact: Fact) -> None:
    values = {
        "VendorAccountNumber": fact.key,
        "VendorOrganizationName": fact.text("name", fact.key),
        "VendorPartyNumber": fact.text("party", fact.key),
        "VendorPartyType": "Organization",
        "VendorGroupId": "10",
        "CurrencyCode": currency_of(fact.company),
        "LanguageId": "en-us",
    }
    _insert(cursor, "VendVendorV2Entity", [fact.company, fact.key], values)


def _make_purchase_order(cursor: duckdb.DuckDBPyConnection, fact: Fact) -> None:
    values = {
        "PurchaseOrderNumber": fact.key,
        "PurchaseOrderName": fact.text("name", fact.text("vendor")),
        "OrderVendorAccountNumber": fact.text("vendor"),
        "InvoiceVendorAccountNumber": fact.text("vendor"),
        "CurrencyCode": currency_of(fact.company),
        "DefaultReceivingWarehouseId": fact.text("warehouse", WAREHOUSE),
        "PurchaseOrderStatus": "Backorder",
        "DocumentApprovalStatus": "Draft",
    }
    _insert(cursor, purchasing.HEADERS, [fact.company, fact.key], values)
    for number, line in enumerate(fact.lines, start=1):
        product = _of_product(cursor, fact.company, str(line["product"]), "PurchaseUnitSymbol")
        values = {
            "PurchaseOrderNumber": fact.key,
            "LineNumber": str(number),
            "OrderedPurchaseQuantity": str(line["quantity"]),
            "PurchasePrice": str(line["price"]),
            "ReceivingWarehouseId": str(line.get("warehouse", fact.text("warehouse", WAREHOUSE))),
            "CurrencyCode": currency_of(fact.company),
            "LineDescription": product["ProductName"],
            "PurchaseOrderLineStatus": "Backorder",
            **product,
        }
        _insert(cursor, purchasing.LINES, [fact.company, fact.key, str(number)], values)
    for step in PURCHASE_STEPS[fact.text("status", "Draft").lower()]:
        step(cursor, fact.company, fact.key)


def _of_product(
    cursor: duckdb.DuckDBPyConnection, company: str, number: str, unit: str
) -> dict[str, str]:
    """Return what a line takes from its product; `unit` is the attribute that holds the unit."""
    found = cursor.execute(
        f'select "ProductNumber", "ProductName", "SalesUnitSymbol" from finops."{PRODUCTS}" '
        "where _key = lower(? || chr(31) || ?)",
        [company, number],
    ).fetchall()
    product, name, symbol = found[0] if found else (number, number, "ea")
    return {"ProductNumber": product, "ProductName": name, unit: symbol}


def _yes(value: object) -> str:
    return "Yes" if value in (True, "Yes", "true") else "No"


def _insert(
    cursor: duckdb.DuckDBPyConnection, entity: str, key: list[str], values: dict[str, str]
) -> None:
    row = {"_key": "\x1f".join(key).lower(), "dataAreaId": key[0], **values}
    columns = ", ".join(quoted(name) for name in row)
    marks = ", ".join("?" for _ in row)
    cursor.execute(
        f"insert into {table(by_name()[entity])} ({columns}) values ({marks})", list(row.values())
    )
