"""What the specification says of each integration model: its columns, and why a row is left out."""

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
        PurchaseOrderNumber OrderVendorAccountNumber InvoiceVendorAccountNumber
        RequestedDeliveryDate DefaultReceivingWarehouseId CurrencyCode""",
    "finops__purchase_order_lines": """
        PurchaseOrderNumber LineNumber ProductNumber OrderedPurchaseQuantity PurchaseUnitSymbol
        LineDescription RequestedDeliveryDate ReceivingWarehouseId""",
    "dataverse__purchase_orders": """
        msdyn_purchaseorderid msdyn_name msdyn_vendor msdyn_invoicevendoraccount
        msdyn_dateexpected msdyn_receivetowarehouse transactioncurrencyid msdyn_addressname
        msdyn_address1 msdyn_address2 msdyn_city msdyn_stateorprovince msdyn_postalcode
        msdyn_country""",
    "dataverse__purchase_order_products": """
        msdyn_purchaseorderproductid msdyn_purchaseorder msdyn_lineorder msdyn_product
        msdyn_quantity msdyn_unit msdyn_unitcost msdyn_lineamount msdyn_description msdyn_dateexpected
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
    "finops__crm_sales_order_lines": {
        *("parent_filtered", "project_line", "came_from_finance", "tax_line"),
    },
    "dataverse__sales_orders": {
        "company_not_in_seed",
        *("work_order_origin", "not_externally_maintained_customer", "not_confirmed"),
        "totals_not_calculated",
    },
    "dataverse__sales_order_details": {"parent_filtered", "no_product"},
    "dataverse__invoices": {"company_not_in_seed", "work_order_origin", "not_of_a_sales_order"},
    "dataverse__invoice_details": {"parent_filtered", "no_product"},
}
"""Why a row of each model may be left out."""
