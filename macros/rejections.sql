{#- Rejections as data: a checked model holds every source row with a filter_reason and a list of
    rejections. A rule is `reject(...)`; a rule that does not fire is null and leaves the list. -#}

{#- One rule. condition: SQL boolean, true is bad (null counts as good).
    column_value and message: SQL expressions of text. -#}
{% macro reject(condition, reason_code, column_name, column_value, message) -%}
    case
        when {{ condition }}
            then {{ rejection(reason_code, column_name, column_value, message) }}
    end
{%- endmacro %}


{% macro rejection(reason_code, column_name, column_value, message) -%}
    {{ adapter.dispatch('rejection')(reason_code, column_name, column_value, message) }}
{%- endmacro %}

{% macro duckdb__rejection(reason_code, column_name, column_value, message) -%}
    struct_pack(
        reason_code := '{{ reason_code }}',
        column_name := '{{ column_name }}',
        column_value := cast({{ column_value }} as string),
        message := cast({{ message }} as string)
    )
{%- endmacro %}

{% macro spark__rejection(reason_code, column_name, column_value, message) -%}
    named_struct(
        'reason_code', '{{ reason_code }}',
        'column_name', '{{ column_name }}',
        'column_value', cast({{ column_value }} as string),
        'message', cast({{ message }} as string)
    )
{%- endmacro %}


{#- A list of the rules that fired. -#}
{% macro list_of(items) -%}
    {{ adapter.dispatch('list_of')(items) }}
{%- endmacro %}

{% macro duckdb__list_of(items) -%}
    list_filter(
        [
            {{ items | join(',\n            ') }}
        ],
        lambda item: item is not null
    )
{%- endmacro %}

{% macro spark__list_of(items) -%}
    array_compact(
        array(
            {{ items | join(',\n            ') }}
        )
    )
{%- endmacro %}


{% macro is_empty(items) -%}
    {{ adapter.dispatch('is_empty')(items) }}
{%- endmacro %}

{% macro duckdb__is_empty(items) -%}
    len({{ items }}) = 0
{%- endmacro %}

{% macro spark__is_empty(items) -%}
    size({{ items }}) = 0
{%- endmacro %}


{#- One row per item of a list, as the column `item`. -#}
{% macro unnest_items(items) -%}
    {{ adapter.dispatch('unnest_items')(items) }}
{%- endmacro %}

{% macro duckdb__unnest_items(items) -%}
    unnest({{ items }})
{%- endmacro %}

{% macro spark__unnest_items(items) -%}
    explode({{ items }})
{%- endmacro %}


{#- Rules that recur; each is one `reject`. -#}

{% macro reject_missing_key(column, column_name, hint) -%}
    {{ reject(
        is_blank(column), 'missing_key', column_name, "null",
        "'" ~ column_name ~ " is empty: " ~ hint ~ "'"
    ) }}
{%- endmacro %}

{#- A text of blanks is no value: Finance cuts them, and nothing is found by them. -#}
{% macro reject_missing(column, column_name, hint) -%}
    {{ reject(
        is_blank(column), 'missing_required', column_name, "null",
        "'" ~ column_name ~ " is empty: " ~ hint ~ "'"
    ) }}
{%- endmacro %}

{#- copies: SQL expression counting in-scope rows with the same key. -#}
{% macro reject_duplicate(copies, column_name, column) -%}
    {{ reject(
        copies ~ ' > 1', 'duplicate_key', column_name, column,
        "concat('" ~ column_name ~ " ', cast(" ~ column ~ " as string), ' stands on ', cast(" ~ copies
        ~ " as string), ' rows; Finance ignores case and trailing blanks. Renumber all but one.')"
    ) }}
{%- endmacro %}

{% macro reject_unmapped(map_name, source_value, mapped_value, column_name) -%}
    {{ reject(
        "not " ~ is_blank(source_value) ~ " and " ~ mapped_value ~ " is null",
        'unmapped_value', column_name, source_value,
        "concat('Value map " ~ map_name ~ " has no line for ', cast(" ~ source_value
        ~ " as string), '. Add it to seeds/value_map.csv.')"
    ) }}
{%- endmacro %}

{#- The same for a personal value, which is not shown. -#}
{% macro reject_unmapped_personal(map_name, source_value, mapped_value, column_name) -%}
    {{ reject(
        "not " ~ is_blank(source_value) ~ " and " ~ mapped_value ~ " is null",
        'unmapped_value', column_name, "null",
        "'Value map " ~ map_name ~ " has no line for the value of this row. Add it to seeds/value_map.csv.'"
    ) }}
{%- endmacro %}

{% macro reject_unmapped_company(company, asked_value, hint) -%}
    {{ reject(
        company ~ ' is null', 'unmapped_company', 'dataAreaId', asked_value,
        "concat('No company: ', " ~ hint ~ ", coalesce(' (' || cast(" ~ asked_value
        ~ " as string) || ')', ''), '. Add a line to seeds/company_rules.csv.')"
    ) }}
{%- endmacro %}

{#- lookup: the source's lookup; is_known: whether the parent is sent, in the same company. -#}
{% macro reject_missing_parent(lookup, is_known, column_name, what) -%}
    {{ reject(
        "not " ~ is_blank(lookup) ~ " and not coalesce(" ~ is_known ~ ", false)",
        'missing_parent', column_name, lookup,
        "concat('" ~ what ~ " ', cast(" ~ lookup
        ~ " as string), ' is not there, or is rejected itself, or belongs to another company.')"
    ) }}
{%- endmacro %}

{#- A customer, an account or a contact, that is not sent in the document's company. is_active: false for
    a contact that its flag says is no customer; a document alone makes none of it. -#}
{% macro reject_missing_customer(lookup, is_sent, is_active, column_name) -%}
    {{ reject(
        "not " ~ is_blank(lookup) ~ " and not " ~ is_sent,
        'missing_parent', column_name, lookup,
        "concat('Customer ', cast(" ~ lookup ~ " as string), case when not " ~ is_active
        ~ " then ' is a contact that is no active customer (msdynce_isactivecustomer).'"
        ~ " else ' is not there, or is rejected itself, or belongs to another company.' end)"
    ) }}
{%- endmacro %}

{#- is_unlinked: whether Finance has no category in the row's company that carries the id. -#}
{% macro reject_unlinked_category(is_unlinked, column_name) -%}
    {{ reject(
        'transaction_category_id is not null and ' ~ is_unlinked,
        'missing_parent', column_name, 'transaction_category_id',
        "concat('The category is not linked in company ', coalesce(data_area_id, '(none)'), "
        ~ "': see the template expense_categories.')"
    ) }}
{%- endmacro %}

{#- max_length: SQL expression in UTF-16 units; null means no known length. -#}
{% macro reject_too_long(column, column_name, model_name) -%}
    {{ reject(
        utf16_length(column) ~ ' > ' ~ target_length(model_name, column_name),
        'too_long', column_name, column,
        "concat('" ~ column_name ~ " has ', cast(" ~ utf16_length(column) ~ " as string), ' characters; "
        ~ "seeds/target_lengths.csv allows ', cast(" ~ target_length(model_name, column_name) ~ " as string), '.')"
    ) }}
{%- endmacro %}

{#- A remainder between a document's total and what is sent, where the policy seed says reject.
    A kind without a line in the seed rejects: nothing is booked that nobody decided on. -#}
{% macro reject_amount_mismatch(remainder, amount) -%}
    {{ reject(
        "coalesce(" ~ amount ~ ", 0) <> 0 and " ~ money_policy('agreement_invoices', remainder) ~ " = 'reject'",
        'amount_mismatch', remainder, amount,
        "concat('The total of the invoice differs from what is sent by ', cast(" ~ amount
        ~ " as string), ' (" ~ remainder ~ "); seeds/money_policy.csv says reject.')"
    ) }}
{%- endmacro %}


{#- value: what Finance has; is_known: whether Dataverse has the row it means. -#}
{% macro reject_not_in_dataverse(value, is_known, column_name, what) -%}
    {{ reject(
        "not " ~ is_blank(value) ~ " and not coalesce(" ~ is_known ~ ", false)",
        'missing_parent', column_name, value,
        "concat('" ~ what ~ " ', cast(" ~ value ~ " as string), ' is not in Dataverse.')"
    ) }}
{%- endmacro %}


{#- kind: of the inventory document that needs the warehouse; see int_inventory_lines_judged. -#}
{% macro reject_missing_warehouse(kind, lookup, column_name) -%}
    {{ reject(
        "has_document and document_kind = '" ~ kind ~ "' and " ~ lookup ~ " is null",
        'missing_required', column_name, 'null',
        "'" ~ column_name ~ " is empty: set the warehouse of the " ~ kind ~ "'"
    ) }}
{%- endmacro %}

{#- warehouse_name: of Dataverse, null where there is none; warehouse: what it stands for in Finance. -#}
{% macro reject_unmapped_warehouse(warehouse_name, warehouse, column_name) -%}
    {{ reject(
        warehouse_name ~ ' is not null and ' ~ warehouse ~ ' is null',
        'unmapped_value', column_name, warehouse_name,
        "concat('No warehouse of Finance stands for ', " ~ warehouse_name
        ~ ", '. Add a line to seeds/warehouses.csv.')"
    ) }}
{%- endmacro %}


{#- A vendor of a purchase order of Dataverse that the company of the order does not have.
    lookup, number: of its account; finance_number: of the vendor in that company. -#}
{% macro reject_missing_vendor(lookup, number, finance_number, column_name) -%}
    {{ reject(
        lookup ~ ' is not null and ' ~ finance_number ~ ' is null',
        'missing_parent', column_name, 'coalesce(' ~ number ~ ', ' ~ lookup ~ ')',
        "concat('Company ', coalesce(data_area_id, '(none)'), ' has no vendor ', coalesce(" ~ number ~ ", "
        ~ lookup ~ "), '. Create it in Finance, or choose another one.')"
    ) }}
{%- endmacro %}

{#- is_one_party: see int_vendors_checked. -#}
{% macro reject_vendor_of_several_parties(number, is_one_party, column_name) -%}
    {{ reject(
        'not ' ~ is_one_party, 'missing_parent', column_name, number,
        "concat('Vendor ', " ~ number ~ ", ' may be another one in each company, and the account does not say "
        ~ "which: see what is rejected of dataverse__vendors.')"
    ) }}
{%- endmacro %}


{#- A number that stands several times in Finance and once in Dataverse: the row that the ledger knows
    (is_remembered) keeps it. what: the document; scope: what Dataverse has one list for. -#}
{% macro reject_one_of_several(what, number, column_name, scope) -%}
    {{ reject(
        'copies > 1 and not is_remembered', 'duplicate_key', column_name, number,
        "concat('" ~ what | capitalize ~ " ', " ~ number ~ ", ' is one of ', cast(copies as string), "
        ~ "' in Finance; Dataverse has one list for all " ~ scope ~ ". " ~ number_sequence_hint(what) ~ "')"
    ) }}
{%- endmacro %}

{#- A number that Dataverse has on the document of another row of Finance, own_compared_row_id. -#}
{% macro reject_number_of_another(what, number, column_name, is_another) -%}
    {{ reject(
        is_another ~ ' and (copies = 1 or is_remembered)', 'duplicate_key', column_name, number,
        "concat('The " ~ what ~ " ', " ~ number ~ ", ' of Dataverse is another one in Finance, ', "
        ~ "own_compared_row_id, '. " ~ number_sequence_hint(what) ~ "')"
    ) }}
{%- endmacro %}

{% macro number_sequence_hint(what) -%}
    Give each company a number sequence of its own: this {{ what }} stays out, later ones come.
{%- endmacro %}


{#- Rules that recur together; each is a list, to be added to the others: list_of([...] + rules_...()). -#}

{#- A document of sales of Dataverse: its company, its customer (an account or a contact) and its currency.
    customer_column: of the target; document: what people call it. -#}
{% macro rules_of_a_sales_document(customer_column, document) -%}
    {{ return([
        reject_unmapped_company(
            'data_area_id', 'business_unit_id',
            "'no rule names the account or business unit, and D365_COMPANY is not set'"
        ),
        reject_missing('customer_id', customer_column, 'set the customer of the ' ~ document),
        reject_missing_customer('customer_id', 'is_customer_sent', 'is_active_customer', customer_column),
        reject_missing('currency_code', 'CurrencyCode', 'set the currency of the ' ~ document),
    ]) }}
{%- endmacro %}

{#- A line of a document of sales of Dataverse: its number, and the document it belongs to.
    document_id: lookup of the line; document_column: of the target; document: what people call it. -#}
{% macro rules_of_a_line_and_its_document(document_id, document_column, document) -%}
    {{ return([
        reject_missing_key(
            'sequence_number', 'LineCreationSequenceNumber', 'give the line a sequence number'
        ),
        reject_duplicate('copies', 'LineCreationSequenceNumber', 'sequence_number'),
        reject_missing_key(document_id, document_column, 'the line belongs to no ' ~ document),
        reject_missing_parent(document_id, 'is_header_sent', document_column, document | capitalize),
    ]) }}
{%- endmacro %}

{#- A warehouse of an inventory document, see int_inventory_lines_judged. kind: of the document that needs it;
    name: in Dataverse; is_known: whether it has one; warehouse: what it stands for in Finance. -#}
{% macro rules_of_a_warehouse(kind, lookup, name, is_known, warehouse, column_name) -%}
    {{ return([
        reject_missing_warehouse(kind, lookup, column_name),
        reject_missing_parent(lookup, is_known, column_name, 'Warehouse'),
        reject_unmapped_warehouse(name, warehouse, column_name),
    ]) }}
{%- endmacro %}

{#- The product and the unit of a line of Dataverse that is sold. Finance takes a line without a unit in the
    unit of the product. product_hint: what to do about a line without a product. -#}
{% macro rules_of_a_product_and_its_unit(product_hint) -%}
    {{ return([
        reject_missing('product_id', 'ProductNumber', product_hint),
        reject_missing_parent('product_id', 'product_number is not null', 'ProductNumber', 'Product'),
        reject_missing_parent('unit_id', 'unit_name is not null', 'SalesUnitSymbol', 'Unit'),
        reject_unmapped('unit', 'unit_name', 'unit_symbol', 'SalesUnitSymbol'),
    ]) }}
{%- endmacro %}

{#- The product, the unit and the currency of a line of Finance that was sold. One without a product, by
    category, is to be filtered. -#}
{% macro rules_of_a_sales_line_of_finance() -%}
    {{ return([
        reject_not_in_dataverse(
            'product_number', 'product_id is not null', 'productid', 'Product of Finance'
        ),
        reject_missing('unit_symbol', 'uomid', 'the line of Finance has no unit'),
        reject_not_in_dataverse('unit_symbol', 'unit_id is not null', 'uomid', 'Unit'),
        reject_not_in_dataverse(
            'currency_code', 'currency_id is not null', 'transactioncurrencyid', 'Currency'
        ),
    ]) }}
{%- endmacro %}
