"""Every awkward case is there, shows what it says, and most rows are none of them."""

import pytest
from awkward_conditions import CONDITIONS

from sandbox.contents import Contents, open_database
from sandbox.database import Database
from sandbox.dataverse import organisation_tables
from sandbox.generator.plan import Case, read_cases

CASES = {case.name: case for case in read_cases()}

SHOWN = """
with named as (
    select cast(row_id as uuid) as id from sandbox.awkward_cases where "case" = $case
),
twins as (select * from dataverse."{table}" where "{key}" in (from named))
select count(*), count(*) filter (where {condition}) from twins as row
"""


@pytest.fixture(scope="module", params=[500, 6000])
def database(request: pytest.FixtureRequest) -> Database:
    """A small organisation, and one that is large enough for every case to occur three times."""
    return open_database(Contents(rows=request.param, seed=11))


def test_every_case_has_a_condition() -> None:
    assert CASES.keys() == CONDITIONS.keys()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_case_shows_what_it_says(database: Database, case: Case) -> None:
    key = organisation_tables(database)[case.table_name].primary_key
    query = SHOWN.format(table=case.table_name, key=key, condition=CONDITIONS[case.name])
    found = database.cursor().execute(query, {"case": case.name}).fetchone()
    assert found is not None
    rows, showing = found
    assert rows in (case.rows, 3 * case.rows)
    assert showing == rows


def test_most_rows_are_ordinary(generated: Database) -> None:
    cursor = generated.cursor()
    awkward = cursor.execute("select count(distinct row_id) from sandbox.awkward_cases").fetchone()
    rows = 0
    for name in organisation_tables(generated):
        count = cursor.execute(f'select count(*) from dataverse."{name}"').fetchone()
        rows += count[0] if count else 0
    assert awkward is not None
    assert 150 <= awkward[0] < 0.17 * rows


def test_odd_accounts_are_named_by_contracts_orders_and_invoices(generated: Database) -> None:
    odd = {case.name for case in CASES.values() if case.table_name == "account"}
    odd = {name for name in odd if CASES[name].position == "common"}
    for table, column in (
        ("salesorder", "_customerid_value"),
        ("msdyn_workorder", "_msdyn_serviceaccount_value"),
        ("invoice", "_customerid_value"),
    ):
        named = generated.cursor().execute(
            f'''
            select distinct "case" from sandbox.awkward_cases
            inner join dataverse."{table}" on cast("{column}" as varchar) = row_id
            where table_name = 'account'
            '''
        )
        assert odd <= {name for (name,) in named.fetchall()}
