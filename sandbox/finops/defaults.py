"""What the service fills in on create when a field is not given.

Each default is SQL over the new row `c`; `needs` names the attributes of `c` it reads.
"""

from dataclasses import dataclass
from typing import Final

COMPANY_CURRENCY = 'select currency from finops.companies where company = lower(c."dataAreaId")'
CUSTOMER = (
    'select {column} from finops."CustCustomerV2Entity" as customer '
    'where customer."dataAreaId" = lower(c."dataAreaId") '
    'and lower(customer."CustomerAccount") = lower(c."{account}")'
)
ORDER = (
    'select {column} from finops."SalesOrderHeaderCDSEntity" as sales_order '
    'where sales_order."dataAreaId" = lower(c."dataAreaId") '
    'and lower(sales_order."SalesOrderNumber") = lower(c."SalesOrderNumber")'
)
PRODUCT = (
    "select {column} from finops.released_products as product "
    'where product.company = lower(c."dataAreaId") '
    'and product.product_number = lower(c."ProductNumber")'
)


@dataclass(frozen=True, slots=True)
class Default:
    """The SQL of a value, and the attributes of the new row it depends on."""

    sql: str
    needs: tuple[str, ...] = ()


def _of_customer(column: str, account: str) -> Default:
    return Default(CUSTOMER.format(column=f'customer."{column}"', account=account), (account,))


def _of_order(column: str) -> Default:
    return Default(ORDER.format(column=f'sales_order."{column}"'), ("SalesOrderNumber",))


def _of_product(column: str) -> Default:
    return Default(PRODUCT.format(column=f"product.{column}"), ("ProductNumber",))


DEFAULTS: Final[dict[str, dict[str, Default]]] = {
    "CustCustomerV2Entity": {
        "SalesCurrencyCode": Default(COMPANY_CURRENCY),
        "LanguageId": Default("'en-us'"),
    },
    "ProjCDSProjectEntity": {
        "ProjectType": Default("'TimeMaterial'"),
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
        "SalesOrderStatus": Default("'Backorder'"),
    },
    "SalesOrderLineCDSEntity": {
        "CurrencyCode": _of_order("CurrencyCode"),
        "SalesOrderOriginType": _of_order("SalesOrderOriginType"),
        "SalesUnitSymbol": _of_product("sales_unit"),
        "ProductName": _of_product("name"),
        "SalesOrderLineStatus": Default("'Backorder'"),
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
