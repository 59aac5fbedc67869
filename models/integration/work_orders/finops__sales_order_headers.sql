-- Target: CDS sales order headers. One row per scheduled, running, completed or posted work order.
-- Column names are the target's own; nothing renames them after this.
with

work_orders as (

    select * from {{ ref('int_sales_order_headers_checked') }}
    where {{ is_sent() }}

),

-- an order whose lines cannot all go must not look ready to invoice
incomplete as (

    select distinct work_order_id
    from {{ ref('int_sales_order_lines_checked') }}
    where filter_reason is null and not ({{ is_empty('rejections') }})

),

with_completeness as (

    select
        work_orders.*,
        incomplete.work_order_id as incomplete_id

    from work_orders

    left join incomplete
        on work_orders.work_order_id = incomplete.work_order_id

),

final as (

    select
        data_area_id as dataAreaId,
        work_order_number as SalesOrderNumber,
        ordering_customer_number as OrderingCustomerAccountNumber,
        invoice_customer_number as InvoiceCustomerAccountNumber,
        currency_code as CurrencyCode,
        {{ constant('finops__sales_order_headers', 'DeliveryAddressName') }}
            as DeliveryAddressName,
        {{ constant('finops__sales_order_headers', 'DeliveryAddressDescription') }}
            as DeliveryAddressDescription,
        {{ constant('finops__sales_order_headers', 'IsDeliveryAddressOrderSpecific') }}
            as IsDeliveryAddressOrderSpecific,
        address_line1 as DeliveryAddressStreet,
        address_line2 as DeliveryAddressStreetNumber,
        city as DeliveryAddressCity,
        zip_code as DeliveryAddressZipCode,
        state as DeliveryAddressStateId,
        country_code as DeliveryAddressCountryRegionISOCode,
        {{ constant('finops__sales_order_headers', 'SalesOrderOriginType') }}
            as SalesOrderOriginType,
        external_work_order_status as ExternalWorkOrderStatus,
        project_number as ProjectId,

        -- never sent
        incomplete_id is null as _is_complete,
        _source_table,
        _source_id

    from with_completeness

)

select * from final
