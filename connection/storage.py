"""Files under RAW_ROOT: a local folder or an object store, written in one visible step."""

import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from connection.errors import SettingsError, StorageError


class Storage:
    """A root folder. Paths are relative to it and use forward slashes.

    Raises SettingsError when the address needs a driver that is not installed.
    """

    def __init__(self, root: str, variable: str = "RAW_ROOT") -> None:
        try:
            fs, path = url_to_fs(root)
        except (ImportError, ValueError) as error:
            raise SettingsError(
                f"{variable} {root.split('://')[0]}:// cannot be used here ({error}): install the "
                f"fsspec driver it names, or set {variable} to a folder."
            ) from error
        self.fs: AbstractFileSystem = fs
        self.root = str(path).rstrip("/")
        self.is_local = isinstance(fs, LocalFileSystem)

    def path(self, name: str) -> str:
        """Return the full path of `name`, for this storage's own file system."""
        return f"{self.root}/{name}"

    def url(self, name: str) -> str:
        """Return an address DuckDB understands: a plain path locally, protocol://path elsewhere."""
        return self.path(name) if self.is_local else str(self.fs.unstrip_protocol(self.path(name)))

    def names(self, pattern: str) -> list[str]:
        """Return the names that match a glob, relative to the root, sorted."""
        self.fs.invalidate_cache()
        start = len(self.root) + 1
        return sorted(str(path)[start:] for path in self.fs.glob(self.path(pattern)))

    def read_json(self, name: str) -> dict[str, Any] | None:
        """Return a JSON object; None when the file is not there.

        Raises StorageError when it is there and is not a JSON object.
        """
        try:
            content = json.loads(self.fs.cat_file(self.path(name)))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise StorageError(f"{self.path(name)} is not JSON: restore or remove it.") from error
        if not isinstance(content, dict):
            raise StorageError(f"{self.path(name)} holds no JSON object: restore or remove it.")
        return content

    def write_json(self, name: str, content: dict[str, Any]) -> None:
        """Write a JSON object; a reader sees the old one or the new one, never a part."""
        data = json.dumps(content, indent=2, ensure_ascii=False).encode()
        with writing(self.path(name)):
            if not self.is_local:
                self.fs.pipe_file(self.path(name), data)
                return
            temporary = Path(self.path(temporary_name(name)))
            temporary.parent.mkdir(parents=True, exist_ok=True)
            temporary.touch(mode=0o600)
            temporary.write_bytes(data)
            replace_durably(temporary, Path(self.path(name)))

    def publish(self, local: Path, name: str) -> None:
        """Make a finished local file visible under `name` in one step; the local file is gone.

        Locally `local` must lie on the same file system; an object store shows an object only
        when all of it has arrived.
        """
        with writing(self.path(name)):
            if self.is_local:
                replace_durably(local, Path(self.path(name)))
                return
            self.fs.put_file(str(local), self.path(name))
            local.unlink()

    def remove(self, name: str) -> None:
        """Remove a file that may be gone already."""
        if self.fs.exists(self.path(name)):
            self.fs.rm_file(self.path(name))


@contextmanager
def writing(path: str) -> Iterator[None]:
    """Turn a failure of the file system into a StorageError that names `path`."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written ({error.strerror or error}): check the permissions and the "
            "free space."
        ) from error


def temporary_name(name: str) -> str:
    """Return a hidden name beside `name` that no reader of Parquet files picks up."""
    folder, _, file = name.rpartition("/")
    return f"{folder}{'/' if folder else ''}.{file}.{uuid.uuid4().hex}.tmp"


def replace_durably(source: Path, target: Path) -> None:
    """Rename `source` to `target`, both on disk before this returns."""
    target.parent.mkdir(parents=True, exist_ok=True)
    _sync(source)
    source.replace(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
