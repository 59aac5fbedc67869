"""A local Dataverse and a local Finance and Operations: one process on 127.0.0.1.

The sandbox is what the project runs against when nobody has credentials, and its test bench.
It shares no code with what it tests.
"""
