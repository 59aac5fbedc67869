"""Which values must exist elsewhere, in the same company, before a row is taken.

Also what a deleted header takes with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sandbox.finops.metadata import COMPANY, Entity, by_name
from sandbox.finops.store import literal, quoted, table


@dataclass(frozen=True, slots=True)
class Related:
    """A table that values are looked up in; `source` has columns company and value (lower case).

    is_shared: the table is the same for every company.
    segment: the value looked up is the first segment of a display value.
    entity: the entity whose rows are looked up; blank for reference data.
    company_from: the attribute that may name another company to look in; blank for none.
    only_for: (attribute, number): looked up only where the row has this number there.
    """

    label: str
    source: str
    is_shared: bool = False
    segment: bool = False
    entity: str = ""
    company_from: str = ""
    only_for: tuple[str, int] | None = None


def _reference(
    label: str, *, is_shared: bool = False, segment: bool = False, kept_as: str = ""
) -> Related:
    """Look in reference.csv under `kept_as`, else under the label."""
    source = (
        "select company, value from finops.reference_values "
        f"where related_table = {literal(kept_as or label)}"
    )
    return Related(label, source, is_shared, segment)


def _entity(name: str, attribute: str) -> Related:
    entity = by_name()[name]
    source = (
        f'select "dataAreaId" as company, lower({quoted(attribute)}) as value from {table(entity)}'
    )
    return Related(entity.table_label, source, entity=name)


LEGAL_ENTITY = _reference("Legal entities", is_shared=True)
CURRENCY = _reference("Currencies", is_shared=True)
UNIT = _reference("Units", is_shared=True)
LANGUAGE = _reference("Languages", is_shared=True)
COUNTRY = _reference("Countries/regions", is_shared=True)
COUNTRY_ISO_CODE = _reference("Country/region ISO codes", is_shared=True)
CUSTOMER_GROUP = _reference("Customer groups")
VENDOR_GROUP = _reference("Vendor groups")
ADJUSTMENT_JOURNAL = _reference("Inventory journal names", kept_as="Adjustment journal names")
TRANSFER_JOURNAL = _reference("Inventory journal names", kept_as="Transfer journal names")
SITE = _reference("Sites")
WAREHOUSE = _entity("InventWarehouseEntity", "WarehouseId")
TERMS_OF_PAYMENT = _reference("Terms of payment")
MAIN_ACCOUNT = _reference("Main accounts", segment=True)
PROJECT_GROUP = _reference("Project groups")
PRODUCT = _entity("EcoResSellableReleasedProductEntity", "ProductNumber")
CUSTOMER = _entity("CustCustomerV2Entity", "CustomerAccount")
CONTRACT = _entity("ProjCDSProjectContractEntity", "ProjectContractID")
NATIVE_PROJECT = _entity("ProjectEntity", "ProjectID")
PROJECT = _entity("ProjCDSProjectEntity", "ProjectID")
PROJECT = replace(PROJECT, source=f"{PROJECT.source} union all {NATIVE_PROJECT.source}")
"""One table holds the projects that the integration made and those that people made."""
CONTRACT_LINE = _entity("ProjCDSContractLineImportEntity", "TransactionId")
SALES_ORDER = _entity("SalesOrderHeaderCDSEntity", "SalesOrderNumber")
INVOICE = _entity("FreeTextInvoiceHeaderCDSEntity", "ExternalInvoiceId")
QUOTATION = _entity("SalesQuotationHeaderCDSEntity", "SalesQuotationNumber")
VENDOR = _entity("VendVendorV2Entity", "VendorAccountNumber")
PURCHASE_ORDER = _entity("PurchPurchaseOrderHeaderV2Entity", "PurchaseOrderNumber")
PARTY = Related(
    "Parties",
    'select null as company, coalesce(nullif(lower("PartyNumber"), \'\'), lower("CustomerAccount")) '
    'as value from finops."CustCustomerV2Entity" union all '
    'select null, coalesce(nullif(lower("VendorPartyNumber"), \'\'), lower("VendorAccountNumber")) '
    'from finops."VendVendorV2Entity"',
    is_shared=True,
)
"""Parties belong to no company; one without a party number has that of its account."""
FORECAST_MODEL = _reference("Forecast models")
LINE_PROPERTY = _reference("Line properties")
TASK = _entity("ProjCDSTaskEntity", "Task")
PARENT_TASK = replace(
    TASK,
    source=f'{TASK.source} union all select lower("{COMPANY}"), lower("Task") from staged',
)
"""A parent may come in the same file, in any order; checks.py refuses children of a refused one."""
CATEGORY = _entity("ProjCDSCategoryEntity", "IntegrationId")
CATEGORY_OF_EXPENSE = replace(CATEGORY, only_for=("TransactionClassification", 192350001))
SHARED_CATEGORY = replace(_entity("ProjCDSCategoryEntity", "CategoryId"), label="Shared categories")


def _of_project_company(related: Related) -> Related:
    """Look in the company of the project where an intercompany row names it."""
    return replace(related, company_from="ProjectDataAreaId")


RELATIONS: Final[dict[str, dict[str, Related]]] = {
    "CustCustomerV2Entity": {
        "CustomerGroupId": CUSTOMER_GROUP,
        "SalesCurrencyCode": CURRENCY,
        "LanguageId": LANGUAGE,
        "SiteId": SITE,
        "WarehouseId": WAREHOUSE,
        "PaymentTerms": TERMS_OF_PAYMENT,
        "AddressCountryRegionId": COUNTRY,
        "AddressCountryRegionISOCode": COUNTRY_ISO_CODE,
        "DeliveryAddressCountryRegionId": COUNTRY,
        "DeliveryAddressCountryRegionISOCode": COUNTRY_ISO_CODE,
        "InvoiceAddressCountryRegionId": COUNTRY,
        "InvoiceAddressCountryRegionISOCode": COUNTRY_ISO_CODE,
    },
    "ProjCDSProjectContractEntity": {
        "CustomerAccount": CUSTOMER,
        "CurrencyCode": CURRENCY,
        "PaymentTerms": TERMS_OF_PAYMENT,
        "AddressCountryRegionId": COUNTRY,
    },
    "ProjCDSProjectEntity": {
        "ProjectContractID": CONTRACT,
        "CustomerAccount": CUSTOMER,
        "ProjectGroup": PROJECT_GROUP,
    },
    "ProjCDSContractLineImportEntity": {"ContractId": CONTRACT, "ProjectId": PROJECT},
    "ProjCDSContractLineMilestoneImportEntity": {
        "ContractLineRef": CONTRACT_LINE,
        "CurrencyId": CURRENCY,
    },
    "SalesOrderHeaderCDSEntity": {
        "OrderingCustomerAccountNumber": CUSTOMER,
        "InvoiceCustomerAccountNumber": CUSTOMER,
        "CurrencyCode": CURRENCY,
        "LanguageId": LANGUAGE,
        "PaymentTermsName": TERMS_OF_PAYMENT,
        "DefaultShippingSiteId": SITE,
        "DefaultShippingWarehouseId": WAREHOUSE,
        "DeliveryAddressCountryRegionId": COUNTRY,
        "DeliveryAddressCountryRegionISOCode": COUNTRY_ISO_CODE,
        "InvoiceAddressCountryRegionId": COUNTRY,
        "InvoiceAddressCountryRegionISOCode": COUNTRY_ISO_CODE,
        "ProjectId": PROJECT,
    },
    "SalesOrderLineCDSEntity": {
        "SalesOrderNumber": SALES_ORDER,
        "ProductNumber": PRODUCT,
        "SalesUnitSymbol": UNIT,
        "CurrencyCode": CURRENCY,
        "ShippingSiteId": SITE,
        "ShippingWarehouseId": WAREHOUSE,
        "DeliveryAddressCountryRegionId": COUNTRY,
        "DeliveryAddressCountryRegionISOCode": COUNTRY_ISO_CODE,
        "ProjectId": PROJECT,
    },
    "FreeTextInvoiceHeaderCDSEntity": {
        "CustomerAccount": CUSTOMER,
        "InvoiceAccount": CUSTOMER,
        "CurrencyCode": CURRENCY,
        "CustomerGroup": CUSTOMER_GROUP,
        "LanguageId": LANGUAGE,
        "TermsOfPayment": TERMS_OF_PAYMENT,
    },
    "FreeTextInvoiceLineCDSEntity": {
        "ExternalInvoiceId": INVOICE,
        "MainAccountDisplayValue": MAIN_ACCOUNT,
    },
    "InventWarehouseEntity": {"OperationalSiteId": SITE},
    "InventInventoryAdjustmentJournalEntryCDSEntity": {
        "JournalNameId": ADJUSTMENT_JOURNAL,
        "ProductNumber": PRODUCT,
        "InventorySiteId": SITE,
        "WarehouseId": WAREHOUSE,
    },
    "InventInventoryTransferJournalEntryCDSEntity": {
        "JournalNameId": TRANSFER_JOURNAL,
        "ProductNumber": PRODUCT,
        "SourceInventorySiteId": SITE,
        "SourceWarehouseId": WAREHOUSE,
        "DestinationInventorySiteId": SITE,
        "DestinationWarehouseId": WAREHOUSE,
    },
    "ProjectEntity": {
        "CustomerAccount": CUSTOMER,
        "ProjectContractID": CONTRACT,
        "ProjectGroup": PROJECT_GROUP,
    },
    "SalesQuotationHeaderCDSEntity": {
        "RequestingCustomerAccountNumber": CUSTOMER,
        "InvoiceCustomerAccountNumber": CUSTOMER,
        "CurrencyCode": CURRENCY,
        "LanguageId": LANGUAGE,
        "PaymentTermsName": TERMS_OF_PAYMENT,
        "DefaultShippingSiteId": SITE,
        "DefaultShippingWarehouseId": WAREHOUSE,
        "DeliveryAddressCountryRegionId": COUNTRY,
        "DeliveryAddressCountryRegionISOCode": COUNTRY_ISO_CODE,
        "InvoiceAddressCountryRegionId": COUNTRY,
        "InvoiceAddressCountryRegionISOCode": COUNTRY_ISO_CODE,
    },
    "SalesQuotationLineCDSEntity": {
        "SalesQuotationNumber": QUOTATION,
        "ProductNumber": PRODUCT,
        "SalesUnitSymbol": UNIT,
        "CurrencyCode": CURRENCY,
        "ShippingSiteId": SITE,
        "ShippingWarehouseId": WAREHOUSE,
        "DeliveryAddressCountryRegionId": COUNTRY,
        "DeliveryAddressCountryRegionISOCode": COUNTRY_ISO_CODE,
    },
    "smmContactPersonCDSEntity": {
        "AssociatedPartyNumber": PARTY,
        "PrimaryAddressCountryRegionId": COUNTRY,
        "PrimaryAddressCountryRegionISOCode": COUNTRY_ISO_CODE,
    },
    "VendVendorV2Entity": {
        "VendorGroupId": VENDOR_GROUP,
        "CurrencyCode": CURRENCY,
        "LanguageId": LANGUAGE,
        "DefaultPaymentTermsName": TERMS_OF_PAYMENT,
        "AddressCountryRegionId": COUNTRY,
        "AddressCountryRegionISOCode": COUNTRY_ISO_CODE,
    },
    "PurchPurchaseOrderHeaderV2Entity": {
        "OrderVendorAccountNumber": VENDOR,
        "InvoiceVendorAccountNumber": VENDOR,
        "CurrencyCode": CURRENCY,
        "LanguageId": LANGUAGE,
        "PaymentTermsName": TERMS_OF_PAYMENT,
        "DefaultReceivingSiteId": SITE,
        "DefaultReceivingWarehouseId": WAREHOUSE,
        "DeliveryAddressCountryRegionId": COUNTRY,
        "DeliveryAddressCountryRegionISOCode": COUNTRY_ISO_CODE,
        "ProjectId": PROJECT,
    },
    "PurchPurchaseOrderLineCDSEntity": {
        "PurchaseOrderNumber": PURCHASE_ORDER,
        "ProductNumber": PRODUCT,
        "PurchaseUnitSymbol": UNIT,
        "CurrencyCode": CURRENCY,
        "ReceivingSiteId": SITE,
        "ReceivingWarehouseId": WAREHOUSE,
        "ProjectId": PROJECT,
    },
    "ProjCDSTaskEntity": {"ParentTask": PARENT_TASK, "ProjectId": PROJECT},
    "ProjCDSCategoryEntity": {"CategoryId": SHARED_CATEGORY},
    "ProjCDSEstimateHoursEntity": {
        "TaskId": TASK,
        "ProjectId": PROJECT,
        "SalesCurrency": CURRENCY,
        "ForecastModel": FORECAST_MODEL,
    },
    "ProjCDSEstimateExpensesImportEntity": {
        "TaskId": TASK,
        "ProjectId": PROJECT,
        "CurrencyId": CURRENCY,
        "ModelId": FORECAST_MODEL,
        "BillingType": LINE_PROPERTY,
        "TransactionCategory": CATEGORY,
    },
    "ProjCDSActualsImportEntity": {
        "BillingType": LINE_PROPERTY,
        "ContractId": _of_project_company(CONTRACT),
        "ProjectId": _of_project_company(PROJECT),
        "TaskId": _of_project_company(TASK),
        "TransactionCategory": CATEGORY_OF_EXPENSE,
        "TransactionCurrencyId": CURRENCY,
        "ProjectDataAreaId": LEGAL_ENTITY,
    },
}

FIELD_LABELS: Final = {
    "dataAreaId": "Company",
    "ContractLineRef": "Contract line",
    "MainAccountDisplayValue": "Main account",
}
"""Field labels that do not follow from the attribute's name."""


PARENTS_IN_FILE: Final = {"ProjCDSTaskEntity": ("ParentTask", "Task")}
"""Entity -> (attribute, the key it points to) where rows of one file may be parents of others."""

LINES_OF: Final = {
    "SalesOrderHeaderCDSEntity": ("SalesOrderLineCDSEntity", "SalesOrderNumber"),
    "FreeTextInvoiceHeaderCDSEntity": ("FreeTextInvoiceLineCDSEntity", "ExternalInvoiceId"),
    "SalesQuotationHeaderCDSEntity": ("SalesQuotationLineCDSEntity", "SalesQuotationNumber"),
    "PurchPurchaseOrderHeaderV2Entity": ("PurchPurchaseOrderLineCDSEntity", "PurchaseOrderNumber"),
}
"""Header entity -> (line entity, the attribute both share): lines go with their header."""


def entity_levels(wanted: Sequence[Entity]) -> dict[str, int]:
    """Return the level of each entity: one above the highest of the wanted ones it refers to."""
    names = {entity.name for entity in wanted}
    levels: dict[str, int] = {}

    def level(name: str) -> int:
        if name not in levels:
            parents = {related.entity for related in RELATIONS.get(name, {}).values()}
            parents = (parents & names) - {name}
            levels[name] = 1 + max((level(parent) for parent in parents), default=0)
        return levels[name]

    return {name: level(name) for name in names}
