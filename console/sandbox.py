"""The sandbox as a child process, always at the same address, so that its rows stay its own."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from connection.errors import IntegrationError

ADDRESS_FILE = "sandbox.json"
TOKEN = "sandbox"  # noqa: S105 - the sandbox's published token
START_SECONDS = 600
STOP_SECONDS = 20


class SandboxError(IntegrationError):
    """The sandbox cannot be started."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a running sandbox answers."""

    dataverse_url: str
    finops_url: str


def command(folder: Path, port: int, options: Sequence[str]) -> list[str]:
    """Return the command line that serves the sandbox of `folder` on `port`."""
    return [
        *(sys.executable, "-m", "sandbox", "--port", str(port), "--token", TOKEN),
        *("--path", str(folder / "services.duckdb"), *options),
    ]


@contextmanager
def running(folder: Path, options: Sequence[str]) -> Iterator[Addresses]:
    """Serve the sandbox of `folder` while the context lasts.

    Raises SandboxError when its port is taken or it does not start.
    """
    with subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
        command(folder, remembered_port(folder), options), stdout=subprocess.PIPE, text=True
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


def remembered_port(folder: Path) -> int:
    """Return the port of this folder's sandbox; the first time, a free one.

    Raw rows and ledger carry the address they belong to, so it must not change between runs.
    Raises SandboxError when something else has taken the port.
    """
    file = folder / ADDRESS_FILE
    if file.exists():
        port = int(json.loads(file.read_text())["port"])
        if not _is_free(port):
            raise SandboxError(
                f"Port {port}, where the sandbox of {folder} lives, is in use: stop what uses it, or "
                f"remove {folder} to begin again with a fresh sandbox."
            )
        return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"port": port}))
    return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
