"""Run dbt as a child process: it holds the warehouse file while it runs, and lets go when it ends."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connection.errors import IntegrationError
from connection.java import NO_JAVA, has_java
from connection.settings import Settings


class JavaMissing(IntegrationError):
    """Spark cannot run without Java."""


FINISHED = {"LogModelResult", "LogSeedResult", "LogTestResult", "LogSnapshotResult"}
"""dbt's names for "a node has ended"; LogTestResult covers data tests and unit tests."""
REASONS = {"RunResultError", "RunResultErrorNoMessage"}
"""What dbt says of a node right after it has named it as failed."""


@dataclass(frozen=True, slots=True)
class BuildResult:
    """One dbt run. failures and warnings: one each, in dbt's words; a failure may have many lines."""

    succeeded: bool
    nodes: int
    failures: tuple[str, ...]
    warnings: tuple[str, ...]
    seconds: float


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment in which dbt reads and writes the same files as `d365`.

    What dbt assumes by itself is left out: where a variable is set that was not set last time, it
    parses the whole project anew.
    """
    is_sandbox = settings.d365_environment == "sandbox"
    folder = f"data/{settings.d365_environment}"
    meant_and_assumed = {
        "D365_ENVIRONMENT": (settings.d365_environment, "sandbox"),
        "D365_COMPANY": (settings.d365_company or "", "usmf" if is_sandbox else ""),
        "RAW_ROOT": (settings.raw_root, f"{folder}/raw"),
        "DUCKDB_PATH": (str(settings.duckdb_path), f"{folder}/warehouse.duckdb"),
        "EXPORT_ROOT": (settings.export_root, f"{folder}/export"),
        "DBT_TARGET": (settings.dbt_target, "duckdb"),
    }
    told = {
        name: meant
        for name, (meant, assumed) in meant_and_assumed.items()
        if meant and meant != os.environ.get(name, assumed)
    }
    return {**os.environ, **told}


def build(settings: Settings, *, on_node: Callable[[int, int], None]) -> BuildResult:
    """Run `dbt build` over the whole project.

    on_node: told after each node how many of how many have ended. Failing nodes are no exception:
    the loader decides by template what may still be sent.
    """
    settings.duckdb_path.parent.mkdir(parents=True, exist_ok=True)
    if settings.dbt_target == "spark":
        require_java()
    started = time.monotonic()
    # Unit tests judge the SQL, not the data: they belong to `make test`.
    command = _dbt(
        *("--log-format", "json", "--no-use-colors", "build"),
        *("--exclude-resource-type", "unit_test"),
    )
    failures: list[str] = []
    warnings: list[str] = []
    done = 0
    with subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
        command,
        env=environment(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for event in _events(process):
            level, name = event["info"]["level"], event["info"]["name"]
            if name in FINISHED:
                done += 1
                on_node(
                    done, int(event["data"].get("total") or event["data"].get("num_models") or 0)
                )
                if str(event["data"].get("status", "")).lower() == "warn":
                    warnings.append(_first_line(event["info"]["msg"]))
            elif name in REASONS and failures:
                failures[-1] += _reason(event["info"]["msg"])
            elif level == "error":
                failures.append(_first_line(event["info"]["msg"]))
    succeeded = process.returncode == 0
    if not succeeded and not failures:
        failures.append(f"dbt ended with exit code {process.returncode}; see logs/dbt.log.")
    return BuildResult(
        succeeded, done, tuple(failures), tuple(warnings), time.monotonic() - started
    )


def require_java() -> None:
    """Raise JavaMissing, one sentence, where Spark would end in a traceback."""
    if not has_java():
        raise JavaMissing(NO_JAVA)


def generate_docs(settings: Settings) -> Path | None:
    """Write the lineage site as one file; return its path, or None when dbt failed."""
    settings.duckdb_path.parent.mkdir(parents=True, exist_ok=True)
    completed = subprocess.run(  # noqa: S603 - our own interpreter and arguments
        _dbt("--quiet", "docs", "generate", "--static"), env=environment(settings), check=False
    )
    return Path("target", "static_index.html") if completed.returncode == 0 else None


def _dbt(*arguments: str) -> Sequence[str]:
    return (sys.executable, "-c", "from dbt.cli.main import cli; cli()", *arguments)


def _events(process: "subprocess.Popen[str]") -> Iterator[dict[str, Any]]:
    for line in process.stdout or ():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            # A crash before logging is set up, or a library that prints: people must see it.
            sys.stderr.write(line)


def _reason(message: str) -> str:
    """Return dbt's own lines, without the macros that it went through."""
    lines = (line.rstrip() for line in message.splitlines())
    return "".join(f"\n{line}" for line in lines if line and not line.lstrip().startswith(">"))


def _first_line(message: str) -> str:
    return next((line.strip() for line in message.splitlines() if line.strip()), "")
