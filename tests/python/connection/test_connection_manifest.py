"""The dbt project as the only declaration: read through dbt itself, wrong ones named."""

import copy
from pathlib import Path
from typing import Any

import pytest

from connection.datatypes import DataType
from connection.declarations import Lock, Parent, RaiseLast
from connection.errors import ManifestError
from connection.manifest import Manifest, manifest_of, read_manifest

FILES = {
    "dbt_project.yml": """
name: tiny
version: 1.0.0
profile: tiny
flags: {send_anonymous_usage_stats: false}
""",
    "profiles.yml": """
tiny:
  target: duckdb
  outputs: {duckdb: {type: duckdb, path: unused.duckdb, schema: main}}
""",
    "models/sources.yml": """
sources:
  - name: dataverse
    schema: raw
    tables:
      - name: salesorder
        config: {meta: {entity_set: salesorders, primary_key: salesorderid, change_tracking: true}}
        columns:
          - {name: salesorderid, data_type: string}
          - {name: totalamount, data_type: "decimal(19, 4)"}
          - name: msdyn_ordertype
            data_type: integer
            config: {meta: {optional: true}}
          - name: requestdeliveryby
            data_type: date
            config: {meta: {date_behavior: DateOnly}}
          - {name: emailaddress, data_type: string, config: {meta: {personal: true}}}
      - name: uom
        config: {meta: {entity_set: uoms, primary_key: uomid, optional: true}}
        columns: [{name: uomid, data_type: string}]
      - name: unused
        config: {meta: {entity_set: unuseds, primary_key: unusedid}}
        columns: [{name: unusedid, data_type: string}]
  - name: extract
    schema: raw
    tables:
      - name: landed_columns
        config: {meta: {written_by: extract}}
        columns: [{name: system, data_type: string}]
  - name: ledger
    schema: raw
    tables:
      - name: accepted_rows
        config: {meta: {written_by: load, models: [finops__lines]}}
        columns: [{name: payload, data_type: string}]
""",
    "seeds/companies.csv": "data_area_id\nusmf\n",
    "models/stg_orders.sql": "select * from {{ source('dataverse', 'salesorder') }}",
    "models/int_units.sql": """
{{ config(meta={'additive': true}) }}
select * from {{ source('dataverse', 'uom') }}
""",
    "models/finops__headers.sql": "select * from {{ ref('stg_orders') }}",
    "models/finops__lines.sql": """
select orders.* from {{ ref('stg_orders') }} as orders cross join {{ ref('int_units') }}
""",
    "models/finops__invoices.sql": "select 1 as Id",
    "models/monitoring.sql": "select * from {{ ref('finops__lines') }}",
    "models/models.yml": """
groups:
  - {name: work_orders, owner: {name: finance}}
  - {name: agreement_invoices, owner: {name: finance}}
models:
  - name: stg_orders
    columns: [{name: salesorderid, data_tests: [unique]}]
  - name: monitoring
    columns: [{name: Id, data_tests: [unique]}]
  - name: finops__lines
    config:
      group: work_orders
      schema: integration
      meta:
        target: finops
        entity: CDS sales order lines
        collection: CDSSalesOrderLines
        key: [dataAreaId, LineNumber]
        parents: [{model: finops__headers, columns: {dataAreaId: dataAreaId, OrderId: OrderNo}}]
    columns:
      - {name: dataAreaId, data_type: string}
      - {name: LineNumber, data_type: bigint}
      - {name: OrderId, data_type: string}
      - {name: _source_id, data_type: string}
  - name: finops__headers
    config:
      group: work_orders
      meta:
        target: finops
        entity: CDS sales order headers
        collection: CDSSalesOrderHeaders
        key: [dataAreaId, OrderNo]
        raise_last: {column: Status, children: finops__lines}
        locked_when: {property: IsPosted, value: "Yes"}
        document: [dataAreaId, OrderNo]
    columns:
      - {name: dataAreaId, data_type: string}
      - {name: OrderNo, data_type: string}
      - {name: Status, data_type: string}
      - {name: Price, data_type: "decimal(32,6)", config: {meta: {personal: true}}}
      - {name: _source_table, data_type: string}
  - name: finops__invoices
    config:
      group: agreement_invoices
      meta: {target: finops, entity: Invoices, key: [Id]}
    columns: [{name: Id, data_type: string}]
""",
    "tests/lines_add_up.sql": "select * from {{ ref('finops__lines') }} where false",
    "tests/all_adds_up.sql": """
select 1 from {{ ref('finops__lines') }} cross join {{ ref('finops__invoices') }} where false
""",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tiny")
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.fixture(scope="module")
def manifest(project: Path) -> Manifest:
    return read_manifest(project)


def test_source_tables_in_declaration_order(manifest: Manifest) -> None:
    assert [table.label for table in manifest.sources] == [
        "dataverse.salesorder",
        "dataverse.uom",
        "dataverse.unused",
    ]
    orders = manifest.table("dataverse", "salesorder")
    assert (orders.entity_set, orders.primary_key) == ("salesorders", "salesorderid")
    assert orders.change_tracking
    assert not manifest.table("dataverse", "uom").change_tracking
    assert manifest.table("dataverse", "uom").optional
    assert not orders.optional
    columns = {column.name: column for column in orders.columns}
    assert columns["totalamount"].data_type == DataType("decimal", 19, 4)
    assert columns["msdyn_ordertype"].optional
    assert not columns["totalamount"].optional
    assert columns["requestdeliveryby"].date_behavior == "DateOnly"
    assert columns["emailaddress"].personal


def test_the_table_extract_writes_itself_is_not_read(manifest: Manifest) -> None:
    assert [(table.label, table.models) for table in manifest.written_tables] == [
        ("extract.landed_columns", ()),
        ("ledger.accepted_rows", ("finops__lines",)),
    ]


def test_the_file_of_a_seed_is_found(project: Path, manifest: Manifest) -> None:
    assert manifest.seed_file("companies").samefile(project / "seeds" / "companies.csv")
    with pytest.raises(ManifestError, match="has no seed nothing"):
        manifest.seed_file("nothing")


def test_a_target_model_is_read_as_declared(manifest: Manifest) -> None:
    headers, lines = manifest.targets(["work_orders"])
    assert (headers.name, lines.name) == ("finops__headers", "finops__lines")
    assert headers.entity == "CDS sales order headers"
    assert headers.collection == "CDSSalesOrderHeaders"
    assert headers.key == ("dataAreaId", "OrderNo")
    assert headers.document == ("dataAreaId", "OrderNo")
    assert headers.locked_when == Lock("IsPosted", "Yes")
    assert headers.raise_last == RaiseLast("Status", "finops__lines")
    assert [column.name for column in headers.payload_columns] == [
        "dataAreaId",
        "OrderNo",
        "Status",
        "Price",
    ]
    assert headers.columns[3].data_type == DataType("decimal", 32, 6)
    assert headers.columns[3].personal
    assert lines.parents == (
        Parent("finops__headers", (("dataAreaId", "dataAreaId"), ("OrderId", "OrderNo"))),
    )
    assert (lines.schema, lines.alias) == ("main_integration", "finops__lines")


def test_a_package_only_model_has_no_collection(manifest: Manifest) -> None:
    (invoices,) = manifest.targets(["finops__invoices"])
    assert invoices.collection is None


def test_templates_and_selection(manifest: Manifest) -> None:
    assert manifest.templates() == ("agreement_invoices", "work_orders")
    assert [model.name for model in manifest.targets()] == [
        "finops__headers",
        "finops__invoices",
        "finops__lines",
    ]
    with pytest.raises(ManifestError, match=r"`work_order` is neither .* work_orders"):
        manifest.targets(["work_order"])
    with pytest.raises(ManifestError, match="There is no template `nothing`"):
        manifest.sources_of("nothing")


def test_additive_models_do_not_gate(manifest: Manifest) -> None:
    all_sources = {table.name for table in manifest.sources_of("work_orders")}
    gating = {table.name for table in manifest.gating_sources_of("work_orders")}
    assert all_sources == {"salesorder", "uom"}
    assert gating == {"salesorder"}
    assert manifest.sources_of("agreement_invoices") == ()


def test_nodes_of_a_template_are_what_it_is_built_from_and_their_tests(
    manifest: Manifest,
) -> None:
    names = {name.split(".")[2] for name in manifest.nodes_of("work_orders")}
    assert names == {
        "stg_orders",
        "int_units",
        "finops__headers",
        "finops__lines",
        "unique_stg_orders_salesorderid",
        "lines_add_up",
    }


def test_parents_that_wait_for_each_other_are_named(manifest: Manifest) -> None:
    graph = copy.deepcopy(manifest.graph)
    graph["nodes"]["model.tiny.finops__headers"]["config"]["meta"]["parents"] = [
        {"model": "finops__lines", "columns": {"OrderNo": "OrderId"}}
    ]
    with pytest.raises(ManifestError, match="finops__headers, finops__lines"):
        manifest_of(graph).targets()


def _source(graph: dict[str, Any]) -> dict[str, Any]:
    node: dict[str, Any] = graph["sources"]["source.tiny.dataverse.salesorder"]
    return node


def _headers(graph: dict[str, Any]) -> dict[str, Any]:
    node: dict[str, Any] = graph["nodes"]["model.tiny.finops__headers"]
    return node


@pytest.mark.parametrize(
    ("damage", "names"),
    [
        (
            lambda g: _source(g)["columns"]["totalamount"].update(data_type="money"),
            ["dataverse.salesorder", "totalamount", "money"],
        ),
        (
            lambda g: _source(g)["columns"]["totalamount"].update(data_type="decimal(39, 2)"),
            ["dataverse.salesorder", "totalamount", "decimal(39, 2)"],
        ),
        (
            lambda g: _source(g)["columns"]["totalamount"].pop("data_type"),
            ["dataverse.salesorder", "totalamount", "data_type"],
        ),
        (
            lambda g: _source(g)["config"]["meta"].pop("entity_set"),
            ["dataverse.salesorder", "entity_set"],
        ),
        (
            lambda g: _source(g)["columns"].pop("salesorderid"),
            ["dataverse.salesorder", "salesorderid"],
        ),
        (
            lambda g: _source(g)["columns"]["requestdeliveryby"]["config"]["meta"].update(
                date_behavior="Local"
            ),
            ["dataverse.salesorder", "requestdeliveryby", "Local"],
        ),
        (lambda g: _headers(g)["config"]["meta"].pop("entity"), ["finops__headers", "entity"]),
        (lambda g: _headers(g)["config"]["meta"].update(key=["Nope"]), ["finops__headers", "Nope"]),
        (lambda g: _headers(g)["config"].pop("group"), ["finops__headers", "group"]),
        (
            lambda g: _headers(g)["config"]["meta"].update(
                parents=[{"model": "finops__nothing", "columns": {"OrderNo": "x"}}]
            ),
            ["finops__headers", "finops__nothing"],
        ),
        (
            lambda g: _headers(g)["config"]["meta"].update(
                parents=[{"model": "finops__invoices", "columns": {"OrderNo": "Nope"}}]
            ),
            ["finops__headers", "finops__invoices.Nope"],
        ),
        (
            lambda g: _headers(g)["config"]["meta"].update(target="elsewhere"),
            ["finops__headers", "elsewhere", "finops, dataverse"],
        ),
        (
            lambda g: _headers(g)["config"]["meta"].update(target="dataverse"),
            ["finops__headers", "Dataverse", "one primary key"],
        ),
        (
            lambda g: _headers(g)["config"]["meta"].update(staging_table=True),
            ["finops__headers", "import_step"],
        ),
        (
            lambda g: _headers(g)["config"]["meta"].update(
                parents=[{"model": "finops__headers", "columns": {"Status": "OrderNo"}}]
            ),
            ["finops__headers", "its own parent", "dataAreaId, OrderNo"],
        ),
        (
            lambda g: g["sources"]["source.tiny.ledger.accepted_rows"]["config"]["meta"].update(
                models=["finops__nothing"]
            ),
            ["ledger.accepted_rows", "finops__nothing"],
        ),
    ],
)
def test_a_wrong_declaration_names_what_is_wrong(
    manifest: Manifest, damage: Any, names: list[str]
) -> None:
    graph = copy.deepcopy(manifest.graph)
    damage(graph)
    with pytest.raises(ManifestError) as caught:
        manifest_of(graph)
    for name in names:
        assert name in str(caught.value)


def test_a_project_that_does_not_parse_ends_in_dbts_own_sentence(tmp_path: Path) -> None:
    for name in ("dbt_project.yml", "profiles.yml"):
        (tmp_path / name).write_text(FILES[name])
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "bad.sql").write_text("select * from {{ ref('nowhere') }}")
    with pytest.raises(ManifestError, match="depends on a node named 'nowhere'") as caught:
        read_manifest(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_project_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"dbt_project\.yml"):
        read_manifest(tmp_path)


def test_parsing_again_gives_the_same_declarations(project: Path, manifest: Manifest) -> None:
    again = read_manifest(project)
    assert (again.sources, again.models) == (manifest.sources, manifest.models)
