"""What the service fills in on create when a field is not given.

Each default is SQL over the new row `c`; `needs` names the attributes of `c` it reads.
"""

from dataclasses import dataclass
from typing import Final

COMPANY_CURRENCY = 'select currency from finops.companies where company = lower(c."dataAreaId")'
DEFAULT_WAREHOUSE = "13"
CUSTOMER = (
    'select {column} from finops."CustCustomerV2Entity" as customer '
    'where customer."dataAreaId" = lower(c."dataAreaId") '
    'and lower(customer."CustomerAccount") = lower(c."{account}")'
)
HEADER = (
    'select {column} from finops."{entity}" as header '
    'where header."dataAreaId" = lower(c."dataAreaId") '
    'and lower(header."{key}") = lower(c."{key}")'
)
VENDOR = (
    'select {column} from finops."VendVendorV2Entity" as vendor '
    'where vendor."dataAreaId" = lower(c."dataAreaId") '
    'and lower(vendor."VendorAccountNumber") = lower(c."OrderVendorAccountNumber")'
)
PRODUCT = (
    'select {column} from finops."EcoResSellableReleasedProductEntity" as product '
    'where product."dataAreaId" = lower(c."dataAreaId") '
    'and lower(product."ProductNumber") = lower(c."ProductNumber")'
)
NAME_OF_CUSTOMER = (
    "coalesce(nullif(customer.\"OrganizationName\", ''), trim(concat_ws(' ', "
    "nullif(customer.\"PersonFirstName\", ''), nullif(customer.\"PersonLastName\", ''))))"
)


@dataclass(frozen=True, slots=True)
class Default:
    """The SQL of a value, and the attributes of the new row it depends on."""

    sql: str
    needs: tuple[str, ...] = ()


def _of_customer(column: str, account: str) -> Default:
    return Default(CUSTOMER.format(column=f'customer."{column}"', account=account), (account,))


def _of_header(entity: str, key: str, column: str) -> str:
    return HEADER.format(column=f'header."{column}"', entity=entity, key=key)


def _of_order(column: str) -> Default:
    sql = _of_header("SalesOrderHeaderCDSEntity", "SalesOrderNumber", column)
    return Default(sql, ("SalesOrderNumber",))


def _of_quotation(column: str) -> Default:
    sql = _of_header("SalesQuotationHeaderCDSEntity", "SalesQuotationNumber", column)
    return Default(sql, ("SalesQuotationNumber",))


def _of_purchase_order(column: str) -> Default:
    sql = _of_header("PurchPurchaseOrderHeaderV2Entity", "PurchaseOrderNumber", column)
    return Default(sql, ("PurchaseOrderNumber",))


def _of_vendor(column: str) -> Default:
    return Default(VENDOR.format(column=f'vendor."{column}"'), ("OrderVendorAccountNumber",))


def _of_product(column: str) -> Default:
    return Default(PRODUCT.format(column=f'product."{column}"'), ("ProductNumber",))


def _warehouse(default: Default) -> Default:
    """Fall back to the warehouse of the product's order settings, the same in every company."""
    return Default(f"coalesce(nullif(({default.sql}), ''), '{DEFAULT_WAREHOUSE}')", default.needs)


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
        "CurrencyCode": _of_customer("SalesCurrencyCode", "OrderingCustomerAccountNumber"),
        "LanguageId": _of_customer("LanguageId", "OrderingCustomerAccountNumber"),
        "PaymentTermsName": _of_customer("PaymentTerms", "OrderingCustomerAccountNumber"),
        "DefaultShippingWarehouseId": _of_customer("WarehouseId", "OrderingCustomerAccountNumber"),
        "SalesOrderName": Default(
            CUSTOMER.format(column=NAME_OF_CUSTOMER, account="OrderingCustomerAccountNumber"),
            ("OrderingCustomerAccountNumber",),
        ),
        "SalesOrderStatus": Default("'Backorder'"),
    },
    "SalesOrderLineCDSEntity": {
        "CurrencyCode": _of_order("CurrencyCode"),
        "SalesOrderOriginType": _of_order("SalesOrderOriginType"),
        "SalesUnitSymbol": _of_product("SalesUnitSymbol"),
        "ProductName": _of_product("ProductName"),
        "ShippingWarehouseId": _warehouse(_of_order("DefaultShippingWarehouseId")),
        "SalesOrderLineStatus": Default("'Backorder'"),
    },
    "SalesQuotationHeaderCDSEntity": {
        "InvoiceCustomerAccountNumber": Default(
            'c."RequestingCustomerAccountNumber"', ("RequestingCustomerAccountNumber",)
        ),
        "CurrencyCode": _of_customer("SalesCurrencyCode", "RequestingCustomerAccountNumber"),
        "LanguageId": _of_customer("LanguageId", "RequestingCustomerAccountNumber"),
        "PaymentTermsName": _of_customer("PaymentTerms", "RequestingCustomerAccountNumber"),
        "SalesQuotationStatus": Default("'Created'"),
    },
    "SalesQuotationLineCDSEntity": {
        "CurrencyCode": _of_quotation("CurrencyCode"),
        "SalesUnitSymbol": _of_product("SalesUnitSymbol"),
        "ProductName": _of_product("ProductName"),
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
        "CurrencyCode": _of_vendor("CurrencyCode"),
        "LanguageId": _of_vendor("LanguageId"),
        "PaymentTermsName": _of_vendor("DefaultPaymentTermsName"),
        "PurchaseOrderName": _of_vendor("VendorOrganizationName"),
        "PurchaseOrderStatus": Default("'Backorder'"),
        "DocumentApprovalStatus": Default("'Approved'"),
    },
    "PurchPurchaseOrderLineCDSEntity": {
        "CurrencyCode": _of_purchase_order("CurrencyCode"),
        "PurchaseUnitSymbol": _of_product("SalesUnitSymbol"),
        "PurchasePrice": _of_product("UnitCost"),
        "ProductName": _of_product("ProductName"),
        "LineDescription": _of_product("ProductName"),
        "ReceivingWarehouseId": _warehouse(_of_purchase_order("DefaultReceivingWarehouseId")),
        "PurchaseOrderLineStatus": Default("'Backorder'"),
    },
    "ProjectEntity": {
        "ProjectType": Default("'TimeMaterial'"),
        "ProjectStage": Default("'Created'"),
    },
    "FreeTextInvoiceHeaderCDSEntity": {
        "InvoiceAccount": Default('c."CustomerAccount"', ("CustomerAccount",)),
        "CurrencyCode": _of_customer("SalesCurrencyCode", "CustomerAccount"),
        "LanguageId": _of_customer("LanguageId", "CustomerAccount"),
        "CustomerGroup": _of_customer("CustomerGroupId", "CustomerAccount"),
        "TermsOfPayment": _of_customer("PaymentTerms", "CustomerAccount"),
    },
    "FreeTextInvoiceLineCDSEntity": {
        "TransactionCurrencyAmount": Default(
            'try_cast(round(try_cast(c."Quantity" as decimal(19, 6)) '
            '* try_cast(c."UnitPrice" as decimal(19, 6)), 2) as decimal(32, 16))',
            ("Quantity", "UnitPrice"),
        ),
    },
}
