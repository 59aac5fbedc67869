-- Grain: one row per project, with its company and, where it does not go out, the reason.
with

projects as (

    select * from {{ ref('stg_dataverse__projects') }}

),

contracts as (

    select * from {{ ref('int_project_contracts_scoped') }}

),

contracting_units as (

    select * from {{ ref('int_contracting_units_mapped_to_companies') }}

),

scoped as (

    select
        projects.*,
        contracting_units.organizational_unit_name,
        contracting_units.data_area_id,
        contracting_units.time_zone,
        case
            -- templates are patterns for projects, not work for a customer
            when projects.is_template then 'template_project'
            when projects.sales_order_id is null then 'no_contract'
            when contracts.filter_reason is not null then 'parent_filtered'
        end as filter_reason

    from projects

    left join contracts
        on projects.sales_order_id = contracts.sales_order_id

    left join contracting_units
        on projects.contracting_unit_id = contracting_units.organizational_unit_id

)

select * from scoped
