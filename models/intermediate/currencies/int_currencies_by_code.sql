-- Grain: one row per currency code, as Finance compares keys, with the currency of Dataverse it means. A code
-- that stands on two currencies means neither.
with

currencies as (

    {{ only_row_by('stg_dataverse__transaction_currencies', 'currency_code', 'currency_id') }}

),

final as (

    select
        compared_key as compared_code,
        currency_id
    from currencies
    where compared_key is not null

)

select * from final
