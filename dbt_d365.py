"""What plain dbt commands need before they connect, each said in one sentence.

dbt finds this plugin by its name: any module that begins with `dbt_` and has a list `plugins`.
"""

import os
from pathlib import Path
from typing import Any

from dbt.flags import get_flags
from dbt.plugins.manager import dbtPlugin
from dotenv import dotenv_values

from connection.java import NO_JAVA, has_java

PROJECT = "d365"
OFFLINE = {"parse", "list", "ls", "clean", "deps", "init", "debug"}
"""Commands that read no rows."""
SHARED = {"D365_ENVIRONMENT": "sandbox", "RAW_ROOT": "", "DUCKDB_PATH": ""}
"""Variables that decide which rows a command means, with dbt's default."""


class Preconditions(dbtPlugin):
    """Stops a command before it connects to anything."""

    def initialize(self) -> None:
        """Raise ValueError, which dbt prints as one sentence and exits with 2."""
        flags: Any = get_flags()  # type: ignore[no-untyped-call]
        if self.project_name != PROJECT or flags.WHICH in OFFLINE:
            return
        target = getattr(flags, "TARGET", None) or os.environ.get("DBT_TARGET", "duckdb")
        problem = other_settings(Path(".env")) or (
            NO_JAVA if target == "spark" and not has_java() else ""
        )
        if problem:
            raise ValueError(problem)


def other_settings(env_file: Path) -> str:
    """Return a sentence where `.env`, which `d365` reads and dbt does not, means other rows."""
    wanted = dotenv_values(env_file) if env_file.exists() else {}
    for name, default in SHARED.items():
        seen = os.environ.get(name) or default
        if wanted.get(name) and wanted[name] != seen:
            return (
                f".env sets {name}={wanted[name]} and dbt, which does not read .env, sees '{seen}': "
                "run `set -a; . ./.env; set +a` first."
            )
    return ""


plugins = [Preconditions]
