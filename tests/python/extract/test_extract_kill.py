"""Kill a real extract with SIGKILL at every step: the next run loses nothing, doubles nothing."""

import signal
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fake_dataverse import landed
from killed_extract import (
    change_finance,
    exit_code,
    extract,
    extract_finance,
    extract_finance_and_die,
)

STEPS = [
    ("after", "extract.run.settle_environment", 1),
    ("after", "extract.dataverse.Dataverse.check", 1),
    ("before", "extract.decode.PageDecoder.decode", 1),
    ("after", "extract.dataverse.Dataverse.read", 1),
    ("after", "extract.dataverse.Dataverse.read", 2),
    ("after", "extract.landing.Landing._count", 2),
    ("before", "connection.storage.Storage.publish", 1),
    ("after", "connection.storage.Storage.publish", 1),
    ("before", "connection.storage.replace_durably", 2),
    ("after", "connection.storage.replace_durably", 2),
    ("before", "extract.run.write_landing", 1),
    ("before", "extract.run.write_landing", 2),
    ("after", "extract.run.write_landing", 2),
]


def content(root: Path) -> list[Any]:
    """Every version of every row, without what differs from run to run."""
    accounts = landed(root, "dataverse/account", "accountid, name, _is_deleted")
    contacts = landed(root, "dataverse/contact", "contactid, _is_deleted")
    return [sorted(accounts, key=str), sorted(contacts, key=str)]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    root = tmp_path_factory.mktemp("undisturbed")
    extract(root, changed=False)
    extract(root, changed=True)
    found = content(root)
    assert [len(versions) for versions in found] == [6, 2]
    return found


@pytest.mark.parametrize(("when", "step", "call"), STEPS)
def test_killed_in_the_second_extract(
    tmp_path: Path, undisturbed: list[Any], when: str, step: str, call: int
) -> None:
    extract(tmp_path, changed=False)
    assert exit_code(tmp_path, True, when, step, call) == -signal.SIGKILL
    extract(tmp_path, changed=True)
    assert content(tmp_path) == undisturbed
    assert not list(tmp_path.glob(".work-*"))
    records = [path.name for path in (tmp_path / "landings").glob("*.json")]
    assert sorted(records) == ["dataverse.account.json", "dataverse.contact.json"]


@pytest.mark.parametrize("call", [1, 2, 3, 4])
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_in_the_very_first_extract(tmp_path: Path, when: str, call: int) -> None:
    step = "connection.storage.Storage.publish"
    assert exit_code(tmp_path, False, when, step, call) == -signal.SIGKILL
    extract(tmp_path, changed=False)
    assert [len(versions) for versions in content(tmp_path)] == [3, 2]


FINANCE_STEPS = [
    ("before", "extract.exports.write_log", 1),
    ("after", "extract.exports.write_log", 1),
    ("before", "connection.executions.Executions.act", 1),
    ("after", "connection.executions.Executions.act", 1),
    ("after", "connection.executions.Executions.wait", 1),
    ("after", "extract.exports.find_entity", 1),
    ("after", "extract.exports.write_log", 2),
    ("after", "connection.executions.Executions.wait", 2),
    ("after", "extract.exports.find_entity", 2),
    ("after", "extract.exports.DataFile", 1),
    ("before", "connection.storage.Storage.publish", 1),
    ("after", "connection.storage.Storage.publish", 1),
    ("before", "extract.run.write_landing", 1),
    ("after", "extract.run.write_landing", 1),
]


def finance_content(folder: Path) -> list[Any]:
    found = landed(
        folder / "raw",
        "finops/ProjCDSCategoryEntity",
        "dataAreaId, CategoryId, Rate, Note, _is_deleted",
    )
    return sorted(found, key=str)


@pytest.mark.parametrize(("when", "step", "call"), FINANCE_STEPS)
@pytest.mark.parametrize("refresh", ["FullPush", "IncrementalPush"])
def test_killed_while_finance_exports(
    tmp_path: Path, refresh: str, when: str, step: str, call: int
) -> None:
    first = [("Hotel", "1", "2024-01-05", ""), ("Meals", "2", "2024-01-05", "")]
    change_finance(tmp_path, {"usmf": first, "demf": first[:1]}, "FullPush")
    assert extract_finance(tmp_path) == ""
    changed = [("Hotel", "1", "2024-01-05", "new"), ("Meals", "2", "2024-01-05", "")]
    change_finance(tmp_path, {"usmf": changed, "demf": changed}, refresh)
    killed = exit_code(tmp_path, when, step, call, target=extract_finance_and_die)
    assert killed == -signal.SIGKILL
    change_finance(tmp_path, {"demf": [*changed, ("Taxi", "3", "2024-01-05", "")]}, refresh)
    assert extract_finance(tmp_path) == ""
    one, two, three = Decimal(1), Decimal(2), Decimal(3)
    assert finance_content(tmp_path) == [
        ("demf", "Hotel", one, "new", False),
        ("demf", "Hotel", one, None, False),
        ("demf", "Meals", two, None, False),
        ("demf", "Taxi", three, None, False),
        ("usmf", "Hotel", one, "new", False),
        ("usmf", "Hotel", one, None, False),
        ("usmf", "Meals", two, None, False),
    ]
    assert not list((tmp_path / "raw").glob(".work-*"))
