"""What a row of each awkward case must show: SQL over the row, aliased `row`.

`twins` stands for the other rows of the same table that belong to the same case.
"""

ACCOUNT = "(select accountnumber from dataverse.account where accountid = row.{0})"
ACCOUNT_NAME = "(select name from dataverse.account where accountid = row.{0})"
ACCOUNT_COUNTRY = "(select address1_country from dataverse.account where accountid = row.{0})"
CURRENCY = (
    "(select isocurrencycode from dataverse.transactioncurrency"
    " where transactioncurrencyid = row._transactioncurrencyid_value)"
)
CONTRACT_UNIT = (
    "(select msdyn_name from dataverse.msdyn_organizationalunit"
    " inner join dataverse.salesorder on _msdyn_contractorganizationalunitid_value"
    " = msdyn_organizationalunitid where salesorderid = row.{0})"
)
ORDER = (
    "(select {0} from dataverse.msdyn_workorder"
    " where msdyn_workorderid = row._msdyn_workorder_value)"
)
LINE = (
    "(select count(*) from dataverse.invoicedetail"
    " where _invoiceid_value = row.invoiceid and {0}) = 1"
)
PRODUCT = "(select {0} from dataverse.product where productid = row._msdyn_product_value)"
NEITHER_MIDNIGHT = "extract(minute from row.{0}) = 17"
NATIVE = "exists (select 1 from sandbox.shared_facts where kind = '{0}' and key = row.{1})"
ONLY_IN_DATAVERSE = (
    "(select lower(rtrim(msdyn_name)) from dataverse.msdyn_transactioncategory"
    " where msdyn_transactioncategoryid = row._msdyn_transactioncategory_value)"
    " not in (select lower(key) from sandbox.shared_facts where kind = 'category')"
)
IN_FINANCE = "(select distinct key from sandbox.shared_facts where kind = 'category')"
UNIT = (
    "(select msdyn_name from dataverse.msdyn_organizationalunit"
    " where msdyn_organizationalunitid = row._msdyn_{0}organizationalunitid_value)"
)
PROJECT = (
    "(select {0} from dataverse.msdyn_project where msdyn_projectid = row._msdyn_project_value)"
)
TASKS = "(select msdyn_projecttaskid from dataverse.msdyn_projecttask)"
PARENT = (
    "(select {0} from dataverse.msdyn_projecttask as parent"
    " where parent.msdyn_projecttaskid = row._msdyn_parenttask_value)"
)
ACTUALS = "(select cast(msdyn_actualid as varchar) from dataverse.msdyn_actual)"
ODD_TEXT = "contains({0}, '\"') and contains({0}, chr(10)) and regexp_matches({0}, '[✅🎯🦁]')"
ESTIMATED, USED = "690970000", "690970001"
IN_FACTS = "(select key from sandbox.shared_facts where kind = '{0}')"
QUOTE_LINE = (
    "(select count(*) from dataverse.quotedetail where _quoteid_value = row.quoteid and {0}) = 1"
)
ORDER_LINE = (
    "(select count(*) from dataverse.salesorderdetail"
    " where _salesorderid_value = row.salesorderid and {0}) = 1"
)
REPEATED = "(select count(*) - count(distinct sequencenumber) from dataverse.{0} where {1}) = 1"
UNKNOWN_PRODUCT = (
    "(select productnumber from dataverse.product where productid = {0})"
    f" not in {IN_FACTS.format('product')}"
)
PALLET = "(select name from dataverse.uom where uomid = {0}) = 'Pallet'"
UNNUMBERED = (
    "_customerid_type = 'contact' and (select msdynce_contactnumber from dataverse.contact"
    " where contactid = row._customerid_value) is null"
)
OWN_PRODUCT = (
    "not (select msdynce_ismaintainedexternally from dataverse.product where productid = {0})"
)
ADJUSTMENT_LINE = (
    "(select count(*) from dataverse.msdyn_inventoryadjustmentproduct as line"
    " where _msdyn_inventoryadjustment_value = row.msdyn_inventoryadjustmentid"
    " and {0}) = 1"
)
WAREHOUSE = (
    "(select msdyn_name from dataverse.msdyn_warehouse where msdyn_warehouseid = row._{0}_value)"
)
EXTERNAL_PROJECT = (
    "(select {0} from dataverse.msdynce_externalproject"
    " where msdynce_externalprojectid = row._msdynce_externalproject_value)"
)
PURCHASE_LINE = (
    "(select count(*) from dataverse.msdyn_purchaseorderproduct"
    " where _msdyn_purchaseorder_value = row.msdyn_purchaseorderid and {0}) = 1"
)
ADDRESSED_TO_ATLANTIS = "shipto_country = 'Atlantis'"
UNMAPPED_UNIT = "Contoso Pacific"

CONDITIONS = {
    "account_name_with_quotes": "contains(name, '''') and contains(name, '\"')",
    "account_name_with_emoji": "contains(name, '🚀')",
    "account_name_right_to_left": "regexp_matches(name, '[א-ת]') and regexp_matches(name, '[ء-ي]')",
    "account_name_with_line_break": "contains(name, chr(13) || chr(10))",
    "account_name_with_trailing_blanks": "name like '% '",
    "account_name_like_a_formula": "name like '=%'",
    "account_name_with_separators": "contains(name, ',') and contains(name, chr(9))",
    "account_inactive": "statecode = 1 and accountid in"
    " (select _customerid_value from dataverse.salesorder union all"
    " select _msdyn_serviceaccount_value from dataverse.msdyn_workorder union all"
    " select _customerid_value from dataverse.invoice)",
    "account_number_missing": "accountnumber is null",
    "account_name_too_long": "length(name) > 100 and length(name) <= 160",
    "account_number_differs_in_case": "exists (select 1 from twins where"
    " lower(twins.accountnumber) = lower(row.accountnumber)"
    " and twins.accountnumber <> row.accountnumber)",
    "account_number_differs_in_trailing_blank": "exists (select 1 from twins where"
    " rtrim(twins.accountnumber) = rtrim(row.accountnumber)"
    " and twins.accountnumber <> row.accountnumber)",
    "account_country_unmapped": "address1_country = 'Atlantis'",
    "account_number_taken_by_finance": NATIVE.format("native_customer", "accountnumber"),
    "contact_number_missing": "msdynce_contactnumber is null",
    "contact_name_with_quotes": "contains(fullname, '''') and contains(fullname, '\"')",
    "contract_name_with_line_break": "contains(name, chr(10))",
    "contract_name_right_to_left": "regexp_matches(name, '[ء-ي]')",
    "contract_cancelled": "statecode = 2 and exists"
    " (select 1 from dataverse.salesorderdetail where _salesorderid_value = row.salesorderid)",
    "contract_exchange_rate_exact": "exchangerate = 1.2345678901",
    "contract_of_contact": "_customerid_type = 'contact' and _customerid_value in"
    " (select contactid from dataverse.contact)",
    "contract_in_unmapped_unit": CONTRACT_UNIT.format("salesorderid") + f" = '{UNMAPPED_UNIT}'",
    "contract_without_unit": "_msdyn_contractorganizationalunitid_value is null",
    "contract_payment_terms_unmapped": "paymenttermscode not in (1, 2, 3, 4)",
    "contract_currency_unknown": CURRENCY + " not in ('USD', 'EUR', 'GBP', 'CAD')",
    "contract_customer_deleted": ACCOUNT_NAME.format("_customerid_value")
    + " is null and _customerid_value is not null",
    "contract_customer_missing": "_customerid_value is null",
    "contract_of_unmapped_country": ACCOUNT_COUNTRY.format("_customerid_value") + " = 'Atlantis'",
    "project_name_with_emoji": "contains(msdyn_subject, '🎉')",
    "project_inactive": "statecode = 1",
    "project_dates_neither_midnight": NEITHER_MIDNIGHT.format("msdyn_scheduledstart"),
    "project_without_contract": "_msdyn_salesorderid_value is null",
    "project_of_unknown_contract": "_msdyn_salesorderid_value not in"
    " (select salesorderid from dataverse.salesorder)",
    "project_template": "msdyn_istemplate",
    "project_number_missing": "msdynce_projectnumber is null",
    "project_of_unmapped_unit": CONTRACT_UNIT.format("_msdyn_salesorderid_value")
    + f" = '{UNMAPPED_UNIT}'",
    "contract_line_number_missing": "sequencenumber is null and lineitemnumber is null",
    "contract_line_number_only_as_item": "sequencenumber is null and lineitemnumber is not null",
    "contract_line_number_repeated": "exists (select 1 from twins where"
    " twins._salesorderid_value = row._salesorderid_value"
    " and twins.sequencenumber = row.sequencenumber)",
    "contract_line_billing_method_unknown": "msdyn_billingmethod not in (192350000, 192350001)",
    "contract_line_billing_method_missing": "msdyn_billingmethod is null and producttypecode = 5",
    "contract_line_without_project": "_msdyn_project_value is null",
    "contract_line_of_unknown_contract": "_salesorderid_value not in"
    " (select salesorderid from dataverse.salesorder)",
    "contract_line_of_unmapped_unit": CONTRACT_UNIT.format("_salesorderid_value")
    + f" = '{UNMAPPED_UNIT}'",
    "contract_line_of_goods": "producttypecode = 1 and msdyn_linetype = 690970001",
    "milestone_name_with_quotes": "contains(msdyn_name, '\"') and contains(msdyn_name, '''')",
    "milestone_amount_zero": "msdyn_amount = 0",
    "milestone_amount_with_four_decimals": "round(msdyn_amount, 2) <> msdyn_amount",
    "milestone_amount_negative": "msdyn_amount < 0",
    "milestone_inactive": "statecode = 1",
    "milestone_date_neither_midnight": NEITHER_MIDNIGHT.format("msdyn_invoicedate"),
    "milestone_line_only_as_text": "_msdyn_contractlineid_value is null"
    " and try_cast(msdyn_contractline as uuid) in"
    " (select salesorderdetailid from dataverse.salesorderdetail)",
    "milestone_date_missing": "msdyn_invoicedate is null",
    "milestone_amount_missing": "msdyn_amount is null",
    "milestone_line_missing": "_msdyn_contractlineid_value is null and msdyn_contractline is null",
    "milestone_line_unknown": "_msdyn_contractlineid_value not in"
    " (select salesorderdetailid from dataverse.salesorderdetail)",
    "milestone_line_text_no_guid": "_msdyn_contractlineid_value is null"
    " and msdyn_contractline is not null and try_cast(msdyn_contractline as uuid) is null",
    "milestone_currency_missing": "_transactioncurrencyid_value is null",
    "milestone_of_unmapped_unit": CONTRACT_UNIT.format("_msdyn_contract_value")
    + f" = '{UNMAPPED_UNIT}'",
    "work_order_number_taken_by_finance": NATIVE.format("native_sales_order", "msdyn_name"),
    "work_order_currency_unknown": CURRENCY + " not in ('USD', 'EUR', 'GBP', 'CAD')",
    "work_order_currency_missing": "_transactioncurrencyid_value is null",
    "work_order_country_unmapped": "msdyn_country = 'Atlantis'",
    "work_order_without_account": "_msdyn_serviceaccount_value is null",
    "work_order_number_repeated": "exists (select 1 from twins where"
    " twins.msdyn_name = row.msdyn_name and twins.msdyn_workorderid <> row.msdyn_workorderid)",
    "work_order_of_unnumbered_account": ACCOUNT.format("_msdyn_serviceaccount_value")
    + " is null and _msdyn_serviceaccount_value is not null",
    "work_order_of_long_named_account": "length("
    + ACCOUNT_NAME.format("_msdyn_serviceaccount_value")
    + ") > 100",
    "work_order_of_repeated_account": "(select count(*) from dataverse.account"
    " where lower(accountnumber) = lower("
    + ACCOUNT.format("_msdyn_serviceaccount_value")
    + ")) = 2",
    "work_order_of_blank_numbered_account": "(select count(*) from dataverse.account"
    " where rtrim(accountnumber) = rtrim("
    + ACCOUNT.format("_msdyn_serviceaccount_value")
    + ")) = 2",
    "work_order_of_taken_account": ACCOUNT.format("_msdyn_serviceaccount_value")
    + " in (select key from sandbox.shared_facts where kind = 'native_customer')",
    "work_order_with_own_product": "not msdynce_hasexternallymaintainedproductsonly",
    "work_order_product_of_taken_order": ORDER.format("msdyn_name")
    + " in (select key from sandbox.shared_facts where kind = 'native_sales_order')",
    "work_order_product_of_own_product": "not msdynce_orderhasexternalmaintainedproductsonly"
    " and not " + PRODUCT.format("msdynce_ismaintainedexternally"),
    "work_order_product_allocated_missing": "msdyn_allocated is null",
    "work_order_product_quantity_zero": f"msdyn_quantity = 0 and msdyn_linestatus = {USED}",
    "work_order_product_with_four_decimals": "round(msdyn_estimateunitamount, 2)"
    " <> msdyn_estimateunitamount and round(msdyn_totalamount, 2) <> msdyn_totalamount",
    "work_order_product_negative": "msdyn_totalamount < 0",
    "work_order_product_discount_remainder": "msdynce_invoiceddiscountamount <> 0"
    " and msdyn_discountamount is null",
    "work_order_product_number_missing": "msdyn_lineorder is null",
    "work_order_product_number_repeated": "exists (select 1 from twins where"
    " twins._msdyn_workorder_value = row._msdyn_workorder_value"
    " and twins.msdyn_lineorder = row.msdyn_lineorder"
    " and twins.msdyn_workorderproductid <> row.msdyn_workorderproductid)",
    "work_order_product_number_zero": "msdyn_lineorder = 0 and exists (select 1"
    " from dataverse.msdyn_workorderservice as service where service.msdyn_lineorder = 0"
    " and service._msdyn_workorder_value = row._msdyn_workorder_value)",
    "work_order_product_status_missing": "msdyn_linestatus is null and msdyn_allocated",
    "work_order_product_status_stale": "msdynce_headersystemstatus <> "
    + ORDER.format("msdyn_systemstatus"),
    "work_order_product_unit_unmapped": "(select name from dataverse.uom"
    " where uomid = row._msdyn_unit_value) = 'Pallet'",
    "work_order_product_unknown_in_finance": PRODUCT.format("productnumber")
    + " not in (select key from sandbox.shared_facts where kind = 'product')",
    "work_order_product_of_unknown_order": ORDER.format("msdyn_name") + " is null",
    "work_order_product_missing": "_msdyn_product_value is null",
    "work_order_service_duration_zero": f"msdyn_duration = 0 and msdyn_linestatus = {USED}",
    "work_order_service_with_four_decimals": "round(msdyn_estimateunitamount, 2)"
    " <> msdyn_estimateunitamount",
    "work_order_service_number_missing": "msdyn_lineorder is null"
    " and msdynce_externallineorder is null",
    "work_order_service_number_repeated": "exists (select 1 from twins where"
    " twins._msdyn_workorder_value = row._msdyn_workorder_value"
    " and twins.msdyn_lineorder = row.msdyn_lineorder"
    " and twins.msdyn_workorderserviceid <> row.msdyn_workorderserviceid)",
    "work_order_service_number_zero": "msdyn_lineorder = 0 and msdynce_externallineorder = 0",
    "work_order_service_status_missing": "msdyn_linestatus is null",
    "invoice_date_missing": "msdyn_invoicedate is null",
    "invoice_date_neither_midnight": NEITHER_MIDNIGHT.format("msdyn_invoicedate"),
    "invoice_cancelled": "statecode = 3",
    "invoice_total_does_not_add_up": "totalamount <> freightamount - discountamount +"
    " (select sum(extendedamount) from dataverse.invoicedetail"
    " where _invoiceid_value = row.invoiceid)",
    "invoice_of_contact": "_customerid_type = 'contact'",
    "invoice_currency_unknown": CURRENCY + " not in ('USD', 'EUR', 'GBP', 'CAD')",
    "invoice_customer_deleted": ACCOUNT_NAME.format("_customerid_value") + " is null",
    "invoice_number_differs_in_case": "exists (select 1 from twins where"
    " lower(twins.invoicenumber) = lower(row.invoicenumber)"
    " and twins.invoicenumber <> row.invoicenumber)",
    "invoice_number_missing": "invoicenumber is null",
    "invoice_with_every_remainder": "discountamount > 0 and freightamount > 0 and totaltax > 0"
    " and totaldiscountamount > discountamount",
    "invoice_line_number_missing": LINE.format("sequencenumber is null"),
    "invoice_line_number_repeated": "(select count(*) - count(distinct sequencenumber)"
    " from dataverse.invoicedetail where _invoiceid_value = row.invoiceid) = 1",
    "invoice_line_quantity_zero": LINE.format("quantity = 0"),
    "invoice_line_negative": LINE.format("priceperunit < 0"),
    "invoice_line_with_four_decimals": LINE.format("round(priceperunit, 2) <> priceperunit"),
    "invoice_line_text_odd": LINE.format("contains(productdescription, chr(13) || chr(10))"),
    "invoice_line_not_from_agreement": LINE.format("not msdynce_hasagreementorigin"),
    "invoice_line_text_missing": LINE.format("productdescription is null"),
    "category_only_in_dataverse": "lower(rtrim(msdyn_name)) not in"
    " (select lower(key) from sandbox.shared_facts where kind = 'category')",
    "category_differs_in_case": f"msdyn_name not in {IN_FINANCE} and lower(msdyn_name) in"
    f" (select lower(key) from {IN_FINANCE} as facts (key))",
    "category_differs_in_trailing_blank": f"msdyn_name like '% ' and rtrim(msdyn_name) in {IN_FINANCE}",
    "task_name_odd": ODD_TEXT.format("msdyn_subject"),
    "task_name_of_450_characters": "length(msdyn_subject) = 450",
    "task_number_missing": "msdyn_wbsid is null",
    "task_parent_gone": f"_msdyn_parenttask_value not in {TASKS}",
    "task_below_rejected_task": "coalesce("
    + PARENT.format(
        "(select grandparent._msdyn_parenttask_value from dataverse.msdyn_projecttask as grandparent"
        " where grandparent.msdyn_projecttaskid = parent._msdyn_parenttask_value)"
    )
    + ", "
    + PARENT.format("_msdyn_parenttask_value")
    + f") not in {TASKS}",
    "task_of_unnumbered_project": PROJECT.format("msdyn_projectid")
    + " is not null and "
    + PROJECT.format("msdynce_projectnumber")
    + " is null",
    "task_of_unmapped_unit": "(select msdyn_name from dataverse.msdyn_organizationalunit"
    " where msdyn_organizationalunitid = "
    + PROJECT.format("_msdyn_contractorganizationalunitid_value")
    + f") = '{UNMAPPED_UNIT}'",
    "task_effort_missing": "msdyn_effort is null and _msdyn_transactioncategory_value is not null",
    "task_milestone": "msdyn_effort = 0 and msdyn_ismilestone",
    "estimate_line_text_odd": ODD_TEXT.format("msdyn_description"),
    "estimate_line_text_of_450_characters": "length(msdyn_description) = 450",
    "estimate_line_currency_missing": "_transactioncurrencyid_value is null",
    "estimate_line_of_other_type": "msdyn_transactiontypecode not in (192350000, 192350005)",
    "estimate_line_category_not_in_finance": ONLY_IN_DATAVERSE,
    "estimate_line_date_missing": "msdyn_accountingdate is null",
    "estimate_line_without_project": "_msdyn_project_value is null",
    "actual_text_odd": ODD_TEXT.format("msdyn_description"),
    "actual_text_of_200_characters": "length(msdyn_description) = 200",
    "actual_without_project": "_msdyn_project_value is null",
    "actual_date_missing": "msdyn_accountingdate is null",
    "actual_date_neither_midnight": NEITHER_MIDNIGHT.format("msdyn_accountingdate"),
    "actual_billing_type_not_available": "msdyn_billingtype = 192350003",
    "actual_billing_type_missing": "msdyn_billingtype is null",
    "actual_of_another_companys_project": f"{UNIT.format('resource')} <> {UNIT.format('contract')}"
    f" and {UNIT.format('resource')} <> '{UNMAPPED_UNIT}' and msdyn_transactiontypecode = 192350000",
    "actual_without_resourcing_unit": "_msdyn_resourceorganizationalunitid_value is null",
    "actual_in_unmapped_unit": f"{UNIT.format('resource')} = '{UNMAPPED_UNIT}'",
    "actual_category_not_in_finance": f"{ONLY_IN_DATAVERSE}"
    " and msdyn_transactionclassification = 192350001",
    "actual_category_of_another_company": "msdyn_transactionclassification = 192350001"
    f" and not {ONLY_IN_DATAVERSE} and {UNIT.format('resource')} <> 'Contoso Germany'"
    " and (select list(company) from sandbox.shared_facts where kind = 'category' and key ="
    " (select msdyn_name from dataverse.msdyn_transactioncategory"
    " where msdyn_transactioncategoryid = row._msdyn_transactioncategory_value)) = ['demf']",
    "actual_currency_unknown": CURRENCY + " not in ('USD', 'EUR', 'GBP', 'CAD')",
    "actual_task_gone": f"_msdyn_task_value not in {TASKS}",
    "actual_amount_zero": "msdyn_quantity = 0 and msdyn_amount = 0",
    "actual_of_unknown_class": "msdyn_transactionclassification not in"
    " (192350000, 192350001, 192350002, 192350003, 192350004, 690970002)",
    "actual_of_contract_type": "msdyn_transactiontypecode = 192350004",
    "connection_of_journal_lines": "msdyn_transaction1type = 'msdyn_journalline'"
    " and msdyn_transaction2type = 'msdyn_journalline'",
    "connection_of_two_types": "msdyn_transaction1type <> msdyn_transaction2type"
    f" and msdyn_transaction1 not in {ACTUALS} and msdyn_transaction2 in {ACTUALS}",
    "connection_transaction_gone": f"msdyn_transaction1 in {ACTUALS}"
    f" and try_cast(msdyn_transaction2 as uuid) is not null and msdyn_transaction2 not in {ACTUALS}",
    "connection_text_no_guid": "try_cast(msdyn_transaction2 as uuid) is null",
    "connection_ids_in_braces": "msdyn_transaction1 like '{%}'"
    " and upper(msdyn_transaction1) = msdyn_transaction1",
    "product_made_in_dataverse": "not msdynce_ismaintainedexternally"
    f" and productnumber in {IN_FACTS.format('product')}",
    "product_older_than_the_solution": "msdynce_ismaintainedexternally is null"
    f" and productnumber in {IN_FACTS.format('product')}",
    "product_only_in_dataverse": "msdynce_ismaintainedexternally is null"
    f" and productnumber not in {IN_FACTS.format('product')}",
    "vendor_unknown_in_finance": "customertypecode = 11"
    f" and accountnumber not in {IN_FACTS.format('native_vendor')}",
    "vendor_number_of_a_customer": "customertypecode <> 11"
    f" and accountnumber in {IN_FACTS.format('native_vendor')}",
    "contact_country_unmapped": "address1_country = 'Atlantis'",
    "contact_name_odd": ODD_TEXT.format("fullname"),
    "contact_customer_flag_missing": "msdynce_isactivecustomer is null",
    "quote_with_own_product": "not msdynce_hasexternallymaintainedproductsonly and "
    + QUOTE_LINE.format(
        "not msdynce_quotehasexternalmaintainedproductsonly and "
        + OWN_PRODUCT.format("_productid_value")
    ),
    "quote_customer_missing": "_customerid_value is null",
    "quote_customer_deleted": "_customerid_value is not null and "
    + ACCOUNT_NAME.format("_customerid_value")
    + " is null and _customerid_type = 'account'",
    "quote_of_unnumbered_contact": UNNUMBERED,
    "quote_number_missing": "quotenumber is null",
    "quote_number_repeated": "statecode = 1 and exists (select 1 from twins"
    " where twins.quotenumber = row.quotenumber and twins.quoteid <> row.quoteid"
    " and twins.statecode = 1)",
    "quote_revised": "exists (select 1 from twins where twins.quotenumber = row.quotenumber"
    " and least(twins.statecode, row.statecode) = 1"
    " and greatest(twins.statecode, row.statecode) = 3)",
    "quote_currency_unknown": CURRENCY + " not in ('USD', 'EUR', 'GBP', 'CAD')",
    "quote_country_unmapped": ADDRESSED_TO_ATLANTIS,
    "quote_line_number_missing": QUOTE_LINE.format("sequencenumber is null"),
    "quote_line_number_repeated": REPEATED.format("quotedetail", "_quoteid_value = row.quoteid"),
    "quote_line_product_missing": QUOTE_LINE.format(
        "_productid_value is null and productdescription is not null"
    ),
    "quote_line_product_unknown_in_finance": QUOTE_LINE.format(
        UNKNOWN_PRODUCT.format("_productid_value")
    ),
    "quote_line_unit_unmapped": QUOTE_LINE.format(PALLET.format("_uomid_value")),
    "quote_line_with_four_decimals": QUOTE_LINE.format("round(priceperunit, 2) <> priceperunit"),
    "order_with_own_product": "not msdynce_hasexternallymaintainedproductsonly"
    " and msdynce_processingstatus = 647390000 and "
    + ORDER_LINE.format(
        "not msdynce_orderhasexternalmaintainedproductsonly and "
        + OWN_PRODUCT.format("_productid_value")
    ),
    "order_customer_missing": "_customerid_value is null and msdyn_ordertype = 192350000",
    "order_of_unnumbered_contact": UNNUMBERED + " and msdyn_ordertype = 192350000",
    "order_number_taken_by_finance": NATIVE.format("native_sales_order", "ordernumber"),
    "order_currency_unknown": CURRENCY + " not in ('USD', 'EUR', 'GBP', 'CAD')",
    "order_country_unmapped": ADDRESSED_TO_ATLANTIS,
    "order_line_number_missing": ORDER_LINE.format("sequencenumber is null"),
    "order_line_number_repeated": REPEATED.format(
        "salesorderdetail", "_salesorderid_value = row.salesorderid"
    ),
    "order_line_product_missing": ORDER_LINE.format(
        "_productid_value is null and productdescription is not null"
    ),
    "order_line_product_unknown_in_finance": ORDER_LINE.format(
        UNKNOWN_PRODUCT.format("_productid_value")
    ),
    "order_line_unit_unmapped": ORDER_LINE.format(PALLET.format("_uomid_value")),
    "order_line_discount_remainder": ORDER_LINE.format(
        "quantity = 3 and manualdiscountamount = 10"
    ),
    "adjustment_number_missing": "msdyn_name is null",
    "adjustment_warehouse_missing": "_msdyn_warehouse_value is null",
    "adjustment_warehouse_unmapped": WAREHOUSE.format("msdyn_warehouse") + " = 'Van 9'",
    "adjustment_line_sequence_missing": ADJUSTMENT_LINE.format("msdynce_numbersequence is null"),
    "adjustment_line_sequence_no_number": ADJUSTMENT_LINE.format(
        "try_cast(msdynce_numbersequence as integer) is null and msdynce_numbersequence <> ''"
    ),
    "adjustment_line_quantity_zero": ADJUSTMENT_LINE.format("msdyn_quantity = 0"),
    "adjustment_line_unit_other": ADJUSTMENT_LINE.format(
        "_msdyn_unit_value <> (select _msdynce_inventoryunit_value from dataverse.product"
        " where productid = line._msdyn_product_value)"
    ),
    "adjustment_line_product_missing": ADJUSTMENT_LINE.format("_msdyn_product_value is null"),
    "adjustment_line_product_unknown_in_finance": ADJUSTMENT_LINE.format(
        UNKNOWN_PRODUCT.format("_msdyn_product_value")
    ),
    "transfer_between_companies": WAREHOUSE.format("msdyn_sourcewarehouse")
    + " = '13' and "
    + WAREHOUSE.format("msdyn_destinationwarehouse")
    + " = 'Van 2'",
    "transfer_warehouse_unmapped": WAREHOUSE.format("msdyn_destinationwarehouse") + " = 'Van 9'",
    "transfer_line_sequence_repeated": "(select count(*) - count(distinct msdynce_numbersequence)"
    " from dataverse.msdyn_inventoryadjustmentproduct"
    " where _msdyn_inventorytransfer_value = row.msdyn_inventorytransferid) = 1",
    "inventory_line_without_document": "_msdyn_inventoryadjustment_value is null"
    " and _msdyn_inventorytransfer_value is null",
    "inventory_line_of_two_documents": "_msdyn_inventoryadjustment_value is not null"
    " and _msdyn_inventorytransfer_value is not null",
    "external_project_unknown_in_finance": "msdynce_projectnumber not in"
    f" {IN_FACTS.format('native_project')}",
    "external_project_without_account": "_msdynce_account_value is null",
    "work_order_of_unknown_project": EXTERNAL_PROJECT.format("msdynce_projectnumber")
    + f" not in {IN_FACTS.format('native_project')}",
    "work_order_of_another_companys_project": "(select name from dataverse.businessunit"
    " where businessunitid = row._owningbusinessunit_value) <> (select case company"
    " when 'usmf' then 'Contoso Global' when 'ussi' then 'Contoso US' else 'Contoso Germany' end"
    " from sandbox.shared_facts where kind = 'native_project' and key = "
    + EXTERNAL_PROJECT.format("msdynce_projectnumber")
    + ")",
    "purchase_order_vendor_missing": "_msdyn_vendor_value is null",
    "purchase_order_of_unknown_vendor": ACCOUNT.format("_msdyn_vendor_value")
    + f" not in {IN_FACTS.format('native_vendor')}",
    "purchase_order_warehouse_unmapped": WAREHOUSE.format("msdyn_receivetowarehouse")
    + " = 'Van 9'",
    "purchase_order_line_number_missing": PURCHASE_LINE.format("msdyn_lineorder is null"),
    "purchase_order_line_product_missing": PURCHASE_LINE.format("_msdyn_product_value is null"),
}
