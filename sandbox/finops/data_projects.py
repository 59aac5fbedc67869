"""Data projects: the list of their names, those of type Export, and what each has exported.

The first import of a name makes a data project; one that exports is set up by an administrator.

An incremental export holds the rows that the project has not exported for the company yet, or that
changed since; the first one holds everything. A finished full export counts as an export as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import duckdb

from sandbox.finops.metadata import Entity, by_name
from sandbox.finops.store import company_condition, first_row, table
from sandbox.finops.views import shown

GROUPS = "DataManagementDefinitionGroupEntity"
FULL_PUSH = "FullPush"
INCREMENTAL_PUSH = "IncrementalPush"

TABLES = """
create table if not exists finops.export_projects (
    name varchar primary key, label varchar not null, refresh varchar not null
);
create table if not exists finops.exported_rows (
    project varchar not null, company varchar not null, record_id bigint not null,
    record_version bigint not null
);
"""

NOT_EXPORTED: Final = """
not exists (
    from finops.exported_rows as old
    where old.project = lower(?) and old.company = ?
        and old.record_id = _recid and old.record_version = _recversion
)
"""


@dataclass(frozen=True, slots=True)
class ExportProject:
    """A data project that exports one entity, in full or what changed."""

    name: str
    label: str
    refresh: str = FULL_PUSH


AT_CREATION = (
    ExportProject("d365-categories", "Integration entity for categories"),
    ExportProject("d365-actuals", "Integration entity for project actuals"),
    ExportProject(
        "d365-transaction-relationships",
        "Integration entity for project transaction relationships",
    ),
    ExportProject("d365-on-hand", "CDS inventory on-hand by warehouse"),
    ExportProject("d365-product-receipt-headers", "Product receipt header"),
    ExportProject("d365-product-receipt-lines", "Product receipt line"),
)


def keep(cursor: duckdb.DuckDBPyConnection, name: str) -> None:
    """Make the data project of that name where there is none yet."""
    cursor.execute(
        f'insert into {table(by_name()[GROUPS])} (_key, "Name") values (lower(?), ?) '
        "on conflict do nothing",
        [name, name],
    )


def keep_export(cursor: duckdb.DuckDBPyConnection, project: ExportProject) -> None:
    """Make the data project, or change the one of that name; what it exported stays known."""
    keep(cursor, project.name)
    cursor.execute(
        "insert or replace into finops.export_projects values (lower(?), ?, ?)",
        [project.name, project.label, project.refresh],
    )


def find_export(cursor: duckdb.DuckDBPyConnection, name: str) -> ExportProject | None:
    """Return the export project called `name`, None when there is none."""
    row = first_row(
        cursor.execute(
            "select label, refresh from finops.export_projects where name = lower(?)", [name]
        )
    )
    return ExportProject(name, *row) if row else None


def rows_to_export(
    entity: Entity, company: str, project: str, refresh: str
) -> tuple[str, Sequence[str]]:
    """Return the condition, and its parameters, of the rows that an export holds."""
    where, parameters = company_condition(entity, company)
    if refresh == INCREMENTAL_PUSH:
        where, parameters = f"{where} and {NOT_EXPORTED}", [*parameters, project, company]
    return where, parameters


def remember(
    cursor: duckdb.DuckDBPyConnection, entities: Sequence[Entity], company: str, project: str
) -> None:
    """Note that the project has exported the rows of `company` as they are now."""
    cursor.execute(
        "delete from finops.exported_rows where project = lower(?) and company = ?",
        [project, company],
    )
    for entity in entities:
        where, parameters = company_condition(entity, company)
        cursor.execute(
            "insert into finops.exported_rows "
            f"select lower(?), ?, _recid, _recversion from {shown(entity)} where {where}",
            [project, company, *parameters],
        )
