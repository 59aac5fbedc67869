"""Service document, $metadata, EntityDefinitions, WhoAmI."""

import pytest
from dataverse_service import Dataverse
from defusedxml import ElementTree

from sandbox.dataverse.metadata import read_tables

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
CRM = "Microsoft.Dynamics.CRM"


def test_service_document_names_the_entity_sets(organisation: Dataverse) -> None:
    document = organisation.get("").json()
    assert document["@odata.context"].endswith("/api/data/v9.2/$metadata")
    assert {"name": "salesorders", "kind": "EntitySet", "url": "salesorders"} in document["value"]
    names = {entry["name"] for entry in document["value"]}
    assert {"transactioncurrencies", "msdyn_contractlinescheduleofvalues", "uoms"} <= names


def test_csdl_types_follow_the_wire_table(organisation: Dataverse) -> None:
    response = organisation.get("$metadata")
    assert response.headers["content-type"].startswith("application/xml")
    root = ElementTree.fromstring(response.content)
    invoice = next(e for e in root.iter(f"{EDM}EntityType") if e.get("Name") == "invoice")
    types = {p.get("Name"): p.get("Type") for p in invoice.iter(f"{EDM}Property")}
    assert types["invoiceid"] == "Edm.Guid"
    assert types["_customerid_value"] == "Edm.Guid"
    assert types["duedate"] == "Edm.Date"
    assert types["msdyn_invoicedate"] == "Edm.DateTimeOffset"
    assert types["totalamount"] == "Edm.Decimal"
    assert types["statecode"] == "Edm.Int32"
    assert types["versionnumber"] == "Edm.Int64"
    navigations = {n.get("Name") for n in invoice.iter(f"{EDM}NavigationProperty")}
    assert {"customerid_account", "customerid_contact", "transactioncurrencyid"} <= navigations


def test_csdl_marks_lookups_as_computed(organisation: Dataverse) -> None:
    root = ElementTree.fromstring(organisation.get("$metadata").content)
    lookup = next(p for p in root.iter(f"{EDM}Property") if p.get("Name") == "_salesorderid_value")
    terms = [annotation.get("Term") for annotation in lookup.iter(f"{EDM}Annotation")]
    assert terms == ["Org.OData.Core.V1.Computed"]


def test_csdl_marks_what_the_service_computes(organisation: Dataverse) -> None:
    root = ElementTree.fromstring(organisation.get("$metadata").content)
    actual = next(e for e in root.iter(f"{EDM}EntityType") if e.get("Name") == "msdyn_actual")
    computed = {
        element.get("Name")
        for element in actual.iter(f"{EDM}Property")
        if list(element.iter(f"{EDM}Annotation"))
    }
    assert {"exchangerate", "msdyn_amount_base", "_msdyn_task_value", "createdon"} <= computed
    assert not {"msdyn_amount", "msdyn_actualid"} & computed


def test_table_definition(organisation: Dataverse) -> None:
    columns = "LogicalName,EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute"
    definition = organisation.get(
        f"EntityDefinitions(LogicalName='salesorder')?$select={columns},ChangeTrackingEnabled"
    ).json()
    assert definition["EntitySetName"] == "salesorders"
    assert definition["PrimaryIdAttribute"] == "salesorderid"
    assert definition["PrimaryNameAttribute"] == "name"
    assert definition["ChangeTrackingEnabled"] is True
    assert "OwnershipType" not in definition


def test_tables_are_found_by_what_they_track(organisation: Dataverse) -> None:
    found = organisation.get(
        "EntityDefinitions?$select=SchemaName&$filter=ChangeTrackingEnabled eq true"
    ).json()["value"]
    assert {"account", "invoicedetail"} <= {table["SchemaName"] for table in found}
    none = "EntityDefinitions?$filter=CanChangeTrackingBeEnabled/Value eq false"
    assert organisation.get(none).json()["value"] == []


@pytest.mark.parametrize(
    ("table", "column", "behavior", "date_format"),
    [
        ("invoice", "duedate", "DateOnly", "DateOnly"),
        ("invoice", "msdyn_invoicedate", "UserLocal", "DateOnly"),
        ("msdyn_contractlinescheduleofvalue", "msdyn_invoicedate", "UserLocal", "DateOnly"),
        ("msdyn_project", "msdyn_scheduledstart", "UserLocal", "DateAndTime"),
        ("msdyn_projecttask", "msdyn_scheduledstart", "UserLocal", "DateAndTime"),
        ("msdyn_actual", "msdyn_accountingdate", "UserLocal", "DateOnly"),
        ("msdyn_actual", "msdyn_startdatetime", "UserLocal", "DateAndTime"),
    ],
)
def test_date_behavior_through_the_cast(
    organisation: Dataverse, table: str, column: str, behavior: str, date_format: str
) -> None:
    attributes = organisation.get(
        f"EntityDefinitions(LogicalName='{table}')/Attributes/{CRM}.DateTimeAttributeMetadata"
        "?$select=LogicalName,DateTimeBehavior,Format"
    ).json()["value"]
    found = next(a for a in attributes if a["LogicalName"] == column)
    assert found["DateTimeBehavior"] == {"Value": behavior}
    assert found["Format"] == date_format
    assert found["@odata.type"] == f"#{CRM}.DateTimeAttributeMetadata"


def test_options_of_one_choice(organisation: Dataverse) -> None:
    attribute = organisation.get(
        "EntityDefinitions(LogicalName='msdyn_workorder')/Attributes(LogicalName="
        f"'msdyn_systemstatus')/{CRM}.PicklistAttributeMetadata"
        "?$select=LogicalName&$expand=OptionSet,GlobalOptionSet"
    ).json()
    options = {
        option["Value"]: option["Label"]["UserLocalizedLabel"]["Label"]
        for option in attribute["OptionSet"]["Options"]
    }
    assert options[690970000] == "Open-Unscheduled"
    assert options[690970005] == "Closed-Canceled"


def test_attributes_expanded_below_the_table(organisation: Dataverse) -> None:
    definition = organisation.get(
        "EntityDefinitions(LogicalName='invoice')?$select=LogicalName&$expand=Attributes("
        "$select=LogicalName,AttributeType;"
        f"$filter=AttributeType eq {CRM}.AttributeTypeCode'Money')"
    ).json()
    names = {attribute["LogicalName"] for attribute in definition["Attributes"]}
    assert names == {
        "discountamount",
        "totaldiscountamount",
        "freightamount",
        "totaltax",
        "totalamount",
        "msdynce_misctax",
    }


def test_a_lookup_says_where_it_leads(organisation: Dataverse) -> None:
    relationships = organisation.get(
        "EntityDefinitions(LogicalName='contact')/ManyToOneRelationships"
    ).json()["value"]
    found = {
        relationship["ReferencingEntityNavigationPropertyName"]: relationship["ReferencedEntity"]
        for relationship in relationships
        if relationship["ReferencingAttribute"] == "parentcustomerid"
    }
    assert found == {"parentcustomerid_account": "account", "parentcustomerid_contact": "contact"}


def test_keys_are_active(organisation: Dataverse) -> None:
    keys = organisation.get("EntityDefinitions(LogicalName='product')/Keys").json()["value"]
    assert [(key["KeyAttributes"], key["EntityKeyIndexStatus"]) for key in keys] == [
        (["productnumber"], "Active")
    ]


def test_unknown_table_and_column_are_404(organisation: Dataverse) -> None:
    assert organisation.get("EntityDefinitions(LogicalName='nothing')").status_code == 404
    path = "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='nothing')"
    assert organisation.get(path).status_code == 404


def test_an_entity_name_column_is_metadata_but_no_property(organisation: Dataverse) -> None:
    path = "EntityDefinitions(LogicalName='salesorder')/Attributes(LogicalName='customeridtype')"
    attribute = organisation.get(path).json()
    assert attribute["AttributeOf"] == "customerid"
    assert organisation.get("salesorders?$select=customeridtype").status_code == 400


def test_who_am_i(organisation: Dataverse) -> None:
    who = organisation.get("WhoAmI").json()
    assert who["@odata.context"].endswith(f"$metadata#{CRM}.WhoAmIResponse")
    assert {"BusinessUnitId", "UserId", "OrganizationId"} <= who.keys()
    assert who["OrganizationId"]
    assert organisation.get("WhoAmI()").json() == who


def test_total_record_count(organisation: Dataverse) -> None:
    answer = organisation.get("RetrieveTotalRecordCount(EntityNames=['account','uom'])").json()
    counts = answer["EntityRecordCountCollection"]
    assert counts["Keys"] == ["account", "uom"]
    assert counts["Values"] == [len(organisation.rows("accounts")), 5]


@pytest.mark.parametrize(
    ("generation", "present", "absent"),
    [
        ("psa2", {"msdyn_contractline"}, {"msdyn_contractlineid"}),
        ("psa3", {"msdyn_contractlineid"}, set()),
        ("project_operations", {"msdyn_contractlineid"}, {"msdyn_contractline"}),
    ],
)
def test_milestones_of_the_generations(
    generation: str, present: set[str], absent: set[str]
) -> None:
    columns = read_tables(generation)["msdyn_contractlinescheduleofvalue"].columns.keys()
    assert present <= columns
    assert not absent & columns


def test_project_operations_renamed_and_dropped_project_columns() -> None:
    new = read_tables("project_operations")["msdyn_project"].columns.keys()
    old = read_tables("psa3")["msdyn_project"].columns.keys()
    assert old - new == {"msdyn_scheduledend", "msdyn_istemplate"}
    assert new - old == {"msdyn_finish"}


def test_every_table_has_its_key_and_its_standard_columns() -> None:
    for table in read_tables().values():
        keys = [column.name for column in table.columns.values() if column.is_primary_key]
        assert keys == [table.primary_key]
        assert {"createdon", "modifiedon", "versionnumber"} <= table.columns.keys()
        assert table.primary_name in table.columns


def test_an_attribute_says_whether_it_can_be_written(organisation: Dataverse) -> None:
    attributes = organisation.get(
        "EntityDefinitions(LogicalName='msdyn_actual')/Attributes"
        "?$select=LogicalName,AttributeType,IsValidForCreate,IsValidForUpdate"
    ).json()["value"]
    kinds: dict[tuple[bool, bool], set[str]] = {}
    for attribute in attributes:
        key = (attribute["IsValidForCreate"], attribute["IsValidForUpdate"])
        kinds.setdefault(key, set()).add(attribute["LogicalName"])
    computed = {"exchangerate", "msdyn_amount_base", "msdyn_price_base"}
    assert kinds[False, False] == computed | {"createdon", "modifiedon", "versionnumber"}
    assert kinds[True, False] == {"msdyn_actualid"}
    assert {"msdyn_amount", "msdyn_transactioncategory"} <= kinds[True, True]


def test_a_loader_finds_the_way_through_each_lookup(organisation: Dataverse) -> None:
    columns = "ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName"
    relationships = organisation.get(
        f"EntityDefinitions(LogicalName='msdyn_actual')/ManyToOneRelationships?$select={columns}"
    ).json()["value"]
    found = {
        relationship["ReferencingAttribute"]: (
            relationship["ReferencingEntityNavigationPropertyName"],
            relationship["ReferencedEntity"],
        )
        for relationship in relationships
    }
    assert found["msdyn_project"] == ("msdyn_Project", "msdyn_project")
    assert found["msdyn_task"] == ("msdyn_Task", "msdyn_projecttask")
    assert found["transactioncurrencyid"] == ("transactioncurrencyid", "transactioncurrency")
    assert found["msdyn_contractorganizationalunitid"] == (
        "msdyn_ContractOrganizationalUnitId",
        "msdyn_organizationalunit",
    )


def test_project_operations_renamed_and_dropped_task_columns() -> None:
    new = read_tables("project_operations")["msdyn_projecttask"].columns.keys()
    for generation in ("psa2", "psa3"):
        old = read_tables(generation)["msdyn_projecttask"].columns.keys()
        assert old - new == {
            "msdyn_scheduledstart",
            "msdyn_scheduledend",
            "msdyn_wbsid",
            "msdyn_islinetask",
        }
        assert new - old == {
            "msdyn_start",
            "msdyn_finish",
            "msdyn_outlinelevel",
            "msdyn_displaysequence",
        }
