"""What reading and writing a service have in common: settings, errors, HTTP, OData, the dbt manifest."""
