-- Grain: one row per order line, sent, filtered or rejected.
with

lines as (

    select
        *,
        {{ copies_of_key(['data_area_id', 'sales_order_number', 'sequence_number']) }} as copies
    from {{ ref('int_project_contract_lines_scoped') }}

),

sent_contracts as (

    select
        sales_order_id,
        sales_order_number
    from {{ ref('int_project_contracts_checked') }}
    where {{ is_sent() }}

),

sent_projects as (

    select
        project_id,
        project_number,
        data_area_id
    from {{ ref('int_projects_checked') }}
    where {{ is_sent() }}

),

looked_up as (

    select
        lines.*,
        sent_contracts.sales_order_id is not null as is_contract_sent,
        sent_projects.project_number,
        {{ mapped_value('contract_line_type', 'lines.billing_method_code') }} as contract_line_type

    from lines

    left join sent_contracts
        on lines.sales_order_id = sent_contracts.sales_order_id

    left join sent_projects
        on
            lines.project_id = sent_projects.project_id
            and lines.data_area_id = sent_projects.data_area_id

    {{ join_value_map('contract_line_type', 'lines.billing_method_code') }}

),

checked as (

    select
        'salesorderdetail' as _source_table,
        sales_order_detail_id as _source_id,
        filter_reason,
        {{ list_of([
            reject_missing_key('sequence_number', 'ContractLine', 'give the contract line a number'),
            reject_duplicate('copies', 'ContractLine', 'sequence_number'),
            reject_missing_key('sales_order_id', 'ContractId', 'the line belongs to no contract'),
            reject_missing_parent('sales_order_id', 'is_contract_sent', 'ContractId', 'Contract'),
            reject_missing_parent(
                'project_id', 'project_number is not null', 'ProjectId', 'Project'
            ),
            reject_missing('billing_method_code', 'Type', 'choose a billing method'),
            reject_unmapped(
                'contract_line_type', 'billing_method_code', 'contract_line_type', 'Type'
            ),
            reject_too_long(
                'product_description', 'Description', 'finops__project_contract_lines'
            ),
        ]) }} as rejections,
        sales_order_detail_id,
        data_area_id,
        time_zone,
        sales_order_number,
        sequence_number,
        product_description,
        project_number,
        billing_method_code,
        contract_line_type

    from looked_up

)

select * from checked
