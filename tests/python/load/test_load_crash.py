"""Cut a load off at any request: the next one ends in the same content, nothing lost or doubled."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from installation import Installation, result

from load.ledger import Ledger


class CutOff(BaseException):
    """The process is gone."""


POINTS = [
    ("package", "GetAzureWriteUrl"),
    ("package", "dmf"),
    ("package", "ImportFromPackage"),
    ("package", "GetExecutionSummaryStatus"),
    ("package", "GetExecutionErrors"),
    ("package", "JobDetails"),
    ("odata", "$batch"),
]


def fill(world: Installation) -> None:
    for number in range(5):
        world.add("customers", Account=f"C{number}", Name="n", Memo="m")
    world.add("orders", OrderNumber="W1", Customer="C1", Status="Open", Name="n")
    world.add("order_lines", OrderNumber="W1", LineNumber="1", Amount="2")


def content(world: Installation) -> list[Any]:
    names = ("customers", "orders", "order_lines")
    drop = {"LineNumber", "CreditLimit", "Amount"}
    return [
        [{k: v for k, v in row.items() if k not in drop} for row in world.finops.of(name)]
        for name in names
    ]


def dying(marker: str, call: int) -> Callable[[httpx.Request], None]:
    calls = 0

    def die(request: httpx.Request) -> None:
        nonlocal calls
        if marker in request.url.path:
            calls += 1
            if calls == call:
                raise CutOff

    return die


@pytest.mark.parametrize("call", [1, 4])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("transport", "marker"), POINTS)
def test_a_load_that_is_cut_off_is_made_up_for(
    world: Installation, transport: str, marker: str, when: str, call: int
) -> None:
    world.transport = transport
    world.chunk_size = 2
    fill(world)
    setattr(world.finops, when, dying(marker, call))
    with pytest.raises(CutOff):
        world.load()
    setattr(world.finops, when, lambda request: None)
    report = world.load()
    assert report.exit_code == 0
    assert result(report, "orders").failed == 0
    assert content(world) == EXPECTED
    world.finops.requests.clear()
    assert world.load().exit_code == 0
    assert world.finops.writes() == []


@pytest.mark.parametrize("call", [1, 3])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("marker", ["$batch", "EntityDefinitions"])
def test_a_load_into_dataverse_that_is_cut_off_is_made_up_for(
    world: Installation, marker: str, when: str, call: int
) -> None:
    world.chunk_size = 2
    names = [f"aaaaaaaa-0000-4000-8000-00000000000{number}" for number in range(5)]
    for name in names:
        world.add("psa_actuals", msdyn_actualid=name, msdyn_description="d", msdyn_amount="1.50")
        world.add("psa_connections", msdyn_transactionconnectionid=name, msdyn_transaction1=name)
    setattr(world.dataverse, when, dying(marker, call))
    with pytest.raises(CutOff):
        world.load()
    setattr(world.dataverse, when, lambda request: None)
    report = world.load()
    assert (report.exit_code, result(report, "psa_actuals").failed) == (0, 0)
    assert list(world.dataverse.of("msdyn_actual")) == names
    assert list(world.dataverse.of("msdyn_transactionconnection")) == names
    world.dataverse.requests.clear()
    assert world.load().exit_code == 0
    assert world.dataverse.batches() == []


def test_a_load_that_is_cut_off_between_levels_is_made_up_for(world: Installation) -> None:
    for name, parent in (("A", None), ("A1", "A"), ("A11", "A1")):
        world.add("tasks", Task=name, ParentTask=parent, Name="n")
    world.finops.after = dying("ImportFromPackage", 2)
    with pytest.raises(CutOff):
        world.load()
    world.finops.after = lambda request: None
    assert world.load().exit_code == 0
    assert [row["Task"] for row in world.finops.of("tasks")] == ["A", "A1", "A11"]


CUSTOMERS = [
    {"Account": f"C{number}", "Name": "n", "Memo": "m", "dataAreaId": "usmf"} for number in range(5)
]
ORDER = {
    "OrderNumber": "W1",
    "Customer": "C1",
    "Status": "Open",
    "Name": "n",
    "dataAreaId": "usmf",
}
EXPECTED = [CUSTOMERS, [ORDER], [{"OrderNumber": "W1", "dataAreaId": "usmf"}]]


@pytest.mark.parametrize("step", ["mark_sent", "begin_execution", "end_execution", "record"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_load_that_dies_beside_its_ledger_is_made_up_for(
    world: Installation, monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    fill(world)
    work = getattr(Ledger, step)

    def die(self: Ledger, *arguments: Any) -> None:
        if when == "after":
            work(self, *arguments)
        raise CutOff

    with monkeypatch.context() as patch, pytest.raises(CutOff):
        patch.setattr(Ledger, step, die)
        world.load()
    assert world.load().exit_code == 0
    assert content(world) == EXPECTED
    world.finops.requests.clear()
    assert world.load().exit_code == 0
    assert world.finops.writes() == []


@pytest.mark.parametrize(
    ("marker", "call"),
    [("GetExecutionSummaryStatus", 6), ("GetExecutionErrors", 2), ("JobDetails", 2)],
)
def test_a_row_written_once_does_not_go_again_when_its_import_went_well(
    world: Installation, marker: str, call: int
) -> None:
    """Nobody can read a staging table back, but the import itself still tells what it took."""
    for number in range(4):
        world.add("actuals", ActualId=f"A{number}", Amount="1", Name="n")
    world.finops.refuse = lambda name, row: "No." if row["ActualId"] == "A3" else ""
    world.finops.before = dying(marker, call)
    with pytest.raises(CutOff):
        world.load()
    written_once_goes_on(world)


@pytest.mark.parametrize("step", ["end_execution", "record"])
def test_a_row_written_once_does_not_go_again_when_its_answer_was_not_kept(
    world: Installation, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    for number in range(4):
        world.add("actuals", ActualId=f"A{number}", Amount="1", Name="n")
    world.finops.refuse = lambda name, row: "No." if row["ActualId"] == "A3" else ""
    original, calls = getattr(Ledger, step), []

    def die(ledger: Ledger, *arguments: Any) -> Any:
        calls.append(arguments)
        # the first answer is that of A0, which goes alone
        if len([each for each in calls if each[1]]) == 2:
            raise CutOff
        return original(ledger, *arguments)

    monkeypatch.setattr(Ledger, step, die)
    with pytest.raises(CutOff):
        world.load()
    monkeypatch.undo()
    written_once_goes_on(world)


def written_once_goes_on(world: Installation) -> None:
    """A0 went alone; of the package with the others nobody heard the end."""
    world.rows["actuals"][1]["Name"] = "changed meanwhile"
    world.finops.packages.clear()
    report = world.load()
    assert world.states("actuals") == {
        **dict.fromkeys(("A0", "A1", "A2"), "staged"),
        "A3": "refused",
    }
    sent = [row["ActualId"] for _, _, rows in world.finops.packages for row in rows]
    assert not {"A0", "A1", "A2"} & set(sent)
    assert {row["Name"] for row in world.finops.of("actuals")} == {"n"}
    assert result(report, "actuals").outcome == "Warning"
