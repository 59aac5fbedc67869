from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from world import BUILD, Content, World, free_port


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("worlds")


@pytest.fixture(scope="session")
def place(folder: Path) -> World:
    """The one place of all worlds: rows and ledger carry the address they belong to."""
    return World(folder / "world", free_port())


@pytest.fixture(scope="session")
def built_and_native(folder: Path, place: World) -> tuple[Path, Content]:
    place.folder.mkdir()
    place.start()
    try:
        extracted = place.d365("extract")
        assert extracted.returncode == 0, extracted.stderr
        completed = place.dbt(*BUILD)
        assert completed.returncode == 0, completed.stdout
        native = place.content()
    finally:
        place.stop()
    place.keep_as(folder / "built")
    return folder / "built", native


@pytest.fixture(scope="session")
def built(built_and_native: tuple[Path, Content]) -> Path:
    """Everything is extracted and built, and nothing is sent yet."""
    return built_and_native[0]


@pytest.fixture(scope="session")
def native(built_and_native: tuple[Path, Content]) -> Content:
    """What Finance has of its own."""
    return built_and_native[1]


@pytest.fixture(scope="session")
def sent_and_content(folder: Path, place: World, built: Path) -> tuple[Path, Content]:
    world = place.restore(built).start()
    try:
        completed = world.d365("load")
        assert completed.returncode == 3, completed.stdout + completed.stderr
        content = world.content()
    finally:
        world.stop()
    world.keep_as(folder / "sent")
    return folder / "sent", content


@pytest.fixture(scope="session")
def sent(sent_and_content: tuple[Path, Content]) -> Path:
    """Everything was sent once, undisturbed, through packages."""
    return sent_and_content[0]


@pytest.fixture(scope="session")
def undisturbed(sent_and_content: tuple[Path, Content]) -> Content:
    """What Finance holds after that."""
    return sent_and_content[1]


@pytest.fixture(scope="session")
def reading(folder: Path, sent: Path) -> Iterator[World]:
    """What was sent, at an address of its own: to be looked at by many tests, never changed."""
    world = World(folder / "reading", free_port()).restore(sent).start()
    yield world
    world.stop()


@pytest.fixture
def restore(place: World) -> Iterator[Callable[[Path], World]]:
    """Restores a kept world and starts its sandbox, for one test."""
    worlds: list[World] = []

    def again(kept: Path) -> World:
        worlds.append(place.restore(kept).start())
        return worlds[-1]

    yield again
    for world in worlds:
        world.stop()
