-- Grain: one row per organizational unit, with the company a rule gives it, if any.
with

organizational_units as (

    select * from {{ ref('stg_dataverse__organizational_units') }}

),

rules as (

    select * from {{ ref('company_rules') }}
    where rule_type = 'contracting_unit'

),

companies as (

    select * from {{ ref('companies') }}

),

mapped as (

    select
        organizational_units.organizational_unit_id,
        organizational_units.organizational_unit_name,
        companies.data_area_id,
        companies.time_zone

    from organizational_units

    left join rules
        on
            lower(trim(organizational_units.organizational_unit_name))
            = lower(trim(rules.match_value))

    left join companies
        on rules.data_area_id = companies.data_area_id

)

select * from mapped
