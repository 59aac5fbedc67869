"""What keeps a row from being changed: a posted invoice, a journal that is booked, a foreign warehouse."""

from dataclasses import dataclass
from typing import Final

from sandbox.finops.metadata import COMPANY
from sandbox.finops.relations import NATIVE_PROJECT


@dataclass(frozen=True, slots=True)
class Lock:
    """What keeps rows from being changed.

    condition: SQL over the row as it came (c), as it is stored (t) and what `join` adds.
    text: SQL of the sentence that refuses.
    needs: attributes beyond the key that the row must give for the condition to be looked at.
    """

    condition: str
    text: str
    join: str = ""
    needs: tuple[str, ...] = ()


def _of_header(kind: str, entity: str, key: str, state: str, past: str, condition: str) -> Lock:
    """Return what keeps a document, its header or lines, from being changed or added to.

    past: what has been done to it. condition: SQL over the stored header.
    """
    return Lock(
        condition="p.value is not null",
        text=f"'{kind} ' || c.\"{key}\" || ' has been {past} and cannot be changed.'",
        join=(
            f'left join (select "{COMPANY}" as company, lower("{key}") as value '
            f'from finops."{entity}" where "{state}" {condition}) as p '
            f'on p.value = lower(c."{key}") and p.company = lower(c."{COMPANY}")'
        ),
    )


POSTED_INVOICE: Final = _of_header(
    "Free text invoice",
    "FreeTextInvoiceHeaderCDSEntity",
    "ExternalInvoiceId",
    "IsPosted",
    "posted",
    "= 'Yes'",
)
INVOICED_ORDER: Final = _of_header(
    "Sales order",
    "SalesOrderHeaderCDSEntity",
    "SalesOrderNumber",
    "SalesOrderStatus",
    "invoiced",
    "= 'Invoiced'",
)
CONFIRMED_QUOTATION: Final = _of_header(
    "Sales quotation",
    "SalesQuotationHeaderCDSEntity",
    "SalesQuotationNumber",
    "SalesQuotationStatus",
    "confirmed",
    "= 'Confirmed'",
)
RECEIVED_PURCHASE_ORDER: Final = _of_header(
    "Purchase order",
    "PurchPurchaseOrderHeaderV2Entity",
    "PurchaseOrderNumber",
    "PurchaseOrderStatus",
    "received",
    "in ('Received', 'Invoiced')",
)

JOURNALIZED_ACTUAL: Final = Lock(
    condition="t.\"IsJournalized\" = 'Yes'",
    text="'Project actual ' || c.\"ActualId\" || ' has been journalized and cannot be changed.'",
)

POSTED_JOURNAL: Final = Lock(
    condition="p.journal is not null",
    text="'Inventory journal ' || c.\"JournalNumber\" || ' has been posted and cannot be changed.'",
    join=(
        'left join finops.posted_journals as p on p.journal = lower(c."JournalNumber") '
        'and p.company = lower(c."dataAreaId")'
    ),
)

PROJECT_OF_PEOPLE: Final = Lock(
    condition="n.value is not null",
    text="'Project ' || c.\"ProjectID\" || ' was not made by the integration.'",
    join=f'left join ({NATIVE_PROJECT.source}) as n on n.value = lower(c."ProjectID") '
    'and n.company = lower(c."dataAreaId")',
)
"""A project that people made is not taken over by one that comes with the same number."""


def _site_of(warehouse: str, site: str) -> Lock:
    """Refuse a site that is not the one of the warehouse; looked at where a row gives both."""
    alias = f"w_{warehouse}"
    return Lock(
        condition=f"coalesce(c.\"{site}\", '') <> '' "
        f'and lower({alias}."OperationalSiteId") <> lower(c."{site}")',
        text=f"'Warehouse ' || c.\"{warehouse}\" || ' does not belong to site ' "
        f"|| c.\"{site}\" || '.'",
        join=f'left join finops."InventWarehouseEntity" as {alias} on {alias}._key '
        f'= lower(c."dataAreaId" || chr(31) || c."{warehouse}")',
        needs=(warehouse, site),
    )


SITE_OF_SHIPPING: Final = _site_of("ShippingWarehouseId", "ShippingSiteId")

LOCKS: Final[dict[str, tuple[Lock, ...]]] = {
    "FreeTextInvoiceHeaderCDSEntity": (POSTED_INVOICE,),
    "FreeTextInvoiceLineCDSEntity": (POSTED_INVOICE,),
    "ProjCDSActualsImportEntity": (JOURNALIZED_ACTUAL,),
    "ProjCDSProjectEntity": (PROJECT_OF_PEOPLE,),
    "SalesOrderHeaderCDSEntity": (INVOICED_ORDER,),
    "SalesOrderLineCDSEntity": (INVOICED_ORDER, SITE_OF_SHIPPING),
    "SalesQuotationHeaderCDSEntity": (CONFIRMED_QUOTATION,),
    "SalesQuotationLineCDSEntity": (CONFIRMED_QUOTATION, SITE_OF_SHIPPING),
    "PurchPurchaseOrderHeaderV2Entity": (RECEIVED_PURCHASE_ORDER,),
    "PurchPurchaseOrderLineCDSEntity": (
        RECEIVED_PURCHASE_ORDER,
        _site_of("ReceivingWarehouseId", "ReceivingSiteId"),
    ),
    "InventInventoryAdjustmentJournalEntryCDSEntity": (
        POSTED_JOURNAL,
        _site_of("WarehouseId", "InventorySiteId"),
    ),
    "InventInventoryTransferJournalEntryCDSEntity": (
        POSTED_JOURNAL,
        _site_of("SourceWarehouseId", "SourceInventorySiteId"),
        _site_of("DestinationWarehouseId", "DestinationInventorySiteId"),
    ),
}
"""Entity -> what keeps its rows from being written, beside unknown values."""
