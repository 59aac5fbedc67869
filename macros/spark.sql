{#- What dbt-spark does in another way than this project needs. -#}

{#- A seed cell as a literal of its declared type: dbt-spark puts bindings in as text, which makes a blank
    the text None and breaks at an apostrophe. -#}
{% macro spark__load_csv_rows(model, agate_table) %}
    {% set types = model['config'].get('column_types', {}) %}
    {% set statements = [] %}
    {% for chunk in agate_table.rows | batch(500) %}
        {% set sql %}
            insert into {{ this.render() }} values
            {% for row in chunk %}
            (
                {%- for name in agate_table.column_names -%}
                {%- set type = types.get(name, adapter.convert_type(agate_table, loop.index0)) -%}
                cast({{ spark_literal(row[loop.index0]) }} as {{ type }}){{ ", " if not loop.last }}
                {%- endfor -%}
            ){{ "," if not loop.last }}
            {% endfor %}
        {% endset %}
        {% do adapter.add_query(sql, abridge_sql_log=True) %}
        {% do statements.append(sql) %}
    {% endfor %}
    {{ return(statements[0] if statements else '') }}
{% endmacro %}


{% macro spark_literal(value) -%}
    {%- if value is none -%}
        null
    {%- else -%}
        '{{ (value | string).replace("\\", "\\\\").replace("'", "\\'") }}'
    {%- endif -%}
{%- endmacro %}


{#- Parquet tables take no constraints; tests cover them. -#}
{% macro spark__persist_constraints(relation, model) %}
{% endmacro %}


{#- Export what this run built, so that `d365` reads it without a Spark of its own: Parquet under
    EXPORT_ROOT, a folder or an object store that both can reach. The results come last: they say what
    of it may be sent. -#}
{% macro export_results(results) %}
    {{ return(adapter.dispatch('export_results')(results)) }}
{% endmacro %}

{#- The warehouse file itself is what `d365` reads. -#}
{% macro default__export_results(results) %}
{% endmacro %}

{% macro spark__export_results(results) %}
    {% if execute and results %}
        {% for result in results if result.node.resource_type == 'model' and result.status == 'success' %}
            {% if result.node.schema in ('integration', 'monitoring') %}
                {% do export_table(result.node.schema, result.node.alias) %}
            {% endif %}
        {% endfor %}
        {% do export_table('ops', 'node_results') %}
    {% endif %}
{% endmacro %}


{% macro export_table(schema, name) %}
    {% set root = absolute(env_var('EXPORT_ROOT', 'data/' ~ env_var('D365_ENVIRONMENT', 'sandbox') ~ '/export')) %}
    {% do run_query(
        "insert overwrite directory '" ~ root ~ "/" ~ schema ~ "/" ~ name ~ "' using parquet select * from "
        ~ schema ~ "." ~ name) %}
{% endmacro %}


{#- A value of a unit test's fixture. A list of rejections has no form of its own in dbt-spark: it is
    written as an array of structs with the fields of the declared type, in their order. -#}
{% macro spark__safe_cast(field, type) %}
    {%- if field is string or field is not sequence -%}
        {%- set cleaned = field.strip('"').strip("'") if field is string and cast_from_string_unsupported_for(type) else field -%}
        cast({{ cleaned }} as {{ type }})
    {%- else -%}
        {%- set names = modules.re.findall('(\\w+):', type) -%}
        cast(array(
            {%- for item in field -%}
            named_struct(
                {%- for name in names -%}
                '{{ name }}', {{ spark_literal(item[name] if name in item else none) }}{{ ", " if not loop.last }}
                {%- endfor -%}
            ){{ ", " if not loop.last }}
            {%- endfor -%}
        ) as {{ type }})
    {%- endif -%}
{% endmacro %}
