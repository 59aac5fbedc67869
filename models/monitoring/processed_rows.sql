-- Grain: one row per target model and source row that the target has taken over from its staging table.
with

actuals as (

    select * from {{ ref('stg_finops__actuals') }}

),

taken_over as (

    select distinct
        'finops__project_actuals' as target_model,
        'msdyn_actual' as source_table,
        actual_id as source_id
    from actuals
    where
        actual_id is not null
        and (is_journalized or voucher is not null)

)

select * from taken_over
