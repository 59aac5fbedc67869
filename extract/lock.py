"""One writer per RAW_ROOT."""

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connection.errors import StorageError
from connection.storage import Storage, writing

FILE = ".extract.lock"


@contextmanager
def exclusive(storage: Storage) -> Iterator[None]:
    """Hold RAW_ROOT for this process.

    Raises StorageError naming the process that holds it. The lock of a process that ended in any
    way is no obstacle; in an object store that can only be told on the machine it ran on.
    """
    with _local_lock(storage) if storage.is_local else _object_lock(storage):
        yield


@contextmanager
def _local_lock(storage: Storage) -> Iterator[None]:
    """Lock the file itself: the operating system lets go when the process ends."""
    path = Path(storage.path(FILE))
    with writing(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy(storage, _holder(os.read(handle, 4096))) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, _mark(), 0)
        yield
    finally:
        os.close(handle)


@contextmanager
def _object_lock(storage: Storage) -> Iterator[None]:
    """Create an object that must not exist yet; remove it at the end."""
    path = storage.path(FILE)
    try:
        _create(storage, path)
    except FileExistsError:
        holder = _holder(storage.fs.cat_file(path))
        if not _is_gone(holder):
            raise _busy(storage, holder) from None
        storage.fs.rm_file(path)
        _create(storage, path)
    try:
        yield
    finally:
        storage.fs.rm_file(path)


def _create(storage: Storage, path: str) -> None:
    with storage.fs.open(path, "xb") as file:
        file.write(_mark())


def _mark() -> bytes:
    return json.dumps({"pid": os.getpid(), "host": socket.gethostname()}).encode()


def _holder(content: bytes) -> dict[str, object]:
    try:
        holder = json.loads(content)
    except ValueError:
        return {}
    return holder if isinstance(holder, dict) else {}


def _is_gone(holder: dict[str, object]) -> bool:
    pid = holder.get("pid")
    if holder.get("host") != socket.gethostname() or not isinstance(pid, int):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _busy(storage: Storage, holder: dict[str, object]) -> StorageError:
    pid, host = holder.get("pid", "unknown"), holder.get("host", "unknown")
    return StorageError(
        f"Another extract (process {pid} on {host}) is writing into {storage.root}: wait until it "
        f"ends, or remove {storage.path(FILE)} if that process is gone."
    )
