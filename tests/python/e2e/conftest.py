from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from world import World, free_port


@pytest.fixture(scope="session")
def port() -> int:
    """One port for all worlds: rows and ledger carry the address they belong to."""
    return free_port()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, port: int) -> World:
    """A stopped world in which everything is extracted and built, and nothing is sent yet."""
    world = World(tmp_path_factory.mktemp("built"), port).start()
    try:
        assert world.d365("extract").returncode == 0
        completed = world.dbt("build", "--exclude-resource-type", "unit_test")
        assert completed.returncode == 0, completed.stdout
    finally:
        world.stop()
    return world


@pytest.fixture(scope="session")
def sent(tmp_path_factory: pytest.TempPathFactory, built: World) -> World:
    """A stopped world in which everything was sent once, undisturbed, through packages."""
    world = built.copy_to(tmp_path_factory.mktemp("sent")).start()
    try:
        assert world.d365("load").returncode == 3
    finally:
        world.stop()
    return world


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Callable[[World], World]]:
    """Copies a stopped world and starts its sandbox for one test."""
    worlds: list[World] = []

    def copy(world: World) -> World:
        worlds.append(world.copy_to(tmp_path / "world").start())
        return worlds[-1]

    yield copy
    for world in worlds:
        world.stop()
