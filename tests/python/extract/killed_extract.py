"""An extract in a process of its own that kills itself at a given step."""

import multiprocessing
import os
import pickle
import pkgutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from fake_dataverse import ACCOUNT, CONTACT, account_row, manifest, settings, small_service
from fake_finance import CATEGORY, PROJECT, FakeFinance, categories, project_with

from extract.run import Clock, run_extract


def extract(root: Path, *, changed: bool) -> None:
    """Run one extract; `changed`: one account is renamed, one is new and one is gone."""
    dataverse = small_service()
    if changed:
        rows = dataverse.tables["account"].rows
        rows[1]["name"] = "Renamed"
        rows.append(account_row(7))
        del rows[0]
    run_extract(settings(root), manifest(ACCOUNT, CONTACT), transport=dataverse.transport)


class KeptFinance(FakeFinance):
    """A Finance that lives on when the process of an extract dies; what it knows is in `folder`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(categories=categories())
        self.folder = folder
        if (folder / "finance").exists():
            self.projects, self.jobs = pickle.loads((folder / "finance").read_bytes())  # noqa: S301

    def answer(self, request: httpx.Request) -> httpx.Response:
        response = super().answer(request)
        self.keep()
        return response

    def keep(self) -> None:
        (self.folder / "finance").write_bytes(pickle.dumps((self.projects, self.jobs)))


def change_finance(folder: Path, rows: dict[str, list[tuple[str, ...]]], refresh: str) -> None:
    """Change rows; an incremental export then holds these until it was made."""
    finance = KeptFinance(folder)
    project = finance.projects[PROJECT]
    project.refresh = refresh
    project.rows |= rows
    project.changed |= rows
    finance.keep()


def extract_finance(folder: Path) -> str:
    """Run one extract of the Finance in `folder`; returns the table's message."""
    finance = KeptFinance(folder)
    report = run_extract(
        settings(folder / "raw", finops_token="finance"),
        project_with(folder, CATEGORY),
        transport=finance.beside(small_service()),
        clock=Clock(sleep=lambda _: None),
    )
    return report.tables[0].message


def die_at(when: str, step: str, call: int) -> None:
    """Have this process die before or after the given call of `step`."""
    owner, _, name = step.rpartition(".")
    holder = pkgutil.resolve_name(owner)
    work = getattr(holder, name)
    calls = 0

    def dying(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        mine = calls == call
        if mine and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = work(*arguments, **options)
        if mine and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(holder, name, dying)


def extract_and_die(root: Path, changed: bool, when: str, step: str, call: int) -> None:
    """Run one extract and die before or after the given call of `step`."""
    die_at(when, step, call)
    extract(root, changed=changed)


def extract_finance_and_die(folder: Path, when: str, step: str, call: int) -> None:
    """Run one extract of Finance and die before or after the given call of `step`."""
    die_at(when, step, call)
    extract_finance(folder)


def exit_code(*arguments: Any, target: Callable[..., None] = extract_and_die) -> int | None:
    """Run `target` in a fresh process; return how it ended."""
    context = multiprocessing.get_context("forkserver")
    # What takes long to import is imported once, in the process that the others are forked from.
    context.set_forkserver_preload(
        ["azure.identity", "duckdb", "fsspec", "httpx", "pyarrow.json", "pydantic_settings", "rich"]
    )
    process = context.Process(target=target, args=arguments)
    process.start()
    process.join(60)
    return process.exitcode
