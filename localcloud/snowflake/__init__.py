"""A Snowflake account on this machine: fakesnow's server with what it lacks.

Runs in an environment of its own (`.venv-snowflake`), because fakesnow wants its own Snowflake connector.
Only `lazy`, `absent` and `tls` may be imported from elsewhere.
"""
