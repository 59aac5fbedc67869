{#- What each node of this run ended with, for the loader's gate: it sends a template only when its
    models were built and its tests passed. run_results.json is no such record: other commands
    overwrite it. -#}
{% macro record_node_results(results) %}
    {% if execute and results %}
        {% do run_query('create schema if not exists ops') %}
        {% do run_query(
            'create table if not exists ops.node_results ('
            ~ 'invocation_id string, unique_id string, resource_type string, status string, '
            ~ 'message string, finished_at timestamp, dataverse_organization string)') %}
        {% for chunk in results | batch(200) %}
            {% set insert %}
                insert into ops.node_results
                select
                    invocation_id, unique_id, resource_type, status, message, {{ utc_now() }},
                    (select dataverse_organization from raw.environment)
                from (
                    values
                    {% for result in chunk %}
                        (
                            {{ dbt.string_literal(invocation_id) }},
                            {{ dbt.string_literal(result.node.unique_id) }},
                            {{ dbt.string_literal(result.node.resource_type) }},
                            {{ dbt.string_literal(result.status) }},
                            {{ dbt.string_literal(dbt.escape_single_quotes((result.message or '') | string)) }}
                        ){{ "," if not loop.last }}
                    {% endfor %}
                ) as result (invocation_id, unique_id, resource_type, status, message)
            {% endset %}
            {% do run_query(insert) %}
        {% endfor %}
    {% endif %}
{% endmacro %}


{% macro utc_now() -%}
    {{ adapter.dispatch('utc_now')() }}
{%- endmacro %}

{% macro spark__utc_now() -%}
    localtimestamp()
{%- endmacro %}

{% macro duckdb__utc_now() -%}
    timezone('UTC', now())
{%- endmacro %}
