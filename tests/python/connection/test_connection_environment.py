"""One environment, one memory: rows are never taken for those of another pair."""

import json
from pathlib import Path

import pytest

from connection.environment import (
    Environment,
    describe_environment,
    read_environment,
    require_same_environment,
    require_same_record,
    write_environment,
)
from connection.errors import EnvironmentMismatch, SettingsError, StorageError
from connection.settings import Settings
from connection.storage import Storage

PAIR = {"dataverse_url": "https://a.crm.test", "finops_url": "https://Fin.operations.test"}
ORGANIZATION = "D1A2B3C4-0000-4000-8000-000000000001"


def described(**settings: str) -> Environment:
    return describe_environment(Settings(**{**PAIR, **settings}), ORGANIZATION)


def test_the_file_holds_what_the_services_said(tmp_path: Path) -> None:
    storage = Storage(str(tmp_path / "raw"))
    assert read_environment(storage) is None
    write_environment(storage, described(d365_environment="production"))
    assert json.loads((tmp_path / "raw/environment.json").read_text()) == {
        "environment": "production",
        "dataverse_url": "https://a.crm.test",
        "dataverse_organization": ORGANIZATION.lower(),
        "finops_url": "https://fin.operations.test",
        "finops_organization": "fin.operations.test",
        "sandbox": False,
    }
    assert read_environment(storage) == described(d365_environment="production")
    assert (tmp_path / "raw/environment.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("url", "sandbox"),
    [
        ("http://127.0.0.1:8099", True),
        ("http://localhost:8099", True),
        ("http://[::1]:8099", True),
        ("https://127.0.0.1.evil.test", False),
        ("https://localhost.evil.test", False),
    ],
)
def test_a_sandbox_is_a_loopback_dataverse(url: str, sandbox: bool) -> None:
    assert described(dataverse_url=url).sandbox is sandbox


@pytest.mark.parametrize("name", ["dataverse_url", "finops_url"])
def test_another_address_is_refused_in_one_sentence(name: str) -> None:
    settings = Settings(**{**PAIR, name: "https://other.test"})
    with pytest.raises(EnvironmentMismatch, match=rf"^{name.upper()} is https://other.test but"):
        require_same_environment(settings, described())


def test_the_same_addresses_in_other_letters_are_the_same() -> None:
    require_same_environment(
        Settings(**{**PAIR, "finops_url": "https://FIN.operations.test"}), described()
    )


def test_sandbox_rows_never_leave_this_machine() -> None:
    loopback = {"dataverse_url": "http://127.0.0.1:1", "finops_url": "http://127.0.0.1:1"}
    recorded = described(**loopback)
    require_same_environment(Settings(**loopback), recorded)
    with pytest.raises(EnvironmentMismatch, match="sandbox"):
        require_same_environment(
            Settings(**{**loopback, "finops_url": "https://fin.operations.test"}), recorded
        )


def test_the_same_address_with_another_organisation_is_refused() -> None:
    other = describe_environment(Settings(**PAIR), "ffffffff-0000-4000-8000-000000000001")
    with pytest.raises(EnvironmentMismatch, match="dataverse_organization"):
        require_same_record(other, described(), "the ledger")


@pytest.mark.parametrize("content", ["not json", "[]", "{}", '{"environment": "x"}'])
def test_a_damaged_file_is_an_error_and_not_a_new_beginning(tmp_path: Path, content: str) -> None:
    (tmp_path / "environment.json").write_text(content)
    with pytest.raises(StorageError, match=r"environment\.json"):
        read_environment(Storage(str(tmp_path)))


def test_an_object_store_without_its_driver_is_one_sentence() -> None:
    with pytest.raises(SettingsError, match="RAW_ROOT s3:// cannot be used here"):
        Storage("s3://bucket/raw")
