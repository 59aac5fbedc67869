-- Grain: one row per declared column that the organisation lacks today.
with

source as (

    select *
    from
        {{ newest_version(
            source('extract', 'landed_columns'),
            'system, table_name, column_name'
        ) }} as newest

),

missing as (

    select
        system,
        table_name,
        column_name
    from source
    where not is_present

)

select * from missing
