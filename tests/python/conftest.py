"""The order of all tests."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """End to end first: it is one group of tests, and the longest that one process runs."""
    items.sort(key=lambda item: "e2e" not in item.path.parts)
