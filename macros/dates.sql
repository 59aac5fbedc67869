{#- The day of a moment that people see as a day.

    moment: UTC timestamp; zone: the company's time zone (IANA), row by row.
    A moment of exactly 00:00Z was written by an interface and keeps its UTC day; any other moment
    takes the day it has in the company's zone. -#}
{% macro company_date(moment, zone) -%}
    case
        when {{ moment }} = date_trunc('day', {{ moment }}) then cast({{ moment }} as date)
        else {{ date_in_zone(moment, zone) }}
    end
{%- endmacro %}


{% macro date_in_zone(moment, zone) -%}
    cast({{ moment_in_zone(moment, zone) }} as date)
{%- endmacro %}


{#- The wall clock of the zone at a moment. -#}
{% macro moment_in_zone(moment, zone) -%}
    {{ adapter.dispatch('moment_in_zone')(moment, zone) }}
{%- endmacro %}

{% macro duckdb__moment_in_zone(moment, zone) -%}
    timezone({{ zone }}, timezone('UTC', {{ moment }}))
{%- endmacro %}

{% macro spark__moment_in_zone(moment, zone) -%}
    convert_timezone('UTC', {{ zone }}, {{ moment }})
{%- endmacro %}


{#- A struct where a moment is neither midnight in the zone nor 00:00Z: its day is a guess. -#}
{% macro dubious_date(moment, zone, column_name) -%}
    {{ reject(
        moment ~ " <> date_trunc('day', " ~ moment ~ ") and " ~ moment_in_zone(moment, zone)
        ~ " <> date_trunc('day', " ~ moment_in_zone(moment, zone) ~ ")",
        'dubious_date', column_name, moment,
        "concat('Sent as ', cast(" ~ date_in_zone(moment, zone) ~ " as string), ', the day in ', " ~ zone
        ~ ", '; the moment is neither midnight there nor 00:00Z.')"
    ) }}
{%- endmacro %}
