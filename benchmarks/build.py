"""Seconds of a dbt build on DuckDB and on Spark, over the same landed rows.

python -m benchmarks.build [--rows 1000000] [--engines duckdb spark]

Rows are landed once: a generated sandbox of at most a million rows, extracted, then copied under
new keys until there are as many as asked for. Unit tests are left out, data tests are not. Prints
one JSON object; seconds are comparable between the engines of one run only. Spark needs the extra
and Java.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from connection.manifest import Manifest, read_manifest
from console.dbt import require_java

ROOT = Path(__file__).parent.parent
GENERATED = 1_000_000
BUILD = ("build", "--quiet", "--exclude-resource-type", "unit_test")


def environment(folder: Path, engine: str) -> dict[str, str]:
    """Return the environment of all commands, with an engine's own places."""
    return {
        **os.environ,
        "D365_ENVIRONMENT": "benchmark",
        "D365_COMPANY": "usmf",
        "DBT_TARGET": engine,
        "RAW_ROOT": str(folder / "raw"),
        "DUCKDB_PATH": str(folder / "warehouse.duckdb"),
        "SPARK_ROOT": str(folder / "spark"),
        "EXPORT_ROOT": str(folder / "export"),
        "DBT_TARGET_PATH": str(folder / f"target-{engine}"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "SPARK_LOCAL_IP": "127.0.0.1",
    }


def land(folder: Path, rows: int) -> None:
    """Extract a generated sandbox into `folder`/raw."""
    command = [
        *(sys.executable, "-m", "sandbox", "--token", "sandbox"),
        *("--path", str(folder / "services.duckdb"), "--rows", str(rows)),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as sandbox:  # noqa: S603
        try:
            address = json.loads(sandbox.stdout.readline() if sandbox.stdout else "")["finops_url"]
            settings = {
                **environment(folder, "duckdb"),
                **{"DATAVERSE_URL": address, "FINOPS_URL": address},
                **{"DATAVERSE_TOKEN": "sandbox", "FINOPS_TOKEN": "sandbox"},
            }
            subprocess.run(
                [sys.executable, "-m", "cli", "extract", "--json"],
                cwd=ROOT,
                env=settings,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        finally:
            sandbox.terminate()


def multiply(folder: Path, manifest: Manifest, times: int) -> None:
    """Copy every landed row `times` - 1 times; a GUID's last digits and a number's end tell the copies.

    Lookups change with the keys they point to, so that each copy is a whole organisation; only
    currencies, units and organisational units stay shared.
    """
    shared = {"transactioncurrency", "uom", "msdyn_organizationalunit"}
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for table in manifest.sources:
            files = folder / "raw" / table.system / table.name
            if table.written_by or table.name in shared:
                continue
            landed = f"read_parquet('{files}/*.parquet', union_by_name = true)"
            changed = []
            for column in table.columns:
                if column.data_type.kind != "string":
                    continue
                name = column.name
                if name == table.primary_key or (name.startswith("_") and not is_shared(name)):
                    changed.append(
                        f'substr("{name}", 1, 32) || lpad(to_hex(copy), 4, \'0\') as "{name}"'
                    )
                elif name.endswith("number") or name in ("msdyn_name", "name"):
                    changed.append(f'"{name}" || \'-\' || copy as "{name}"')
            connection.execute(
                f"copy (select * exclude (copy) replace ({', '.join(changed)}) "
                f"from {landed}, range(1, {times}) as copies (copy)) to '{files}/copies.parquet'"
            )


def build(folder: Path, engine: str) -> tuple[float, float]:
    """Run dbt build; returns its seconds and the gigabytes its process took at most."""
    started = time.monotonic()
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", "from dbt.cli.main import cli; cli()", *BUILD],
        cwd=ROOT,
        env=environment(folder, engine),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"dbt build on {engine} ended with {process.returncode}.")
    return round(time.monotonic() - started, 1), round(usage.ru_maxrss / 1024 / 1024, 1)


def is_shared(name: str) -> bool:
    """Tell whether a lookup points to a table that is not copied."""
    return any(word in name for word in ("currency", "unit", "owning"))


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--engines", nargs="+", default=["duckdb", "spark"])
    options = parser.parse_args()
    if "spark" in options.engines:
        require_java()
    result: dict[str, object] = {"rows": options.rows}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        land(folder, min(options.rows, GENERATED))
        if options.rows > GENERATED:
            multiply(folder, read_manifest(ROOT), round(options.rows / GENERATED))
        for engine in options.engines:
            seconds, gigabytes = build(folder, engine)
            result[f"{engine}_seconds"] = seconds
            # Spark's is in its Java, whose limit is a setting
            if engine == "duckdb":
                result["duckdb_peak_memory_gb"] = gigabytes
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
