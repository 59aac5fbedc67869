"""The project as dbt's manifest has it, for the tests of its conventions."""

from pathlib import Path
from typing import Any

from connection.parse import parse_project

ROOT = Path(__file__).parents[3]
GRAPH: dict[str, Any] = parse_project(ROOT)
MODELS = {
    node["name"]: node for node in GRAPH["nodes"].values() if node["resource_type"] == "model"
}
TEMPLATES = (
    *("accounts", "agreement_invoices", "projects_and_contracts", "work_orders"),
    *("project_tasks", "hour_estimates", "expense_estimates"),
    *("expense_categories", "project_actuals", "actuals_update"),
    *("inventory_adjustments", "inventory_transfers"),
    *("contacts", "sales_quotes"),
    *("products", "warehouses", "on_hand_inventory", "external_projects"),
    "purchasing",
    *("sales_orders", "sales_invoices"),
)


def layer(node: dict[str, Any]) -> str:
    return str(node["fqn"][1])


def of_layer(*names: str) -> list[str]:
    return sorted(name for name, node in MODELS.items() if layer(node) in names)


def parents(node: dict[str, Any]) -> list[dict[str, Any]]:
    everything = {**GRAPH["nodes"], **GRAPH["sources"]}
    return [everything[name] for name in node["depends_on"]["nodes"]]


def data_tests_on(model: str, kind: str) -> list[dict[str, Any]]:
    return [
        node
        for node in GRAPH["nodes"].values()
        if node["resource_type"] == "test"
        and node.get("attached_node") == MODELS[model]["unique_id"]
        and node["test_metadata"]["name"] == kind
    ]


def arguments(test: dict[str, Any]) -> dict[str, Any]:
    kwargs = test["test_metadata"]["kwargs"]
    return dict(kwargs.get("arguments", kwargs))
