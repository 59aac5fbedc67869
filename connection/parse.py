"""Run `dbt parse` in this process and return its manifest."""

import re
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest as DbtManifest

from connection.errors import ManifestError


def parse_project(project_dir: Path) -> dict[str, Any]:
    """Return the content dbt writes to manifest.json; needs no database and no network.

    An unchanged project is read from dbt's partial parse cache.
    Raises ManifestError with what dbt says, in one line.
    """
    arguments = [
        "--quiet",
        "--no-send-anonymous-usage-stats",
        # what is wrong is said once, in the error
        *("--log-level", "none", "--log-level-file", "none"),
        # the manifest is taken from the result; writing it takes longer than reading the cache
        "--no-write-json",
        "parse",
        "--project-dir",
        str(project_dir),
        "--profiles-dir",
        str(project_dir),
    ]
    outcome = dbtRunner().invoke(arguments)
    if outcome.success and isinstance(outcome.result, DbtManifest):
        return dict(outcome.result.writable_manifest().to_dict(omit_none=True))
    said = str(outcome.exception or "dbt gave no reason").split("\n  > ")[0]
    reason = re.sub(r"\s+", " ", said).strip()
    if "Could not find adapter type spark" in reason:
        reason = "DBT_TARGET needs dbt-spark, which is not installed: pip install '.[spark]'."
    raise ManifestError(f"dbt cannot read the project in {project_dir.resolve().name}: {reason}")
