"""One landing of 20,000 generated rows, what came back of them and their variations, on both engines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from variations import add_chain, add_remembered_variations, add_variations
from world import BUILD, ROOT, World, free_port

from connection.manifest import read_manifest

BOOKED = (
    *("accounts", "projects_and_contracts", "project_tasks", "expense_categories"),
    *("project_actuals", "contacts", "products", "warehouses", "sales_orders", "sales_invoices"),
    *("purchasing", "external_projects"),
)
"""What is sent before the comparison: what is remembered, and what it needs."""
SALES = (
    *("CDSSalesOrderHeaders", "CDSSalesOrderLines"),
    ("calculate-totals", "confirm-order", "ship-order", "invoice-order"),
)
PURCHASES = ("PurchaseOrderHeadersV2", "CDSPurchaseOrderLines", ("confirm-purchase-order",))
"""Orders of Finance: headers, lines, and what people do until they, or their invoices, go to Dataverse."""
COPIES = 8
"""More orders of Finance's own than a column of what is remembered of them has odd values."""


@dataclass
class Engines:
    """world: its environment says which engine a command uses. both: see `both_engines`.

    deepest_task: the last of a chain of tasks, see `add_chain`.
    """

    world: World
    both: duckdb.DuckDBPyConnection
    deepest_task: str

    def use(self, engine: str) -> World:
        self.world.extra["DBT_TARGET"] = engine
        return self.world


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    folder = tmp_path_factory.mktemp("engines")
    world = World(folder / "world", free_port(), rows=20_000)
    world.folder.mkdir()
    world.extra = {
        "SPARK_ROOT": str(folder / "spark"),
        "EXPORT_ROOT": str(folder / "export"),
        "SPARK_LOCAL_IP": "127.0.0.1",
        # many small statements: compiling them well costs more than running them
        "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "SPARK_SHUFFLE_PARTITIONS": "1",
        "DBT_TARGET": "duckdb",
    }
    world.start()
    try:
        book_actuals(world)
        deepest_task = vary(world.folder / "raw")
        for engine in ("duckdb", "spark"):
            world.extra["DBT_TARGET"] = engine
            # each engine parses for itself
            world.extra["DBT_TARGET_PATH"] = str(folder / f"target-{engine}")
            completed = world.dbt(*BUILD)
            assert completed.returncode == 0, completed.stdout[-5000:]
        with both_engines(world, folder / "export") as both:
            yield Engines(world, both, deepest_task)
    finally:
        world.stop()


def book_actuals(world: World) -> None:
    """Land what Finance has of its own and what it made of our actuals, and remember all that."""
    order, purchase = {"SalesOrderNumber": "SO-900001"}, {"PurchaseOrderNumber": "PO-900001"}
    for number in range(COPIES):
        copy_document(world, SALES, **order, price={"SalesPrice": 20 + number}, number=number)
        copy_document(world, PURCHASES, **purchase, price={"PurchasePrice": 9}, number=number)
    world.control("ship-order", "usmf", **order)
    world.control("invoice-order", "usmf", **order)
    world.control("receive-purchase-order", "usmf", **purchase)
    assert world.d365("extract").returncode == 0
    assert world.dbt(*BUILD).returncode == 0
    selected = [word for template in BOOKED for word in ("--select", template)]
    assert world.d365("load", *selected).returncode == 3
    for company in ("usmf", "ussi"):
        post_journal(world, company)
    assert world.d365("extract", "--select", "actuals_update").returncode == 0
    built = world.dbt(*BUILD, "--selector", "actuals_update")
    assert built.returncode == 0, built.stdout[-5000:]
    assert world.d365("load", "--select", "actuals_update").returncode == 0
    # some vouchers and taxes are news to Dataverse, most are not
    post_journal(world, "demf")
    assert world.d365("extract").returncode == 0


def copy_document(
    world: World,
    kind: tuple[str, str, Sequence[str]],
    *,
    price: dict[str, int],
    number: int,
    **document: str,
) -> None:
    """Make an order in Finance like one that is there, and do with it what `kind` says."""
    headers, lines, controls = kind
    ((key, original),) = document.items()
    own = {key: f"{original[:3]}91{number:04}"}
    for entity, values in ((headers, {}), (lines, price)):
        for row in world.finance(entity):
            if row[key] == original:
                # amounts with a fraction follow from the price
                whole = {name: it for name, it in row.items() if not isinstance(it, Decimal)}
                world.ask("POST", f"/data/{entity}?cross-company=true", whole | values | own)
    for control in controls:
        world.control(control, "usmf", **own)


def post_journal(world: World, company: str) -> None:
    assert world.control("post-journal", company)["taxes"] > 0


def vary(raw: Path) -> str:
    """Land variations of all that has landed and a chain of tasks; returns the last of these."""
    manifest = read_manifest(ROOT)
    remembered = {name for table in manifest.written_tables for name in table.models}
    assert add_variations(raw, manifest.sources) > 1000
    assert (
        add_remembered_variations(
            raw, [model for model in manifest.models if model.name in remembered]
        )
        > 200
    )
    return add_chain(raw)


def both_engines(world: World, exports: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection with the tables of DuckDB as `duck` and those of Spark as `spark`.

    Copied, so that the warehouse file is free for the commands under test.
    """
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("attach ':memory:' as duck; attach ':memory:' as spark")
    connection.execute(f"attach '{world.folder}/warehouse.duckdb' as warehouse (read_only)")
    names = connection.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_catalog = 'warehouse' and table_schema in ('integration', 'monitoring')"
    ).fetchall()
    for schema, name in names:
        for catalog, source in (
            ("duck", f'warehouse.{schema}."{name}"'),
            ("spark", f"read_parquet('{exports}/{schema}/{name}/*.parquet')"),
        ):
            connection.execute(f"create schema if not exists {catalog}.{schema}")
            connection.execute(f'create table {catalog}.{schema}."{name}" as from {source}')
    connection.execute("detach warehouse")
    return connection
