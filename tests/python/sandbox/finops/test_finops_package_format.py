"""Uploads and the format of packages: the five strict conditions and the genuine package."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import finops_packages as packages
import pytest
from finops_packages import CUSTOMER_COLUMNS, GOOD, PackageFile, Part, customers
from finops_service import Finops, inner_message

from sandbox.finops.package import read_package

GENUINE = Path(__file__).parents[3] / "fixtures/packages/usmf_asset-major-types-01.zip"


def test_write_url_is_json_inside_a_string_and_takes_an_upload(service: Finops) -> None:
    response = packages.action(service.client, "GetAzureWriteUrl", uniqueFileName="a b.zip")
    body = response.json()
    assert body["@odata.context"].endswith("/data/$metadata#Edm.String")
    written = json.loads(body["value"])
    assert set(written) == {"BlobId", "BlobUrl"}
    assert packages.put(service.client, written["BlobUrl"], b"x").status_code == 201
    assert packages.fetch(service.client, written["BlobUrl"]) == b"x"


def test_upload_needs_the_blob_type(service: Finops) -> None:
    address = packages.write_address(service.client)
    assert packages.put(service.client, address, b"x", blob_type="PageBlob").status_code == 400


def test_upload_with_a_bearer_token_is_refused(service: Finops) -> None:
    address = packages.write_address(service.client)
    response = service.client.put(address, content=b"x", headers={"x-ms-blob-type": "BlockBlob"})
    assert response.status_code == 403


def test_upload_needs_the_secret_and_ends(service: Finops) -> None:
    bare = packages.write_address(service.client).partition("?")[0]
    assert packages.put(service.client, bare, b"x").status_code == 403
    service.turn("package_upload_seconds", 0)
    late = packages.write_address(service.client)
    assert packages.put(service.client, late, b"x").status_code == 403


def test_the_genuine_package_passes_the_format_checks() -> None:
    package = read_package(GENUINE.read_bytes())
    (entity,) = package.entities
    assert package.definition_group == "Asset-Major-Types"
    assert entity.label == "Fixed asset major type"
    assert [mapping.entity_field for mapping in entity.mappings] == ["DESCRIPTION", "MAJORTYPEID"]
    assert (entity.unit, entity.level, entity.sequence) == (1, 1, 1)
    assert package.data(entity.file).startswith(b"PK")


def test_the_genuine_package_is_refused_for_its_label_only(service: Finops) -> None:
    response = packages.queue(service.client, GENUINE.read_bytes())
    assert response.status_code == 400
    assert inner_message(response) == (
        "Exception occurred while executing action ImportFromPackage on Entity "
        "DataManagementDefinitionGroup: Entity Fixed asset major type does not exist in the "
        "target environment"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_may_be_utf_8_or_utf_16(service: Finops, encoding: str) -> None:
    package = PackageFile([customers(GOOD)], xml_encoding=encoding)
    assert packages.queue(service.client, package).status_code == 200
    assert packages.statuses(service.client)[-1] == "Succeeded"


@pytest.mark.parametrize("has_map", [False, True])
def test_without_an_entity_map_the_job_succeeds_with_no_rows(
    service: Finops, has_map: bool
) -> None:
    """A map after its alphabetical place is passed over and counts as none."""
    part = replace(customers(GOOD), has_map=has_map, map_comes_late=True)
    assert packages.import_package(service.client, part) == "Succeeded"
    assert packages.counts(service.client, packages.CUSTOMERS) == (0, 0, 0)
    assert packages.errors(service.client) == []
    assert len(service.content("CustomersV2")) == 2


@pytest.mark.parametrize("name", ["CustCustomerV2Entity", "CustomersV2", "customers v2", ""])
def test_the_entity_name_must_be_the_label(service: Finops, name: str) -> None:
    response = packages.queue(service.client, PackageFile([Part(name, CUSTOMER_COLUMNS, [GOOD])]))
    assert response.status_code == 400
    assert f"Entity {name} does not exist in the target environment" in inner_message(response)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"])
def test_unicode_files_need_utf_16_with_a_mark(service: Finops, encoding: str) -> None:
    part = replace(customers(GOOD), encoding=encoding)
    assert packages.import_package(service.client, part) == "Failed"
    assert [line["ErrorMessage"] for line in packages.errors(service.client)] == [
        "Selected file is not Unicode"
    ]
    assert packages.counts(service.client, packages.CUSTOMERS) == (0, 0, 0)


def test_plain_csv_is_utf_8(service: Finops) -> None:
    part = replace(customers(("C-9", "10", "Ünï 😀")), encoding="utf-8", source_format="CSV")
    assert packages.import_package(service.client, part) == "Succeeded"
    assert service.content("CustomersV2")[1]["OrganizationName"] == "Ünï 😀"


def test_another_namespace_is_refused(service: Finops) -> None:
    package = PackageFile([customers(GOOD)], namespace="http://schemas.test/DataManagement")
    response = packages.queue(service.client, package)
    assert response.status_code == 400
    assert "namespace" in inner_message(response)


def test_lines_must_end_with_crlf(service: Finops) -> None:
    part = replace(customers(GOOD), line_end="\n")
    assert packages.import_package(service.client, part) == "Failed"
    (line,) = packages.errors(service.client)
    start = "the mapping is incorrect for entity Customers V2 and field {"
    assert line["ErrorMessage"].startswith(start)


def test_line_breaks_commas_and_quotes_inside_a_value_are_kept(service: Finops) -> None:
    name = 'A "quoted", name\nwith\r\nlines'
    assert packages.import_package(service.client, customers(("C-9", "10", name))) == "Succeeded"
    assert service.content("CustomersV2")[1]["OrganizationName"] == name


@pytest.mark.parametrize(
    ("columns", "header"),
    [
        (CUSTOMER_COLUMNS, ("CUSTOMERACCOUNT", "CUSTOMERGROUPID", "NAMEALIAS")),
        (CUSTOMER_COLUMNS, ("CUSTOMERACCOUNT", "CUSTOMERGROUPID", "OrganizationName")),
        (("CUSTOMERACCOUNT", "CUSTOMERGROUPID", "OrganizationName"), None),
        (("CUSTOMERACCOUNT", "CUSTOMERGROUPID", "NOTHING"), None),
        (("CUSTOMERACCOUNT", "CUSTOMERGROUPID", "DATAAREAID"), None),
        (("CUSTOMERACCOUNT", "CUSTOMERGROUPID", "CUSTOMERGROUPID"), None),
        (("NAMEALIAS", "CUSTOMERGROUPID", "ORGANIZATIONNAME"), None),
    ],
)
def test_header_and_map_must_match_both_ways(
    service: Finops, columns: tuple[str, ...], header: tuple[str, ...] | None
) -> None:
    part = Part(packages.CUSTOMERS, columns, [GOOD], header=header)
    assert packages.import_package(service.client, part) == "Failed"
    (line,) = packages.errors(service.client)
    assert "the mapping is incorrect for entity Customers V2" in line["ErrorMessage"]


def test_entity_field_and_column_are_the_same(service: Finops) -> None:
    renamed = ("CUSTOMERACCOUNT", "CUSTOMERGROUPID", "NAME")
    part = replace(customers(GOOD), xml_fields=renamed, header=renamed)
    assert packages.import_package(service.client, part) == "Failed"
    (line,) = packages.errors(service.client)
    assert line["ErrorMessage"].endswith("Customers V2 and field ORGANIZATIONNAME")


@pytest.mark.parametrize(
    "package",
    [
        PackageFile([customers(GOOD)], without=("PackageHeader.xml",)),
        PackageFile([customers(GOOD)], without=("Manifest.xml",)),
        PackageFile([customers(GOOD)], manifest_type="Other"),
        PackageFile([customers(GOOD)], package_type="Other"),
        PackageFile([customers(GOOD)], version="3"),
    ],
)
def test_header_and_manifest_are_checked(service: Finops, package: PackageFile) -> None:
    assert packages.queue(service.client, package).status_code == 400


def test_what_is_no_zip_or_holds_entities_is_refused(service: Finops) -> None:
    assert packages.queue(service.client, b"not a zip").status_code == 400
    manifest = b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    assert packages.queue(service.client, zipped(manifest)).status_code == 400


def test_a_member_that_unpacks_out_of_proportion_is_refused(service: Finops) -> None:
    response = packages.queue(service.client, zipped(b" " * (4 << 20)))
    assert "too large" in inner_message(response)


def zipped(manifest: bytes) -> bytes:
    content = io.BytesIO(PackageFile([], without=("Manifest.xml",)).content())
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Manifest.xml", manifest)
    return content.getvalue()


def test_a_missing_data_file_fails_its_entity(service: Finops) -> None:
    package = PackageFile([customers(GOOD)], without=("Customers V2.csv",))
    assert packages.queue(service.client, package).status_code == 200
    assert packages.statuses(service.client)[-1] == "Failed"
