"""`dbt build --selector <template>` builds a template from nothing, and judges what it built."""

import json
from functools import cache
from typing import Any

import pytest
from dbt.cli.main import dbtRunner
from project_graph import GRAPH, MODELS, ROOT, TEMPLATES, data_tests_on, of_layer

from connection.manifest import manifest_of

ORDER_ONLY = {"columns_known": {MODELS["reconciliation"]["unique_id"]}}
"""What a test waits for where it is built, without reading it."""


@cache
def project() -> dbtRunner:
    """dbt with the project parsed, so that listing need not parse again."""
    parsed = dbtRunner().invoke(
        [
            *("--quiet", "--log-level-file", "none", "parse"),
            *("--project-dir", str(ROOT), "--profiles-dir", str(ROOT)),
        ]
    )
    assert parsed.success, parsed.exception
    return dbtRunner(manifest=parsed.result)


@cache
def selected(template: str) -> frozenset[str]:
    """Return the unique ids of what the selector of a template selects."""
    listed = project().invoke(
        [
            *("--quiet", "--log-level", "none", "--log-level-file", "none"),
            *("ls", "--selector", template),
            *("--output", "json", "--output-keys", "unique_id"),
            *("--project-dir", str(ROOT), "--profiles-dir", str(ROOT)),
        ]
    )
    assert listed.success, listed.exception
    return frozenset(json.loads(line)["unique_id"] for line in listed.result)


def everything() -> dict[str, dict[str, Any]]:
    return {**GRAPH["nodes"], **GRAPH["unit_tests"]}


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_selector_selects_all_that_its_nodes_read(template: str) -> None:
    for name in selected(template):
        node = everything().get(name, {})
        kind = (node.get("test_metadata") or {}).get("name", "")
        reads = set(node.get("depends_on", {}).get("nodes", ())) - ORDER_ONLY.get(kind, set())
        assert reads <= selected(template), name


def test_a_test_that_waits_for_the_reconciliation_does_not_read_it() -> None:
    for test in GRAPH["nodes"].values():
        if (test.get("test_metadata") or {}).get("name") in ORDER_ONLY:
            assert MODELS["reconciliation"]["unique_id"] in test["depends_on"]["nodes"]
    text = GRAPH["macros"]["macro.d365.test_columns_known"]["macro_sql"]
    assert text.count("ref('reconciliation')") == text.count("-- depends_on:") == 1


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_selector_selects_all_that_decides_whether_the_template_is_sent(template: str) -> None:
    """Its tests among them: what was not built or judged is not sent."""
    assert set(manifest_of(GRAPH).nodes_of(template)) <= selected(template)


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_selector_keeps_the_tests_of_each_of_its_target_models(template: str) -> None:
    for model in of_layer("integration"):
        own = [
            test["unique_id"]
            for kind in ("accounted_for", "declared_not_null", "unique_key", "columns_known")
            for test in data_tests_on(model, kind)
        ]
        if MODELS[model]["config"]["group"] == template:
            assert len(own) >= 3
            assert set(own) <= selected(template)
        else:
            assert not selected(template).intersection(own), model


def test_a_singular_test_of_one_template_is_selected_with_it() -> None:
    """Only what compares target models of several templates is left to a build of everything."""
    singular = {
        name: node
        for name, node in GRAPH["nodes"].items()
        if node["resource_type"] == "test" and "test_metadata" not in node
    }
    for name, test in singular.items():
        groups = {
            GRAPH["nodes"][parent]["config"].get("group")
            for parent in test["depends_on"]["nodes"]
            if parent in GRAPH["nodes"]
        } - {None}
        found = {template for template in TEMPLATES if name in selected(template)}
        assert found >= groups if len(groups) == 1 else not (groups and found), name
