"""What keeps a load from starting, and what one template's trouble does to the others."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from installation import Installation, classes, counts, result

from connection.errors import EnvironmentMismatch
from load.errors import LedgerInUse, LedgerUnusable, WarehouseMissing
from load.ledger import Receipt, open_ledger
from load.report import status, troubles


def record(world: Installation, **values: Any) -> None:
    path = world.folder / "raw" / "environment.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"finops_url": "https://other.test"}, "FINOPS_URL is https://finops.test"),
        ({"dataverse_url": "https://other.test"}, "DATAVERSE_URL is https://dataverse.test"),
        ({"sandbox": True}, "sandbox rows are never sent outside this machine"),
    ],
)
def test_another_environment_is_refused_before_any_request(
    world: Installation, values: dict[str, Any], sentence: str
) -> None:
    world.add("items", Item="I1")
    world.refresh()
    record(world, **values)
    with pytest.raises(EnvironmentMismatch, match=sentence):
        world.load(extract=False)
    assert world.finops.requests == []


def test_a_ledger_of_another_organisation_is_refused_before_any_request(
    world: Installation,
) -> None:
    world.add("items", Item="I1")
    world.load()
    record(world, dataverse_organization="org-2")
    world.finops.requests.clear()
    with pytest.raises(EnvironmentMismatch, match="dataverse_organization is org-2 but the ledger"):
        world.load(extract=False)
    assert world.finops.requests == []


def test_nothing_landed_is_nothing_to_load(world: Installation) -> None:
    with pytest.raises(EnvironmentMismatch, match="run `d365 extract`"):
        world.load(extract=False)


def test_no_warehouse_and_no_request(world: Installation) -> None:
    world.extract()
    with pytest.raises(WarehouseMissing, match="run `dbt build`"):
        world.load(extract=False)
    assert world.finops.requests == []


def test_a_warehouse_that_is_no_database_is_named(world: Installation) -> None:
    world.extract()
    (world.folder / "warehouse.duckdb").write_text("x" * 5000)
    with pytest.raises(WarehouseMissing, match="cannot be read"):
        world.load(extract=False)


def test_one_load_at_a_time(world: Installation) -> None:
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); input()"
    world.extract()
    with subprocess.Popen(
        [sys.executable, "-c", code, str(world.settings.ledger_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == b"open\n"
        with pytest.raises(LedgerInUse, match="wait until it has ended"):
            world.load(extract=False)
        other.communicate(b"\n")


@pytest.mark.parametrize("content", ["no database", "a warehouse", "a newer ledger"])
def test_a_file_that_is_no_ledger_is_refused_and_left_as_it_was(
    world: Installation, content: str
) -> None:
    path = world.settings.ledger_path
    if content == "no database":
        path.write_text("x" * 5000)
    else:
        with duckdb.connect(str(path)) as database:
            database.execute("create table orders (id integer)")
            if content == "a newer ledger":
                database.execute("create table ledger_version as select 99 as version")
    before = path.read_bytes()
    with pytest.raises(LedgerUnusable), open_ledger(path):
        pass
    assert path.read_bytes() == before


def test_the_published_copy_can_be_read_during_a_load(world: Installation) -> None:
    world.add("items", Item="I1")
    world.load()
    world.add("items", Item="I2")
    seen: list[Any] = []

    def look(request: httpx.Request) -> None:
        if request.url.path.endswith("ImportFromPackage"):
            seen.append(status(world.settings).states)

    world.finops.before = look
    world.load()
    assert [rows[0]["rows"] for rows in seen] == [1]
    assert status(world.settings).states[0]["rows"] == 2


def test_rejected_and_refused_rows_are_listed_with_their_reasons(world: Installation) -> None:
    world.add("items", Item="I1", Name="n")
    world.rejected = [("items", "I9")]
    world.finops.refuse = lambda name, row: "No."
    report = world.load()
    assert counts(report, "items") == {"failed": 1, "rejected": 1}
    found = troubles(world.settings)
    assert [(each.where, each.source_id, each.message) for each in found] == [
        ("rejected", "I9", "why"),
        ("refused", "I1", "No."),
    ]


def test_every_step_is_durable_before_the_next_request(world: Installation, tmp_path: Path) -> None:
    """What the ledger's files hold while a request is on its way is what a crash leaves."""
    world.chunk_size = 1
    world.add("items", Item="I1")
    world.add("items", Item="I2")
    seen: list[list[tuple[Any, ...]]] = []

    def copy(request: httpx.Request) -> None:
        if request.url.path.endswith("ImportFromPackage"):
            copies = tmp_path / f"copy{len(seen)}"
            copies.mkdir()
            for path in world.folder.glob("ledger.duckdb*"):
                if path.is_file():
                    (copies / path.name).write_bytes(path.read_bytes())
            with duckdb.connect(str(copies / "ledger.duckdb")) as ledger:
                query = "select source_id, state from ledger order by source_id"
                seen.append(ledger.execute(query).fetchall())

    world.finops.before = copy
    world.load()
    assert seen == [[("I1", "sent")], [("I1", "in_target"), ("I2", "sent")]]


def spoil(path: str, change: Callable[[dict[str, Any]], None]) -> Callable[[Installation], None]:
    def apply(world: Installation) -> None:
        answer = world.finops._metadata

        def changed(asked: str) -> httpx.Response:
            response = answer(asked)
            content = response.json()
            if asked == path or path in asked:
                for row in content.get("value", []):
                    if row["Name"] == "items":
                        change(row)
            return httpx.Response(200, json=content)

        world.finops._metadata = changed

    return apply


def without(name: str) -> Callable[[dict[str, Any]], None]:
    def change(row: dict[str, Any]) -> None:
        row["Properties"] = [each for each in row["Properties"] if each["Name"] != name]

    return change


def with_another_key(row: dict[str, Any]) -> None:
    row["Properties"][-1]["IsKey"] = True


@pytest.mark.parametrize(
    ("apply", "sentence"),
    [
        (spoil("PublicEntities", without("Name")), "has no Name, which items sends"),
        (spoil("PublicEntities", with_another_key), "has the key dataareaid, item, name and items"),
        (
            spoil("DataEntities", lambda row: row.update(LabelId="Other")),
            "calls CDSItems `Other` and items says `CDS items`",
        ),
        (
            spoil("DataEntities", lambda row: row.update(PublicCollectionName="Gone")),
            "has no entity CDS items (CDSItems)",
        ),
    ],
)
def test_a_model_the_target_does_not_fit_ends_its_template_before_a_row_goes(
    world: Installation, apply: Callable[[Installation], None], sentence: str
) -> None:
    world.add("items", Item="I1", Name="n")
    world.add("customers", Account="C1", Name="n")
    apply(world)
    plan = world.plan()
    assert sentence in plan.closed["items"]
    assert (plan.exit_code, classes(plan, "customers")) == (1, {"C1": "insert"})
    report = world.load()
    assert sentence in result(report, "items").message
    assert (report.exit_code, counts(report, "items")) == (1, {"held": 1})
    assert counts(report, "accounts") == {"inserted": 1}
    assert world.finops.of("items") == []


def test_children_of_a_template_in_error_wait(world: Installation) -> None:
    world.add("customers", Account="C1", Name="n")
    world.add("contracts", ContractId="K1", Customer="C1")
    spoil("PublicEntities", without("Memo"))(world)
    answer = world.finops._read

    def fail(request: httpx.Request) -> httpx.Response:
        if "Customers" in request.url.path:
            return httpx.Response(403, json={"error": {"message": "Not allowed."}})
        return answer(request)

    world.finops._read = fail
    report = world.load()
    assert "Not allowed." in result(report, "accounts").message
    assert counts(report, "projects") == {"held": 1}


def test_the_outcomes_and_exit_codes(world: Installation) -> None:
    world.add("items", Item="I1", Name="n")
    assert [world.load().exit_code for _ in range(2)] == [0, 0]
    world.add("items", Item="I2", Name="bad")
    world.finops.refuse = lambda name, row: "Bad." if row["Name"] == "bad" else ""
    report = world.load()
    assert (report.exit_code, result(report, "items").outcome) == (3, "Warning")
    runs = status(world.settings).runs
    assert [(run["template"], run["outcome"]) for run in runs] == [("items", "Warning")]


def test_receipts_of_unknown_rows_change_nothing(world: Installation) -> None:
    with open_ledger(world.settings.ledger_path) as ledger:
        ledger.record("items", [Receipt("nobody", "in_target")])
        assert ledger.connection.execute("select count(*) from ledger").fetchall() == [(0,)]


def test_a_good_run_leaves_no_older_message_in_the_status(world: Installation) -> None:
    world.add("items", Item="I1")
    world.finops.before = lambda request: (_ for _ in ()).throw(httpx.ReadError("gone"))
    world.load()
    (failed,) = status(world.settings).runs
    assert failed["message"]
    world.finops.before = lambda request: None
    world.load()
    (good,) = status(world.settings).runs
    assert (good["outcome"], good["message"]) == ("Completed", None)


def test_a_plan_writes_nothing_into_the_ledger(world: Installation) -> None:
    row = world.add("items", Item="I1", Name="good")
    world.load()
    row["Name"] = "bad"
    world.finops.refuse = lambda name, row: "No." if row["Name"] == "bad" else ""
    world.load()
    row["Name"] = "good"
    world.plan()
    assert world.states("items") == {"I1": "refused"}


def test_a_refused_row_that_nobody_describes_any_more_troubles_nobody(
    world: Installation,
) -> None:
    for name in ("I1", "I2", "I3"):
        world.add("items", Item=name, Name="good" if name == "I2" else "bad")
    world.finops.refuse = lambda name, row: "No." if row["Name"] == "bad" else ""
    world.load()
    world.rows["items"][1]["Name"] = "bad"
    world.load()
    assert len(troubles(world.settings)) == 3
    del world.rows["items"][:2]
    world.load()
    assert [trouble.source_id for trouble in troubles(world.settings)] == ["I3"]
    assert world.states("items") == {"I2": "in_target", "I3": "refused"}


def test_the_ledger_and_its_copies_are_for_their_owner_alone(world: Installation) -> None:
    world.add("items", Item="I1", Name="n")
    modes: dict[str, int] = {}

    def look(request: httpx.Request) -> None:
        modes.update({p.name: p.stat().st_mode & 0o77 for p in world.folder.glob("ledger*")})

    world.finops.before = look
    world.load()
    look(world.finops.requests[0])
    assert len(modes) >= 3
    assert set(modes.values()) == {0}
