"""An extract in a process of its own that kills itself at a given step."""

import multiprocessing
import os
import pkgutil
import signal
from pathlib import Path
from typing import Any

from fake_dataverse import ACCOUNT, CONTACT, account_row, manifest, settings, small_service

from extract.run import run_extract


def extract(root: Path, *, changed: bool) -> None:
    """Run one extract; `changed`: one account is renamed, one is new and one is gone."""
    dataverse = small_service()
    if changed:
        rows = dataverse.tables["account"].rows
        rows[1]["name"] = "Renamed"
        rows.append(account_row(7))
        del rows[0]
    run_extract(settings(root), manifest(ACCOUNT, CONTACT), transport=dataverse.transport)


def extract_and_die(root: Path, changed: bool, when: str, step: str, call: int) -> None:
    """Run one extract and die before or after the given call of `step` (module:name)."""
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
    extract(root, changed=changed)


def exit_code(*arguments: Any) -> int | None:
    """Run extract_and_die in a fresh process; return how it ended."""
    context = multiprocessing.get_context("forkserver")
    # What takes long to import is imported once, in the process that the others are forked from.
    context.set_forkserver_preload(
        ["azure.identity", "duckdb", "fsspec", "httpx", "pyarrow.json", "pydantic_settings", "rich"]
    )
    process = context.Process(target=extract_and_die, args=arguments)
    process.start()
    process.join(60)
    return process.exitcode
