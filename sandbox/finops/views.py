"""What reading shows beyond what is stored: attributes that follow from other rows.

An entity with a view is read, exported and shown through it, and written to its own table. Nothing
that follows from other rows is stored, so writing costs nothing and no reader sees it out of date.
"""

from typing import Final

import duckdb

from sandbox.finops.metadata import Entity, by_name
from sandbox.finops.stock import OF_ON_HAND, ON_HAND
from sandbox.finops.store import SQL_TYPES, empty_value, quoted, table

LINE_AMOUNT: Final = """
coalesce(try_cast(round(
    try_cast(line."{quantity}" as decimal(19, 6)) * try_cast({price} as decimal(19, 6)), 2
) as decimal(32, 16)), 0)
"""

UNIT_COST: Final = '(line."PurchasePrice" - line."LineDiscountAmount")'

IS_EXTERNAL: Final = "coalesce({alias}.\"IsExternallyMaintained\", 'No')"
CUSTOMERS: Final = """
left join finops."CustCustomerV2Entity" as ordering
    on ordering._key = lower({order}."dataAreaId" || chr(31)
        || {order}."OrderingCustomerAccountNumber")
left join finops."CustCustomerV2Entity" as invoiced
    on invoiced._key = lower({order}."dataAreaId" || chr(31)
        || {order}."InvoiceCustomerAccountNumber")
"""
OF_CUSTOMERS: Final = f"""
{IS_EXTERNAL.format(alias="ordering")} as "OrderingCustomerIsExternallyMaintained",
{IS_EXTERNAL.format(alias="invoiced")} as "InvoiceCustomerIsExternallyMaintained"
"""

OF_PROJECT: Final = {
    "dataAreaId": "dataAreaId",
    "ProjectID": "ProjectID",
    "ProjectName": "ProjectName",
    "CustomerAccount": "CustomerAccount",
    "ProjectGroup": "ProjectGroup",
    "ProjectContractID": "ProjectContractID",
    "ProjectType": "ProjectType",
    "ProjectStage": "ProjectStatus",
    "ProjectedStartDate": "ProjectedStartDate",
    "ProjectedEndDate": "ProjectedEndDate",
    "ParentProject": "ParentId",
    "Description": "Description",
}
"""Attribute of a project -> the attribute it has where the integration made the project."""


def _columns(entity: str, known: dict[str, str]) -> str:
    """Return every column of an entity: what is known of it in SQL, the others empty."""
    return ", ".join(
        f"cast({known.get(attribute.name, empty_value(attribute))} "
        f"as {SQL_TYPES[attribute.data_type]}) as {quoted(attribute.name)}"
        for attribute in by_name()[entity].attributes
    )


VIEWS: Final[dict[str, str]] = {
    "SalesOrderHeaderCDSEntity": f"""
select sales_order.* replace ({OF_CUSTOMERS})
from finops."SalesOrderHeaderCDSEntity" as sales_order
{CUSTOMERS.format(order="sales_order")}
""",
    "SalesOrderLineCDSEntity": f"""
select line.* replace (
    {OF_CUSTOMERS},
    coalesce(sales_order."SalesOrderProcessingStatus", 'Active') as "SalesOrderProcessingStatus",
    coalesce(sales_order."AreTotalsUpdated", 'No') as "AreSalesOrderTotalsUpdated",
    coalesce(nullif(line."ShippingSiteId", ''), warehouse."OperationalSiteId", '')
        as "ShippingSiteId",
    {LINE_AMOUNT.format(quantity="OrderedSalesQuantity", price='line."SalesPrice"')}
        - line."TotalDiscountAmount" as "LineAmount"
)
from finops."SalesOrderLineCDSEntity" as line
left join finops."SalesOrderHeaderCDSEntity" as sales_order
    on sales_order._key = lower(line."dataAreaId" || chr(31) || line."SalesOrderNumber")
left join finops."InventWarehouseEntity" as warehouse
    on warehouse._key = lower(line."dataAreaId" || chr(31) || line."ShippingWarehouseId")
{CUSTOMERS.format(order="sales_order")}
""",
    "ProjectEntity": f"""
select * from finops."ProjectEntity"
union all
select _key, _recid, _recversion,
    {_columns("ProjectEntity", {name: quoted(own) for name, own in OF_PROJECT.items()})}
from finops."ProjCDSProjectEntity"
""",
    "InventWarehouseOnHandCDSEntity": ON_HAND.format(
        columns=_columns("InventWarehouseOnHandCDSEntity", OF_ON_HAND)
    ),
    "SalesQuotationLineCDSEntity": f"""
select line.* replace (
    {LINE_AMOUNT.format(quantity="RequestedSalesQuantity", price='line."SalesPrice"')}
        - line."TotalDiscountAmount" as "LineAmount"
)
from finops."SalesQuotationLineCDSEntity" as line
""",
    "PurchPurchaseOrderLineCDSEntity": f"""
select line.* replace (
    {LINE_AMOUNT.format(quantity="OrderedPurchaseQuantity", price=UNIT_COST)} as "LineAmount"
)
from finops."PurchPurchaseOrderLineCDSEntity" as line
""",
}
"""Entity -> the rows that reading shows, columns as in its table.

The amount of a line is quantity times price, half up to two places, less its discount; the discount
of a purchase line is one per unit.
"""


def create_view(cursor: duckdb.DuckDBPyConnection, entity: Entity) -> None:
    """Make the view of an entity that has one."""
    if entity.name in VIEWS:
        cursor.execute(f"create or replace view {shown(entity)} as {VIEWS[entity.name]}")


def shown(entity: Entity) -> str:
    """Return what reading an entity reads: its view, else its table."""
    return f"finops.{quoted(f'{entity.name} shown')}" if entity.name in VIEWS else table(entity)
