{#- Make every source table readable as raw.<table>, whatever has landed.

    DuckDB: a view of explicit casts over the Parquet parts. A table that never landed is typed and
    empty, a column that older parts lack is null. No environment.json, or no landed table at all,
    is an error: a wrong path would otherwise build green with 0 rows. -#}
{% macro register_raw() %}
    {% if execute and flags.WHICH in ('build', 'run', 'test', 'seed', 'compile', 'show', 'generate', 'docs') %}
        {{ return(adapter.dispatch('register_raw')()) }}
    {% endif %}
{% endmacro %}


{% macro raw_root() -%}
    {{ return(env_var('RAW_ROOT', 'data/' ~ env_var('D365_ENVIRONMENT', 'sandbox') ~ '/raw')) }}
{%- endmacro %}


{% macro technical_columns() -%}
    {{ return([
        {'name': '_extracted_at', 'data_type': 'timestamp'},
        {'name': '_extract_id', 'data_type': 'string'},
        {'name': '_extract_row', 'data_type': 'bigint'},
        {'name': '_is_deleted', 'data_type': 'boolean'},
    ]) }}
{%- endmacro %}


{% macro duckdb__register_raw() %}
    {% set root = raw_root() %}
    {% set environment = run_query("select count(*) from glob('" ~ root ~ "/environment.json')") %}
    {% if environment.rows[0][0] == 0 %}
        {{ exceptions.raise_compiler_error(
            "Nothing has landed at " ~ root ~ ": run `d365 extract` first, or set RAW_ROOT or "
            ~ "D365_ENVIRONMENT to the landing you mean (dbt does not read .env).") }}
    {% endif %}
    {% do run_query('create schema if not exists raw') %}
    {% do run_query(
        "create or replace view raw.environment as select dataverse_organization from read_json('"
        ~ root ~ "/environment.json', columns = {dataverse_organization: 'varchar'})") %}
    {% set landed = [] %}
    {% for source in graph.sources.values() %}
        {% set glob = root ~ '/' ~ source.source_name ~ '/' ~ source.name ~ '/*.parquet' %}
        {% set files = run_query("select count(*) from glob('" ~ glob ~ "')").rows[0][0] %}
        {% if files > 0 %}{% do landed.append(source.name) %}{% endif %}
        {% do run_query(raw_view(source, glob if files > 0 else none)) %}
    {% endfor %}
    {% if landed | length == 0 %}
        {{ exceptions.raise_compiler_error(
            "No table has landed at " ~ root ~ ": `d365 extract` has not succeeded for any table yet.") }}
    {% endif %}
{% endmacro %}


{#- Spark: an external table over the folder of each source. A relative location would silently read 0
    rows, so the root is made absolute; a folder that is not there is an empty table. -#}
{% macro spark__register_raw() %}
    {% set root = absolute(raw_root()) %}
    {% do run_query('create database if not exists raw') %}
    {% do register_raw_table('environment', [{'name': 'dataverse_organization', 'data_type': 'string'}],
        "json options (multiLine 'true')", root ~ '/environment.json') %}
    {% if run_query('select count(*) from raw.environment').rows[0][0] == 0 %}
        {{ exceptions.raise_compiler_error(
            "Nothing has landed at " ~ root ~ ": run `d365 extract` first, or set RAW_ROOT or "
            ~ "D365_ENVIRONMENT to the landing you mean (dbt does not read .env).") }}
    {% endif %}
    {% for source in graph.sources.values() %}
        {% do register_raw_table(source.name, source.columns.values() | list + technical_columns(), 'parquet',
            root ~ '/' ~ source.source_name ~ '/' ~ source.name) %}
    {% endfor %}
{% endmacro %}


{% macro register_raw_table(name, columns, format, location) %}
    {% do run_query('drop table if exists raw.' ~ adapter.quote(name)) %}
    {% set create %}
        create table raw.{{ adapter.quote(name) }} (
        {% for column in columns %}
            {{ adapter.quote(column.name) }} {{ column.data_type }}{{ "," if not loop.last }}
        {% endfor %}
        )
        using {{ format }}
        location '{{ location }}'
    {% endset %}
    {% do run_query(create) %}
{% endmacro %}


{#- An object store's address is absolute as it is. -#}
{% macro absolute(path) -%}
    {{ return(path if path.startswith('/') or '://' in path else env_var('PWD') ~ '/' ~ path) }}
{%- endmacro %}


{% macro raw_view(source, glob) %}
    {% set columns = source.columns.values() | list + technical_columns() %}
    create or replace view raw.{{ adapter.quote(source.name) }} as
    select
    {% for column in columns %}
        cast({{ adapter.quote(column.name) }} as {{ column.data_type }}) as {{ adapter.quote(column.name) }}
        {{- "," if not loop.last }}
    {% endfor %}
    from (
        select
        {% for column in columns %}
            cast(null as {{ column.data_type }}) as {{ adapter.quote(column.name) }}{{ "," if not loop.last }}
        {% endfor %}
        where false
        {% if glob %}
        union all by name
        select * from read_parquet('{{ glob }}', union_by_name = true)
        {% endif %}
    )
{% endmacro %}


{#- The newest version of each row of a source table, tombstones left out.

    relation: the source; key: its primary key; columns: what staging needs of it.
    Within one extract the later row wins: stamps alone would give a mix. -#}
{% macro newest_version(relation, key) -%}
    (
        select *
        from (
            select
                *,
                row_number() over (
                    partition by {{ key }}
                    order by _extracted_at desc, _extract_id desc, _extract_row desc
                ) as _version_rank
            from {{ relation }}
        ) as versions
        where _version_rank = 1
    )
{%- endmacro %}
