"""An empty installation for each test."""

from pathlib import Path

import pytest
from installation import Installation


@pytest.fixture
def world(tmp_path: Path) -> Installation:
    return Installation(tmp_path)
