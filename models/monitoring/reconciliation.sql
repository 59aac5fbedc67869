-- Grain: one row per integration model and source table: source = filtered + rejected + sent.
{%- set relations = {} -%}
{%- for target in integration_targets() -%}
    {%- do relations.update({target.model: ref(target.model)}) -%}
{%- endfor %}
with

counted as (

    {{ reconcile(relations) | indent }}

)

select * from counted
