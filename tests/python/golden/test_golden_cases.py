"""Golden cases: raw rows and what their target should get for them (worlds.py says how a case is laid out).

What must come out of a case: <model>.csv for each target model it is about, `_source_id` first, then the
columns that matter; rejected.csv (source_id, target_model, reason_code, column_name) and filtered.csv
(source_id, target_model, filter_reason) with all such rows of the case, no file meaning none; any other
table of monitoring by its name.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from worlds import CASES, DATABASE, build, source_ids, worlds

Rows = list[tuple[str, ...]]
COMPLETE, LACKING = worlds()
ALWAYS = {
    "rejected": ("rejected_rows", ["source_id", "target_model", "reason_code", "column_name"]),
    "filtered": ("filtered_rows", ["source_id", "target_model", "filter_reason"]),
}
TARGETS = ("finops__", "dataverse__")
NEED_NUMBERS = (
    "finops__project_contracts",
    "finops__projects",
    "finops__project_contract_lines",
    "finops__free_text_invoice_headers",
    "finops__project_actuals",
    "dataverse__actuals",
    "finops__contact_persons",
    "finops__contact_customers",
    "finops__sales_quotation_headers",
    "finops__crm_sales_order_headers",
    "dataverse__sales_orders",
    "dataverse__invoices",
)
"""Models that need contract, project or contact numbers, which the lacking organisation does not have."""


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of an organisation with all columns; its build runs the unit tests as well."""
    folder = tmp_path_factory.mktemp("complete")
    completed = build(COMPLETE, folder)
    assert completed.returncode == 0, completed.stdout
    with duckdb.connect(str(folder / DATABASE), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def lacking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of an organisation without the columns of the integration solution."""
    folder = tmp_path_factory.mktemp("lacking")
    completed = build(LACKING, folder)
    assert completed.returncode == 1, completed.stdout
    with duckdb.connect(str(folder / DATABASE), read_only=True) as connection:
        yield connection


def expected(file: Path) -> tuple[list[str], Rows]:
    with file.open(newline="") as content:
        header, *rows = list(csv.reader(content))
    return header, sorted(tuple(row) for row in rows)


def shown(value: Any) -> str:
    if value is None:
        return ""
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


def actual(
    warehouse: duckdb.DuckDBPyConnection,
    relation: str,
    header: list[str],
    case: Path,
) -> Rows:
    columns = ", ".join(f'"{name}"' for name in header)
    id_column = "_source_id" if relation.startswith("integration.") else "source_id"
    rows = warehouse.execute(
        f"select {columns} from {relation} where list_contains($ids, {id_column})",
        {"ids": sorted(source_ids(case))},
    ).fetchall()
    return sorted(tuple(shown(value) for value in row) for row in rows)


def compare(warehouse: duckdb.DuckDBPyConnection, case: Path) -> None:
    for file in sorted(set(case.glob("*.csv")) - {case / f"{name}.csv" for name in ALWAYS}):
        schema = "integration" if file.stem.startswith(TARGETS) else "monitoring"
        header, rows = expected(file)
        assert actual(warehouse, f"{schema}.{file.stem}", header, case) == rows, file.name
    for name, (relation, columns) in ALWAYS.items():
        file = case / f"{name}.csv"
        header, rows = expected(file) if file.exists() else (columns, [])
        assert actual(warehouse, f"monitoring.{relation}", header, case) == rows, file.name


@pytest.mark.parametrize("case", COMPLETE.cases, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_golden_case(complete: duckdb.DuckDBPyConnection, case: Path) -> None:
    compare(complete, case)


@pytest.mark.parametrize("case", LACKING.cases, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_golden_case_of_an_organisation_that_lacks_columns(
    lacking: duckdb.DuckDBPyConnection, case: Path
) -> None:
    compare(lacking, case)


def test_numbers_that_nothing_can_be_derived_from_are_an_error_of_the_templates_that_need_them(
    lacking: duckdb.DuckDBPyConnection,
) -> None:
    failed = lacking.execute(
        "select split_part(unique_id, '.', 3) from ops.node_results where status in ('fail', 'error')"
    ).fetchall()
    assert all(name.startswith("columns_known_") for (name,) in failed)
    assert len(failed) == len(NEED_NUMBERS)
    for model in NEED_NUMBERS:
        assert any(name.startswith(f"columns_known_{model}_") for (name,) in failed), model


def test_an_error_of_one_template_leaves_the_others_built_and_accounted_for(
    lacking: duckdb.DuckDBPyConnection,
) -> None:
    skipped = lacking.execute("select unique_id from ops.node_results where status = 'skipped'")
    assert skipped.fetchall() == []
    counts = lacking.execute("select count(*) from monitoring.reconciliation").fetchone()
    assert counts == (44,)


def test_every_case_says_what_it_expects_and_has_rows_of_its_own() -> None:
    for case in CASES:
        assert [file for file in case.glob("*.csv") if file.stem.startswith(TARGETS)], case
    owners = Counter(source_id for case in CASES for source_id in source_ids(case))
    assert [source_id for source_id, cases in owners.items() if cases > 1] == []
