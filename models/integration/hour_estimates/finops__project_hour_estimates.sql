-- Target: Integration entity for project hour estimates. One row per sent task with a category.
-- Column names are the target's own; nothing renames them after this.
with

estimates as (

    select * from {{ ref('int_hour_estimates_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        data_area_id as dataAreaId,
        task_id as TaskId,
        project_number as ProjectId,
        task_name as Description,
        scheduled_start_date as StartDate,
        cast(effort_hours as decimal(32, 6)) as Duration,
        currency_code as SalesCurrency,
        cast(
            case
                when '{{ var("estimate_exchange_rate") }}' = 'pass' then exchange_rate
            end as decimal(32, 16)
        ) as ExchangeRate,
        cast(planned_cost_amount as decimal(32, 6)) as PlannedCostAmount,
        cast(planned_sales_amount as decimal(32, 6)) as PlannedSalesAmount,
        {{ constant('finops__project_hour_estimates', 'ForecastModel') }} as ForecastModel,

        -- never sent
        _source_table,
        _source_id

    from estimates

)

select * from final
