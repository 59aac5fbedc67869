"""The layout rules, checked against dbt's own manifest."""

import csv
import re

import pytest
from project_graph import (
    GRAPH,
    MODELS,
    ROOT,
    TEMPLATES,
    arguments,
    data_tests_on,
    layer,
    of_layer,
    parents,
)
from template_facts import FILTERED, MAPPED

from connection.manifest import manifest_of

PREFIXES = {
    "staging": "stg_",
    "intermediate": "int_",
    "integration": ("finops__", "dataverse__"),
    "monitoring": "",
}
PACKAGE_ONLY = {
    "Integration entity for categories",
    "Integration entity for project actuals",
    "Integration entity for project expense estimates",
    "Integration entity for project hour estimates",
    "Integration entity for project task",
    "Integration entity for project transaction relationships",
    "CDS Inventory adjustment journal headers and lines",
    "CDS inventory transfer journal headers and lines",
}
"""Entities of Finance without a public collection."""
MAY_READ = {
    "staging": {"source", "seed"},
    "intermediate": {"staging", "intermediate", "seed"},
    "integration": {"intermediate", "seed"},
    "monitoring": {"staging", "intermediate", "integration", "seed"},
}
# tells "the organisation lacks this column" from "all values are null", for every layer
READ_ANYWHERE = {"stg_extract__missing_columns"}
LONGEST_MODEL = 170
LONG_MODELS = {"int_work_order_lines_united"}
TECHNICAL = {
    *("_source_table", "_source_id", "_is_cancelled", "_is_complete", "_exists_in_target"),
    *("_parent_customer", "_parent_category", "_parent_actual1", "_parent_actual2"),
    *("_project_company", "_parent_contact", "_parent_product", "_parent_warehouse"),
    "_parent_order",
}
HEADINGS = (
    "Purpose",
    "Source and filters",
    "Target and key",
    "Value maps",
    "Inferred",
    "Not covered",
)


@pytest.mark.parametrize("model", sorted(MODELS))
def test_is_named_for_its_layer_and_reads_only_the_layers_below(model: str) -> None:
    node = MODELS[model]
    assert model.startswith(PREFIXES[layer(node)])
    for parent in parents(node):
        if parent["name"] in READ_ANYWHERE:
            continue
        kind = layer(parent) if parent["resource_type"] == "model" else parent["resource_type"]
        assert kind in MAY_READ[layer(node)], parent["name"]


@pytest.mark.parametrize("model", sorted(MODELS))
def test_says_what_it_is(model: str) -> None:
    node = MODELS[model]
    assert "One row per" in node["description"] or "Grain" in node["description"], model
    first = (ROOT / node["original_file_path"]).read_text().splitlines()[0]
    assert first.startswith("-- Target:" if layer(node) == "integration" else "-- Grain:")
    lines = node["raw_code"].count("\n")
    assert lines <= LONGEST_MODEL or model in LONG_MODELS, lines


@pytest.mark.parametrize("model", of_layer("staging", "intermediate"))
def test_its_grain_is_tested(model: str) -> None:
    assert data_tests_on(model, "primary_key") or data_tests_on(model, "unique_combination")


@pytest.mark.parametrize("model", of_layer("integration"))
def test_an_integration_model_is_a_complete_declaration(model: str) -> None:
    node = MODELS[model]
    meta = node["config"]["meta"]
    assert node["contract"]["enforced"]
    assert node["config"]["access"] == "public"
    assert {"template", "target", "entity", "key"} <= set(meta)
    assert ("collection" in meta) != (meta["entity"] in PACKAGE_ONLY)
    assert meta["template"] == node["config"]["group"] == node["fqn"][2]
    for key in meta["key"]:
        assert {"type": "not_null"} in [
            {"type": constraint["type"]} for constraint in node["columns"][key]["constraints"]
        ]
    assert [arguments(test)["columns"] for test in data_tests_on(model, "unique_key")] == [
        meta["key"]
    ]
    assert [arguments(test)["target"] for test in data_tests_on(model, "accounted_for")] == [model]
    # not every engine has the constraint
    assert data_tests_on(model, "declared_not_null")


@pytest.mark.parametrize("model", sorted(MAPPED))
def test_an_integration_model_has_exactly_the_columns_its_template_maps(model: str) -> None:
    """A column of your own says so: `config: {meta: {added: true}}`."""
    columns = MODELS[model]["columns"]
    added = {name for name, column in columns.items() if column["config"]["meta"].get("added")}
    company = {"dataAreaId"} & set(MODELS[model]["config"]["meta"]["key"])
    assert set(columns) - TECHNICAL - added == {*company, *MAPPED[model].split()}


def test_the_mapped_columns_of_every_integration_model_are_known() -> None:
    assert sorted(MAPPED) == of_layer("integration")


@pytest.mark.parametrize("model", of_layer("integration"))
def test_an_integration_model_says_where_its_rows_come_from(model: str) -> None:
    assert {"_source_table", "_source_id"} <= set(MODELS[model]["columns"])


@pytest.mark.parametrize("model", of_layer("integration", "monitoring"))
def test_every_column_is_described(model: str) -> None:
    node = MODELS[model]
    assert node["columns"]
    for name, column in node["columns"].items():
        assert column["description"], name


def test_a_template_has_one_name_everywhere() -> None:
    assert {MODELS[model]["config"]["group"] for model in of_layer("integration")} == set(TEMPLATES)
    assert {node["name"] for node in GRAPH["exposures"].values()} == set(TEMPLATES)
    assert {node["name"] for node in GRAPH["groups"].values()} == set(TEMPLATES)
    assert set(GRAPH["selectors"]) == set(TEMPLATES)
    for name in TEMPLATES:
        assert (ROOT / "docs" / "templates" / f"{name}.md").exists()


def test_an_exposure_names_every_model_of_its_template() -> None:
    for exposure in GRAPH["exposures"].values():
        named = {name.split(".")[-1] for name in exposure["depends_on"]["nodes"]}
        assert named == {
            model
            for model in of_layer("integration")
            if MODELS[model]["config"]["group"] == exposure["name"]
        }


def test_the_list_of_targets_is_the_graph() -> None:
    text = (ROOT / "macros" / "targets.sql").read_text()
    assert sorted(re.findall(r"'model': '(\w+)'", text)) == of_layer("integration")


def test_relationships_go_before_the_estimates_that_finance_merges_by_them() -> None:
    assert [model.name for model in manifest_of(GRAPH).targets(["expense_estimates"])] == [
        "finops__expense_estimate_relationships",
        "finops__project_expense_estimates",
    ]


def test_work_orders_wait_for_warehouses_and_not_for_projects() -> None:
    """Without projects an order that names one is rejected by itself, and no other is touched."""
    manifest = manifest_of(GRAPH)
    gating = {table.label for table in manifest.gating_sources_of("work_orders")}
    read = {table.label for table in manifest.sources_of("work_orders")}
    assert {"finops.Warehouses", "dataverse.msdyn_warehouse"} <= gating
    assert read - gating >= {"finops.Projects", "dataverse.msdynce_externalproject"}


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_page_of_a_template_has_its_headings_and_models(template: str) -> None:
    page = (ROOT / "docs" / "templates" / f"{template}.md").read_text()
    assert [line[3:] for line in page.splitlines() if line.startswith("## ")] == list(HEADINGS)
    for model in of_layer("integration"):
        if MODELS[model]["config"]["group"] == template:
            assert model in page


def test_the_index_lists_every_page() -> None:
    folder = ROOT / "docs" / "templates"
    listed = re.findall(
        r"^\| \[(\w+)\]\(\1\.md\)", (folder / "README.md").read_text(), re.MULTILINE
    )
    assert sorted(listed) == sorted(
        page.stem for page in folder.glob("*.md") if page.stem != "README"
    )


def reasons_on_page(template: str) -> dict[str, set[str]]:
    """Return the filter reasons of each target model, as the table on the page lists them."""
    page = (ROOT / "docs" / "templates" / f"{template}.md").read_text()
    found: dict[str, set[str]] = {}
    model = ""
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and (reason := re.fullmatch(r"`([a-z_]+)`", cells[2])):
            model = cells[0] or model
            found.setdefault(model, set()).add(reason.group(1))
    return found


def test_every_filter_reason_is_on_the_page_of_its_template_and_the_other_way_round() -> None:
    pages = [reasons_on_page(template) for template in TEMPLATES]
    assert {model: reasons for page in pages for model, reasons in page.items()} == FILTERED
    for template, page in zip(TEMPLATES, pages, strict=True):
        assert {MODELS[model]["config"]["group"] for model in page} == {template}


def test_every_filter_reason_is_in_the_sql_and_accepted_by_monitoring() -> None:
    sql = "".join(MODELS[name]["raw_code"] for name in of_layer("intermediate"))
    accepted = next(
        arguments(test)["values"]
        for test in data_tests_on("filtered_rows", "accepted_values")
        if test["column_name"] == "filter_reason"
    )
    assert set(accepted) == set().union(*FILTERED.values())
    in_sql = set(re.findall(r"then\s+'([a-z]+(?:_[a-z]+)+)'", sql))
    assert set(accepted) == in_sql | {line["filter_reason"] for line in scope_lines()} - {""}


def scope_lines() -> list[dict[str, str]]:
    """Return the seed that says which actuals are left out, and why."""
    with (ROOT / "seeds" / "actuals_scope.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    "seed",
    [
        *("value_map", "constants", "company_rules", "money_policy", "target_lengths"),
        *("actuals_scope", "line_properties", "warehouses"),
    ],
)
def test_every_seed_line_has_its_evidence(seed: str) -> None:
    with (ROOT / "seeds" / f"{seed}.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            assert row["evidence"], row


def test_source_quality_never_stops_a_template() -> None:
    """Only invariants are errors; contracts have no constraint that stops a table at a bad row."""
    for model in of_layer("integration"):
        for column in MODELS[model]["columns"].values():
            assert {entry["type"] for entry in column["constraints"]} <= {"not_null"}
