"""Only fresh input is sent: each closed gate says why, and no other template suffers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from installation import Installation, result

from connection.landings import LandingRecord, read_landing, write_landing
from connection.storage import Storage

Spoil = Callable[[Installation], None]


def never_extracted(world: Installation) -> None:
    (world.folder / "raw/landings/dataverse.items.json").unlink()


def failed(world: Installation) -> None:
    rewrite(world, status="failed", message="No table.")


def too_old(world: Installation) -> None:
    rewrite(world, landed_at=world.now - timedelta(hours=25))


def extracted_after_the_build(world: Installation) -> None:
    rewrite(world, landed_at=world.now + timedelta(seconds=1))


def built_elsewhere(world: Installation) -> None:
    world.built_of = "org-2"
    result_of(world, "model.test.items", "success")
    world.built_of = "ORG-1"


def rewrite(world: Installation, **values: object) -> None:
    storage = Storage(world.settings.raw_root)
    record = read_landing(storage, "dataverse", "items")
    assert isinstance(record, LandingRecord)
    write_landing(storage, replace(record, **values))


def result_of(world: Installation, node: str, status: str, message: str = "") -> None:
    world.now += timedelta(minutes=1)
    world.result(node, status, message)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (never_extracted, "dataverse.items was never extracted: run `d365 extract`."),
        (failed, "dataverse.items did not land in the last extract (No table.)"),
        (too_old, "more than 24 hours ago: run `d365 extract` and `dbt build`."),
        (extracted_after_the_build, "items was built before the last extract: run `dbt build`."),
        (
            lambda world: result_of(world, "test.test.items_ok", "fail", "Got 2 results"),
            "items_ok ended in fail (Got 2 results). Look at items.",
        ),
        (
            lambda world: result_of(world, "model.test.items", "skipped"),
            "items ended in skipped.",
        ),
        (built_elsewhere, "items was built from the rows of another organisation: set RAW_ROOT"),
    ],
)
def test_a_closed_gate_says_why_and_leaves_the_others(
    world: Installation, spoil: Spoil, sentence: str
) -> None:
    world.add("items", Item="I1", Name="n")
    world.add("customers", Account="C1", Name="n")
    world.refresh()
    spoil(world)
    report = world.load(extract=False)
    assert sentence in result(report, "items").message
    assert (report.exit_code, result(report, "items").outcome) == (1, "Error")
    assert result(report, "accounts").outcome == "Completed"
    assert world.finops.of("items") == []
    world.refresh()
    assert world.load(extract=False).exit_code == 0


def test_a_node_that_was_never_built_closes_its_template(world: Installation) -> None:
    world.add("items", Item="I1")
    world.refresh()
    world.add("customers", Account="C1")
    world.extract()
    report = world.load(extract=False)
    assert result(report, "accounts").message == "customers was never built: run `dbt build`."
    assert result(report, "items").outcome == "Completed"


@pytest.mark.parametrize("status", ["warn", "pass"])
def test_a_warning_does_not_close_a_template(world: Installation, status: str) -> None:
    world.add("items", Item="I1")
    world.refresh()
    result_of(world, "test.test.items_ok", status)
    assert world.load(extract=False).exit_code == 0


def test_only_the_newest_result_counts(world: Installation) -> None:
    world.add("items", Item="I1")
    world.refresh()
    result_of(world, "test.test.items_ok", "fail", "Got 2 results")
    result_of(world, "test.test.items_ok", "pass")
    assert world.load(extract=False).exit_code == 0


def test_a_table_missing_from_the_warehouse_ends_only_the_templates_that_need_it(
    world: Installation,
) -> None:
    world.add("items", Item="I1")
    world.add("contracts", ContractId="K1")
    world.hidden = {"customers"}
    report = world.load()
    assert "The warehouse has no usable customers" in result(report, "projects").message
    assert result(report, "items").outcome == "Completed"
