"""python -m sandbox as a process: ready line, real socket, restart, refusals, graceful stop."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from sandbox.contents import Contents, open_database
from sandbox.errors import DifferentDatabaseError

ROOT = Path(__file__).parents[4]
HEADERS = {"Authorization": "Bearer other"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with 500 rows of seed 1."""
    path = tmp_path_factory.mktemp("made") / "org.duckdb"
    open_database(Contents(rows=500, seed=1), path).close()
    return path


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "sandbox", *arguments]


@contextmanager
def sandbox(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    with subprocess.Popen(
        command("--token", "other", *arguments), cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert ready["dataverse_url"] == ready["finops_url"] == f"http://127.0.0.1:{ready['port']}"
        try:
            yield ready["dataverse_url"], process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def test_rows_survive_a_restart(tmp_path: Path) -> None:
    options = ("--path", str(tmp_path / "org.duckdb"), "--rows", "500")
    with sandbox(*options) as (base, process):
        accounts = f"{base}/api/data/v9.2/accounts"
        before = httpx.get(accounts, headers=HEADERS).json()["value"]
        written = httpx.post(accounts, headers=HEADERS, json={"name": "kept"})
        assert written.status_code == 204
        organisation = httpx.get(f"{base}/api/data/v9.2/WhoAmI", headers=HEADERS).json()
    assert process.returncode == 0
    with sandbox(*options) as (base, _):
        after = httpx.get(f"{base}/api/data/v9.2/accounts", headers=HEADERS).json()["value"]
        who = httpx.get(f"{base}/api/data/v9.2/WhoAmI", headers=HEADERS).json()
        assert len(after) == len(before) + 1
        assert who["OrganizationId"] == organisation["OrganizationId"]
    changes = subprocess.run(
        command("changes", *options[:2]), cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert json.loads(changes.stdout)["round"] == 1


def test_changes_in_a_running_sandbox_and_switches_at_the_start() -> None:
    with sandbox("--rows", "500", "--switch", "dataverse_throttle@accounts*1=requests") as (
        base,
        _,
    ):
        accounts = f"{base}/api/data/v9.2/accounts"
        statuses = [httpx.get(accounts, headers=HEADERS).status_code for _ in range(2)]
        assert statuses == [429, 200]
        port = base.rpartition(":")[2]
        changes = subprocess.run(
            command("changes", "--port", port), cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert json.loads(changes.stdout)["round"] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--rows", "3"), "500 rows or more"),
        (("changes",), "Name the sandbox"),
        (("changes", "--path", "nowhere.duckdb"), "There is no sandbox at"),
        (("--switch", "nonsense"), "NAME[@SCOPE]"),
        (("--data", "nowhere"), "holds no <entity set>.json"),
    ],
)
def test_bad_input_is_one_sentence(arguments: tuple[str, ...], words: str) -> None:
    result = subprocess.run(
        command(*arguments), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "other",
    [
        Contents(rows=500, seed=2),
        Contents(rows=600, seed=1),
        Contents(rows=500, seed=1, generation="psa2"),
        Contents(data=Path("tests/fixtures/psa-org")),
    ],
)
def test_a_file_of_something_else_is_refused(made: Path, other: Contents) -> None:
    with pytest.raises(DifferentDatabaseError, match="500 rows of seed 1"):
        open_database(other, made)
    open_database(Contents(rows=500, seed=1), made).close()
