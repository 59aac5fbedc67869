{#- The column when contract addresses are switched on (var send_contract_addresses), else null. -#}
{% macro if_addresses(column) -%}
    {%- if var('send_contract_addresses') -%}
        {{ column }}
    {%- else -%}
        cast(null as string)
    {%- endif -%}
{%- endmacro %}
