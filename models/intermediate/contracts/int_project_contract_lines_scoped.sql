-- Grain: one row per order line, with its contract's company and, where it is none of ours, the reason.
with

lines as (

    select * from {{ ref('stg_dataverse__sales_order_details') }}

),

contracts as (

    select * from {{ ref('int_project_contracts_scoped') }}

),

projects as (

    select * from {{ ref('int_projects_scoped') }}

),

scoped as (

    select
        lines.*,
        contracts.sales_order_number,
        contracts.data_area_id,
        contracts.time_zone,
        case
            when contracts.filter_reason is not null then 'parent_filtered'
            -- a project line says so, or is of the project-based service product type (5)
            when
                not coalesce(
                    lines.line_type_code = 690970000, lines.product_type_code = 5, false
                )
                then 'not_a_project_line'
            when projects.filter_reason is not null then 'parent_filtered'
        end as filter_reason

    from lines

    left join contracts
        on lines.sales_order_id = contracts.sales_order_id

    left join projects
        on lines.project_id = projects.project_id

)

select * from scoped
