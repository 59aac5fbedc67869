"""Rows that a target keeps aside: written once, staged, taken over by a job, processed."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from installation import Installation, classes, counts, reasons, result

from connection.errors import ManifestError
from load.report import status

SERVICE = "/api/services/ProjectIntegration/ProjectIntegration/importFromStaging"


def actual(world: Installation, name: str, **values: Any) -> dict[str, Any]:
    return world.add("actuals", name, ActualId=name, **{"Amount": "1", "Name": name, **values})


def journalizing(told: list[str], errors: int = 0) -> Callable[[str], httpx.Response]:
    def journalize(company: str) -> httpx.Response:
        told.append(company)
        return httpx.Response(200, json={"journalized": 2 - errors, "errors": errors})

    return journalize


def posts(world: Installation) -> list[str]:
    return [r.url.path for r in world.finops.requests if r.url.path.startswith("/api/services/")]


def test_an_accepted_row_is_staged_until_finance_lists_it_as_processed(
    world: Installation,
) -> None:
    actual(world, "A1")
    actual(world, "A2")
    report = world.load()
    assert (report.exit_code, counts(report, "actuals")) == (0, {"inserted": 2, "staged": 2})
    assert world.states("actuals") == {"A1": "staged", "A2": "staged"}
    world.processed = [("actuals", "actuals", "A1"), ("relationships", "actuals", "A2")]
    report = world.load()
    assert counts(report, "actuals") == {"unchanged": 2, "staged": 1}
    assert world.states("actuals") == {"A1": "processed", "A2": "staged"}
    found = {row["state"]: row["rows"] for row in status(world.settings).states}
    assert found == {"processed": 1, "staged": 1}


def test_a_plan_marks_nothing_as_processed(world: Installation) -> None:
    actual(world, "A1")
    world.load()
    world.processed = [("actuals", "actuals", "A1")]
    world.plan()
    assert world.states("actuals") == {"A1": "staged"}


def test_a_row_that_is_written_once_is_not_sent_again_when_it_changes(
    world: Installation,
) -> None:
    row = actual(world, "A1")
    world.load()
    row["Name"] = "changed"
    plan = world.plan()
    assert classes(plan, "actuals") == {"A1": "changed_after"}
    assert reasons(plan, "actuals") == {
        "A1": "in the target; changed since, and such rows are written once"
    }
    assert [planned.changed for planned in plan.rows] == [("Name",)]
    world.finops.requests.clear()
    report = world.load()
    assert (result(report, "actuals").outcome, counts(report, "actuals")) == (
        "Warning",
        {"held": 1, "staged": 1},
    )
    assert world.finops.writes() == []
    assert counts(world.load(adopt=["actuals:usmf,A1"]), "actuals") == {"updated": 1, "staged": 1}
    assert counts(world.load(), "actuals") == {"unchanged": 1, "staged": 1}


def test_a_change_that_is_taken_back_is_no_warning(world: Installation) -> None:
    row = actual(world, "A1")
    world.load()
    row["Name"] = "changed"
    world.load()
    row["Name"] = "A1"
    report = world.load()
    assert (report.exit_code, counts(report, "actuals")) == (0, {"unchanged": 1, "staged": 1})


def test_a_refused_change_of_a_staged_row_leaves_it_staged(world: Installation) -> None:
    row = actual(world, "A1")
    world.load()
    row["Name"] = "bad"
    world.finops.refuse = lambda name, row: "No." if row["Name"] == "bad" else ""
    world.load(adopt=["actuals"])
    assert world.states("actuals") == {"A1": "refused"}
    row["Name"] = "A1"
    world.load()
    assert world.states("actuals") == {"A1": "staged"}


def test_without_a_service_the_report_says_what_waits_and_where_to_start_the_job(
    world: Installation,
) -> None:
    actual(world, "A1")
    actual(world, "A2")
    actual(world, "A3", dataAreaId="DEMF")
    report = world.load()
    told = result(report, "actuals")
    assert (told.outcome, told.staged) == ("Completed", 3)
    assert told.message == (
        "1 row of demf, 2 of usmf wait in a staging table of Finance: start the import at Project > "
        "Import from staging, or set D365_STAGING_IMPORT to a service that does."
    )
    (run,) = status(world.settings).runs
    assert run["message"] == told.message


def test_the_service_is_asked_once_per_company_with_staged_rows(world: Installation) -> None:
    world.service = SERVICE
    told: list[str] = []
    world.finops.services[SERVICE] = journalizing(told)
    actual(world, "A1")
    actual(world, "A2", dataAreaId="demf")
    report = world.load()
    assert told == ["demf", "usmf"]
    assert (result(report, "actuals").outcome, result(report, "actuals").message) == (
        "Completed",
        "The import of demf took over 2 rows. The import of usmf took over 2 rows.",
    )
    world.processed = [("actuals", "actuals", name) for name in ("A1", "A2")]
    report = world.load()
    assert (told, result(report, "actuals").message) == (["demf", "usmf"], "")


def test_a_company_is_asked_again_for_new_rows_and_on_request_only(world: Installation) -> None:
    world.service = SERVICE
    told: list[str] = []
    world.finops.services[SERVICE] = journalizing(told)
    actual(world, "A1")
    world.load()
    report = world.load()
    assert told == ["usmf"]
    assert result(report, "actuals").message == (
        "1 row of usmf waits in a staging table of Finance, whose import was asked for before: the "
        "next extract tells what it took over, and `d365 load --retry` asks again."
    )
    world.load(retry=True)
    assert told == ["usmf", "usmf"]
    actual(world, "A2", dataAreaId="demf")
    world.load()
    assert told == ["usmf", "usmf", "demf"]


def test_a_service_that_failed_is_asked_again(world: Installation) -> None:
    world.service = SERVICE
    world.finops.services[SERVICE] = lambda company: httpx.Response(500)
    actual(world, "A1")
    world.load()
    told: list[str] = []
    world.finops.services[SERVICE] = journalizing(told)
    world.load()
    assert told == ["usmf"]


def test_rows_that_end_in_error_there_are_a_warning(world: Installation) -> None:
    world.service = SERVICE
    world.finops.services[SERVICE] = journalizing([], errors=1)
    actual(world, "A1")
    told = result(world.load(), "actuals")
    assert (told.outcome, told.message) == (
        "Warning",
        "The import of usmf took over 1 row, 1 row ended in error there.",
    )


def test_a_service_that_is_not_there_is_a_sentence_and_no_error(world: Installation) -> None:
    world.service = SERVICE
    actual(world, "A1")
    told = result(world.load(), "actuals")
    assert (told.outcome, told.message) == (
        "Completed",
        f"This environment does not offer {SERVICE}, and 1 row of usmf waits in a staging table of "
        "Finance: start the import by hand at Project > Import from staging.",
    )


@pytest.mark.parametrize(
    ("status_code", "sentence"),
    [(403, "of usmf was refused"), (500, "of usmf could not be followed")],
)
def test_a_service_that_fails_is_a_warning_and_blames_no_row(
    world: Installation, status_code: int, sentence: str
) -> None:
    world.service = SERVICE
    world.finops.services[SERVICE] = lambda company: httpx.Response(status_code)
    actual(world, "A1")
    told = result(world.load(), "actuals")
    assert told.outcome == "Warning"
    assert sentence in told.message
    assert world.states("actuals") == {"A1": "staged"}


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, json={"journalized": "some"}),
        httpx.Response(200, json={"journalized": ["A1"], "errors": {}}),
        httpx.Response(200, text="<html>Sign in</html>"),
        httpx.Response(200, json="done"),
    ],
)
def test_a_service_that_does_not_say_how_many_is_a_warning(
    world: Installation, answer: httpx.Response
) -> None:
    world.service = SERVICE
    world.finops.services[SERVICE] = lambda company: answer
    actual(world, "A1")
    told = result(world.load(), "actuals")
    assert told.outcome == "Warning"
    assert told.message == (
        "The import of 1 row of usmf could not be followed: the service answered without the counts "
        "journalized and errors."
    )


def test_nothing_staged_and_nothing_is_posted(world: Installation) -> None:
    world.service = SERVICE
    world.add("items", Item="I1", Name="n")
    actual(world, "A1")
    world.finops.refuse = lambda name, row: "No." if name == "actuals" else ""
    report = world.load()
    assert posts(world) == []
    assert result(report, "actuals").message == ""


def test_rows_of_no_company_go_in_the_package_of_the_configured_one(world: Installation) -> None:
    (world.folder / "companies.csv").write_text("data_area_id,time_zone\nussi,UTC\ndemf,UTC\n")
    world.add("relationships", ConnectionId="R1", Name="n")
    assert counts(world.load(), "actuals") == {"inserted": 1}
    world.company = "demf"
    world.add("relationships", ConnectionId="R2", Name="n")
    assert counts(world.load(), "actuals") == {"inserted": 1, "unchanged": 1}
    assert [job.company for job in world.finops.jobs.values()] == ["ussi", "demf"]
    assert all("DATAAREAID" not in columns for _, columns, _ in world.finops.packages)


def test_a_seed_without_companies_ends_the_template_in_a_sentence(world: Installation) -> None:
    (world.folder / "companies.csv").write_text("data_area_id,time_zone\n")
    world.add("relationships", ConnectionId="R1", Name="n")
    report = world.load()
    assert "names no company: add a line for each" in result(report, "actuals").message
    with pytest.raises(ManifestError, match="has no seed nothing"):
        world.manifest.seed_file("nothing")


def test_refusals_of_rows_of_no_company_are_told_apart(world: Installation) -> None:
    world.company = "usmf"
    world.add("relationships", ConnectionId="R0", Name="good")
    world.load()
    for name in ("R1", "R2", "R3"):
        world.add("relationships", ConnectionId=name, Name="bad" if name == "R2" else "good")
    world.finops.refuse = lambda name, row: "Bad." if row["Name"] == "bad" else ""
    assert counts(world.load(), "actuals") == {"inserted": 2, "unchanged": 1, "failed": 1}
    assert reasons(world.plan(), "relationships") == {"R2": "Bad."}


def test_a_blank_empties_nothing_of_a_row_that_is_meant_to_be_there(world: Installation) -> None:
    """Nobody can ask a package-only entity which rows it has, so all may be there."""
    world.finops.put("owned", dataAreaId="usmf", Category="K1", Name="Theirs", Memo="Keep")
    # the first row goes alone, to see whether it fits
    world.add("owned", Category="K0", Name="Ours")
    world.add("owned", Category="K1", Name="Ours")
    world.add("owned", Category="K2", Name="Ours", Memo="New")
    world.load()
    assert [row.get("Memo") for row in world.finops.of("owned")] == [None, "Keep", "New"]
