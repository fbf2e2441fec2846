CREATE SCHEMA IF NOT EXISTS redshift_local;
CREATE TABLE IF NOT EXISTS redshift_local.installed (version text NOT NULL);

-- what PostgreSQL has no place for: distribution and sort keys, and keys that Redshift does not enforce
CREATE TABLE IF NOT EXISTS redshift_local.designs (relation oid PRIMARY KEY, design jsonb NOT NULL);

CREATE OR REPLACE FUNCTION redshift_local.note_design(relation text, design jsonb) RETURNS void LANGUAGE sql
AS $$ INSERT INTO redshift_local.designs VALUES (to_regclass(relation), design) ON CONFLICT DO NOTHING $$;

CREATE SEQUENCE IF NOT EXISTS redshift_local.query_ids START 100;

CREATE TABLE IF NOT EXISTS redshift_local.load_errors (
    query_id bigint NOT NULL,
    user_id integer NOT NULL,
    session_id integer NOT NULL,
    start_time timestamp NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'UTC'),
    table_id integer NOT NULL,
    table_name text NOT NULL,
    file_name text NOT NULL,
    line_number bigint NOT NULL,
    column_name text NOT NULL,
    column_type text NOT NULL,
    column_length text NOT NULL,
    raw_line text NOT NULL,
    raw_field_value text NOT NULL,
    error_code integer NOT NULL,
    error_message text NOT NULL
);
