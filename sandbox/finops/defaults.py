"""What the service fills in on create when a field is not given.

Each default is SQL over the new row `c` and over the row of its source: a row of another entity that
the new one points to, joined once however many defaults come from it.
"""

from dataclasses import dataclass, field
from typing import Final

COMPANY_CURRENCY = 'select currency from finops.companies where company = lower(c."dataAreaId")'
DEFAULT_WAREHOUSE = "13"


@dataclass(frozen=True, slots=True)
class Source:
    """Where defaults come from: the row of `entity` whose key, beside the company, is in `points`."""

    alias: str
    entity: str
    points: str

    @property
    def join(self) -> str:
        """Return the left join that finds the row; a key is unique, so it finds at most one."""
        return (
            f'left join finops."{self.entity}" as {self.alias} on {self.alias}._key '
            f'= lower(c."dataAreaId" || chr(31) || c."{self.points}")'
        )

    def of(self, attribute: str) -> "Default":
        """Return the default that is an attribute of the row, nothing where that says nothing."""
        return Default(f'{self.alias}."{attribute}"', (self.points,), self)


@dataclass(frozen=True, slots=True)
class Default:
    """The SQL of a value, the attributes of the new row it depends on, the row it comes from."""

    sql: str
    needs: tuple[str, ...] = ()
    source: Source | None = field(default=None)


def _customer(account: str) -> Source:
    return Source("customer", "CustCustomerV2Entity", account)


PRODUCT = Source("product", "EcoResSellableReleasedProductEntity", "ProductNumber")
ORDER = Source("sales_order", "SalesOrderHeaderCDSEntity", "SalesOrderNumber")
QUOTATION = Source("quotation", "SalesQuotationHeaderCDSEntity", "SalesQuotationNumber")
VENDOR = Source("vendor", "VendVendorV2Entity", "OrderVendorAccountNumber")
PURCHASE_ORDER = Source("purchase", "PurchPurchaseOrderHeaderV2Entity", "PurchaseOrderNumber")
ORDERING_CUSTOMER = _customer("OrderingCustomerAccountNumber")
REQUESTING_CUSTOMER = _customer("RequestingCustomerAccountNumber")
INVOICED_CUSTOMER = _customer("CustomerAccount")


def _or_warehouse_of_product(default: Default) -> Default:
    """Fall back to the warehouse of the product's order settings, the same in every company."""
    sql = f"coalesce(nullif({default.sql}, ''), '{DEFAULT_WAREHOUSE}')"
    return Default(sql, default.needs, default.source)


NAME_OF_CUSTOMER = (
    "coalesce(nullif(customer.\"OrganizationName\", ''), trim(concat_ws(' ', "
    "nullif(customer.\"PersonFirstName\", ''), nullif(customer.\"PersonLastName\", ''))))"
)

DEFAULTS: Final[dict[str, dict[str, Default]]] = {
    "CustCustomerV2Entity": {
        "SalesCurrencyCode": Default(COMPANY_CURRENCY),
        "LanguageId": Default("'en-us'"),
    },
    "ProjCDSProjectEntity": {
        "ProjectType": Default("'TimeMaterial'"),
        "ProjectStatus": Default("'InProcess'"),
        "ProjectGroup": Default(
            "case when c.\"ProjectType\" = 'FixedPrice' then 'FP' else 'TM' end", ("ProjectType",)
        ),
    },
    "SalesOrderHeaderCDSEntity": {
        "InvoiceCustomerAccountNumber": Default(
            'c."OrderingCustomerAccountNumber"', ("OrderingCustomerAccountNumber",)
        ),
        "CurrencyCode": ORDERING_CUSTOMER.of("SalesCurrencyCode"),
        "LanguageId": ORDERING_CUSTOMER.of("LanguageId"),
        "PaymentTermsName": ORDERING_CUSTOMER.of("PaymentTerms"),
        "DefaultShippingWarehouseId": ORDERING_CUSTOMER.of("WarehouseId"),
        "SalesOrderName": Default(
            NAME_OF_CUSTOMER, ("OrderingCustomerAccountNumber",), ORDERING_CUSTOMER
        ),
        "SalesOrderStatus": Default("'Backorder'"),
    },
    "SalesOrderLineCDSEntity": {
        "CurrencyCode": ORDER.of("CurrencyCode"),
        "SalesOrderOriginType": ORDER.of("SalesOrderOriginType"),
        "SalesUnitSymbol": PRODUCT.of("SalesUnitSymbol"),
        "ProductName": PRODUCT.of("ProductName"),
        "ShippingWarehouseId": _or_warehouse_of_product(ORDER.of("DefaultShippingWarehouseId")),
        "SalesOrderLineStatus": Default("'Backorder'"),
    },
    "SalesQuotationHeaderCDSEntity": {
        "InvoiceCustomerAccountNumber": Default(
            'c."RequestingCustomerAccountNumber"', ("RequestingCustomerAccountNumber",)
        ),
        "CurrencyCode": REQUESTING_CUSTOMER.of("SalesCurrencyCode"),
        "LanguageId": REQUESTING_CUSTOMER.of("LanguageId"),
        "PaymentTermsName": REQUESTING_CUSTOMER.of("PaymentTerms"),
        "SalesQuotationStatus": Default("'Created'"),
    },
    "SalesQuotationLineCDSEntity": {
        "CurrencyCode": QUOTATION.of("CurrencyCode"),
        "SalesUnitSymbol": PRODUCT.of("SalesUnitSymbol"),
        "ProductName": PRODUCT.of("ProductName"),
        "SalesQuotationStatus": Default("'Created'"),
    },
    "smmContactPersonCDSEntity": {"ContactPersonPartyType": Default("'Person'")},
    "VendVendorV2Entity": {
        "CurrencyCode": Default(COMPANY_CURRENCY),
        "LanguageId": Default("'en-us'"),
    },
    "PurchPurchaseOrderHeaderV2Entity": {
        "InvoiceVendorAccountNumber": Default(
            'c."OrderVendorAccountNumber"', ("OrderVendorAccountNumber",)
        ),
        "CurrencyCode": VENDOR.of("CurrencyCode"),
        "LanguageId": VENDOR.of("LanguageId"),
        "PaymentTermsName": VENDOR.of("DefaultPaymentTermsName"),
        "PurchaseOrderName": VENDOR.of("VendorOrganizationName"),
        "PurchaseOrderStatus": Default("'Backorder'"),
        "DocumentApprovalStatus": Default("'Approved'"),
    },
    "PurchPurchaseOrderLineCDSEntity": {
        "CurrencyCode": PURCHASE_ORDER.of("CurrencyCode"),
        "PurchaseUnitSymbol": PRODUCT.of("SalesUnitSymbol"),
        "PurchasePrice": PRODUCT.of("UnitCost"),
        "ProductName": PRODUCT.of("ProductName"),
        "LineDescription": PRODUCT.of("ProductName"),
        "ReceivingWarehouseId": _or_warehouse_of_product(
            PURCHASE_ORDER.of("DefaultReceivingWarehouseId")
        ),
        "PurchaseOrderLineStatus": Default("'Backorder'"),
    },
    "ProjectEntity": {
        "ProjectType": Default("'TimeMaterial'"),
        "ProjectStage": Default("'Created'"),
    },
    "FreeTextInvoiceHeaderCDSEntity": {
        "InvoiceAccount": Default('c."CustomerAccount"', ("CustomerAccount",)),
        "CurrencyCode": INVOICED_CUSTOMER.of("SalesCurrencyCode"),
        "LanguageId": INVOICED_CUSTOMER.of("LanguageId"),
        "CustomerGroup": INVOICED_CUSTOMER.of("CustomerGroupId"),
        "TermsOfPayment": INVOICED_CUSTOMER.of("PaymentTerms"),
    },
    "FreeTextInvoiceLineCDSEntity": {
        "TransactionCurrencyAmount": Default(
            'try_cast(round(try_cast(c."Quantity" as decimal(19, 6)) '
            '* try_cast(c."UnitPrice" as decimal(19, 6)), 2) as decimal(32, 16))',
            ("Quantity", "UnitPrice"),
        ),
    },
}
