"""Rows into Dataverse: upserts by id in batches, lookups bound, every row accounted for."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from declared import MODELS
from fake_target_dataverse import LEADS_TO, FakeDataverse, Row
from hypothesis import given
from hypothesis import strategies as st
from installation import Installation, classes, counts, reasons, result

from load.dataverse_operations import body_of
from load.ledger import Ledger
from load.rows import Row as SentRow
from load.target_entity import Binding, Property, TargetEntity

ONE, TWO, THREE = (f"aaaaaaaa-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
PROJECT = "bbbbbbbb-0000-4000-8000-000000000001"


def actual(world: Installation, row_id: str, **values: Any) -> Row:
    return world.add("psa_actuals", row_id, msdyn_actualid=row_id, **values)


def category(world: Installation, row_id: str, name: str) -> Row:
    return world.add("psa_categories", row_id, msdyn_transactioncategoryid=row_id, msdyn_name=name)


def refusing(text: str) -> Callable[[str, Row], str]:
    return lambda table, row: "Refused by a plug-in." if text in row.values() else ""


def cut(request: httpx.Request) -> None:
    if request.url.path.endswith("$batch"):
        raise httpx.ReadError("gone")


def nothing(request: httpx.Request) -> None:
    return None


@pytest.mark.parametrize("transport", ["package", "odata"])
def test_one_load_sends_to_both_ends_in_order_whatever_the_transport_of_finance(
    world: Installation, transport: str
) -> None:
    world.transport = transport
    world.add("items", Item="I1", Name="n")
    category(world, ONE, "Travel")
    actual(world, TWO, msdyn_description="d")
    report = world.load()
    assert (report.exit_code, counts(report, "items")) == (0, {"inserted": 1})
    assert counts(report, "psa_categories") == counts(report, "psa_actuals") == {"inserted": 1}
    assert world.dataverse.of("msdyn_transactioncategory") == {
        ONE: {"msdyn_name": "Travel"},
    }
    world.finops.requests.clear()
    world.dataverse.requests.clear()
    assert counts(world.load(), "psa_actuals") == {"unchanged": 1}
    assert world.finops.writes() == world.dataverse.batches() == []


def test_every_row_is_a_patch_by_id_in_a_change_set_of_its_own(world: Installation) -> None:
    actual(world, ONE, msdyn_description="a")
    actual(world, TWO.upper(), msdyn_description="b")
    world.load()
    (batch,) = world.dataverse.batches()
    assert batch.count("boundary=changeset_") == batch.count("PATCH ") == 2
    assert f"PATCH https://dataverse.test/api/data/v9.2/msdyn_actuals({ONE}) HTTP/1.1" in batch
    (request,) = (r for r in world.dataverse.requests if r.url.path.endswith("$batch"))
    assert request.url.path == "/api/data/v9.2/$batch"
    assert request.headers["Prefer"] == "odata.continue-on-error"
    assert set(world.dataverse.of("msdyn_actual")) == {ONE, TWO}


def test_values_go_as_dataverse_wants_them(world: Installation) -> None:
    world.dataverse.put("msdyn_project", PROJECT)
    moment = datetime(2026, 3, 1, 23, 59, 58)
    actual(
        world,
        ONE,
        msdyn_description='Täxi "1"\n',
        msdyn_amount=Decimal("123456789012345.6789"),
        msdyn_quantity=Decimal("0.1000000000"),
        msdyn_billingtype=192350001,
        msdyn_documentdate=moment,
        msdyn_isadjusted=False,
        msdyn_project=PROJECT,
    )
    world.load()
    (headers, body), *_ = world.dataverse.operations
    assert body == {
        "msdyn_description": 'Täxi "1"\n',
        "msdyn_amount": Decimal("123456789012345.6789"),
        "msdyn_quantity": Decimal("0.1"),
        "msdyn_billingtype": 192350001,
        "msdyn_documentdate": "2026-03-01T23:59:58Z",
        "msdyn_isadjusted": False,
        "msdyn_Project@odata.bind": f"/msdyn_projects({PROJECT})",
    }
    assert "If-Match" not in headers


def test_a_null_is_not_sent_and_a_value_that_became_null_goes_as_null(
    world: Installation,
) -> None:
    world.dataverse.put("msdyn_project", PROJECT)
    row = actual(world, ONE, msdyn_description="a", msdyn_billingtype=0, msdyn_project=PROJECT)
    world.load()
    row.update(msdyn_description=None, msdyn_billingtype=None, msdyn_project=None)
    assert counts(world.load(), "psa_actuals") == {"updated": 1}
    (_, first), (_, second) = world.dataverse.operations
    assert "msdyn_amount" not in first
    assert second == {
        "msdyn_description": None,
        "msdyn_billingtype": None,
        "msdyn_Project@odata.bind": None,
    }
    assert counts(world.load(), "psa_actuals") == {"unchanged": 1}


def test_a_row_that_exists_is_only_updated_and_one_that_is_gone_is_refused_alone(
    world: Installation,
) -> None:
    world.dataverse.put("msdyn_actual", ONE, msdyn_description="old")
    for row_id in (ONE, TWO, THREE):
        actual(world, row_id, msdyn_description="new", _exists_in_target=row_id != THREE)
    assert classes(world.plan(), "psa_actuals") == {ONE: "update", TWO: "update", THREE: "insert"}
    report = world.load()
    assert counts(report, "psa_actuals") == {"inserted": 1, "updated": 1, "failed": 1}
    told = ["If-Match: *" in headers for headers, _ in world.dataverse.operations]
    assert told == [True, True, False]
    assert set(world.dataverse.of("msdyn_actual")) == {ONE, THREE}
    assert reasons(world.plan(), "psa_actuals")[TWO] == (
        "The row was in Dataverse when it was read and is gone, so it was not made again: extract, "
        f"build and load (msdyn_actual With Id = {TWO} Does Not Exist)."
    )


def test_only_rows_the_models_have_not_seen_are_asked_for(world: Installation) -> None:
    world.dataverse.put("msdyn_actual", ONE)
    actual(world, ONE, msdyn_description="a", _exists_in_target=True)
    actual(world, TWO, msdyn_description="a", _exists_in_target=None)
    world.plan()
    (asked,) = (r for r in world.dataverse.requests if r.url.path.endswith("/msdyn_actuals"))
    assert asked.url.params["$filter"] == f"(msdyn_actualid eq {TWO})"


def test_whether_a_row_exists_is_no_news_about_it(world: Installation) -> None:
    row = actual(world, ONE, msdyn_description="a", _exists_in_target=False)
    world.load()
    row["_exists_in_target"] = True
    assert counts(world.load(), "psa_actuals") == {"unchanged": 1}


def test_a_reference_to_a_row_that_is_gone_keeps_the_services_words(world: Installation) -> None:
    world.dataverse.put("msdyn_actual", ONE)
    actual(world, ONE, msdyn_project=PROJECT, _exists_in_target=True)
    actual(world, TWO, msdyn_project="no guid")
    world.load()
    said = reasons(world.plan(), "psa_actuals")
    assert said[ONE] == f"msdyn_project With Id = {PROJECT} Does Not Exist"
    assert "`no guid` is no Edm.Guid" in said[TWO]


def test_a_refused_row_keeps_the_services_words_and_holds_its_children_alone(
    world: Installation,
) -> None:
    for row_id, text in ((ONE, "bad"), (TWO, "good")):
        actual(world, row_id, msdyn_description=text)
        world.add(
            "psa_connections",
            row_id,
            msdyn_transactionconnectionid=row_id,
            msdyn_transaction1=row_id,
        )
    world.dataverse.refuse = refusing("bad")
    report = world.load()
    assert counts(report, "psa_actuals") == {"inserted": 2, "failed": 1, "held": 1}
    said = world.plan()
    assert reasons(said, "psa_actuals") == {ONE: "Refused by a plug-in."}
    assert "Refused by a plug-in." in reasons(said, "psa_connections")[ONE]


@pytest.mark.parametrize("status", [401, 403, 429, 503])
def test_a_busy_answer_within_a_batch_blames_no_row(world: Installation, status: int) -> None:
    actual(world, ONE, msdyn_description="a")
    actual(world, TWO, msdyn_description="b")
    world.dataverse.part_status = lambda row: status if row["msdyn_description"] == "b" else 0
    assert counts(world.load(), "psa_actuals") == {"inserted": 1, "failed": 1}
    assert world.states("psa_actuals") == {ONE: "in_target", TWO: "unknown"}
    world.dataverse.part_status = lambda row: 0
    assert counts(world.load(), "psa_actuals") == {"inserted": 1, "unchanged": 1}


def test_rows_without_an_answer_are_read_back_together(
    world: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row by row, each would ask anew and look at all that are open: quadratic work."""
    for number in range(40):
        actual(world, f"aaaaaaaa-0000-4000-8000-0000000000{number:02}", msdyn_description="a")
    world.chunk_size = 10
    world.dataverse.part_status = lambda row: 403
    looked_at: list[int] = []
    open_rows = Ledger.open_rows

    def counted(*arguments: Any) -> Any:
        found = open_rows(*arguments)
        looked_at.append(len(found))
        return found

    monkeypatch.setattr(Ledger, "open_rows", counted)
    assert counts(world.load(), "psa_actuals") == {"failed": 40}
    read = [r for r in world.dataverse.requests if r.url.path.endswith("/msdyn_actuals")]
    # once before anything was sent, then once per batch
    assert (len(read), max(looked_at)) == (1 + 4, 10)


@pytest.mark.parametrize("arrived", [True, False])
def test_a_batch_that_was_cut_off_is_settled_by_reading_back(
    world: Installation, arrived: bool
) -> None:
    world.dataverse.put("msdyn_project", PROJECT)
    actual(
        world,
        ONE,
        msdyn_description="a",
        msdyn_amount=Decimal("12.5000"),
        msdyn_billingtype=192350001,
        msdyn_documentdate=datetime(2026, 3, 1, 8),
        msdyn_isadjusted=True,
        msdyn_project=PROJECT,
    )
    setattr(world.dataverse, "after" if arrived else "before", cut)
    expected = {"inserted": 1} if arrived else {"failed": 1}
    assert counts(world.load(), "psa_actuals") == expected
    assert len(world.dataverse.batches()) == 1
    world.dataverse.before = world.dataverse.after = nothing
    expected = {"unchanged": 1} if arrived else {"inserted": 1}
    assert counts(world.load(), "psa_actuals") == expected


def test_reading_back_tells_a_zero_from_a_value_that_was_cleared(world: Installation) -> None:
    row = actual(world, ONE, msdyn_description="a", msdyn_billingtype=0)
    world.load()
    row["msdyn_billingtype"] = None
    world.dataverse.before = cut
    assert counts(world.load(), "psa_actuals") == {"failed": 1}
    world.dataverse.before = nothing
    assert counts(world.load(), "psa_actuals") == {"updated": 1}
    assert world.dataverse.of("msdyn_actual")[ONE]["msdyn_billingtype"] is None


def test_throttling_of_the_batch_is_waited_for(world: Installation) -> None:
    actual(world, ONE, msdyn_description="a")
    answer, turned_away = world.dataverse._batch, []

    def throttled(request: httpx.Request) -> httpx.Response:
        if not turned_away:
            turned_away.append(request)
            return httpx.Response(429, headers={"Retry-After": "7"})
        return answer(request)

    world.dataverse._batch = throttled
    assert counts(world.load(), "psa_actuals") == {"inserted": 1}
    assert world.slept == [7]


def test_a_batch_holds_at_most_a_thousand_operations(world: Installation) -> None:
    world.chunk_size = 5000
    for number in range(1002):
        actual(world, f"aaaaaaaa-0000-4000-8000-{number:012}", msdyn_description="a")
    assert counts(world.load(), "psa_actuals") == {"inserted": 1002}
    assert [batch.count("PATCH ") for batch in world.dataverse.batches()] == [1000, 2]


def test_an_id_that_only_dataverse_knows_waits_for_a_person(world: Installation) -> None:
    world.dataverse.put("msdyn_actual", ONE, msdyn_description="Theirs")
    actual(world, ONE, msdyn_description="Ours")
    assert classes(world.plan(), "psa_actuals") == {ONE: "collision"}
    assert counts(world.load(), "psa_actuals") == {"held": 1}
    assert counts(world.load(adopt=[f"psa_actuals:{ONE}"]), "psa_actuals") == {"updated": 1}


def test_a_model_that_takes_over_meets_no_collision(world: Installation) -> None:
    world.dataverse.put("msdyn_transactioncategory", ONE, msdyn_name="Theirs")
    category(world, ONE, "Ours")
    category(world, TWO, "New")
    plan = world.plan()
    assert classes(plan, "psa_categories") == {ONE: "update", TWO: "insert"}
    report = world.load()
    assert (report.exit_code, counts(report, "psa_categories")) == (
        0,
        {"inserted": 1, "updated": 1},
    )


ACCOUNT, CONTACT = "cccccccc-0000-4000-8000-000000000001", "dddddddd-0000-4000-8000-000000000001"
CUSTOMER = "_customerid_value"


def order(world: Installation, row_id: str, **values: Any) -> Row:
    world.dataverse.put("account", ACCOUNT)
    world.dataverse.put("contact", CONTACT)
    return world.add("crm_orders", row_id, salesorderid=row_id, **values)


def customer_of(world: Installation, row_id: str = ONE) -> tuple[str | None, str | None]:
    row = world.dataverse.of("salesorder")[row_id]
    return row.get(CUSTOMER), row.get(f"{CUSTOMER}{LEADS_TO}")


def test_a_lookup_of_several_tables_goes_by_the_column_that_is_filled(world: Installation) -> None:
    order(world, ONE, customerid_account=ACCOUNT)
    order(world, TWO, customerid_contact=CONTACT)
    order(world, THREE, name="nobody's")
    assert counts(world.load(), "crm_orders") == {"inserted": 3}
    assert [body for _, body in world.dataverse.operations] == [
        {"customerid_Account@odata.bind": f"/accounts({ACCOUNT})"},
        {"customerid_contact@odata.bind": f"/contacts({CONTACT})"},
        {"name": "nobody's"},
    ]
    assert customer_of(world, ONE) == (ACCOUNT, "account")
    assert customer_of(world, TWO) == (CONTACT, "contact")
    assert counts(world.load(), "crm_orders") == {"unchanged": 3}


def test_a_lookup_that_leads_to_another_table_now_is_not_emptied(world: Installation) -> None:
    row = order(world, ONE, customerid_contact=CONTACT)
    world.load()
    for account, contact in ((ACCOUNT, None), (None, CONTACT)):
        row.update(customerid_account=account, customerid_contact=contact)
        assert counts(world.load(), "crm_orders") == {"updated": 1}
        _, body = world.dataverse.operations[-1]
        assert len(body) == 1 and None not in body.values()
        assert customer_of(world)[0] == (account or contact)
    row.update(customerid_contact=None)
    assert counts(world.load(), "crm_orders") == {"updated": 1}
    assert customer_of(world) == (None, None)
    assert counts(world.load(), "crm_orders") == {"unchanged": 1}


def test_a_row_that_fills_a_lookup_twice_is_refused_alone(world: Installation) -> None:
    order(world, ONE, customerid_account=ACCOUNT, customerid_contact=CONTACT)
    order(world, TWO, customerid_contact=CONTACT)
    assert counts(world.load(), "crm_orders") == {"inserted": 1, "failed": 1}
    assert reasons(world.plan(), "crm_orders")[ONE] == (
        "customerid_account and customerid_contact are one lookup, and both are filled."
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((None, None), (ACCOUNT, None)),
        ((None, None), (None, CONTACT)),
        ((ACCOUNT, None), (None, CONTACT)),
        ((ACCOUNT, None), (None, None)),
    ],
)
@pytest.mark.parametrize("arrived", [True, False])
def test_a_lookup_of_several_tables_is_read_back_with_its_table(
    world: Installation,
    before: tuple[str | None, str | None],
    after: tuple[str | None, str | None],
    arrived: bool,
) -> None:
    names = ("customerid_account", "customerid_contact")
    row = order(world, ONE, name="a", **dict(zip(names, before, strict=True)))
    world.load()
    row.update(zip(names, after, strict=True))
    setattr(world.dataverse, "after" if arrived else "before", cut)
    assert counts(world.load(), "crm_orders") == ({"updated": 1} if arrived else {"failed": 1})
    world.dataverse.before = world.dataverse.after = nothing
    sent = len(world.dataverse.operations)
    again = {"unchanged": 1} if arrived else {"updated": 1}
    assert counts(world.load(), "crm_orders") == again
    assert len(world.dataverse.operations) == sent + (not arrived)
    assert customer_of(world)[0] == (after[0] or after[1])


def test_a_lookup_that_somebody_filled_in_another_way_was_not_emptied(world: Installation) -> None:
    row = order(world, ONE, name="a", customerid_account=ACCOUNT)
    world.load()
    row.update(customerid_account=None)
    world.dataverse.before = cut
    world.load()
    world.dataverse.before = nothing
    world.dataverse.put(
        "salesorder", ONE, **{CUSTOMER: CONTACT, f"{CUSTOMER}{LEADS_TO}": "contact"}
    )
    assert counts(world.load(), "crm_orders") == {"updated": 1}
    assert customer_of(world) == (None, None)


def test_the_attribute_itself_does_not_say_which_table_is_meant(world: Installation) -> None:
    named = world.declared["crm_orders"]
    columns = tuple(
        replace(column, name="customerid") if column.name == "customerid_account" else column
        for column in named.columns
    )
    world.declared["crm_orders"] = replace(named, columns=columns)
    order(world, ONE, name="a")
    assert world.plan().closed["crm_orders"] == (
        "salesorder.customerid leads to account, contact in Dataverse, so crm_orders does not say "
        "which row it means: send customerid_Account, customerid_contact in its place, of which a "
        "row fills one."
    )


def test_a_navigation_property_that_is_not_there_is_a_missing_column(world: Installation) -> None:
    table = world.dataverse.tables["salesorder"]
    ways = {"customerid": [("customerid_contact", "contact")]}
    world.dataverse.tables["salesorder"] = replace(table, lookups=ways)
    order(world, ONE, customerid_account=ACCOUNT)
    said = world.plan().closed["crm_orders"]
    assert said.startswith("salesorder in Dataverse has no customerid_account, which crm_orders")


def spoiled(**values: Any) -> Callable[[FakeDataverse], None]:
    def apply(dataverse: FakeDataverse) -> None:
        table = dataverse.tables["msdyn_actual"]
        dataverse.tables["msdyn_actual"] = replace(table, **values)

    return apply


def with_attributes(**kinds: str | None) -> Callable[[FakeDataverse], None]:
    def apply(dataverse: FakeDataverse) -> None:
        table = dataverse.tables["msdyn_actual"]
        told = {name: kind for name, kind in {**table.attributes, **kinds}.items() if kind}
        dataverse.tables["msdyn_actual"] = replace(table, attributes=told)

    return apply


@pytest.mark.parametrize(
    ("apply", "sentence"),
    [
        (lambda dataverse: dataverse.tables.pop("msdyn_actual"), "has no table msdyn_actual"),
        (spoiled(collection="others"), "EntitySetName of msdyn_actual in Dataverse is others"),
        (
            with_attributes(msdyn_actualid="String", otherid="Uniqueidentifier"),
            "PrimaryIdAttribute of msdyn_actual in Dataverse is otherid",
        ),
        (with_attributes(msdyn_amount=None), "has no msdyn_amount, which psa_actuals sends"),
        (spoiled(read_only=("msdyn_amount",)), "msdyn_amount of msdyn_actual cannot be written"),
        (
            with_attributes(msdyn_amount="String"),
            "msdyn_actual.msdyn_amount is a String in Dataverse and psa_actuals sends a decimal",
        ),
        (
            spoiled(days=("msdyn_documentdate",)),
            "msdyn_documentdate is a Date in Dataverse and psa_actuals sends a timestamp",
        ),
        (
            spoiled(lookups={"msdyn_project": [("a", "account"), ("c", "contact")]}),
            "msdyn_actual.msdyn_project leads to account, contact in Dataverse",
        ),
    ],
)
def test_a_model_dataverse_does_not_fit_ends_its_template_before_a_row_goes(
    world: Installation, apply: Callable[[FakeDataverse], None], sentence: str
) -> None:
    actual(world, ONE, msdyn_description="a")
    category(world, TWO, "Travel")
    apply(world.dataverse)
    assert sentence in world.plan().closed["psa_actuals"]
    report = world.load()
    assert sentence in result(report, "psa_actuals").message
    assert counts(report, "psa_categories") == {"inserted": 1}
    assert world.dataverse.of("msdyn_actual") == {}


def test_a_column_that_only_creation_takes_fits_rows_that_are_written_once(
    world: Installation,
) -> None:
    answer = world.dataverse._definition

    def creation_only(request: httpx.Request, name: str, below: str) -> httpx.Response:
        response = answer(request, name, below)
        content = response.json()
        for row in content.get("value", []):
            if row.get("LogicalName") == "msdyn_description":
                row["IsValidForUpdate"] = False
        return httpx.Response(response.status_code, json=content)

    world.dataverse._definition = creation_only
    actual(world, ONE, msdyn_description="a")
    assert "cannot be written" in world.plan().closed["psa_actuals"]
    world.declared["psa_actuals"] = replace(world.declared["psa_actuals"], write_once=True)
    assert counts(world.load(), "psa_actuals") == {"inserted": 1}


ENTITY = TargetEntity(
    "msdyn_actual",
    "msdyn_actuals",
    {
        column.name: Property(
            column.name,
            "",
            column.name == "msdyn_actualid",
            Binding("msdyn_Project", "msdyn_projects") if column.name == "msdyn_project" else None,
        )
        for column in MODELS["psa_actuals"].payload_columns
    },
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
MOMENTS = st.datetimes(datetime(1753, 1, 1), datetime(9999, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)


@given(
    TEXTS,
    st.decimals(-(10**15), 10**15, places=4),
    st.integers(-(2**31), 2**31 - 1),
    MOMENTS,
    st.booleans(),
    st.uuids(),
    st.sets(st.sampled_from(["msdyn_quantity", "msdyn_project"])),
)
def test_what_is_sent_is_what_the_models_say_exactly(
    text: str,
    amount: Decimal,
    billing_type: int,
    moment: datetime,
    is_adjusted: bool,
    project: Any,
    cleared: set[str],
) -> None:
    values = {
        "msdyn_actualid": ONE,
        "msdyn_description": text,
        "msdyn_amount": format(amount, "f"),
        "msdyn_billingtype": str(billing_type),
        "msdyn_documentdate": f"{moment.isoformat()}Z",
        "msdyn_isadjusted": "true" if is_adjusted else "false",
    }
    if "msdyn_project" not in cleared:
        values["msdyn_project"] = str(project)
    row = SentRow(ONE, (ONE,), values, tuple(cleared))
    told = json.loads(body_of(MODELS["psa_actuals"], ENTITY, row), parse_float=Decimal)
    bound = told.pop("msdyn_Project@odata.bind")
    assert bound == (None if "msdyn_project" in cleared else f"/msdyn_projects({project})")
    assert told.pop("msdyn_quantity", "absent") == (
        None if "msdyn_quantity" in cleared else "absent"
    )
    told_moment = told.pop("msdyn_documentdate")
    assert told_moment.endswith("Z")
    assert datetime.fromisoformat(told_moment) == moment.replace(tzinfo=UTC)
    assert not any(isinstance(value, float) for value in told.values())
    assert told == {
        "msdyn_description": text,
        "msdyn_amount": amount,
        "msdyn_billingtype": billing_type,
        "msdyn_isadjusted": is_adjusted,
    }


def test_rows_of_a_sandbox_finance_never_reach_a_dataverse_elsewhere(world: Installation) -> None:
    world.finops_url = "http://127.0.0.1:8099"
    category(world, ONE, "Travel")
    told = result(world.load(), "psa_categories")
    assert world.dataverse.requests == []
    assert told.outcome == "Error"
    assert "rows of a sandbox are never sent outside this machine" in told.message


def test_rows_of_a_dataverse_elsewhere_may_be_tried_in_a_sandbox_finance(
    world: Installation,
) -> None:
    world.finops_url = "http://127.0.0.1:8099"
    world.add("items", Item="I1", Name="n")
    assert counts(world.load(), "items") == {"inserted": 1}
