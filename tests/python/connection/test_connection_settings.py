"""Settings: defaults, `.env`, and one sentence for whatever cannot be used."""

from pathlib import Path

import pytest

from connection.errors import SettingsError
from connection.settings import Settings, load_settings

VARIABLES = [
    "DATAVERSE_URL",
    "FINOPS_URL",
    "DATAVERSE_TOKEN",
    "FINOPS_TOKEN",
    "AZURE_TENANT_ID",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "D365_ENVIRONMENT",
    "D365_COMPANY",
    "RAW_ROOT",
    "DUCKDB_PATH",
    "LEDGER_PATH",
    "D365_MAX_INPUT_AGE_HOURS",
    "D365_TRANSPORT",
    "D365_EXPORT_PROJECT_PREFIX",
    "D365_STAGING_IMPORT",
]


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_environment_name_sets_the_default_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("D365_ENVIRONMENT", "production")
    settings = load_settings(require=())
    assert settings.raw_root == "data/production/raw"
    assert settings.duckdb_path == Path("data/production/warehouse.duckdb")
    assert settings.ledger_path == Path("data/production/ledger.duckdb")


def test_without_any_setting_the_environment_is_the_sandbox() -> None:
    settings = load_settings(require=())
    assert settings.d365_environment == "sandbox"
    assert settings.raw_root == "data/sandbox/raw"
    assert (settings.max_input_age_hours, settings.transport) == (24, "package")
    assert settings.staging_import is None


def test_the_import_service_is_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    path = "/api/services/ProjectIntegration/ProjectIntegration/importFromStaging"
    monkeypatch.setenv("D365_STAGING_IMPORT", path)
    assert load_settings(require=()).staging_import == path


def test_a_dotenv_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text(
        "DATAVERSE_URL=https://file.test\nRAW_ROOT=s3://bucket/raw\nD365_TRANSPORT=odata\n"
    )
    monkeypatch.setenv("DATAVERSE_URL", "https://shell.test/")
    settings = load_settings(require=["dataverse_url"])
    assert settings.dataverse_url == "https://shell.test"
    assert settings.raw_root == "s3://bucket/raw"
    assert settings.transport == "odata"


def test_nothing_stands_before_the_names_of_export_projects_unless_it_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert load_settings(require=()).export_project_prefix == ""
    monkeypatch.setenv("D365_EXPORT_PROJECT_PREFIX", "test-")
    assert load_settings(require=()).export_project_prefix == "test-"


def test_secrets_do_not_show() -> None:
    settings = load_settings(require=(), dataverse_token="very-secret")
    assert "very-secret" not in repr(settings)


@pytest.mark.parametrize(
    ("field", "value", "variable"),
    [
        ("dataverse_url", "", "DATAVERSE_URL"),
        ("dataverse_url", "contoso.crm.dynamics.com", "DATAVERSE_URL"),
        ("dataverse_url", "http://contoso.crm.dynamics.com", "DATAVERSE_URL"),
        ("dataverse_url", "https://contoso.crm.dynamics.com/api/data/v9.2", "DATAVERSE_URL"),
        ("dataverse_url", "https://user:pw@contoso.crm.dynamics.com", "DATAVERSE_URL"),
        ("finops_url", "https://contoso.operations.dynamics.com/?x=1", "FINOPS_URL"),
        ("d365_environment", "../other", "D365_ENVIRONMENT"),
        ("duckdb_path", "data/raw.duckdb", "DUCKDB_PATH"),
        ("max_input_age_hours", "soon", "D365_MAX_INPUT_AGE_HOURS"),
        ("max_input_age_hours", 0, "D365_MAX_INPUT_AGE_HOURS"),
        ("transport", "carrier pigeon", "D365_TRANSPORT"),
        ("staging_import", "https://a.test/api/services/a/b/c", "D365_STAGING_IMPORT"),
        ("staging_import", "/data/Customers", "D365_STAGING_IMPORT"),
        ("staging_import", "/api/services/../data", "D365_STAGING_IMPORT"),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_names_the_variable(
    field: str, value: object, variable: str
) -> None:
    given = {"dataverse_url": "https://a.test", "finops_url": "https://b.test", field: value}
    with pytest.raises(SettingsError) as caught:
        load_settings(**given)
    message = str(caught.value)
    assert message.startswith(f"{variable} ")
    assert ": set it to " in message
    assert "\n" not in message
    assert "pw" not in message


def test_plain_http_is_for_this_machine_only() -> None:
    assert Settings(finops_url="http://127.0.0.1:8080").finops_url == "http://127.0.0.1:8080"
    assert Settings(finops_url="http://localhost:8080/").finops_url == "http://localhost:8080"
