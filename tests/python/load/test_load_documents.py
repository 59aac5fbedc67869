"""Journals: documents that only packages carry, written once."""

from collections import Counter
from typing import Any

import httpx
import pytest
from installation import Installation, classes, counts, result

from load.ledger import Ledger


class CutOff(BaseException):
    """The process is gone."""


def journal(world: Installation, number: str, *lines: int) -> list[dict[str, Any]]:
    return [
        world.add("journals", JournalNumber=number, LineNumber=line, Amount="1.5", Name="n")
        for line in lines
    ]


def sent(world: Installation) -> Counter[tuple[str, int]]:
    """How often each line went into a package that Finance took."""
    return Counter(
        (row["JournalNumber"], int(float(row["LineNumber"])))
        for _, _, rows in world.finops.packages
        for row in rows
    )


def once(*lines: tuple[str, int]) -> Counter[tuple[str, int]]:
    return Counter(lines)


ALL = once(("J1", 1), ("J1", 2), ("J1", 3), ("J2", 1), ("J2", 2))


def fill(world: Installation) -> None:
    journal(world, "J1", 1, 2, 3)
    journal(world, "J2", 1, 2)


def dying(world: Installation, marker: str, call: int, when: str) -> None:
    calls = []

    def die(request: httpx.Request) -> None:
        if marker in request.url.path:
            calls.append(request)
            if len(calls) == call:
                raise CutOff

    setattr(world.finops, when, die)


@pytest.mark.parametrize("call", [1, 2])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "marker",
    [
        *("GetAzureWriteUrl", "dmf", "ImportFromPackage", "GetExecutionSummaryStatus"),
        "JobDetails",
    ],
)
def test_a_load_of_journals_that_is_cut_off_sends_no_line_twice(
    world: Installation, marker: str, when: str, call: int
) -> None:
    fill(world)
    dying(world, marker, call, when)
    with pytest.raises(CutOff):
        world.load()
    world.finops.before = world.finops.after = lambda request: None
    report = world.load()
    assert (report.exit_code, result(report, "journals").failed) == (0, 0)
    assert sent(world) == ALL
    assert counts(world.load(), "journals") == {"unchanged": 5}
    assert sent(world) == ALL


@pytest.mark.parametrize("step", ["mark_sent", "begin_execution", "end_execution", "record"])
@pytest.mark.parametrize("call", [1, 2])
def test_a_load_of_journals_that_dies_beside_its_ledger_sends_no_line_twice(
    world: Installation, monkeypatch: pytest.MonkeyPatch, step: str, call: int
) -> None:
    fill(world)
    work, calls = getattr(Ledger, step), []

    def die(self: Ledger, *arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == call:
            raise CutOff
        return work(self, *arguments)

    with monkeypatch.context() as patch, pytest.raises(CutOff):
        patch.setattr(Ledger, step, die)
        world.load()
    assert world.load().exit_code == 0
    assert sent(world) == ALL


def test_a_change_of_a_journal_after_it_was_accepted_is_told_and_not_sent(
    world: Installation,
) -> None:
    first, *_ = journal(world, "J1", 1, 2)
    world.load()
    first["Amount"] = "2"
    journal(world, "J2", 1)
    plan = world.plan()
    assert classes(plan, "journals") == {"J1/1": "changed_after", "J2/1": "insert"}
    report = world.load()
    assert counts(report, "journals") == {"inserted": 1, "unchanged": 1, "held": 1}
    assert result(report, "journals").outcome == "Warning"
    assert sent(world) == once(("J1", 1), ("J1", 2), ("J2", 1))


@pytest.mark.parametrize("separator", [", ", ",", "|"])
def test_a_refused_line_is_known_by_its_number_however_finance_writes_it(
    world: Installation, separator: str
) -> None:
    fill(world)
    world.finops.separator = separator
    world.finops.refuse = lambda name, row: "No such product." if sent_key(row) == ("J1", 2) else ""
    report = world.load()
    assert counts(report, "journals") == {"inserted": 4, "failed": 1}
    assert world.states("journals")["J1/2"] == "refused"
    # the line does not go again by itself, and nothing of its document does
    assert counts(world.load(), "journals")["unchanged"] == 4
    assert sent(world) == ALL


def sent_key(row: dict[str, Any]) -> tuple[str, int]:
    return row["JournalNumber"], int(float(row["LineNumber"]))


def test_no_line_of_a_journal_goes_while_another_cannot(world: Installation) -> None:
    fill(world)
    world.finops.refuse = lambda name, row: "No." if sent_key(row) == ("J1", 2) else ""
    world.load()
    journal(world, "J1", 4)
    journal(world, "J3", 1)
    assert classes(world.plan(), "journals") == {
        "J1/2": "refused",
        "J1/4": "held",
        "J3/1": "insert",
    }
    world.finops.refuse = lambda name, row: ""
    assert counts(world.load(retry=True), "journals") == {"inserted": 3, "unchanged": 4}
    assert max(Counter(sent(world) - ALL).values()) == 1
