-- Grain: one row per integration model and source table: source = filtered + rejected + sent.
with

{% for target in integration_targets() -%}
{{ target.model }}_counts as (

    {{ reconcile(target.model, ref(target.model)) | indent }}

),

{% endfor -%}
united as (

    {% for target in integration_targets() -%}
    select * from {{ target.model }}_counts
    {% if not loop.last %}
    union all

    {% endif -%}
    {%- endfor %}
)

select * from united
