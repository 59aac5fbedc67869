-- Grain: one row per project, sent, filtered or rejected.
with

projects as (

    select
        *,
        {{ copies_of_key(['data_area_id', 'project_number']) }} as copies
    from {{ ref('int_projects_scoped') }}

),

sent_contracts as (

    select
        sales_order_id,
        sales_order_number,
        data_area_id
    from {{ ref('int_project_contracts_checked') }}
    where {{ is_sent() }}

),

customers_sent as (

    select * from {{ ref('int_customers_sent') }}

),

looked_up as (

    select
        projects.*,
        sent_contracts.sales_order_number,
        customers_sent.customer_number as account_number

    from projects

    left join sent_contracts
        on
            projects.sales_order_id = sent_contracts.sales_order_id
            and projects.data_area_id = sent_contracts.data_area_id

    left join customers_sent
        on
            projects.customer_id = customers_sent.customer_id
            and projects.data_area_id = customers_sent.data_area_id

),

checked as (

    select
        'msdyn_project' as _source_table,
        project_id as _source_id,
        filter_reason,
        {{ list_of([
            reject_missing_key('project_number', 'ProjectID', 'give the project a number'),
            reject_duplicate('copies', 'ProjectID', 'project_number'),
            reject_unmapped_company(
                'data_area_id', 'organizational_unit_name', "'no rule names the contracting unit'"
            ),
            reject_missing_parent(
                'sales_order_id', 'sales_order_number is not null', 'ProjectContractID', 'Contract'
            ),
            reject_missing_parent(
                'customer_id', 'account_number is not null', 'CustomerAccount', 'Customer'
            ),
            reject_too_long('project_number', 'ProjectID', 'finops__projects'),
            reject_too_long('project_name', 'ProjectName', 'finops__projects'),
        ]) }} as rejections,
        {{ list_of([
            dubious_date('scheduled_start_at', 'time_zone', 'ProjectedStartDate'),
            dubious_date('scheduled_end_at', 'time_zone', 'ProjectedEndDate'),
            dubious_date('actual_start_at', 'time_zone', 'StartDate'),
            dubious_date('actual_end_at', 'time_zone', 'EndDate'),
        ]) }} as dubious_dates,
        project_id,
        data_area_id,
        time_zone,
        project_number,
        project_name,
        sales_order_number,
        account_number,
        {{ company_date('scheduled_start_at', 'time_zone') }} as scheduled_start_date,
        {{ company_date('scheduled_end_at', 'time_zone') }} as scheduled_end_date,
        {{ company_date('actual_start_at', 'time_zone') }} as actual_start_date,
        {{ company_date('actual_end_at', 'time_zone') }} as actual_end_date

    from looked_up

)

select * from checked
