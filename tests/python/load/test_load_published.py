"""What targets accepted is published as a raw table, after each load and after one that was killed."""

import json
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from installation import Installation, accepted_rows, counts

from connection.errors import EnvironmentMismatch, ManifestError
from connection.manifest import Manifest
from connection.storage import Storage
from load.ledger import open_ledger
from load.published import publish_accepted
from load.run import publish_ledger


class CutOff(BaseException):
    """The process is gone."""


def file_of(world: Installation) -> Path:
    return world.folder / "raw" / "ledger" / "accepted_rows" / "accepted.parquet"


def published(world: Installation, columns: str = "source_id") -> list[tuple[Any, ...]]:
    query = f"select {columns} from '{file_of(world)}' order by model, key_text"
    return duckdb.sql(query).fetchall()


def dying_after(world: Installation, imports: int) -> None:
    seen: list[httpx.Request] = []

    def die(request: httpx.Request) -> None:
        if request.url.path.endswith("ImportFromPackage"):
            seen.append(request)
            if len(seen) > imports:
                raise CutOff

    world.finops.before = die


def dying_at_once(world: Installation) -> None:
    def die(request: httpx.Request) -> None:
        raise CutOff

    world.finops.before = die


def killed(world: Installation) -> None:
    """A load of which one row of two was accepted."""
    world.chunk_size = 1
    world.add("customers", Account="C1", Name="n")
    world.add("customers", Account="C2", Name="n")
    dying_after(world, 1)
    with pytest.raises(CutOff):
        world.load()
    world.finops.before = lambda request: None


def test_a_load_publishes_what_the_named_models_had_accepted(world: Installation) -> None:
    world.published = ("customers",)
    world.add(
        "customers", "guid-1", Account="C1", Name="One", Contact="Jane Doe", CreditLimit="1.50"
    )
    world.add("customers", "guid-2", Account="C2", Name="bad")
    world.add("items", Item="I1", Name="n")
    world.finops.refuse = lambda name, row: "No." if row["Name"] == "bad" else ""
    report = world.load()
    columns = "model, key_text, source_table, source_id, run_id, payload"
    ((*told, payload),) = published(world, columns)
    assert told == ["customers", '["usmf","c1"]', "customers", "guid-1", report.run_id]
    content = json.loads(payload)
    assert {name: content[name] for name in ("Account", "CreditLimit", "dataAreaId")} == {
        "Account": "C1",
        "CreditLimit": "1.5",
        "dataAreaId": "usmf",
    }
    assert "Memo" not in content
    assert "Jane Doe" not in payload


def test_the_columns_are_typed_as_declared_with_the_technical_ones(world: Installation) -> None:
    world.published = ("items",)
    world.add("items", Item="I1", Name="n")
    world.load()
    described = duckdb.sql(f"describe select * from '{file_of(world)}'").fetchall()
    texts = ("model", "key_text", "source_table", "source_id", "payload", "run_id")
    assert {name: kind for name, kind, *_ in described} == {
        **dict.fromkeys(texts, "VARCHAR"),
        "accepted_at": "TIMESTAMP",
        "_extracted_at": "TIMESTAMP",
        "_extract_id": "VARCHAR",
        "_extract_row": "BIGINT",
        "_is_deleted": "BOOLEAN",
    }
    query = "_extract_row, _is_deleted, accepted_at is not null, _extracted_at >= accepted_at"
    assert published(world, query) == [(1, False, True, True)]
    assert file_of(world).stat().st_mode & 0o77 == 0


def test_a_refused_change_leaves_what_was_accepted_and_when(world: Installation) -> None:
    world.published = ("items",)
    row = world.add("items", Item="I1", Name="good")
    first = world.load()
    columns = "run_id, accepted_at, json_extract_string(payload, '$.Name')"
    before = published(world, columns)
    row["Name"] = "bad"
    world.finops.refuse = lambda name, row: "No." if row["Name"] == "bad" else ""
    world.load()
    assert published(world, columns) == before
    assert before[0][0] == first.run_id
    row["Name"] = "better"
    last = world.load()
    ((run_id, accepted_at, name),) = published(world, columns)
    assert (run_id, name) == (last.run_id, "better")
    assert accepted_at > before[0][1]


def test_nothing_changed_and_the_file_is_left_alone(world: Installation) -> None:
    world.published = ("items",)
    world.add("items", Item="I1", Name="n")
    world.load()
    before = file_of(world).stat().st_mtime_ns
    world.load()
    assert not publish_ledger(world.settings, world.manifest)
    assert file_of(world).stat().st_mtime_ns == before


@pytest.mark.parametrize("next_step", ["build", "load"])
def test_what_a_killed_load_had_accepted_is_published_before_the_next_step(
    world: Installation, next_step: str
) -> None:
    world.published = ("customers",)
    killed(world)
    assert not file_of(world).exists()
    if next_step == "build":
        assert publish_ledger(world.settings, world.manifest)
    else:
        dying_at_once(world)
        with pytest.raises(CutOff):
            world.load()
    assert published(world) == [("C1",)]


def test_a_killed_load_costs_nothing(world: Installation) -> None:
    world.published = ("customers",)
    killed(world)
    publish_ledger(world.settings, world.manifest)
    assert counts(world.load(), "accounts") == {"inserted": 1, "unchanged": 1}
    assert published(world) == [("C1",), ("C2",)]


def test_a_file_that_is_cut_off_or_of_other_models_is_written_anew(world: Installation) -> None:
    world.published = ("items",)
    world.add("items", Item="I1", Name="n")
    world.add("customers", Account="C1", Name="n")
    world.load()
    file_of(world).write_bytes(file_of(world).read_bytes()[:100])
    assert publish_ledger(world.settings, world.manifest)
    assert published(world) == [("I1",)]
    world.published = ("customers",)
    assert publish_ledger(world.settings, world.manifest)
    assert published(world) == [("C1",)]


def test_a_model_that_nobody_has_sent_so_far_is_published_once_it_is(world: Installation) -> None:
    """Such as one that is only planned: a project may name it before it is there."""
    world.published = ("items", "not_there_yet", "customers")
    world.add("items", Item="I1", Name="n")
    world.load()
    assert published(world) == [("I1",)]
    world.add("customers", Account="C1", Name="n")
    world.load()
    assert published(world) == [("C1",), ("I1",)]


def test_what_a_killed_writer_left_is_removed(world: Installation) -> None:
    world.published = ("items",)
    world.add("items", Item="I1", Name="n")
    left_over = file_of(world).with_name(f".{file_of(world).name}.1.tmp")
    left_over.parent.mkdir(parents=True)
    left_over.touch()
    world.load()
    assert [path.name for path in left_over.parent.iterdir()] == ["accepted.parquet"]


def test_an_object_store_gets_the_same_file(world: Installation) -> None:
    world.published = ("items",)
    world.add("items", Item="I1", Name="n")
    world.load()
    storage = Storage("memory://bucket/raw")
    with open_ledger(world.settings.ledger_path) as ledger:
        assert publish_accepted(ledger, storage, world.manifest)
        assert not publish_accepted(ledger, storage, world.manifest)
    path = world.folder / "copy.parquet"
    path.write_bytes(storage.fs.cat_file(storage.path("ledger/accepted_rows/accepted.parquet")))
    assert duckdb.sql(f"select source_id from '{path}'").fetchall() == [("I1",)]


def test_before_the_first_load_there_is_nothing_to_publish(world: Installation) -> None:
    world.published = ("items",)
    assert not publish_ledger(world.settings, world.manifest)
    assert not world.settings.ledger_path.exists()


def test_a_ledger_of_another_environment_is_not_published(world: Installation) -> None:
    world.published = ("items",)
    world.add("items", Item="I1", Name="n")
    world.load()
    path = world.folder / "raw" / "environment.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "dataverse_organization": "org-2"}))
    with pytest.raises(EnvironmentMismatch):
        publish_ledger(world.settings, world.manifest)


def test_a_declared_column_the_ledger_does_not_know_is_named(world: Installation) -> None:
    world.add("items", Item="I1", Name="n")
    world.load()
    table = accepted_rows(("items",))
    (*columns, last) = table.columns
    odd = type(last)("colour", last.data_type)
    changed = type(table)(
        table.system,
        table.name,
        *("u", "", (), False, (*columns, odd), "load"),
        models=("items",),
    )
    manifest = Manifest((), (changed,), (), {})
    with (
        open_ledger(world.settings.ledger_path) as ledger,
        pytest.raises(ManifestError, match="declares colour, which the ledger does not know"),
    ):
        publish_accepted(ledger, Storage(world.settings.raw_root), manifest)


def test_a_ledger_of_version_1_is_read_on(world: Installation) -> None:
    world.published = ("items",)
    world.add("items", Item="I1", Name="n")
    first = world.load()
    with duckdb.connect(str(world.settings.ledger_path)) as ledger:
        ledger.execute("alter table ledger drop column accepted_run_id")
        ledger.execute("alter table ledger drop column accepted_at")
        ledger.execute("drop table import_steps")
        ledger.execute("update ledger_version set version = 1")
    file_of(world).unlink()
    assert counts(world.load(), "items") == {"unchanged": 1}
    assert published(world, "source_id, run_id, accepted_at is not null") == [
        ("I1", first.run_id, True)
    ]
