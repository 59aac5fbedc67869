"""A private folder for unfinished files, gone when the run ends."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connection.storage import Storage, writing

_PREFIX = ".work-"


@contextmanager
def work_folder(storage: Storage) -> Iterator[Path]:
    """Give a folder from which a finished file can be published in one step.

    Beside the rows locally, because a rename must stay on one file system. Also removes what a
    killed run left behind, so the caller must hold RAW_ROOT.
    """
    if not storage.is_local:
        with tempfile.TemporaryDirectory(prefix="extract-") as elsewhere:
            yield Path(elsewhere)
        return
    root = Path(storage.root)
    folder = root / f"{_PREFIX}{uuid.uuid4().hex}"
    with writing(str(folder)):
        for left_over in root.glob(f"{_PREFIX}*"):
            shutil.rmtree(left_over)
        folder.mkdir(mode=0o700, parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
