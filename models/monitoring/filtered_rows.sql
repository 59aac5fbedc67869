-- Grain: one row per source row and target model that a documented rule leaves out.
with

{% for target in turns(integration_targets()) -%}
{{ target.model }}_filtered as (

    select distinct
        '{{ target.template }}' as template,
        '{{ target.model }}' as target_model,
        _source_table as source_table,
        _source_id as source_id,
        filter_reason
    from {{ ref(target.checked) }}
    where filter_reason is not null

),

{% endfor -%}
united as (

    {% for target in turns(integration_targets()) -%}
    select * from {{ target.model }}_filtered
    {% if not loop.last %}
    union all

    {% endif -%}
    {%- endfor %}
)

select * from united
