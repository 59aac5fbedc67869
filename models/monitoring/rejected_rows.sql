-- Grain: one row per source row, target model and reason for which it is not sent; a reason that holds in
-- several companies stands here once.
with

{% for target in turns(integration_targets()) -%}
{{ target.model }}_reasons as (

    select
        '{{ target.template }}' as template,
        '{{ target.model }}' as target_model,
        _source_table as source_table,
        _source_id as source_id,
        {{ unnest_items('rejections') }} as item
    from {{ ref(target.checked) }}
    where filter_reason is null

),

{% endfor -%}
united as (

    {% for target in turns(integration_targets()) -%}
    select * from {{ target.model }}_reasons
    {% if not loop.last %}
    union all

    {% endif -%}
    {%- endfor %}
),

final as (

    select distinct
        template,
        target_model,
        source_table,
        source_id,
        item.reason_code,
        item.column_name,
        item.column_value,
        item.message
    from united

)

select * from final
