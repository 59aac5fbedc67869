"""What lies in which warehouse: moves that were posted, and what is still to come and to go.

On hand is the sum of the moves of a stocked product in a warehouse. What is on order and what is
ordered follows from the open lines of sales and purchase orders. A line counts in its own unit. A
product that once moved or was wanted in a warehouse keeps its level there, also when that is 0.
"""

from typing import Final

import duckdb

from sandbox.finops.documents import next_number
from sandbox.finops.metadata import by_name
from sandbox.finops.store import quoted, table

ADJUSTMENTS = "InventInventoryAdjustmentJournalEntryCDSEntity"
TRANSFERS = "InventInventoryTransferJournalEntryCDSEntity"

TABLES: Final = """
create table if not exists finops.stock_moves (
    company varchar not null, product varchar not null, warehouse varchar not null,
    quantity decimal(32, 16) not null, voucher varchar not null
);
create table if not exists finops.posted_journals (
    company varchar not null, journal varchar not null, voucher varchar not null,
    primary key (company, journal)
);
"""

ON_HAND: Final = """
select
    stocked._key,
    cast(hash(stocked._key) >> 2 as bigint) as _recid,
    1 + cast(hash(stocked.on_hand, stocked.on_order, stocked.ordered) % 2147483646 as bigint)
        as _recversion,
    {columns}
from (
    select
        lower(concat_ws(chr(31), product."dataAreaId", product."ProductNumber",
            warehouse."OperationalSiteId", warehouse."WarehouseId")) as _key,
        product."dataAreaId",
        product."ProductNumber",
        warehouse."OperationalSiteId" as site,
        warehouse."WarehouseId" as warehouse,
        cast(sum(quantities.on_hand) as decimal(32, 16)) as on_hand,
        cast(sum(quantities.on_order) as decimal(32, 16)) as on_order,
        cast(sum(quantities.ordered) as decimal(32, 16)) as ordered
    from (
        select company, product, warehouse, quantity as on_hand, 0 as on_order, 0 as ordered
        from finops.stock_moves
        union all
        select line."dataAreaId", lower(line."ProductNumber"), lower(line."ShippingWarehouseId"),
            0, case when header."SalesOrderStatus" = 'Backorder'
                and line."SalesOrderLineStatus" = 'Backorder'
                then line."OrderedSalesQuantity" else 0 end, 0
        from finops."SalesOrderLineCDSEntity" as line
        inner join finops."SalesOrderHeaderCDSEntity" as header
            on header._key = lower(line."dataAreaId" || chr(31) || line."SalesOrderNumber")
        union all
        select line."dataAreaId", lower(line."ProductNumber"), lower(line."ReceivingWarehouseId"),
            0, 0, case when header."PurchaseOrderStatus" = 'Backorder'
                and line."PurchaseOrderLineStatus" = 'Backorder'
                then line."OrderedPurchaseQuantity" else 0 end
        from finops."PurchPurchaseOrderLineCDSEntity" as line
        inner join finops."PurchPurchaseOrderHeaderV2Entity" as header
            on header._key = lower(line."dataAreaId" || chr(31) || line."PurchaseOrderNumber")
    ) as quantities
    inner join finops."EcoResSellableReleasedProductEntity" as product
        on quantities.company = product."dataAreaId"
        and quantities.product = lower(product."ProductNumber")
        and product."IsStockedProduct" = 'Yes'
    inner join finops."InventWarehouseEntity" as warehouse
        on quantities.company = warehouse."dataAreaId"
        and quantities.warehouse = lower(warehouse."WarehouseId")
    group by all
) as stocked
"""

OF_ON_HAND: Final = {
    "dataAreaId": 'stocked."dataAreaId"',
    "ProductNumber": 'stocked."ProductNumber"',
    "InventorySiteId": "stocked.site",
    "InventoryWarehouseId": "stocked.warehouse",
    "ItemNumber": 'stocked."ProductNumber"',
    "OnHandQuantity": "stocked.on_hand",
    "OnOrderQuantity": "stocked.on_order",
    "OrderedQuantity": "stocked.ordered",
    "AvailableOnHandQuantity": "stocked.on_hand",
    "AvailableOrderedQuantity": "stocked.ordered",
    "TotalAvailableQuantity": "stocked.on_hand + stocked.ordered - stocked.on_order",
}
"""Attribute of the on-hand entity -> what it shows; nothing is ever reserved."""

JOURNAL_MOVES: Final = f"""
select "dataAreaId" as company, lower("JournalNumber") as journal,
    lower("ProductNumber") as product, lower("WarehouseId") as warehouse,
    "InventoryQuantity" as quantity
from finops."{ADJUSTMENTS}"
union all
select "dataAreaId", lower("JournalNumber"), lower("ProductNumber"), lower(unnest([
    "SourceWarehouseId", "DestinationWarehouseId"
])), unnest([-"InventoryQuantity", "InventoryQuantity"])
from finops."{TRANSFERS}"
"""


def post_journals(cursor: duckdb.DuckDBPyConnection, company: str) -> int:
    """Post the adjustment and transfer journals of `company`; returns how many there were."""
    cursor.execute(
        f"""
        create or replace temporary table journal_moves as
        select moves.* from ({JOURNAL_MOVES}) as moves
        left join finops.posted_journals as posted
            on moves.company = posted.company and moves.journal = posted.journal
        where moves.company = lower(?) and posted.journal is null
        """,
        [company],
    )
    found = cursor.execute("select distinct journal from journal_moves order by all").fetchall()
    for (journal,) in found:
        voucher = next_number(cursor, company, "INV")
        cursor.execute(
            "insert into finops.posted_journals values (lower(?), ?, ?)",
            [company, journal, voucher],
        )
    cursor.execute(
        """
        insert into finops.stock_moves
        select moves.company, moves.product, moves.warehouse, moves.quantity, posted.voucher
        from journal_moves as moves
        inner join finops.posted_journals as posted
            on moves.company = posted.company and moves.journal = posted.journal
        """
    )
    return len(found)


def move_lines(
    cursor: duckdb.DuckDBPyConnection,
    lines: str,
    keys: str,
    voucher: str,
    *,
    warehouse: str,
    quantity: str,
) -> None:
    """Move the stocked products of order lines.

    lines: the entity of the lines. keys: a relation with their `_key`.
    warehouse: the attribute that names it. quantity: SQL over `line`.
    """
    cursor.execute(
        f"""
        insert into finops.stock_moves
        select line."dataAreaId", lower(line."ProductNumber"), lower(line.{quoted(warehouse)}),
            {quantity}, ?
        from {table(by_name()[lines])} as line
        inner join {keys} as chosen on line._key = chosen._key
        inner join finops."EcoResSellableReleasedProductEntity" as product
            on product._key = lower(line."dataAreaId" || chr(31) || line."ProductNumber")
        where product."IsStockedProduct" = 'Yes'
        order by line._key
        """,
        [voucher],
    )
