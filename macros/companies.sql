{#- The company of Field Service and sales rows that no rule names (setting D365_COMPANY); null if unset. -#}
{% macro default_company() -%}
    nullif('{{ var("default_company") | lower }}', '')
{%- endmacro %}


{#- In scope and without rejections: the rows an integration model takes. -#}
{% macro is_sent() -%}
    filter_reason is null
    and {{ is_empty('rejections') }}
{%- endmacro %}


{#- How many in-scope rows share a key, as Finance compares keys; 1 where the key is empty.

    columns: SQL expressions of the key, the company first. -#}
{% macro copies_of_key(columns) -%}
    case
        when
            {%- for column in columns %}
            {{ is_blank(column) }}{{ " or" if not loop.last }}
            {%- endfor %}
            then 1
        else
            sum(case when filter_reason is null then 1 else 0 end) over (
                partition by
                    {%- for column in columns %}
                    {{ comparable(column) }}{{ "," if not loop.last }}
                    {%- endfor %}
            )
    end
{%- endmacro %}


{#- Join the company of a Field Service or sales row as `companies`: by a rule for its account, else by
    a rule for its owning business unit, else the configured company.

    own_company: SQL expression of a company that the row names by itself, which goes before all rules. -#}
{% macro join_company(account_number, business_unit_id, own_company=none) -%}
    left join {{ ref('company_rules') }} as account_rules
        on
            account_rules.rule_type = 'account'
            and lower(trim(account_rules.match_value)) = lower(trim({{ account_number }}))

    left join {{ ref('company_rules') }} as business_unit_rules
        on
            business_unit_rules.rule_type = 'business_unit'
            and lower(trim(business_unit_rules.match_value)) = lower(trim({{ business_unit_id }}))

    left join {{ ref('companies') }} as companies
        on
            companies.data_area_id = coalesce(
                {% if own_company %}{{ own_company }},
                {% endif -%}
                account_rules.data_area_id,
                business_unit_rules.data_area_id,
                {{ default_company() }}
            )
{%- endmacro %}
