{#- The integration models and what accounts for them, in the order of sending.

    model, template: the integration model and its template; checked: the intermediate model that holds
    every source row with its outcome; sources: the source tables (staging model and its key, raw table
    and its key; the system where it is not Dataverse). The staging key of a Finance row is a text made
    of the columns of its key (see source_row_id).
    A literal list, because the graph is empty while dbt parses. -#}
{% macro integration_targets() -%}
    {{ return([
        {
            'model': 'finops__customers',
            'template': 'accounts',
            'checked': 'int_customers_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__accounts',
                    'key': 'account_id',
                    'table': 'account',
                    'primary_key': 'accountid',
                },
            ],
        },
        {
            'model': 'finops__project_contracts',
            'template': 'projects_and_contracts',
            'checked': 'int_project_contracts_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__sales_orders',
                    'key': 'sales_order_id',
                    'table': 'salesorder',
                    'primary_key': 'salesorderid',
                },
            ],
        },
        {
            'model': 'finops__projects',
            'template': 'projects_and_contracts',
            'checked': 'int_projects_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__projects',
                    'key': 'project_id',
                    'table': 'msdyn_project',
                    'primary_key': 'msdyn_projectid',
                },
            ],
        },
        {
            'model': 'finops__project_contract_lines',
            'template': 'projects_and_contracts',
            'checked': 'int_project_contract_lines_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__sales_order_details',
                    'key': 'sales_order_detail_id',
                    'table': 'salesorderdetail',
                    'primary_key': 'salesorderdetailid',
                },
            ],
        },
        {
            'model': 'finops__project_contract_line_milestones',
            'template': 'projects_and_contracts',
            'checked': 'int_project_contract_line_milestones_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__contract_line_milestones',
                    'key': 'milestone_id',
                    'table': 'msdyn_contractlinescheduleofvalue',
                    'primary_key': 'msdyn_contractlinescheduleofvalueid',
                },
            ],
        },
        {
            'model': 'finops__sales_order_headers',
            'template': 'work_orders',
            'checked': 'int_sales_order_headers_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__work_orders',
                    'key': 'work_order_id',
                    'table': 'msdyn_workorder',
                    'primary_key': 'msdyn_workorderid',
                },
            ],
        },
        {
            'model': 'finops__sales_order_lines',
            'template': 'work_orders',
            'checked': 'int_sales_order_lines_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__work_order_products',
                    'key': 'work_order_product_id',
                    'table': 'msdyn_workorderproduct',
                    'primary_key': 'msdyn_workorderproductid',
                },
                {
                    'staging': 'stg_dataverse__work_order_services',
                    'key': 'work_order_service_id',
                    'table': 'msdyn_workorderservice',
                    'primary_key': 'msdyn_workorderserviceid',
                },
            ],
        },
        {
            'model': 'finops__free_text_invoice_headers',
            'template': 'agreement_invoices',
            'checked': 'int_free_text_invoice_headers_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__invoices',
                    'key': 'invoice_id',
                    'table': 'invoice',
                    'primary_key': 'invoiceid',
                },
            ],
        },
        {
            'model': 'finops__free_text_invoice_lines',
            'template': 'agreement_invoices',
            'checked': 'int_free_text_invoice_lines_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__invoice_details',
                    'key': 'invoice_detail_id',
                    'table': 'invoicedetail',
                    'primary_key': 'invoicedetailid',
                },
            ],
        },
        {
            'model': 'finops__project_tasks',
            'template': 'project_tasks',
            'checked': 'int_project_tasks_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__project_tasks',
                    'key': 'task_id',
                    'table': 'msdyn_projecttask',
                    'primary_key': 'msdyn_projecttaskid',
                },
            ],
        },
        {
            'model': 'finops__project_hour_estimates',
            'template': 'hour_estimates',
            'checked': 'int_hour_estimates_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__project_tasks',
                    'key': 'task_id',
                    'table': 'msdyn_projecttask',
                    'primary_key': 'msdyn_projecttaskid',
                },
            ],
        },
        {
            'model': 'finops__expense_estimate_relationships',
            'template': 'expense_estimates',
            'checked': 'int_expense_estimate_relationships_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__transaction_connections',
                    'key': 'connection_id',
                    'table': 'msdyn_transactionconnection',
                    'primary_key': 'msdyn_transactionconnectionid',
                },
            ],
        },
        {
            'model': 'finops__project_expense_estimates',
            'template': 'expense_estimates',
            'checked': 'int_expense_estimates_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__estimate_lines',
                    'key': 'estimate_line_id',
                    'table': 'msdyn_estimateline',
                    'primary_key': 'msdyn_estimatelineid',
                },
            ],
        },
        {
            'model': 'dataverse__transaction_categories',
            'template': 'expense_categories',
            'checked': 'int_transaction_categories_checked',
            'sources': [
                {
                    'system': 'finops',
                    'staging': 'stg_finops__categories',
                    'key': 'category_row_id',
                    'table': 'ProjCDSCategoryEntity',
                    'primary_key': ['dataAreaId', 'CategoryId'],
                },
            ],
        },
        {
            'model': 'finops__categories',
            'template': 'expense_categories',
            'checked': 'int_categories_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__transaction_categories',
                    'key': 'transaction_category_id',
                    'table': 'msdyn_transactioncategory',
                    'primary_key': 'msdyn_transactioncategoryid',
                },
                {
                    'system': 'finops',
                    'staging': 'stg_finops__categories',
                    'key': 'category_row_id',
                    'table': 'ProjCDSCategoryEntity',
                    'primary_key': ['dataAreaId', 'CategoryId'],
                },
            ],
        },
        {
            'model': 'finops__project_actuals',
            'template': 'project_actuals',
            'checked': 'int_project_actuals_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__actuals',
                    'key': 'actual_id',
                    'table': 'msdyn_actual',
                    'primary_key': 'msdyn_actualid',
                },
            ],
        },
        {
            'model': 'finops__actual_relationships',
            'template': 'project_actuals',
            'checked': 'int_actual_relationships_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__transaction_connections',
                    'key': 'connection_id',
                    'table': 'msdyn_transactionconnection',
                    'primary_key': 'msdyn_transactionconnectionid',
                },
            ],
        },
        {
            'model': 'dataverse__actuals',
            'template': 'actuals_update',
            'checked': 'int_posted_actuals_checked',
            'sources': [
                {
                    'system': 'finops',
                    'staging': 'stg_finops__actuals',
                    'key': 'actual_row_id',
                    'table': 'ProjCDSActualsImportEntity',
                    'primary_key': ['dataAreaId', 'ActualId'],
                },
            ],
        },
        {
            'model': 'dataverse__transaction_connections',
            'template': 'actuals_update',
            'checked': 'int_transaction_connections_checked',
            'sources': [
                {
                    'system': 'finops',
                    'staging': 'stg_finops__transaction_relationships',
                    'key': 'relationship_row_id',
                    'table': 'ProjCDSTransactionRelationshipImportEntity',
                    'primary_key': ['ConnectionId'],
                },
            ],
        },
        {
            'model': 'finops__inventory_adjustments',
            'template': 'inventory_adjustments',
            'checked': 'int_inventory_adjustments_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__inventory_adjustment_products',
                    'key': 'inventory_adjustment_product_id',
                    'table': 'msdyn_inventoryadjustmentproduct',
                    'primary_key': 'msdyn_inventoryadjustmentproductid',
                },
            ],
        },
        {
            'model': 'finops__inventory_transfers',
            'template': 'inventory_transfers',
            'checked': 'int_inventory_transfers_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__inventory_adjustment_products',
                    'key': 'inventory_adjustment_product_id',
                    'table': 'msdyn_inventoryadjustmentproduct',
                    'primary_key': 'msdyn_inventoryadjustmentproductid',
                },
            ],
        },
        {
            'model': 'finops__contact_persons',
            'template': 'contacts',
            'checked': 'int_contact_persons_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__contacts',
                    'key': 'contact_id',
                    'table': 'contact',
                    'primary_key': 'contactid',
                },
            ],
        },
        {
            'model': 'finops__contact_customers',
            'template': 'contacts',
            'checked': 'int_contact_customers_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__contacts',
                    'key': 'contact_id',
                    'table': 'contact',
                    'primary_key': 'contactid',
                },
            ],
        },
        {
            'model': 'finops__sales_quotation_headers',
            'template': 'sales_quotes',
            'checked': 'int_sales_quotation_headers_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__quotes',
                    'key': 'quote_id',
                    'table': 'quote',
                    'primary_key': 'quoteid',
                },
            ],
        },
        {
            'model': 'finops__sales_quotation_lines',
            'template': 'sales_quotes',
            'checked': 'int_sales_quotation_lines_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__quote_details',
                    'key': 'quote_detail_id',
                    'table': 'quotedetail',
                    'primary_key': 'quotedetailid',
                },
            ],
        },
        {
            'model': 'finops__crm_sales_order_headers',
            'template': 'sales_orders',
            'checked': 'int_crm_sales_order_headers_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__sales_orders',
                    'key': 'sales_order_id',
                    'table': 'salesorder',
                    'primary_key': 'salesorderid',
                },
            ],
        },
        {
            'model': 'finops__crm_sales_order_lines',
            'template': 'sales_orders',
            'checked': 'int_crm_sales_order_lines_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__sales_order_details',
                    'key': 'sales_order_detail_id',
                    'table': 'salesorderdetail',
                    'primary_key': 'salesorderdetailid',
                },
            ],
        },
        {
            'model': 'dataverse__sales_orders',
            'template': 'sales_orders',
            'checked': 'int_confirmed_sales_orders_checked',
            'sources': [
                {
                    'system': 'finops',
                    'staging': 'stg_finops__sales_orders',
                    'key': 'sales_order_row_id',
                    'table': 'CDSSalesOrderHeaders',
                    'primary_key': ['dataAreaId', 'SalesOrderNumber'],
                },
            ],
        },
        {
            'model': 'dataverse__sales_order_details',
            'template': 'sales_orders',
            'checked': 'int_confirmed_sales_order_lines_checked',
            'sources': [
                {
                    'system': 'finops',
                    'staging': 'stg_finops__sales_order_lines',
                    'key': 'sales_order_line_row_id',
                    'table': 'CDSSalesOrderLines',
                    'primary_key': ['dataAreaId', 'SalesOrderNumber', 'LineCreationSequenceNumber'],
                },
            ],
        },
        {
            'model': 'dataverse__invoices',
            'template': 'sales_invoices',
            'checked': 'int_sales_invoices_checked',
            'sources': [
                {
                    'system': 'finops',
                    'staging': 'stg_finops__sales_invoices',
                    'key': 'sales_invoice_row_id',
                    'table': 'ExternallyMaintainedCustomerSalesInvoiceHeaders',
                    'primary_key': ['dataAreaId', 'InvoiceNumber', 'InvoiceDate', 'LedgerVoucher'],
                },
            ],
        },
        {
            'model': 'dataverse__invoice_details',
            'template': 'sales_invoices',
            'checked': 'int_sales_invoice_lines_checked',
            'sources': [
                {
                    'system': 'finops',
                    'staging': 'stg_finops__sales_invoice_lines',
                    'key': 'sales_invoice_line_row_id',
                    'table': 'ExternallyMaintainedCustomerSalesInvoiceLines',
                    'primary_key': [
                        'dataAreaId',
                        'InvoiceNumber',
                        'InvoiceDate',
                        'LineCreationSequenceNumber',
                        'LedgerVoucher',
                    ],
                },
            ],
        },
        {
            'model': 'dataverse__products',
            'template': 'products',
            'checked': 'int_products_checked',
            'sources': [
                {
                    'system': 'finops',
                    'staging': 'stg_finops__released_products',
                    'key': 'released_product_row_id',
                    'table': 'SellableReleasedProducts',
                    'primary_key': ['dataAreaId', 'ProductNumber'],
                },
            ],
        },
        {
            'model': 'dataverse__warehouses',
            'template': 'warehouses',
            'checked': 'int_warehouses_checked',
            'sources': [
                {
                    'system': 'finops',
                    'staging': 'stg_finops__warehouses',
                    'key': 'warehouse_row_id',
                    'table': 'Warehouses',
                    'primary_key': ['dataAreaId', 'WarehouseId'],
                },
            ],
        },
        {
            'model': 'dataverse__external_product_inventories',
            'template': 'on_hand_inventory',
            'checked': 'int_external_product_inventories_checked',
            'sources': [
                {
                    'system': 'finops',
                    'staging': 'stg_finops__on_hand_inventory',
                    'key': 'on_hand_row_id',
                    'table': 'InventWarehouseOnHandCDSEntity',
                    'primary_key': ['dataAreaId', 'ProductNumber', 'InventorySiteId', 'InventoryWarehouseId'],
                },
            ],
        },
        {
            'model': 'dataverse__external_projects',
            'template': 'external_projects',
            'checked': 'int_external_projects_checked',
            'sources': [
                {
                    'system': 'finops',
                    'staging': 'stg_finops__projects',
                    'key': 'project_row_id',
                    'table': 'Projects',
                    'primary_key': ['dataAreaId', 'ProjectID'],
                },
            ],
        },
        {
            'model': 'dataverse__vendors',
            'template': 'purchasing',
            'checked': 'int_vendors_checked',
            'sources': [
                {
                    'system': 'finops',
                    'staging': 'stg_finops__vendors',
                    'key': 'vendor_row_id',
                    'table': 'VendorsV2',
                    'primary_key': ['dataAreaId', 'VendorAccountNumber'],
                },
            ],
        },
        {
            'model': 'finops__purchase_order_headers',
            'template': 'purchasing',
            'checked': 'int_purchase_order_headers_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__purchase_orders',
                    'key': 'purchase_order_id',
                    'table': 'msdyn_purchaseorder',
                    'primary_key': 'msdyn_purchaseorderid',
                },
            ],
        },
        {
            'model': 'finops__purchase_order_lines',
            'template': 'purchasing',
            'checked': 'int_purchase_order_lines_checked',
            'sources': [
                {
                    'staging': 'stg_dataverse__purchase_order_products',
                    'key': 'purchase_order_product_id',
                    'table': 'msdyn_purchaseorderproduct',
                    'primary_key': 'msdyn_purchaseorderproductid',
                },
            ],
        },
        {
            'model': 'dataverse__purchase_orders',
            'template': 'purchasing',
            'checked': 'int_purchase_orders_checked',
            'sources': [
                {
                    'system': 'finops',
                    'staging': 'stg_finops__purchase_orders',
                    'key': 'purchase_order_row_id',
                    'table': 'PurchaseOrderHeadersV2',
                    'primary_key': ['dataAreaId', 'PurchaseOrderNumber'],
                },
            ],
        },
        {
            'model': 'dataverse__purchase_order_products',
            'template': 'purchasing',
            'checked': 'int_purchase_order_products_checked',
            'sources': [
                {
                    'system': 'finops',
                    'staging': 'stg_finops__purchase_order_lines',
                    'key': 'purchase_order_line_row_id',
                    'table': 'CDSPurchaseOrderLines',
                    'primary_key': ['dataAreaId', 'PurchaseOrderNumber', 'LineNumber'],
                },
            ],
        },
        {
            'model': 'dataverse__purchase_order_receipts',
            'template': 'purchasing',
            'checked': 'int_purchase_order_receipts_checked',
            'sources': [
                {
                    'system': 'finops',
                    'staging': 'stg_finops__product_receipts',
                    'key': 'product_receipt_row_id',
                    'table': 'VendProductReceiptHeaderEntity',
                    'primary_key': ['dataAreaId', 'RecordId'],
                },
            ],
        },
        {
            'model': 'dataverse__purchase_order_receipt_products',
            'template': 'purchasing',
            'checked': 'int_purchase_order_receipt_products_checked',
            'sources': [
                {
                    'system': 'finops',
                    'staging': 'stg_finops__product_receipt_lines',
                    'key': 'product_receipt_line_row_id',
                    'table': 'VendProductReceiptLineEntity',
                    'primary_key': ['dataAreaId', 'RecordId'],
                },
            ],
        },
    ]) }}
{%- endmacro %}


{#- The source tables of one system, each once. -#}
{% macro source_tables_of(system) -%}
    {%- set tables = [] -%}
    {%- for table in integration_targets() | map(attribute='sources') | sum(start=[]) -%}
        {%- if table.get('system', 'dataverse') == system and table not in tables -%}
            {%- do tables.append(table) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(tables) }}
{%- endmacro %}


{#- The id of a Finance row as one text: its company, where it has one, and its own key.

    No two keys give one id: what stands between company and last column is written without slashes. A
    number keeps the places of its type (1.000000). -#}
{% macro source_row_id(columns) -%}
    {%- if columns | length == 1 -%}
        {{ columns[0] }}
    {%- else -%}
        concat(lower({{ columns[0] }})
            {%- for column in columns[1:-1] -%}
                , '/', replace(replace(cast({{ column }} as string), '%', '%25'), '/', '%2F')
            {%- endfor -%}
            , '/', cast({{ columns[-1] }} as string))
    {%- endif -%}
{%- endmacro %}


{% macro integration_target(model_name) -%}
    {%- set found = integration_targets() | selectattr('model', 'equalto', model_name) | list -%}
    {%- if not found -%}
        {{ exceptions.raise_compiler_error(
            model_name ~ " is not in the list of macros/targets.sql: add it, so that its rows are accounted for.") }}
    {%- endif -%}
    {{ return(found[0]) }}
{%- endmacro %}


{#- What a loop in SQL goes through. The linter, which learns nothing from the fortieth turn, gets two. -#}
{% macro turns(items) -%}
    {{ return(items[:2] if target.name == 'lint' else items) }}
{%- endmacro %}


{#- The tables of all integration models by the names of their models. -#}
{% macro integration_relations() -%}
    {%- set relations = {} -%}
    {%- for target in turns(integration_targets()) -%}
        {%- do relations.update({target.model: ref(target.model)}) -%}
    {%- endfor -%}
    {{ return(relations) }}
{%- endmacro %}


{#- Rows of integration models by outcome: one row per model and source table, counting source rows.

    relations: the integration tables by the names of their models. All models go through the same two
    aggregations, because each costs an exchange on Spark.
    A source row may give several target rows (an account in two companies); it counts as rejected
    when any of them is, so that the three outcomes add up to the source. -#}
{% macro reconcile(relations) -%}
    select
        source_counts.template,
        source_counts.target_model,
        source_counts.source_table,
        source_counts.source_rows,
        coalesce(outcomes.filtered_rows, 0) as filtered_rows,
        coalesce(outcomes.rejected_rows, 0) as rejected_rows,
        coalesce(outcomes.sent_rows, 0) as sent_rows
    from (
        select
            template,
            target_model,
            source_table,
            count(distinct source_id) as source_rows
        from (
            {%- for model_name in relations %}
            {%- set target = integration_target(model_name) %}
            {{- "\n            union all" if not loop.first }}
            {%- for source in target.sources %}
            {{- "\n            union all" if not loop.first }}
            select
                '{{ target.template }}' as template,
                '{{ target.model }}' as target_model,
                '{{ source.table }}' as source_table,
                {{ source.key }} as source_id
            from {{ ref(source.staging) }}
            union all
            -- a table without rows stands here with none
            select
                '{{ target.template }}' as template,
                '{{ target.model }}' as target_model,
                '{{ source.table }}' as source_table,
                cast(null as string) as source_id
            {%- endfor %}
            {%- endfor %}
        ) as source_rows
        group by template, target_model, source_table
    ) as source_counts

    left join (
        select
            target_model,
            _source_table,
            cast(
                sum(case when copies > 0 and rejected_copies = 0 and filtered_copies = copies then 1 else 0 end)
                as bigint
            ) as filtered_rows,
            cast(sum(case when rejected_copies > 0 then 1 else 0 end) as bigint) as rejected_rows,
            cast(sum(case when rejected_copies = 0 and sent_copies > 0 then 1 else 0 end) as bigint) as sent_rows
        from (
            select
                target_model,
                _source_table,
                _source_id,
                sum(is_copy) as copies,
                sum(is_filtered) as filtered_copies,
                sum(is_rejected) as rejected_copies,
                sum(is_sent) as sent_copies
            from (
                {%- for model_name, relation in relations.items() %}
                {{- "\n                union all" if not loop.first }}
                select
                    '{{ model_name }}' as target_model,
                    _source_table,
                    _source_id,
                    1 as is_copy,
                    case when filter_reason is not null then 1 else 0 end as is_filtered,
                    case when filter_reason is null and not ({{ is_empty('rejections') }}) then 1 else 0 end
                        as is_rejected,
                    0 as is_sent
                from {{ ref(integration_target(model_name).checked) }}
                union all
                select
                    '{{ model_name }}' as target_model,
                    _source_table,
                    _source_id,
                    0 as is_copy,
                    0 as is_filtered,
                    0 as is_rejected,
                    1 as is_sent
                from {{ relation }}
                {%- endfor %}
            ) as outcome_rows
            group by target_model, _source_table, _source_id
        ) as by_source_row
        group by target_model, _source_table
    ) as outcomes
        on
            source_counts.target_model = outcomes.target_model
            and source_counts.source_table = outcomes._source_table
{%- endmacro %}
