{#- A column that names each row: never empty, never twice. One test, because each costs a node. -#}
{% test primary_key(model, column_name) %}
    select
        {{ column_name }},
        count(*) as copies
    from {{ model }}
    group by {{ column_name }}
    having count(*) > 1 or {{ column_name }} is null
{% endtest %}


{#- Rows that share a combination of columns. -#}
{% test unique_combination(model, columns) %}
    select
        {{ columns | join(', ') }},
        count(*) as copies
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}


{#- A key as Finance compares it: without case and trailing blanks. -#}
{% test unique_key(model, columns) %}
    select
        {%- for column in columns %}
        {{ comparable(column) }} as {{ column }},
        {%- endfor %}
        count(*) as copies
    from {{ model }}
    group by
        {%- for column in columns %}
        {{ comparable(column) }}{{ "," if not loop.last }}
        {%- endfor %}
    having count(*) > 1
{% endtest %}


{#- Every source row ends as filtered, rejected or sent: a row where the sum does not hold.

    target: the integration model's name, as listed in integration_targets(). The left side is
    staging, never the checked model, or a join that drops rows would go unseen. -#}
{% test accounted_for(model, target) %}
    select *
    from (
        {{ reconcile({target: model}) }}
    ) as reconciled
    where source_rows <> filtered_rows + rejected_rows + sent_rows
{% endtest %}


{#- A template that needs a column which the organisation lacks, without a fallback. One line of the seed
    is enough: rows it does not name are then rejected one by one (missing_key).

    columns: `table.column` each. Returns the columns in question. It runs after the reconciliation of all
    templates: dbt skips what is downstream of a failed test, and one template must not stop the others. -#}
{% test columns_known(model, columns) %}
    -- depends_on: {{ ref('reconciliation') }}
    select
        missing_columns.table_name,
        missing_columns.column_name
    from {{ ref('stg_extract__missing_columns') }} as missing_columns

    left join {{ ref('column_fallbacks') }} as column_fallbacks
        on
            missing_columns.table_name = column_fallbacks.table_name
            and missing_columns.column_name = column_fallbacks.column_name

    where
        column_fallbacks.table_name is null
        and concat(missing_columns.table_name, '.', missing_columns.column_name) in (
            {%- for column in columns %}'{{ column }}'{{ ", " if not loop.last }}{% endfor -%}
        )
        -- keeps the dependency on the tested model
        and (select count(*) from {{ model }}) >= 0
{% endtest %}


{% test text_at_most(model, column_name, units) %}
    select {{ column_name }}
    from {{ model }}
    where {{ utf16_length(column_name) }} > {{ units }}
{% endtest %}


{#- An unknown zone makes the conversion itself fail, which is the failure wanted here. -#}
{% test known_time_zone(model, column_name) %}
    select {{ column_name }}
    from {{ model }}
    where {{ moment_in_zone("cast('2024-01-01 12:00:00' as timestamp)", column_name) }} is null
{% endtest %}


{#- Rows without a value where the contract says not null. DuckDB refuses such a table; an engine without
    these constraints (Spark) builds it. -#}
{% test declared_not_null(model) %}
    {%- set required = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.alias == model.identifier -%}
            {%- for column in node.columns.values() if column.constraints -%}
                {%- do required.append(adapter.quote(column.name) ~ ' is null') -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    select *
    from {{ model }}
    where {{ (required or ['false']) | join(' or ') }}
{% endtest %}
