"""The sandbox as a child process, always at the same address, so that its rows stay its own."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from connection.errors import IntegrationError

ADDRESS_FILE = "sandbox.json"
TOKEN = "sandbox"  # noqa: S105 - the sandbox's published token
HOST = "127.0.0.1"
STAGING_IMPORT = "/api/services/ProjectIntegration/ProjectIntegration/importFromStaging"
"""Where the sandbox's Finance takes rows out of its staging tables."""
ROWS, SEED = 1000, 1
STOP_SECONDS = 20


class SandboxError(IntegrationError):
    """The sandbox cannot be started."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a running sandbox answers."""

    dataverse_url: str
    finops_url: str


@dataclass(frozen=True, slots=True)
class Memory:
    """What a folder's sandbox was made with. It keeps its address and its data."""

    port: int
    rows: int
    seed: int


def remembered(
    folder: Path, rows: int | None = None, seed: int | None = None, port: int | None = None
) -> Memory:
    """Return what the sandbox of `folder` was made with; the first time, decide it.

    Raw rows and ledger carry the address they belong to, so it must not change between runs.
    Raises SandboxError when something else has taken the port, or other data is asked for.
    """
    file = folder / ADDRESS_FILE
    if not file.exists():
        memory = Memory(port or _free_port(), rows or ROWS, SEED if seed is None else seed)
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(memory)))
        return memory
    memory = Memory(**json.loads(file.read_text()))
    if (rows or memory.rows, memory.seed if seed is None else seed) != (memory.rows, memory.seed):
        raise SandboxError(
            f"The sandbox in {folder} was made with {memory.rows} rows and seed {memory.seed}: remove "
            f"{folder} to begin again with other data."
        )
    if port not in (None, memory.port):
        raise SandboxError(
            f"The sandbox in {folder} lives at port {memory.port}, which its rows carry: leave --port "
            f"out, or remove {folder} to begin again."
        )
    if not _is_free(memory.port):
        raise SandboxError(
            f"Port {memory.port}, where the sandbox of {folder} lives, is in use: stop what uses it, or "
            f"remove {folder} to begin again with a fresh sandbox."
        )
    return memory


def command(folder: Path, memory: Memory, options: Sequence[str] = ()) -> list[str]:
    """Return the command line that serves the sandbox of `folder`."""
    return [
        *(sys.executable, "-m", "sandbox", "--port", str(memory.port), "--token", TOKEN),
        *("--path", str(folder / "services.duckdb")),
        *("--rows", str(memory.rows), "--seed", str(memory.seed), *options),
    ]


@contextmanager
def running(folder: Path, memory: Memory) -> Iterator[Addresses]:
    """Serve the sandbox of `folder` while the context lasts.

    Raises SandboxError when it does not start.
    """
    with subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
        command(folder, memory), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise SandboxError("The sandbox did not start; what it said is above.")
            ready = json.loads(line)
            yield Addresses(ready["dataverse_url"], ready["finops_url"])
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
