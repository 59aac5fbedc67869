"""What the service says about itself, checked against the entity tables of the specification."""

import pytest
from defusedxml import ElementTree
from finops_service import Finops, inner_message

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
KEYS = {
    "CustomersV2": ["dataAreaId", "CustomerAccount"],
    "CDSProjectContracts": ["dataAreaId", "ProjectContractID"],
    "CDSProjects": ["dataAreaId", "ProjectID"],
    "CDSProjectContractLines": ["dataAreaId", "ContractId", "ContractLine"],
    "CDSProjectContractLineMilestones": ["dataAreaId", "TransactionId"],
    "CDSSalesOrderHeaders": ["dataAreaId", "SalesOrderNumber"],
    "CDSSalesOrderLines": ["dataAreaId", "SalesOrderNumber", "LineCreationSequenceNumber"],
    "CDSFreeTextInvoiceHeaders": ["dataAreaId", "ExternalInvoiceId"],
    "CDSFreeTextInvoiceLines": ["dataAreaId", "ExternalInvoiceId", "LineNumber"],
    "SellableReleasedProducts": ["dataAreaId", "ProductNumber"],
    "Warehouses": ["dataAreaId", "WarehouseId"],
    "Projects": ["dataAreaId", "ProjectID"],
    "ExternallyMaintainedCustomerSalesInvoiceHeaders": [
        "dataAreaId",
        "InvoiceNumber",
        "InvoiceDate",
        "LedgerVoucher",
    ],
    "ExternallyMaintainedCustomerSalesInvoiceLines": [
        "dataAreaId",
        "InvoiceNumber",
        "InvoiceDate",
        "LineCreationSequenceNumber",
        "LedgerVoucher",
    ],
    "CDSSalesQuotationHeaders": ["dataAreaId", "SalesQuotationNumber"],
    "CDSSalesQuotationLines": [
        "dataAreaId",
        "SalesQuotationNumber",
        "LineCreationSequenceNumber",
    ],
    "CDSContactPersons": ["dataAreaId", "ContactPersonPartyNumber", "AssociatedPartyNumber"],
    "VendorsV2": ["dataAreaId", "VendorAccountNumber"],
    "PurchaseOrderHeadersV2": ["dataAreaId", "PurchaseOrderNumber"],
    "CDSPurchaseOrderLines": ["dataAreaId", "PurchaseOrderNumber", "LineNumber"],
}
READ_ONLY = {
    "SellableReleasedProducts",
    "ExternallyMaintainedCustomerSalesInvoiceHeaders",
    "ExternallyMaintainedCustomerSalesInvoiceLines",
    "DataManagementDefinitionGroups",
    "DataManagementExecutionJobDetails",
}
LABELS = {
    "CustCustomerV2Entity": "Customers V2",
    "ProjCDSProjectContractEntity": "Integration entity for project contract",
    "ProjCDSProjectEntity": "Integration entity for project",
    "ProjCDSContractLineImportEntity": "Integration entity for project contract line",
    "ProjCDSContractLineMilestoneImportEntity": (
        "Integration entity for project contract line milestone"
    ),
    "SalesOrderHeaderCDSEntity": "CDS sales order headers",
    "SalesOrderLineCDSEntity": "CDS sales order lines",
    "FreeTextInvoiceHeaderCDSEntity": "CDS customer free text invoice headers",
    "FreeTextInvoiceLineCDSEntity": "CDS customer free text invoice lines",
    "EcoResSellableReleasedProductEntity": "Sellable released products",
    "InventWarehouseEntity": "Warehouses",
    "ProjectEntity": "Projects",
    "SalesQuotationHeaderCDSEntity": "CDS sales quotation header",
    "SalesQuotationLineCDSEntity": "CDS sales quotation lines",
    "smmContactPersonCDSEntity": "CDS Contacts",
    "VendVendorV2Entity": "Vendors V2",
    "PurchPurchaseOrderHeaderV2Entity": "Purchase order headers V2",
    "PurchPurchaseOrderLineCDSEntity": "CDS purchase order line entity",
    "SalesExternallyMaintainedCustomerSalesInvoiceHeaderEntity": (
        "Externally maintained customer sales invoice headers"
    ),
    "SalesExternallyMaintainedCustomerSalesInvoiceLineEntity": (
        "Externally maintained customer sales invoice lines"
    ),
}
ONLY_IN_PACKAGES = {
    "InventWarehouseOnHandCDSEntity": "CDS inventory on-hand by warehouse",
    "InventInventoryAdjustmentJournalEntryCDSEntity": (
        "CDS Inventory adjustment journal headers and lines"
    ),
    "InventInventoryTransferJournalEntryCDSEntity": (
        "CDS inventory transfer journal headers and lines"
    ),
    "VendProductReceiptHeaderEntity": "Product receipt header",
    "VendProductReceiptLineEntity": "Product receipt line",
}
ATTRIBUTES = {
    "SellableReleasedProducts": 15,
    "Warehouses": 75,
    "Projects": 89,
    "ExternallyMaintainedCustomerSalesInvoiceHeaders": 27,
    "ExternallyMaintainedCustomerSalesInvoiceLines": 17,
    "CDSSalesQuotationHeaders": 85,
    "CDSSalesQuotationLines": 65,
    "CDSContactPersons": 53,
    "VendorsV2": 271,
    "PurchaseOrderHeadersV2": 121,
    "CDSPurchaseOrderLines": 49,
    "CDSSalesOrderHeaders": 91,
    "CDSSalesOrderLines": 76,
}
TYPES = {
    ("CDSProjectContracts", "SourceDataId"): "Edm.String",
    ("CDSProjectContracts", "ExchangeRate"): "Edm.Decimal",
    ("CDSProjects", "ProjectContractId"): "Edm.String",
    ("CDSProjects", "ProjectType"): "Microsoft.Dynamics.DataEntities.ProjType",
    ("CDSProjects", "StartDate"): "Edm.DateTimeOffset",
    ("CDSProjectContractLines", "TransactionId"): "Edm.Guid",
    ("CDSProjectContractLines", "ContractLine"): "Edm.Int32",
    ("CDSProjectContractLineMilestones", "InvoiceDate"): "Edm.DateTimeOffset",
    ("CDSSalesOrderHeaders", "DeliveryPostalAddressRecId"): "Edm.Int64",
    ("CDSFreeTextInvoiceLines", "LineNumber"): "Edm.Decimal",
    ("CDSPurchaseOrderLines", "LineNumber"): "Edm.Int64",
    ("CDSSalesOrderHeaders", "OrderingCustomerIsExternallyMaintained"): "Edm.String",
    ("ExternallyMaintainedCustomerSalesInvoiceHeaders", "InvoiceDate"): "Edm.DateTimeOffset",
    ("Projects", "ProjectStage"): "Microsoft.Dynamics.DataEntities.ProjStatus",
    ("SellableReleasedProducts", "ProductType"): (
        "Microsoft.Dynamics.DataEntities.EcoResProductType"
    ),
}
NOT_PUBLIC = {
    "CDSProjectContracts": {"AddressStreet", "InvoiceLocation", "PartyNumber", "AddressValidFrom"},
    "CDSProjects": {"ProjectStatus", "DefaultDimension"},
    "CDSFreeTextInvoiceLines": {"MainAccount"},
}


def public_entities(service: Finops) -> dict[str, dict[str, dict[str, object]]]:
    body = service.client.get("/Metadata/PublicEntities").json()
    return {
        entity["EntitySetName"]: {item["Name"]: item for item in entity["Properties"]}
        for entity in body["value"]
    }


def test_keys_and_their_order(service: Finops) -> None:
    known = public_entities(service)
    for collection, key in KEYS.items():
        named = [name for name, item in known[collection].items() if item["IsKey"]]
        assert named == key


def test_types_names_and_what_is_not_public(service: Finops) -> None:
    known = public_entities(service)
    for (collection, name), kind in TYPES.items():
        assert known[collection][name]["TypeName"] == kind
    for collection, names in NOT_PUBLIC.items():
        assert not names & set(known[collection])


def test_every_attribute_of_the_specification_is_there(service: Finops) -> None:
    known = public_entities(service)
    assert {name: len(known[name]) for name in ATTRIBUTES} == ATTRIBUTES


def test_what_can_only_be_read_says_so(service: Finops) -> None:
    body = service.client.get("/Metadata/PublicEntities").json()["value"]
    assert {entity["EntitySetName"] for entity in body if entity["IsReadOnly"]} == READ_ONLY
    for entity in body:
        edited = {item["AllowEditOnCreate"] for item in entity["Properties"]}
        assert edited == {not entity["IsReadOnly"]}


def test_some_entities_are_reached_by_packages_alone(service: Finops) -> None:
    rows = service.client.get("/Metadata/DataEntities").json()["value"]
    by_name = {row["Name"]: row for row in rows}
    for name, label in ONLY_IN_PACKAGES.items():
        row = by_name[name]
        assert row["DataManagementEnabled"] and not row["DataServiceEnabled"]
        assert row["PublicCollectionName"] == ""
        address = f"/Metadata/Labels(Id='{row['LabelId']}',Language='en-us')"
        assert service.client.get(address).json()["Value"] == label


def test_data_entities_carry_labels_that_labels_resolve(service: Finops) -> None:
    rows = service.client.get("/Metadata/DataEntities").json()["value"]
    by_name = {row["Name"]: row for row in rows}
    for name, label in LABELS.items():
        row = by_name[name]
        assert row["DataServiceEnabled"] and row["DataManagementEnabled"]
        assert row["PublicCollectionName"] in KEYS
        address = f"/Metadata/Labels(Id='{row['LabelId']}',Language='en-us')"
        assert service.client.get(address).json()["Value"] == label


def test_one_entity_and_one_enumeration_by_name(service: Finops) -> None:
    entity = service.client.get("/Metadata/PublicEntities('CDSProject')").json()
    assert entity["EntitySetName"] == "CDSProjects"
    enum = service.client.get("/Metadata/PublicEnumerations('NoYes')").json()
    assert [member["Name"] for member in enum["Members"]] == ["No", "Yes"]
    assert service.client.get("/Metadata/PublicEntities('Nothing')").status_code == 404


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("SalesOriginType", {"WorkOrderIntegration", "SalesOrderIntegration"}),
        (
            "SalesExternalWorkOrderStatus",
            {"OpenScheduled", "OpenInProgress", "OpenCompleted", "ClosedPosted"},
        ),
        ("CustomerInvoiceOriginType", {"AgreementInvoiceIntegration"}),
        ("PSAContractLineType", {"TimeMaterial", "FixedPrice"}),
        ("DirPartyType", {"Organization", "Person"}),
        ("ProjStatus", {"Created", "InProcess", "Finished"}),
        ("EcoResFieldServiceProductType", {"Inventory", "NonInventory", "Service"}),
        ("Gender", {"Male", "Female"}),
        ("DirPersonMaritalStatus", {"Single", "Married", "Divorced", "Widowed"}),
    ],
)
def test_members_of_enumerations(service: Finops, name: str, members: set[str]) -> None:
    enum = service.client.get(f"/Metadata/PublicEnumerations('{name}')").json()
    assert members <= {member["Name"] for member in enum["Members"]}


def test_labels_cannot_be_filtered(service: Finops) -> None:
    response = service.client.get("/Metadata/Labels?$filter=Id eq '@SYS1'")
    assert response.status_code == 400
    assert "one at a time" in inner_message(response)


def test_metadata_is_read_only(service: Finops) -> None:
    assert service.client.post("/Metadata/DataEntities", json={}).status_code == 405


def test_csdl_agrees_with_the_public_entities(service: Finops) -> None:
    root = ElementTree.fromstring(service.client.get("/data/$metadata").text)
    sets = {
        item.attrib["Name"]: item.attrib["EntityType"].rpartition(".")[2]
        for item in root.iter(f"{EDM}EntitySet")
    }
    types = {item.attrib["Name"]: item for item in root.iter(f"{EDM}EntityType")}
    known = public_entities(service)
    for collection, key in KEYS.items():
        described = types[sets[collection]]
        assert [item.attrib["Name"] for item in described.iter(f"{EDM}PropertyRef")] == key
        properties = {item.attrib["Name"]: item for item in described.iter(f"{EDM}Property")}
        assert set(properties) == set(known[collection])
        for name, item in properties.items():
            assert item.attrib["Type"] == known[collection][name]["TypeName"]


def test_csdl_nullability_follows_the_types(service: Finops) -> None:
    """Keys, numbers, dates and GUIDs are never null; other texts and enumerations are."""
    root = ElementTree.fromstring(service.client.get("/data/$metadata").text)
    for described in root.iter(f"{EDM}EntityType"):
        keys = {item.attrib["Name"] for item in described.iter(f"{EDM}PropertyRef")}
        for item in described.iter(f"{EDM}Property"):
            is_text = item.attrib["Type"] == "Edm.String"
            is_enum = item.attrib["Type"].startswith("Microsoft.")
            nullable = item.attrib.get("Nullable", "true") == "true"
            assert nullable is ((is_text or is_enum) and item.attrib["Name"] not in keys)
