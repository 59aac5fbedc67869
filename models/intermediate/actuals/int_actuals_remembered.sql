-- Grain: one row per actual that Finance or Dataverse has accepted from here, with what was accepted last.
with

accepted as (

    select
        target_model,
        payload,
        accepted_at,
        case
            when target_model = 'dataverse__actuals'
                then {{ payload_member('payload', 'msdyn_actualid') }}
            else source_id
        end as actual_id
    from {{ ref('stg_ledger__accepted_rows') }}
    where target_model in ('finops__project_actuals', 'dataverse__actuals')

),

-- an actual that was sent to two companies counts as what the later one accepted
newest as (

    select
        *,
        row_number() over (
            partition by target_model, actual_id
            order by accepted_at desc, payload asc
        ) as version_rank
    from accepted
    where actual_id is not null

),

remembered as (

    select
        actual_id,
        max(case when target_model = 'finops__project_actuals' then payload end) as payload_to_finance,
        max(case when target_model = 'dataverse__actuals' then payload end) as payload_from_finance
    from newest
    where version_rank = 1
    group by actual_id

)

select * from remembered
