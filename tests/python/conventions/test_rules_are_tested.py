"""Every rule in the SQL has a dbt unit test that sees it fire."""

import re
from typing import Any

import pytest
from project_graph import GRAPH, MODELS, of_layer

# the rules of macros/rejections.sql: reason code and position of the target column in the call
RULES = {
    "reject_missing_key": ("missing_key", 1),
    "reject_missing": ("missing_required", 1),
    "reject_duplicate": ("duplicate_key", 1),
    "reject_unmapped": ("unmapped_value", 3),
    "reject_missing_parent": ("missing_parent", 2),
    "reject_not_in_dataverse": ("missing_parent", 2),
    "reject_too_long": ("too_long", 1),
    "reject_unlinked_category": ("missing_parent", 1),
    "reject_amount_mismatch": ("amount_mismatch", 0),
    "reject_missing_warehouse": ("missing_required", 2),
    "reject_unmapped_warehouse": ("unmapped_value", 2),
    "reject_missing_customer": ("missing_parent", 3),
    "reject_unmapped_personal": ("unmapped_value", 3),
    "reject_missing_vendor": ("missing_parent", 3),
    "reject_vendor_of_several_parties": ("missing_parent", 2),
    "reject_one_of_several": ("duplicate_key", 2),
    "reject_number_of_another": ("duplicate_key", 2),
}


RULE_LISTS = {
    name.removeprefix("macro.d365."): macro["macro_sql"]
    for name, macro in GRAPH["macros"].items()
    if name.startswith("macro.d365.rules_")
}
"""The macros of macros/rejections.sql that give several rules at once."""


def with_lists_written_out(sql: str) -> str:
    """Return the SQL of a model with the rules of every list it calls, as if they stood there."""
    for call in re.finditer(r"\b(rules_\w+)\(([^)]*)\)", sql):
        head, body = RULE_LISTS[call.group(1)].split("%}", maxsplit=1)
        parameters = re.findall(r"\w+", head[head.index("(") :])
        for name, value in zip(parameters, re.findall(r"'[^']*'", call.group(2)), strict=True):
            body = re.sub(rf"\b{name}\b", value, body)
        sql += body
    return sql


def expected_rows(model: str) -> list[dict[str, Any]]:
    """Return the rows that the unit tests of a model expect."""
    return [
        row
        for test in GRAPH["unit_tests"].values()
        if test["model"] == model
        for row in test["expect"]["rows"] or []
    ]


def rules(sql: str) -> set[tuple[str, str]]:
    """Return reason code and target column of every rule in the SQL of a model."""
    found = set()
    sql = with_lists_written_out(sql)
    for call in re.finditer(r"\b(reject\w*)\(", sql):
        texts = re.findall(r"'([^']*)'|\"([^\"]*)\"", sql[call.end() : call.end() + 400])
        values = [single or double for single, double in texts]
        match call.group(1):
            case "reject_unmapped_company":
                found.add(("unmapped_company", "dataAreaId"))
            case "reject":
                found.add((values[1], values[2]))
            case "rejection":
                found.add((values[0], values[1]))
            case name:
                code, position = RULES[name]
                found.add((code, values[position]))
    return found


@pytest.mark.parametrize("model", sorted(MODELS))
def test_a_model_has_a_unit_test(model: str) -> None:
    assert expected_rows(model), model


@pytest.mark.parametrize("model", of_layer("intermediate"))
def test_every_rejection_of_a_model_fires_in_a_unit_test(model: str) -> None:
    fired = {
        (item["reason_code"], item["column_name"])
        for row in expected_rows(model)
        for item in row.get("rejections") or []
    }
    assert rules(MODELS[model]["raw_code"]) - fired == set()


@pytest.mark.parametrize("model", of_layer("intermediate"))
def test_every_filter_of_a_model_fires_in_a_unit_test(model: str) -> None:
    reasons = set(re.findall(r"then\s+'([a-z]+(?:_[a-z]+)+)'", MODELS[model]["raw_code"]))
    fired = {row.get("filter_reason") for row in expected_rows(model)}
    assert reasons - fired == set()


def test_the_checked_models_have_rules() -> None:
    """Guard against a pattern here that no longer finds what the SQL has."""
    assert {name for name in MODELS if rules(MODELS[name]["raw_code"])} == {
        *(name for name in MODELS if name.endswith("_checked")),
        *("int_invoice_lines_judged", "int_inventory_lines_judged"),
    }
