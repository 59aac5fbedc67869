"""A row of Finance has one id: where it is staged, where it is told as deleted, and in the ledger."""

import re
from typing import Any

import pytest
from project_graph import GRAPH, MODELS, ROOT, parents

FINANCE = {
    node["name"]: node for node in GRAPH["sources"].values() if node["source_name"] == "finops"
}
TARGETS = (ROOT / "macros" / "targets.sql").read_text()
LISTED = re.findall(
    r"'system': 'finops',\s+'staging': '(\w+)',\s+'key': '(\w+)',\s+'table': '(\w+)',\s+"
    r"'primary_key': \[([^]]*)\]",
    TARGETS,
)


def key_of(table: str) -> list[str]:
    key = FINANCE[table]["config"]["meta"]["primary_key"]
    return key if isinstance(key, list) else [key]


def names(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def staged() -> list[tuple[str, str]]:
    """Staging models that read a table of Finance as it is now, with the table."""
    return [
        (name, parent["name"])
        for name, node in sorted(MODELS.items())
        if name.startswith("stg_finops__") and name != "stg_finops__deleted_rows"
        for parent in parents(node)
        if parent["resource_type"] == "source"
    ]


@pytest.mark.parametrize(("model", "table"), staged())
def test_the_id_of_a_row_is_made_of_its_whole_key_in_order(model: str, table: str) -> None:
    code: str = MODELS[model]["raw_code"]
    # its own id comes first; the ids of its parents may follow
    own, *_ = re.findall(r"source_row_id\(\[([^]]*)\]\)", code)
    assert names(own) == key_of(table)


def test_the_list_of_targets_knows_the_keys_of_finance() -> None:
    assert len(LISTED) == TARGETS.count("'system': 'finops'")
    by_model: dict[str, Any] = dict(staged())
    for staging, key, table, primary_key in LISTED:
        assert by_model[staging] == table
        assert names(primary_key) == key_of(table)
        assert re.search(
            rf"source_row_id\([^)]*\) \}}\}}\s+as {key}\b", MODELS[staging]["raw_code"]
        )
