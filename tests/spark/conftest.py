"""One landing of 20,000 generated rows and their variations, built on both engines."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from variations import add_variations
from world import BUILD, ROOT, World, free_port

from connection.manifest import read_manifest


@dataclass
class Engines:
    """world: its environment says which engine a command uses. both: see `both_engines`."""

    world: World
    both: duckdb.DuckDBPyConnection

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
        "DBT_TARGET": "duckdb",
    }
    world.start()
    try:
        assert world.d365("extract").returncode == 0
        assert add_variations(world.folder / "raw", list(read_manifest(ROOT).sources)) > 500
        for engine in ("duckdb", "spark"):
            world.extra["DBT_TARGET"] = engine
            # each engine parses for itself
            world.extra["DBT_TARGET_PATH"] = str(folder / f"target-{engine}")
            completed = world.dbt(*BUILD)
            assert completed.returncode == 0, completed.stdout[-5000:]
        with both_engines(world, folder / "export") as both:
            yield Engines(world, both)
    finally:
        world.stop()


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
