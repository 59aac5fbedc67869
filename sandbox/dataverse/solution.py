"""What the integration solution and Field Service do by themselves when somebody writes.

Each behaviour is a function below, listed under the table whose writes it answers. The switch
`dataverse_solution_without` turns behaviours off by their names. A behaviour that lacks its columns
or tables, because the organisation lacks the solution, does nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import duckdb

from sandbox.dataverse.answers import ApiError
from sandbox.dataverse.catalog import Catalog
from sandbox.dataverse.metadata import Table

Row = dict[str, object]

PLUG_IN_FAILURE = "0x80040265"
CREATED, POSTED = 1, 2
FIRST_ORDER_STATUS = 690970000
ORDER_INVOICED = {"statecode": 4, "statuscode": 100003}
FREIGHT_TAX = "Freight Tax"
MANUAL = 690970006
ON_HAND, ON_ORDER, ALLOCATED = 690970000, 690970001, 690970002

LEVELS = (
    ("msdynce_onhandquantity", "msdyn_qtyonhand", ON_HAND),
    ("msdynce_onorderquantity", "msdyn_qtyallocated", ALLOCATED),
    ("msdynce_orderedquantity", "msdyn_qtyonorder", ON_ORDER),
)
"""Finance's level, the level of Field Service it becomes, and the type of the journal. The names
cross over: what sales orders of Finance want is allocated, what was ordered is on order."""
LEVEL_COLUMNS = (
    "_msdynce_product_value",
    "_msdynce_warehouse_value",
    *(column for column, _, _ in LEVELS),
)
ACCOUNTS_OF_ORDER = ("_msdyn_serviceaccount_value", "_msdyn_billingaccount_value")
STOCK_DOCUMENTS = ("msdyn_inventoryadjustment", "msdyn_inventorytransfer")

DEFAULTS: Mapping[str, Mapping[str, object]] = {
    "msdyn_inventoryadjustment": {"msdynce_poststatus": CREATED},
    "msdyn_inventorytransfer": {"msdynce_poststatus": CREATED},
    "msdyn_workorder": {"msdynce_hasexternallymaintainedproductsonly": True},
    "salesorder": {"msdynce_processingstatus": 647390011},
}
"""What a new row has where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Change:
    """A write of one row.

    before: the row as it was, None when it is new.
    content: database column -> value that the write sets; None when it deletes the row.
    """

    table: Table
    row_id: UUID
    before: Row | None
    content: Row | None

    def value(self, column: str) -> object:
        """Return the value after the write."""
        if self.content is not None and column in self.content:
            return self.content[column]
        return None if self.before is None else self.before.get(column)

    def sets(self, column: str) -> bool:
        """Tell whether the write gives the column another value."""
        if self.content is None or column not in self.content:
            return False
        return self.before is None or self.before.get(column) != self.content[column]


class Store(Protocol):
    """Where behaviours read, and write in turn; its writes are writes like any other."""

    @property
    def cursor(self) -> duckdb.DuckDBPyConnection:
        """The transaction of the write."""

    @property
    def catalog(self) -> Catalog:
        """The tables there are."""

    def put(self, table_name: str, row: Row) -> None:
        """Insert a row."""

    def change(self, table_name: str, row_id: UUID, row: Row) -> None:
        """Update a row."""

    def remove(self, table_name: str, row_id: UUID) -> None:
        """Delete a row."""


def answers(table: Table) -> bool:
    """Tell whether a write of the table's rows is answered by a behaviour at all."""
    return table.name in BEFORE or table.name in AFTER


def before_write(store: Store, change: Change) -> None:
    """Refuse a write, or add to what it sets; raises ApiError 400."""
    if change.content is not None and change.before is None:
        for column, value in DEFAULTS.get(change.table.name, {}).items():
            if column in change.table.columns:
                change.content.setdefault(column, value)
    _run(BEFORE, store, change)


def after_write(store: Store, change: Change) -> None:
    """Do what follows from a write."""
    _run(AFTER, store, change)


def lock_posted_documents(store: Store, change: Change) -> None:
    """Refuse any change to a posted adjustment or transfer."""
    if change.before is not None and change.before.get("msdynce_poststatus") == POSTED:
        raise _refused(f"A posted {change.table.display_name} cannot be changed.")


def lock_lines_of_posted_documents(store: Store, change: Change) -> None:
    """Refuse a new, another or a deleted line of a posted adjustment or transfer."""
    for name in STOCK_DOCUMENTS:
        parents = {change.value(f"_{name}_value")}
        if change.before is not None:
            parents.add(change.before.get(f"_{name}_value"))
        for parent in parents - {None}:
            row = _read(store, name, parent)
            if row is not None and row.get("msdynce_poststatus") == POSTED:
                raise _refused("The lines of a posted document cannot be changed.")


def number_stock_lines(store: Store, change: Change) -> None:
    """Give a new line the next number of the sequence that all lines share."""
    column = "msdynce_numbersequence"
    if change.before is not None or change.content is None or column not in change.table.columns:
        return
    if change.content.get(column) is None:
        found = store.cursor.execute(
            f'select coalesce(max(try_cast("{column}" as bigint)), 0) + 1 '
            f'from dataverse."{change.table.name}"'
        ).fetchone()
        change.content[column] = str(found[0]) if found else "1"


def lock_external_project(store: Store, change: Change) -> None:
    """Refuse another project on a work order that has left its first status."""
    if change.before is None or not change.sets("_msdynce_externalproject_value"):
        return
    if change.before.get("msdyn_systemstatus") not in (None, FIRST_ORDER_STATUS):
        raise _refused("The external project of a work order that has begun cannot be changed.")


def lock_accounts_of_project(store: Store, change: Change) -> None:
    """Refuse another service or billing account of a work order that keeps its project."""
    project = "_msdynce_externalproject_value"
    if change.before is None or change.sets(project) or change.value(project) is None:
        return
    if any(change.sets(column) for column in ACCOUNTS_OF_ORDER):
        raise _refused("The accounts of a work order with an external project are locked.")


def follow_external_project(store: Store, change: Change) -> None:
    """Serve the project's account and let nobody pay, when a project is picked."""
    if not change.sets("_msdynce_externalproject_value") or change.content is None:
        return
    project = _read(
        store, "msdynce_externalproject", change.content["_msdynce_externalproject_value"]
    )
    if project is not None:
        account = project.get("_msdynce_account_value")
        if account is not None:
            change.content["_msdyn_serviceaccount_value"] = account
        change.content["_msdyn_billingaccount_value"] = None


def require_price_list(store: Store, change: Change) -> None:
    """Refuse a product of Finance in a currency that no price list has."""
    currency = change.value("_transactioncurrencyid_value")
    is_set = change.sets("_transactioncurrencyid_value") or change.before is None
    if not is_set or currency is None or change.value("msdynce_ismaintainedexternally") is not True:
        return
    found = store.cursor.execute(
        "select 1 from dataverse.pricelevel "
        "where _transactioncurrencyid_value = ? and coalesce(statecode, 0) = 0",
        [currency],
    ).fetchone()
    if found is None:
        raise _refused("There is no price list in the currency of the product.")


def book_levels(store: Store, change: Change) -> None:
    """Book what Finance says differently as manual journals, and make the levels equal."""
    if not any(change.sets(column) for column in LEVEL_COLUMNS):
        return
    product, warehouse = (change.value(column) for column in LEVEL_COLUMNS[:2])
    level = _level(store, product, warehouse)
    unit = _stock_unit(store, product)
    levels: Row = {}
    for outside, inside, journal_type in LEVELS:
        difference = _number(change.value(outside)) - _number(level and level.get(inside))
        levels[inside] = float(_number(change.value(outside)))
        if difference:
            journal: Row = {
                "_msdyn_product_value": product,
                "_msdyn_warehouse_value": warehouse,
                "_msdyn_unit_value": unit,
                "msdyn_quantity": float(difference),
                "msdyn_journaltype": journal_type,
                "msdyn_transactiontype": MANUAL,
            }
            store.put("msdyn_inventoryjournal", journal)
    available = _number(levels["msdyn_qtyonhand"]) - _number(levels["msdyn_qtyallocated"])
    levels["msdyn_qtyavailable"] = float(available)
    if level is None:
        places: Row = {
            "_msdyn_product_value": product,
            "_msdyn_warehouse_value": warehouse,
            "_msdyn_unit_value": unit,
        }
        store.put("msdyn_productinventory", places | levels)
    else:
        row_id = level["msdyn_productinventoryid"]
        store.change("msdyn_productinventory", UUID(str(row_id)), levels)


def close_invoiced_order(store: Store, change: Change) -> None:
    """Mark the order of an invoice as invoiced; the invoice gets the order's owner."""
    if change.content is None or not change.sets("_salesorderid_value"):
        return
    order = _read(store, "salesorder", change.content["_salesorderid_value"])
    if order is not None:
        store.change("salesorder", UUID(str(order["salesorderid"])), dict(ORDER_INVOICED))
        owner: Row = {"_owningbusinessunit_value": order["_owningbusinessunit_value"]}
        store.change("invoice", change.row_id, owner)


def write_in_freight_tax(store: Store, change: Change) -> None:
    """Keep a line without a product in an order that has header tax, and none in another."""
    if not change.sets("msdynce_misctax"):
        return
    tax = _number(change.value("msdynce_misctax"))
    found = store.cursor.execute(
        "select salesorderdetailid from dataverse.salesorderdetail "
        "where _salesorderid_value = ? and isproductoverridden and productdescription = ?",
        [change.row_id, FREIGHT_TAX],
    ).fetchone()
    amounts: Row = {"priceperunit": tax, "extendedamount": tax}
    if not found:
        if tax:
            store.put("salesorderdetail", amounts | _freight_tax_line(store, change))
    elif tax:
        store.change("salesorderdetail", found[0], amounts)
    else:
        store.remove("salesorderdetail", found[0])


def _freight_tax_line(store: Store, change: Change) -> Row:
    """Return the line but for its amounts."""
    number = store.catalog.freight_tax_number(change.table)
    if number == "next":
        found = store.cursor.execute(
            "select coalesce(max(sequencenumber), 0) + 1 from dataverse.salesorderdetail "
            "where _salesorderid_value = ?",
            [change.row_id],
        ).fetchone()
        number = str(found[0]) if found else "1"
    return {
        "_salesorderid_value": change.row_id,
        "_transactioncurrencyid_value": change.value("_transactioncurrencyid_value"),
        "productdescription": FREIGHT_TAX,
        "isproductoverridden": True,
        "quantity": Decimal(1),
        "sequencenumber": None if number == "none" else int(number),
    }


Behavior = Callable[[Store, Change], None]

BEFORE: Mapping[str, tuple[Behavior, ...]] = {
    "msdyn_inventoryadjustment": (lock_posted_documents,),
    "msdyn_inventorytransfer": (lock_posted_documents,),
    "msdyn_inventoryadjustmentproduct": (lock_lines_of_posted_documents, number_stock_lines),
    "msdyn_workorder": (
        lock_external_project,
        lock_accounts_of_project,
        follow_external_project,
    ),
    "product": (require_price_list,),
}
AFTER: Mapping[str, tuple[Behavior, ...]] = {
    "msdynce_externalproductinventory": (book_levels,),
    "invoice": (close_invoiced_order,),
    "salesorder": (write_in_freight_tax,),
}


def _run(behaviors: Mapping[str, tuple[Behavior, ...]], store: Store, change: Change) -> None:
    for behavior in behaviors.get(change.table.name, ()):
        if store.catalog.behaves(behavior.__name__, change.table):
            behavior(store, change)


def _level(store: Store, product: object, warehouse: object) -> Row | None:
    """Return the product's level in the warehouse; raises ApiError 400 when there are several."""
    found = store.cursor.execute(
        "select * from dataverse.msdyn_productinventory "
        "where _msdyn_product_value = ? and _msdyn_warehouse_value = ?",
        [product, warehouse],
    )
    names = [column[0] for column in found.description or []]
    rows = found.fetchall()
    if len(rows) > 1:
        raise _refused("There is more than one product inventory of the product and warehouse.")
    return dict(zip(names, rows[0], strict=True)) if rows else None


def _stock_unit(store: Store, product: object) -> object:
    row = _read(store, "product", product) or {}
    return row.get("_msdynce_inventoryunit_value") or row.get("_defaultuomid_value")


def _read(store: Store, table_name: str, row_id: object) -> Row | None:
    """Return a stored row, or None when there is no such row or table."""
    if row_id is None or not store.catalog.has(table_name):
        return None
    found = store.cursor.execute(
        f'select * from dataverse."{table_name}" where "{table_name}id" = ?', [row_id]
    )
    names = [column[0] for column in found.description or []]
    row = found.fetchone()
    return None if row is None else dict(zip(names, row, strict=True))


def _number(value: object) -> Decimal:
    """Return a quantity exactly as it is written; none counts as zero."""
    return Decimal(0) if value is None else Decimal(str(value))


def _refused(message: str) -> ApiError:
    return ApiError(400, PLUG_IN_FAILURE, message)
