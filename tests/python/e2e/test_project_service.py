"""Project Service Automation, both directions, with real processes and sockets."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

from world import BUILD, IMPORT_SERVICE, Restore, Row, World, by, free_port

NO_ID = "00000000-0000-0000-0000-000000000000"
COMPANIES = ("usmf", "ussi", "demf")
TASKS, CATEGORIES, HOURS, EXPENSES, ACTUALS, RELATIONSHIPS = (
    *("ProjCDSTaskEntity", "ProjCDSCategoryEntity", "ProjCDSEstimateHoursEntity"),
    *("ProjCDSEstimateExpensesImportEntity", "ProjCDSActualsImportEntity"),
    "ProjCDSTransactionRelationshipImportEntity",
)
TAX, COST, UNBILLED_SALES = 690970002, 192350000, 192350005


def folded(name: str) -> str:
    """A name as both ends compare it."""
    return name.lower().rstrip(" ")


def reasons(world: World, model: str) -> dict[str, str]:
    """Why rows of a model are filtered, by source id."""
    return dict(
        world.query(
            f"select source_id, filter_reason from monitoring.filtered_rows "
            f"where target_model = '{model}'"
        )
    )


def both_ends(world: World) -> tuple[dict[str, list[Row]], dict[str, list[Row]]]:
    """All that templates write: Finance's entities, and Dataverse's tables without their versions."""
    sets = ("msdyn_transactioncategories", "msdyn_actuals", "msdyn_transactionconnections")
    own = {name: world.dataverse(name) for name in sets}
    return world.content(), own


def post(world: World) -> None:
    """What an accountant does with the journals of every company."""
    for company in COMPANIES:
        world.control("post-journal", company)


def test_tasks_go_with_their_parents_at_any_depth(reading: World) -> None:
    own = by(reading.dataverse("msdyn_projecttasks"), "msdyn_projecttaskid")
    told = by(reading.finance(TASKS), "Task")
    depth: Counter[int] = Counter()
    for task, row in told.items():
        level, parent = 0, row["ParentTask"]
        assert parent == (own[task]["_msdyn_parenttask_value"] or NO_ID)
        assert row["WorkBreakdownStructureID"] == own[task]["msdyn_wbsid"]
        while parent != NO_ID:
            level, parent = level + 1, told[parent]["ParentTask"]
        depth[level] += 1
        assert not own[task]["msdyn_islinetask"]
    assert set(depth) == {0, 1, 2, 3}
    # no answer to "is it a line task" is a no
    assert any(own[task]["msdyn_islinetask"] is None for task in told)
    rejected = reading.query(
        "select source_id, column_name from monitoring.rejected_rows "
        "where target_model = 'finops__project_tasks'"
    )
    assert {"WorkBreakdownStructureID", "ParentTask", "ProjectId"} <= {name for _, name in rejected}
    assert not {task for task, _ in rejected} & set(told)
    lines = {task for task, row in own.items() if row["msdyn_islinetask"]}
    assert lines and {reasons(reading, "finops__project_tasks")[task] for task in lines} == {
        "line_task"
    }


def test_categories_are_linked_in_both_directions_in_one_run(reading: World) -> None:
    own = by(reading.dataverse("msdyn_transactioncategories"), "msdyn_transactioncategoryid")
    told = reading.finance(CATEGORIES)
    names = Counter(folded(row["msdyn_name"]) for row in own.values())
    assert set(names.values()) == {1}, "no category stands twice"
    linked = [row for row in told if row["IntegrationId"] != NO_ID]
    assert {row["CategoryId"] for row in told} == {row["CategoryId"] for row in linked}
    for row in linked:
        name = own[row["IntegrationId"]]["msdyn_name"]
        assert folded(name) == folded(row["CategoryId"])
    # several companies against one list: one id for all of them
    ids = {(folded(row["CategoryId"]), row["IntegrationId"]) for row in linked}
    assert len(ids) == len({name for name, _ in ids})
    companies = Counter(folded(row["CategoryId"]) for row in linked)
    assert max(companies.values()) == len(COMPANIES)


def test_categories_that_begin_in_finance_are_made_in_dataverse(
    built: Path, restore: Restore
) -> None:
    world = restore(built)
    known = {folded(row["msdyn_name"]) for row in world.dataverse("msdyn_transactioncategories")}
    native = {row["CategoryId"] for row in world.finance(CATEGORIES)}
    world.json("load", "--select", "expense_categories")
    after = by(world.dataverse("msdyn_transactioncategories"), "msdyn_name")
    new = {name for name in native if folded(name) not in known}
    assert new <= set(after) and len(after) == len(known) + len(new)
    assert {after[name]["msdyn_billingtype"] for name in new} == {192350001}
    # the next run describes the same
    assert world.d365("extract", "--select", "expense_categories").returncode == 0
    assert world.dbt(*BUILD, "--selector", "expense_categories").returncode == 0
    world.forget_requests()
    world.json("load", "--select", "expense_categories")
    assert world.writes() == 0
    assert set(by(world.dataverse("msdyn_transactioncategories"), "msdyn_name")) == set(after)


def test_hour_estimates_are_of_tasks_with_a_category_and_without_resources(reading: World) -> None:
    own = by(reading.dataverse("msdyn_projecttasks"), "msdyn_projecttaskid")
    told = by(reading.finance(HOURS), "TaskId")
    assert len(told) > 20
    for task, row in told.items():
        assert own[task]["_msdyn_transactioncategory_value"] and not own[task]["msdyn_islinetask"]
        assert row["ForecastModel"] == "O_forecast"
        assert row["Duration"] == round(own[task]["msdyn_effort"] or Decimal(), 6)
        assert row["PlannedCostAmount"] == (own[task]["msdyn_plannedcost"] or 0)
    assert set(reasons(reading, "finops__project_hour_estimates").values()) >= {
        *("line_task", "no_category"),
    }


def test_expense_estimates_are_two_rows_and_a_relationship(reading: World) -> None:
    own = by(reading.dataverse("msdyn_estimatelines"), "msdyn_estimatelineid")
    told = by(reading.finance(EXPENSES), "EstimateLineId")
    assert Counter(row["TransType"] for row in told.values()).keys() == {"Cost", "Sales"}
    for line, row in told.items():
        assert own[line]["msdyn_transactionclassification"] == 192350001
        assert (row["TransType"] == "Cost") == (own[line]["msdyn_transactiontypecode"] == COST)
        assert row["Price"] == own[line]["msdyn_price"]
        assert row["ModelId"] == "O_forecast"
    pairs = [
        row
        for row in reading.finance(RELATIONSHIPS)
        if row["Transaction1Type"] == "msdyn_estimateline"
    ]
    kinds = [
        {told[row[name]]["TransType"] for name in ("Transaction1Id", "Transaction2Id")}
        for row in pairs
        # relationships go first, as in the original; Finance may refuse a line after that
        if {row["Transaction1Id"], row["Transaction2Id"]} <= set(told)
    ]
    assert len(kinds) >= len(pairs) - 1 > 5
    assert all(pair == {"Cost", "Sales"} for pair in kinds)


def test_actuals_go_as_the_scope_says(reading: World) -> None:
    own = by(reading.dataverse("msdyn_actuals"), "msdyn_actualid")
    told = by(reading.finance(ACTUALS), "ActualId")
    assert {row["TransType"] for row in told.values()} == {"Cost", "Sales"}
    for actual, row in told.items():
        code = own[actual]["msdyn_transactiontypecode"]
        assert row["TransType"] == {COST: "Cost", UNBILLED_SALES: "Sales"}[code]
        assert row["Amount"] == own[actual]["msdyn_amount"]
        is_base_currency = row["dataAreaId"] != "demf"
        assert row["AmountMST"] == (own[actual]["msdyn_amount_base"] if is_base_currency else 0)
        # no intercompany: no company of the project, which would book elsewhere
        assert row["ProjectDataAreaId"] == ""
    classes = {own[actual]["msdyn_transactionclassification"] for actual in told}
    assert classes == {192350000, 192350001, 192350004, TAX}
    assert set(reasons(reading, "finops__project_actuals").values()) >= {
        *("unbilled_reversal", "billed_sales", "intercompany", "milestone_class", "material_class"),
    }
    rejected = reading.query(
        "select column_name, message from monitoring.rejected_rows "
        "where target_model = 'finops__project_actuals' and reason_code = 'unmapped_value'"
    )
    assert any(name == "BillingType" and "line property" in text for name, text in rejected)


def test_the_import_step_is_followed_or_explained(built: Path, restore: Restore) -> None:
    world = restore(built)
    needed = (
        "--select",
        "accounts",
        "--select",
        "projects_and_contracts",
        "--select",
        "project_tasks",
    )
    world.json("load", *needed, "--select", "expense_categories")
    world.switch("staging_import_service", False)
    report = world.json("load", "--select", "project_actuals")["templates"][0]
    assert (
        "does not offer" in report["message"] and "Import from staging table" in report["message"]
    )
    assert report["staged"] == report["inserted"] - len(
        [row for row in world.finance(RELATIONSHIPS) if row["Transaction1Type"] == "msdyn_actual"]
    )
    assert {row["IsJournalized"] for row in world.finance(ACTUALS)} == {"No"}
    world.extra["D365_STAGING_IMPORT"] = ""
    report = world.json("load", "--select", "project_actuals")["templates"][0]
    assert "start the import at" in report["message"]
    world.switch("staging_import_service", True)
    world.extra["D365_STAGING_IMPORT"] = IMPORT_SERVICE
    report = world.json("load", "--select", "project_actuals")["templates"][0]
    assert "took over" in report["message"]
    assert {row["IsJournalized"] for row in world.finance(ACTUALS)} == {"Yes"}
    assert world.d365("extract", "--select", "project_actuals").returncode == 0
    assert world.dbt(*BUILD).returncode == 0
    assert world.json("load", "--select", "project_actuals")["templates"][0]["staged"] == 0
    states = {row["state"] for row in world.json("status")["states"] if "actuals" in row["model"]}
    assert states == {"processed", "refused"}


def posted_actuals(world: World) -> dict[str, Row]:
    """Post what Finance has in its journals, bring it back, and compare both ends."""
    # a closed period: Finance books some actuals on another day than people worked
    world.switch("closed_period_until", "2025-03-31")
    post(world)
    told = by(world.finance(ACTUALS), "ActualId")
    assert all(row["Voucher"] for row in told.values())
    report = {row["template"]: row for row in world.json("sync")["templates"]}
    assert report["actuals_update"]["inserted"] + report["actuals_update"]["updated"] > 0
    own = by(world.dataverse("msdyn_actuals"), "msdyn_actualid")
    for actual, row in told.items():
        assert own[actual]["msdyn_externalreferenceid"] == row["Voucher"]
        assert own[actual]["msdyn_amount"] == row["Amount"]
    taxes = {actual for actual, row in told.items() if row["Description"] == "Sales tax"}
    assert taxes
    assert {own[actual]["msdyn_transactionclassification"] for actual in taxes} == {TAX}
    connections = world.dataverse("msdyn_transactionconnections")
    assert taxes <= {row[f"msdyn_transaction{n}"] for row in connections for n in (1, 2)}
    return told


def test_the_full_circle_ends_with_vouchers_in_dataverse_and_nothing_to_do(
    sent: Path, restore: Restore
) -> None:
    """Contract, project, task and actual are there: posted, voucher back, nothing; then new actuals."""
    world = restore(sent)
    first = posted_actuals(world)
    before = both_ends(world)
    world.forget_requests()
    world.json("sync")
    assert world.writes() == 0
    assert both_ends(world) == before
    plan = world.json("plan")["counts"]
    assert "changed_after" not in {kind for kinds in plan.values() for kind in kinds}
    # the first day's new actuals are of material, which does not go
    for _ in range(2):
        world.ask("POST", "/sandbox/changes")
    world.json("sync")
    assert set(posted_actuals(world)) > set(first)


def test_a_change_after_acceptance_is_told_and_not_sent(sent: Path, restore: Restore) -> None:
    world = restore(sent)
    actual = sorted(row["ActualId"] for row in world.finance(ACTUALS))[0]
    path = f"/api/data/v9.2/msdyn_actuals({actual})"
    world.ask("PATCH", path, {"msdyn_description": "Changed by an administrator"})
    assert world.d365("extract", "--select", "msdyn_actual").returncode == 0
    assert world.dbt(*BUILD).returncode == 0
    rows = [row for row in world.json("plan")["rows"] if row["model"] == "finops__project_actuals"]
    assert [(row["kind"], row["changed"]) for row in rows if actual in row["key"]] == [
        ("changed_after", ["Description"])
    ]
    before = world.content()
    world.json("load", "--select", "project_actuals")
    assert world.content() == before


def test_tasks_and_actuals_of_project_operations(tmp_path: Path) -> None:
    options = ("--generation", "project_operations")
    world = World(tmp_path / "world", free_port(), sandbox_options=options)
    world.folder.mkdir()
    world.start()
    try:
        report = {row["template"]: row for row in world.json("sync")["templates"]}
        for template in ("project_tasks", "hour_estimates", "expense_estimates", "project_actuals"):
            assert report[template]["outcome"] in ("Completed", "Warning"), report[template]
            assert report[template]["inserted"] > 20
        told = by(world.finance(TASKS), "Task")
        assert "msdyn_wbsid" not in world.dataverse("msdyn_projecttasks")[0]
        for row in told.values():
            parent = told.get(row["ParentTask"])
            if parent is not None and parent["WorkBreakdownStructureID"] != "0":
                # derived: the parent's number and the position below it
                above, _, position = row["WorkBreakdownStructureID"].rpartition(".")
                assert above == parent["WorkBreakdownStructureID"] and position.isdigit()
    finally:
        world.stop()
