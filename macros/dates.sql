{#- The day of a moment that people see as a day. Of one that they see with a time of day it is
    `date_in_zone`: an end of work at 17:00 in Los Angeles is 00:00Z as well.

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


{#- The first moment (UTC) of a day in a zone: what Dataverse stores for a day that people chose. -#}
{% macro midnight_in_zone(day, zone) -%}
    {{ adapter.dispatch('midnight_in_zone')(day, zone) }}
{%- endmacro %}

{% macro duckdb__midnight_in_zone(day, zone) -%}
    timezone('UTC', timezone({{ zone }}, cast({{ day }} as timestamp)))
{%- endmacro %}

{% macro spark__midnight_in_zone(day, zone) -%}
    convert_timezone({{ zone }}, 'UTC', cast({{ day }} as timestamp))
{%- endmacro %}


{#- A day of Finance; null for 1900-01-01, which is how Finance writes that there is none. -#}
{% macro set_day(column) -%}
    nullif({{ column }}, cast('1900-01-01' as date))
{%- endmacro %}


{#- The moment to store in Dataverse for a day of Finance: the one that is there already where people see
    that day in it, so that nothing is written that says the same; else the day's midnight in the zone.
    has_time: people see the time of day as well. -#}
{% macro moment_of_day(day, own_moment, zone, has_time=false) -%}
    {%- set own_day = date_in_zone(own_moment, zone) if has_time else company_date(own_moment, zone) -%}
    case
        when {{ own_day }} = {{ day }} then {{ own_moment }}
        else {{ midnight_in_zone(day, zone) }}
    end
{%- endmacro %}
