"""Reference data the rows of the entities must agree with, and the native rows of the service.

reference.csv: related table, company (`*` each company, blank shared by all), value.
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sandbox.finops import data_projects, journal
from sandbox.finops.metadata import by_name, entities
from sandbox.finops.store import create_table, first_row, quoted, table

EVERY_COMPANY = "*"
NOT_RELEASED_EVERY = 40
FIRST_SHARED_CATEGORY = 5_637_144_576

TABLES = """
create table if not exists finops.companies (
    company varchar primary key, name varchar not null, currency varchar not null
);
create table if not exists finops.reference_values (
    related_table varchar not null, company varchar, value varchar not null
);
create table if not exists finops.released_products (
    company varchar not null, product_number varchar not null, name varchar not null,
    sales_unit varchar not null, primary key (company, product_number)
);
"""


@dataclass(frozen=True, slots=True)
class Company:
    """A legal entity, its name and its accounting currency."""

    code: str
    name: str
    currency: str


COMPANIES = (
    Company("usmf", "Contoso Entertainment System USA", "USD"),
    Company("ussi", "Contoso Consulting USA", "USD"),
    Company("demf", "Contoso Entertainment System Germany", "EUR"),
)


def create(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make every table and fill in reference data and native rows; once per database."""
    for tables in (TABLES, data_projects.TABLES, journal.TABLES):
        cursor.execute(tables)
    for entity in entities():
        create_table(cursor, entity)
    if first_row(cursor.execute("select count(*) from finops.companies")) != (0,):
        return
    cursor.executemany(
        "insert into finops.companies values (?, ?, ?)",
        [[company.code, company.name, company.currency] for company in COMPANIES],
    )
    cursor.executemany("insert into finops.reference_values values (?, ?, ?)", _reference_values())
    _release_products(cursor)
    _make_native_rows(cursor)
    for project in data_projects.AT_CREATION:
        data_projects.keep_export(cursor, project)


def is_company(cursor: duckdb.DuckDBPyConnection, code: str) -> bool:
    """Tell whether there is a legal entity of that code, in any case of letters."""
    known = "select 1 from finops.companies where company = lower(?)"
    return first_row(cursor.execute(known, [code])) is not None


def _reference_values() -> list[list[str | None]]:
    """Return rows of reference_values; values in lower case, company None where shared."""
    rows: list[list[str | None]] = []
    with Path(__file__).with_name("reference.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            companies: list[str | None] = [row["company"] or None]
            if row["company"] == EVERY_COMPANY:
                companies = [company.code for company in COMPANIES]
            rows += [[row["related_table"], code, row["value"].lower()] for code in companies]
    return rows


def _release_products(cursor: duckdb.DuckDBPyConnection) -> None:
    """Release the products both ends share to every company; a few are missing in the last one."""
    cursor.execute(
        """
        insert into finops.released_products
        with products as (
            select key, detail ->> 'name' as name, detail ->> 'unit' as unit,
                row_number() over (order by key) as position
            from sandbox.shared_facts
            where kind = 'product'
        )
        select companies.company, lower(products.key), products.name, products.unit
        from products
        cross join finops.companies
        where companies.company <> ? or products.position % ? <> 0
        """,
        [COMPANIES[-1].code, NOT_RELEASED_EVERY],
    )


def _make_native_rows(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make the customers, sales orders and categories that the service owned before any load."""
    facts = cursor.execute(
        """
        select kind, key, company, detail from sandbox.shared_facts
        where kind in ('native_customer', 'native_sales_order', 'category')
        order by kind, company, key
        """
    ).fetchall()
    shared: dict[str, str] = {}
    for kind, key, company, detail in facts:
        facts_of_row = json.loads(detail or "{}")
        if kind == "category":
            values = {
                "CategoryId": key,
                "SharedCategory": shared.setdefault(
                    key.lower(), str(FIRST_SHARED_CATEGORY + len(shared))
                ),
            }
            _insert(cursor, "ProjCDSCategoryEntity", [company, key], values)
        elif kind == "native_customer":
            values = _native_customer(key, facts_of_row["name"], company)
            _insert(cursor, "CustCustomerV2Entity", [company, key], values)
        else:
            values = {
                "SalesOrderNumber": key,
                "OrderingCustomerAccountNumber": facts_of_row["customer"],
                "InvoiceCustomerAccountNumber": facts_of_row["customer"],
                "CurrencyCode": _currency(company),
                "SalesOrderStatus": "Backorder",
            }
            _insert(cursor, "SalesOrderHeaderCDSEntity", [company, key], values)


def _native_customer(account: str, name: str, company: str) -> dict[str, str]:
    return {
        "CustomerAccount": account,
        "OrganizationName": name,
        "CustomerGroupId": "10",
        "SalesCurrencyCode": _currency(company),
        "LanguageId": "en-us",
    }


def _currency(company: str) -> str:
    return next(known.currency for known in COMPANIES if known.code == company)


def _insert(
    cursor: duckdb.DuckDBPyConnection, entity: str, key: list[str], values: dict[str, str]
) -> None:
    row = {"_key": "\x1f".join(key).lower(), "dataAreaId": key[0], **values}
    columns = ", ".join(quoted(name) for name in row)
    marks = ", ".join("?" for _ in row)
    cursor.execute(
        f"insert into {table(by_name()[entity])} ({columns}) values ({marks})", list(row.values())
    )
