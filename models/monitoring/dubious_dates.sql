-- Grain: one row per moment that is neither midnight in its company's zone nor 00:00Z.
{%- set models = [
    ('projects_and_contracts', 'finops__projects', 'int_projects_checked'),
    (
        'projects_and_contracts',
        'finops__project_contract_line_milestones',
        'int_project_contract_line_milestones_checked',
    ),
    (
        'agreement_invoices',
        'finops__free_text_invoice_headers',
        'int_free_text_invoice_headers_checked',
    ),
    ('expense_estimates', 'finops__project_expense_estimates', 'int_expense_estimates_checked'),
    ('project_actuals', 'finops__project_actuals', 'int_project_actuals_checked'),
    ('purchasing', 'finops__purchase_order_headers', 'int_purchase_order_headers_checked'),
    ('purchasing', 'finops__purchase_order_lines', 'int_purchase_order_lines_checked'),
] %}
with

{% for template, target_model, checked in models -%}
{{ target_model }}_dates as (

    select
        '{{ template }}' as template,
        '{{ target_model }}' as target_model,
        _source_table as source_table,
        _source_id as source_id,
        {{ unnest_items('dubious_dates') }} as item
    from {{ ref(checked) }}
    where filter_reason is null

),

{% endfor -%}
united as (

    {% for template, target_model, checked in models -%}
    select * from {{ target_model }}_dates
    {% if not loop.last %}
    union all

    {% endif -%}
    {%- endfor %}
),

final as (

    select
        template,
        target_model,
        source_table,
        source_id,
        item.column_name,
        item.column_value as moment,
        item.message
    from united

)

select * from final
