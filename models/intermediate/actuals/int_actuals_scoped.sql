-- Grain: one row per actual, with its companies and, where it does not go out, the reason.
with

actuals as (

    select
        *,
        -- a reversal of what is not charged has no amount
        case
            when amount < 0 or (coalesce(amount, 0) = 0 and quantity < 0) then 'negative'
            else 'positive'
        end as sign
    from {{ ref('stg_dataverse__actuals') }}

),

units as (

    select * from {{ ref('int_contracting_units_mapped_to_companies') }}

),

companies as (

    select * from {{ ref('companies') }}

),

scope_lines as (

    select * from {{ ref('actuals_scope') }}

),

projects as (

    select * from {{ ref('int_projects_scoped') }}

),

contracts as (

    select * from {{ ref('int_project_contracts_scoped') }}

),

remembered as (

    select * from {{ ref('int_actuals_remembered') }}

),

scoped as (

    select
        actuals.*,
        resourcing_units.organizational_unit_name as resourcing_unit_name,
        resourcing_units.data_area_id,
        resourcing_units.time_zone,
        contracting_units.organizational_unit_name as contracting_unit_name,
        -- the original sends no company of the project unless it is told which one
        {% if var('send_intercompany') -%}
        contracting_units.data_area_id as project_data_area_id,
        coalesce(
            actuals.contracting_unit_id is not null and contracting_units.data_area_id is null, false
        ) as is_project_company_unmapped,
        {% else -%}
        cast(null as {{ dbt.type_string() }}) as project_data_area_id,
        false as is_project_company_unmapped,
        {% endif -%}
        companies.accounting_currency,
        coalesce(scope_lines.action, 'reject') as scope_action,
        case
            when
                remembered.payload_from_finance is not null and remembered.payload_to_finance is null
                then 'came_from_finance'
            when
                scope_lines.action = 'filter'
                and not (
                    scope_lines.filter_reason = 'intercompany' and {{ var('send_intercompany') | lower }}
                )
                then scope_lines.filter_reason
            when coalesce(projects.filter_reason, contracts.filter_reason) is not null
                then 'parent_filtered'
        end as filter_reason

    from actuals

    left join units as resourcing_units
        on actuals.resourcing_unit_id = resourcing_units.organizational_unit_id

    left join units as contracting_units
        on actuals.contracting_unit_id = contracting_units.organizational_unit_id

    left join companies
        on resourcing_units.data_area_id = companies.data_area_id

    left join scope_lines
        on
            actuals.transaction_classification_code = scope_lines.transaction_classification
            and actuals.transaction_type_code = scope_lines.transaction_type_code
            and scope_lines.sign in ('any', actuals.sign)

    left join projects
        on actuals.project_id = projects.project_id

    left join contracts
        on actuals.sales_order_id = contracts.sales_order_id

    left join remembered
        on actuals.actual_id = remembered.actual_id

)

select * from scoped
