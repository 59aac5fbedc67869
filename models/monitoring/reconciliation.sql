-- Grain: one row per integration model and source table: source = filtered + rejected + sent.
with

counted as (

    {{ reconcile(integration_relations()) | indent }}

)

select * from counted
