"""The layout rules, checked against dbt's own manifest."""

import csv
import re

import pytest
from project_graph import (
    GRAPH,
    MODELS,
    ROOT,
    TEMPLATES,
    arguments,
    data_tests_on,
    layer,
    of_layer,
    parents,
)

from connection.manifest import manifest_of

PREFIXES = {
    "staging": "stg_",
    "intermediate": "int_",
    "integration": ("finops__", "dataverse__"),
    "monitoring": "",
}
PACKAGE_ONLY = {
    "Integration entity for categories",
    "Integration entity for project actuals",
    "Integration entity for project expense estimates",
    "Integration entity for project hour estimates",
    "Integration entity for project task",
    "Integration entity for project transaction relationships",
    "CDS Inventory adjustment journal headers and lines",
    "CDS inventory transfer journal headers and lines",
}
"""Entities of Finance without a public collection."""
MAY_READ = {
    "staging": {"source", "seed"},
    "intermediate": {"staging", "intermediate", "seed"},
    "integration": {"intermediate", "seed"},
    "monitoring": {"staging", "intermediate", "integration", "seed"},
}
# tells "the organisation lacks this column" from "all values are null", for every layer
READ_ANYWHERE = {"stg_extract__missing_columns"}
LONGEST_MODEL = 170
LONG_MODELS = {"int_work_order_lines_united"}
TECHNICAL = {
    *("_source_table", "_source_id", "_is_cancelled", "_is_complete", "_exists_in_target"),
    *("_parent_customer", "_parent_category", "_parent_actual1", "_parent_actual2"),
    *("_project_company", "_parent_contact", "_parent_product", "_parent_warehouse"),
    "_parent_order",
}
HEADINGS = (
    "Purpose",
    "Source and filters",
    "Target and key",
    "Value maps",
    "Inferred",
    "Not covered",
)
MAPPED = {
    "finops__customers": """
        CustomerAccount PartyNumber OrganizationName AddressDescription DeliveryAddressDescription
        CreditLimit PrimaryContactFax PrimaryContactEmail PrimaryContactPhone PrimaryContactURL
        OrganizationNumberOfEmployees SalesMemo SalesCurrencyCode AddressStreet AddressCity
        AddressZipCode AddressState AddressCountryRegionISOCode DeliveryAddressStreet
        DeliveryAddressCity DeliveryAddressZipCode DeliveryAddressState
        DeliveryAddressCountryRegionISOCode CustomerGroupId PartyType AddressLocationRoles SiteId
        WarehouseId LanguageId IsExternallyMaintained""",
    "finops__project_contracts": """
        ProjectContractID Name CurrencyCode CustomerAccount PaymentTerms ExchangeRate SourceDataID
        CustomerReference AddressCity AddressCountryRegionId AddressDescription AddressLine1
        AddressLine2 AddressState AddressZipCode""",
    "finops__projects": """
        ProjectID ProjectName ProjectedStartDate ProjectedEndDate StartDate EndDate
        ProjectContractID CustomerAccount SourceDataID Description ParentId ProjectGroup
        ProjectManagerPersonnelNumber ProjectType""",
    "finops__project_contract_lines": """
        TransactionId ContractId ContractLine Description ProjectId Type""",
    "finops__project_contract_line_milestones": """
        ContractLineRef CurrencyId Description InvoiceDate TransactionId Amount""",
    "finops__sales_order_headers": """
        OrderingCustomerAccountNumber InvoiceCustomerAccountNumber DeliveryAddressCity
        DeliveryAddressCountryRegionISOCode DeliveryAddressStreet DeliveryAddressStreetNumber
        DeliveryAddressZipCode DeliveryAddressStateId CurrencyCode SalesOrderNumber
        DeliveryAddressName IsDeliveryAddressOrderSpecific DeliveryAddressDescription
        SalesOrderOriginType ExternalWorkOrderStatus ProjectId""",
    "finops__sales_order_lines": """
        ProductNumber OrderedSalesQuantity SalesOrderNumber LineCreationSequenceNumber
        SalesUnitSymbol SalesPrice TotalDiscountAmount ShippingSiteId ShippingWarehouseId""",
    "finops__free_text_invoice_headers": """
        ExternalInvoiceId CustomerAccount InvoiceAccount DueDate InvoiceDate CurrencyCode
        InvoiceOriginType""",
    "finops__free_text_invoice_lines": """
        ExternalInvoiceId LineNumber Description Quantity UnitPrice MainAccountDisplayValue""",
    "finops__project_tasks": """
        ProjectId Task Name WorkBreakdownStructureID ParentTask""",
    "finops__project_hour_estimates": """
        ProjectId TaskId StartDate Description Duration SalesCurrency ExchangeRate
        PlannedCostAmount PlannedSalesAmount ForecastModel""",
    "finops__expense_estimate_relationships": """
        ConnectionId Transaction1Id Transaction1Role Transaction1Type Transaction2Id
        Transaction2Role Transaction2Type""",
    "finops__project_expense_estimates": """
        EstimateLineId ProjectId DocumentDate Description BillingType CurrencyId Quantity Price
        ExchangeRate TransactionCategory TaskId TransType ModelId""",
    "dataverse__transaction_categories": """
        msdyn_transactioncategoryid msdyn_name msdyn_billingtype""",
    "finops__categories": "IntegrationId CategoryId",
    "finops__project_actuals": """
        ActualId AccountingDate Amount AmountMST BillingType ContractId ContractingUnit Description
        DocumentDate ExchangeRateDate ExchangeRate ExternalDescription ExternalReference EndDate
        StartDate TaskId ProjectId TransactionCategory TransactionClassification Quantity
        TransactionCurrencyId UnitPrice UnitPriceMST ResourceOperationUnitId TransType
        ProjectDataAreaId""",
    "finops__actual_relationships": """
        ConnectionId Transaction1Id Transaction1Role Transaction1Type Transaction2Id
        Transaction2Role Transaction2Type""",
    # without exchangerate, msdyn_amount_base and msdyn_price_base, which Dataverse does not take
    "dataverse__actuals": """
        msdyn_actualid msdyn_accountingdate msdyn_amount msdyn_billingtype
        msdyn_contractorganizationalunitid msdyn_description msdyn_documentdate
        msdyn_exchangeratedate msdyn_externaldescription msdyn_externalreferenceid
        msdyn_enddatetime msdyn_startdatetime msdyn_task msdyn_project msdyn_transactioncategory
        msdyn_transactionclassification transactioncurrencyid msdyn_quantity msdyn_price
        msdyn_resourceorganizationalunitid msdyn_transactiontypecode""",
    "dataverse__transaction_connections": """
        msdyn_transactionconnectionid msdyn_transaction1 msdyn_transaction1role
        msdyn_transaction1type msdyn_transaction2 msdyn_transaction2role msdyn_transaction2type""",
    "finops__inventory_adjustments": """
        JournalNumber LineNumber JournalNameId ProductNumber InventoryQuantity InventorySiteId
        WarehouseId""",
    "finops__inventory_transfers": """
        JournalNumber LineNumber JournalNameId ProductNumber InventoryQuantity SourceInventorySiteId
        SourceWarehouseId DestinationInventorySiteId DestinationWarehouseId""",
    "finops__contact_persons": """
        ContactPersonPartyNumber AssociatedPartyNumber FirstName MiddleName LastName
        EmploymentDepartment EmploymentProfession Notes PrimaryEmailAddress PrimaryPhoneNumber
        PrimaryURL GovernmentIdentificationNumber PrimaryAddressStreet PrimaryAddressCity
        PrimaryAddressZipCode PrimaryAddressStateId PrimaryAddressCountryRegionISOCode Gender
        MaritalStatus IsReceivingDirectMail IsInactive ContactPersonPartyType
        IsContactPersonExternallyMaintained""",
    # with SiteId and WarehouseId, which the template leaves to add
    "finops__contact_customers": """
        CustomerAccount PartyNumber PersonFirstName PersonMiddleName PersonLastName
        AddressDescription CreditLimit PrimaryContactFax SalesMemo PrimaryContactEmail
        PrimaryContactPhone PrimaryContactURL AddressStreet AddressCity AddressZipCode AddressState
        AddressCountryRegionISOCode SalesCurrencyCode CustomerGroupId PartyType LanguageId
        IsExternallyMaintained SiteId WarehouseId""",
    "finops__sales_quotation_headers": """
        RequestingCustomerAccountNumber SalesQuotationNumber SalesQuotationName
        QuotationTotalAmount CurrencyCode DeliveryAddressStreet DeliveryAddressCity
        DeliveryAddressStateId DeliveryAddressStreetNumber DeliveryAddressZipCode
        DeliveryAddressCountryRegionISOCode DeliveryAddressName IsDeliveryAddressOrderSpecific
        DeliveryAddressDescription""",
    "finops__sales_quotation_lines": """
        ProductNumber RequestedSalesQuantity SalesQuotationNumber LineCreationSequenceNumber
        SalesUnitSymbol TotalDiscountAmount SalesPrice""",
    "dataverse__products": """
        productid productnumber name description transactioncurrencyid defaultuomid
        defaultuomscheduleid price currentcost isstockitem producttypecode quantitydecimal
        msdynce_ismaintainedexternally msdyn_fieldserviceproducttype msdynce_inventoryunit
        pricelevelid""",
    "dataverse__warehouses": """
        msdyn_warehouseid msdyn_name msdyn_description msdynce_ismaintainedexternally""",
    "dataverse__external_product_inventories": """
        msdynce_externalproductinventoryid msdynce_productnumber msdynce_warehouseid msdynce_product
        msdynce_warehouse msdynce_onhandquantity msdynce_onorderquantity msdynce_orderedquantity""",
    "dataverse__external_projects": """
        msdynce_externalprojectid msdynce_projectnumber msdynce_name msdynce_projectstage
        msdynce_account""",
    # the maps of dual-write, without columns that the tables of this specification lack
    "dataverse__vendors": "accountid accountnumber name customertypecode",
    "finops__purchase_order_headers": """
        PurchaseOrderNumber OrderVendorAccountNumber RequestedDeliveryDate
        DefaultReceivingWarehouseId CurrencyCode""",
    "finops__purchase_order_lines": """
        PurchaseOrderNumber LineNumber ProductNumber OrderedPurchaseQuantity PurchaseUnitSymbol
        LineDescription RequestedDeliveryDate ReceivingWarehouseId""",
    "dataverse__purchase_orders": """
        msdyn_purchaseorderid msdyn_name msdyn_vendor msdyn_dateexpected msdyn_receivetowarehouse
        transactioncurrencyid msdyn_addressname msdyn_address1 msdyn_address2 msdyn_city
        msdyn_stateorprovince msdyn_postalcode msdyn_country""",
    "dataverse__purchase_order_products": """
        msdyn_purchaseorderproductid msdyn_purchaseorder msdyn_lineorder msdyn_product
        msdyn_quantity msdyn_unit msdyn_unitcost msdyn_description msdyn_dateexpected
        msdyn_associatetowarehouse""",
    "dataverse__purchase_order_receipts": """
        msdyn_purchaseorderreceiptid msdyn_name msdyn_purchaseorder msdyn_datereceived msdyn_note""",
    "dataverse__purchase_order_receipt_products": """
        msdyn_purchaseorderreceiptproductid msdyn_purchaseorderreceipt msdyn_purchaseorderproduct
        msdyn_purchaseorder msdyn_quantity msdyn_associatetowarehouse""",
    "finops__crm_sales_order_headers": """
        OrderingCustomerAccountNumber SalesOrderNumber CustomersOrderReference OrderTotalAmount
        CurrencyCode DeliveryAddressStreet DeliveryAddressStreetNumber DeliveryAddressCity
        DeliveryAddressZipCode DeliveryAddressStateId DeliveryAddressCountryRegionISOCode
        DeliveryAddressName IsDeliveryAddressOrderSpecific DeliveryAddressDescription""",
    "finops__crm_sales_order_lines": """
        ProductNumber OrderedSalesQuantity SalesOrderNumber LineCreationSequenceNumber
        SalesUnitSymbol TotalDiscountAmount SalesPrice""",
    # with the header tax that later versions map; customerid by the table it leads to
    "dataverse__sales_orders": """
        salesorderid ordernumber name customerid_account customerid_contact description
        transactioncurrencyid shipto_line1 shipto_line2 shipto_city shipto_postalcode
        shipto_stateorprovince shipto_country billto_line1 billto_line2 billto_city
        billto_postalcode billto_stateorprovince billto_country msdynce_processingstatus
        totalamount discountamount totaltax freightamount msdynce_misctax statecode statuscode
        msdynce_ismaintainedexternally pricelevelid""",
    "dataverse__sales_order_details": """
        salesorderdetailid salesorderid msdynce_ordernumber sequencenumber productid description
        quantity uomid priceperunit manualdiscountamount tax extendedamount transactioncurrencyid
        shipto_line1 shipto_line2 shipto_city shipto_postalcode shipto_stateorprovince
        shipto_country ispriceoverridden msdynce_ismaintainedexternally""",
    "dataverse__invoices": """
        invoiceid invoicenumber name customerid_account customerid_contact billto_line1
        billto_line2 billto_city billto_country billto_postalcode billto_stateorprovince
        description discountamount transactioncurrencyid pricelevelid msdynce_invoicedate
        salesorderid totalamount freightamount totaldiscountamount totaltax ispricelocked
        statuscode""",
    "dataverse__invoice_details": """
        invoicedetailid invoiceid msdynce_invoicenumber sequencenumber productid description
        quantity uomid priceperunit manualdiscountamount extendedamount tax transactioncurrencyid
        producttypecode propertyconfigurationstatus ispriceoverridden""",
}
"""What the original templates map, spelled as the attributes of the target entities."""
FILTERED = {
    "finops__customers": {"not_named_by_a_document"},
    "finops__project_contracts": {"not_work_based"},
    "finops__projects": {"template_project", "no_contract", "parent_filtered"},
    "finops__project_contract_lines": {"not_a_project_line", "parent_filtered"},
    "finops__project_contract_line_milestones": {"not_fixed_price", "parent_filtered"},
    "finops__sales_order_headers": {"status_out_of_scope", "not_externally_maintained"},
    "finops__sales_order_lines": {
        *("status_out_of_scope", "not_externally_maintained", "no_task_matches"),
        "parent_filtered",
    },
    "finops__free_text_invoice_headers": {"no_agreement_lines"},
    "finops__free_text_invoice_lines": {"no_agreement_origin", "parent_filtered"},
    "finops__project_tasks": {"line_task", "parent_filtered"},
    "finops__project_hour_estimates": {"line_task", "no_category", "parent_filtered"},
    "finops__expense_estimate_relationships": {"not_an_estimate", "parent_filtered"},
    "finops__project_expense_estimates": {
        *("not_an_expense", "type_out_of_scope", "parent_filtered"),
    },
    "dataverse__transaction_categories": {"same_category_of_another_company"},
    "finops__categories": {"already_in_dataverse"},
    "finops__project_actuals": {
        *("came_from_finance", "parent_filtered", "unbilled_reversal", "billed_sales"),
        *("intercompany", "contract_transaction", "milestone_class", "material_class"),
    },
    "finops__actual_relationships": {
        *("not_between_actuals", "came_from_finance", "parent_filtered"),
    },
    "dataverse__actuals": {"not_posted"},
    "dataverse__transaction_connections": {
        *("not_between_actuals", "already_in_dataverse", "came_from_dataverse", "parent_filtered"),
    },
    "finops__inventory_adjustments": {"not_an_adjustment", "not_posted"},
    "finops__inventory_transfers": {"not_a_transfer", "not_posted", "within_one_warehouse"},
    "finops__contact_persons": {"is_active_customer", "no_parent_account", "parent_not_sent"},
    "finops__contact_customers": {"not_active_customer", "not_named_by_a_document"},
    "finops__sales_quotation_headers": {
        "not_activated",
        "closed_quote",
        "not_externally_maintained",
    },
    "finops__sales_quotation_lines": {"parent_filtered"},
    "dataverse__products": {"company_not_in_seed", "same_product_of_another_company"},
    "dataverse__warehouses": {"not_in_seed"},
    "dataverse__external_product_inventories": {
        *("warehouse_not_brought", "summed_with_another_site"),
    },
    "dataverse__external_projects": {
        *("company_not_in_seed", "came_from_dataverse", "not_time_and_material"),
        *("stage_not_in_process", "finished_before_it_came"),
    },
    "dataverse__vendors": {"company_not_in_seed", "same_vendor_of_another_company"},
    "finops__purchase_order_headers": {"came_from_finance", "confirmed_in_finance", "not_active"},
    "finops__purchase_order_lines": {"parent_filtered"},
    "dataverse__purchase_orders": {
        *("company_not_in_seed", "not_confirmed", "came_from_dataverse"),
        *("canceled_before_it_came", "warehouse_not_brought"),
    },
    "dataverse__purchase_order_products": {
        *("parent_filtered", "no_product", "canceled_before_it_came", "warehouse_not_brought"),
    },
    "dataverse__purchase_order_receipts": {"parent_filtered"},
    "dataverse__purchase_order_receipt_products": {"parent_filtered", "warehouse_not_brought"},
    "finops__crm_sales_order_headers": {
        *("project_contract", "came_from_finance", "not_activated", "not_externally_maintained"),
    },
    "finops__crm_sales_order_lines": {"parent_filtered", "project_line", "came_from_finance"},
    "dataverse__sales_orders": {
        *("work_order_origin", "not_externally_maintained_customer", "not_confirmed"),
        "totals_not_calculated",
    },
    "dataverse__sales_order_details": {"parent_filtered"},
    "dataverse__invoices": {"work_order_origin", "not_of_a_sales_order"},
    "dataverse__invoice_details": {"parent_filtered"},
}
"""Why a row of each model may be left out."""


@pytest.mark.parametrize("model", sorted(MODELS))
def test_is_named_for_its_layer_and_reads_only_the_layers_below(model: str) -> None:
    node = MODELS[model]
    assert model.startswith(PREFIXES[layer(node)])
    for parent in parents(node):
        if parent["name"] in READ_ANYWHERE:
            continue
        kind = layer(parent) if parent["resource_type"] == "model" else parent["resource_type"]
        assert kind in MAY_READ[layer(node)], parent["name"]


@pytest.mark.parametrize("model", sorted(MODELS))
def test_says_what_it_is(model: str) -> None:
    node = MODELS[model]
    assert "One row per" in node["description"] or "Grain" in node["description"], model
    first = (ROOT / node["original_file_path"]).read_text().splitlines()[0]
    assert first.startswith("-- Target:" if layer(node) == "integration" else "-- Grain:")
    lines = node["raw_code"].count("\n")
    assert lines <= LONGEST_MODEL or model in LONG_MODELS, lines


@pytest.mark.parametrize("model", of_layer("staging", "intermediate"))
def test_its_grain_is_tested(model: str) -> None:
    assert data_tests_on(model, "primary_key") or data_tests_on(model, "unique_combination")


@pytest.mark.parametrize("model", of_layer("integration"))
def test_an_integration_model_is_a_complete_declaration(model: str) -> None:
    node = MODELS[model]
    meta = node["config"]["meta"]
    assert node["contract"]["enforced"]
    assert node["config"]["access"] == "public"
    assert {"template", "target", "entity", "key"} <= set(meta)
    assert ("collection" in meta) != (meta["entity"] in PACKAGE_ONLY)
    assert meta["template"] == node["config"]["group"] == node["fqn"][2]
    for key in meta["key"]:
        assert {"type": "not_null"} in [
            {"type": constraint["type"]} for constraint in node["columns"][key]["constraints"]
        ]
    assert [arguments(test)["columns"] for test in data_tests_on(model, "unique_key")] == [
        meta["key"]
    ]
    assert [arguments(test)["target"] for test in data_tests_on(model, "accounted_for")] == [model]
    # not every engine has the constraint
    assert data_tests_on(model, "declared_not_null")


@pytest.mark.parametrize("model", sorted(MAPPED))
def test_an_integration_model_has_exactly_the_columns_its_template_maps(model: str) -> None:
    """A column of your own says so: `config: {meta: {added: true}}`."""
    columns = MODELS[model]["columns"]
    added = {name for name, column in columns.items() if column["config"]["meta"].get("added")}
    company = {"dataAreaId"} & set(MODELS[model]["config"]["meta"]["key"])
    assert set(columns) - TECHNICAL - added == {*company, *MAPPED[model].split()}


def test_the_mapped_columns_of_every_integration_model_are_known() -> None:
    assert sorted(MAPPED) == of_layer("integration")


@pytest.mark.parametrize("model", of_layer("integration"))
def test_an_integration_model_says_where_its_rows_come_from(model: str) -> None:
    assert {"_source_table", "_source_id"} <= set(MODELS[model]["columns"])


@pytest.mark.parametrize("model", of_layer("integration", "monitoring"))
def test_every_column_is_described(model: str) -> None:
    node = MODELS[model]
    assert node["columns"]
    for name, column in node["columns"].items():
        assert column["description"], name


def test_a_template_has_one_name_everywhere() -> None:
    assert {MODELS[model]["config"]["group"] for model in of_layer("integration")} == set(TEMPLATES)
    assert {node["name"] for node in GRAPH["exposures"].values()} == set(TEMPLATES)
    assert {node["name"] for node in GRAPH["groups"].values()} == set(TEMPLATES)
    assert set(GRAPH["selectors"]) == set(TEMPLATES)
    for name in TEMPLATES:
        assert (ROOT / "docs" / "templates" / f"{name}.md").exists()


def test_an_exposure_names_every_model_of_its_template() -> None:
    for exposure in GRAPH["exposures"].values():
        named = {name.split(".")[-1] for name in exposure["depends_on"]["nodes"]}
        assert named == {
            model
            for model in of_layer("integration")
            if MODELS[model]["config"]["group"] == exposure["name"]
        }


def test_the_list_of_targets_is_the_graph() -> None:
    text = (ROOT / "macros" / "targets.sql").read_text()
    assert sorted(re.findall(r"'model': '(\w+)'", text)) == of_layer("integration")


def test_relationships_go_before_the_estimates_that_finance_merges_by_them() -> None:
    assert [model.name for model in manifest_of(GRAPH).targets(["expense_estimates"])] == [
        "finops__expense_estimate_relationships",
        "finops__project_expense_estimates",
    ]


def test_work_orders_wait_for_warehouses_and_not_for_projects() -> None:
    """Without projects an order that names one is rejected by itself, and no other is touched."""
    manifest = manifest_of(GRAPH)
    gating = {table.label for table in manifest.gating_sources_of("work_orders")}
    read = {table.label for table in manifest.sources_of("work_orders")}
    assert {"finops.Warehouses", "dataverse.msdyn_warehouse"} <= gating
    assert read - gating >= {"finops.Projects", "dataverse.msdynce_externalproject"}


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_page_of_a_template_has_its_headings_and_models(template: str) -> None:
    page = (ROOT / "docs" / "templates" / f"{template}.md").read_text()
    assert [line[3:] for line in page.splitlines() if line.startswith("## ")] == list(HEADINGS)
    for model in of_layer("integration"):
        if MODELS[model]["config"]["group"] == template:
            assert model in page


def test_the_index_lists_every_page() -> None:
    folder = ROOT / "docs" / "templates"
    listed = re.findall(
        r"^\| \[(\w+)\]\(\1\.md\)", (folder / "README.md").read_text(), re.MULTILINE
    )
    assert sorted(listed) == sorted(
        page.stem for page in folder.glob("*.md") if page.stem != "README"
    )


def reasons_on_page(template: str) -> dict[str, set[str]]:
    """Return the filter reasons of each target model, as the table on the page lists them."""
    page = (ROOT / "docs" / "templates" / f"{template}.md").read_text()
    found: dict[str, set[str]] = {}
    model = ""
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and (reason := re.fullmatch(r"`([a-z_]+)`", cells[2])):
            model = cells[0] or model
            found.setdefault(model, set()).add(reason.group(1))
    return found


def test_every_filter_reason_is_on_the_page_of_its_template_and_the_other_way_round() -> None:
    pages = [reasons_on_page(template) for template in TEMPLATES]
    assert {model: reasons for page in pages for model, reasons in page.items()} == FILTERED
    for template, page in zip(TEMPLATES, pages, strict=True):
        assert {MODELS[model]["config"]["group"] for model in page} == {template}


def test_every_filter_reason_is_in_the_sql_and_accepted_by_monitoring() -> None:
    sql = "".join(MODELS[name]["raw_code"] for name in of_layer("intermediate"))
    accepted = next(
        arguments(test)["values"]
        for test in data_tests_on("filtered_rows", "accepted_values")
        if test["column_name"] == "filter_reason"
    )
    assert set(accepted) == set().union(*FILTERED.values())
    in_sql = set(re.findall(r"then\s+'([a-z]+(?:_[a-z]+)+)'", sql))
    assert set(accepted) == in_sql | {line["filter_reason"] for line in scope_lines()} - {""}


def scope_lines() -> list[dict[str, str]]:
    """Return the seed that says which actuals are left out, and why."""
    with (ROOT / "seeds" / "actuals_scope.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    "seed",
    [
        *("value_map", "constants", "company_rules", "money_policy", "target_lengths"),
        *("actuals_scope", "line_properties", "warehouses"),
    ],
)
def test_every_seed_line_has_its_evidence(seed: str) -> None:
    with (ROOT / "seeds" / f"{seed}.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            assert row["evidence"], row


def test_source_quality_never_stops_a_template() -> None:
    """Only invariants are errors; contracts have no constraint that stops a table at a bad row."""
    for model in of_layer("integration"):
        for column in MODELS[model]["columns"].values():
            assert {entry["type"] for entry in column["constraints"]} <= {"not_null"}
