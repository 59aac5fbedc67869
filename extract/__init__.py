"""Read the declared source tables out of their service and land them as typed Parquet."""
