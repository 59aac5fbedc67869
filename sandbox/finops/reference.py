"""Reference data the rows of the entities must agree with, and every table of the service.

reference.csv: related table, company (`*` each company, blank shared by all), value.
"""

import csv
from pathlib import Path

import duckdb

from sandbox.finops import data_projects, documents, journal, native_rows, stock
from sandbox.finops.companies import COMPANIES
from sandbox.finops.metadata import entities
from sandbox.finops.store import create_table, first_row
from sandbox.finops.views import create_view

EVERY_COMPANY = "*"

TABLES = """
create table if not exists finops.companies (
    company varchar primary key, name varchar not null, currency varchar not null
);
create table if not exists finops.reference_values (
    related_table varchar not null, company varchar, value varchar not null
);
"""


def create(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make every table and fill in reference data and native rows; once per database."""
    for tables in (
        TABLES,
        data_projects.TABLES,
        journal.TABLES,
        documents.TABLES,
        stock.TABLES,
    ):
        cursor.execute(tables)
    for entity in entities():
        create_table(cursor, entity)
    for entity in entities():
        create_view(cursor, entity)
    if first_row(cursor.execute("select count(*) from finops.companies")) != (0,):
        return
    cursor.executemany(
        "insert into finops.companies values (?, ?, ?)",
        [[company.code, company.name, company.currency] for company in COMPANIES],
    )
    cursor.executemany("insert into finops.reference_values values (?, ?, ?)", _reference_values())
    native_rows.make(cursor)
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
