-- Views that Redshift has about its tables, loads and sessions: the columns in daily use.

CREATE OR REPLACE FUNCTION redshift_local.version() RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT 'PostgreSQL 8.0.2 on x86_64-pc-linux-gnu, compiled by GCC, Redshift 1.0.0 (local cloud)' $$;

CREATE OR REPLACE FUNCTION pg_catalog.pg_last_copy_count() RETURNS bigint LANGUAGE sql STABLE
AS $$ SELECT coalesce(nullif(current_setting('redshift_local.last_copy_count', true), ''), '0')::bigint $$;

CREATE OR REPLACE FUNCTION pg_catalog.pg_last_copy_id() RETURNS bigint LANGUAGE sql STABLE
AS $$ SELECT coalesce(nullif(current_setting('redshift_local.last_copy_id', true), ''), '-1')::bigint $$;

CREATE OR REPLACE VIEW pg_catalog.sys_load_error_detail AS
SELECT user_id, query_id, NULL::bigint AS transaction_id, session_id, current_database()::text AS database_name, table_id,
       start_time, file_name, line_number, column_name, column_type, column_length, 0 AS position, error_code, error_message,
       raw_field_value, raw_line, table_name
FROM redshift_local.load_errors;

CREATE OR REPLACE VIEW pg_catalog.stl_load_errors AS
SELECT user_id AS userid, 0 AS slice, table_id AS tbl, start_time AS starttime, session_id AS session, query_id AS query,
       file_name AS filename, line_number, column_name AS colname, column_type AS type, column_length AS col_length,
       0 AS position, raw_line, raw_field_value, error_code AS err_code, error_message AS err_reason
FROM redshift_local.load_errors;

CREATE OR REPLACE VIEW redshift_local.user_tables AS
SELECT c.oid, n.nspname, c.relname, c.relkind, coalesce(d.design, '{}') AS design
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN redshift_local.designs d ON d.relation = c.oid
WHERE c.relkind IN ('r', 'v', 'm', 'p')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'redshift_local');

CREATE OR REPLACE VIEW pg_catalog.pg_table_def AS
SELECT t.nspname AS schemaname, t.relname AS tablename, a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS type,
       coalesce(t.design -> 'encoding' ->> a.attname, 'none') AS encoding,
       coalesce(t.design ->> 'distkey' = a.attname, false) AS distkey,
       coalesce((SELECT place::integer FROM jsonb_array_elements_text(t.design -> 'sortkey')
                 WITH ORDINALITY AS keys (key, place) WHERE key = a.attname LIMIT 1), 0) AS sortkey,
       a.attnotnull AS "notnull"
FROM redshift_local.user_tables t JOIN pg_attribute a ON a.attrelid = t.oid
WHERE a.attnum > 0 AND NOT a.attisdropped AND t.relkind IN ('r', 'p') AND t.nspname = ANY (current_schemas(false));

CREATE OR REPLACE VIEW pg_catalog.svv_table_info AS
SELECT current_database()::text AS database, t.nspname::text AS schema, t.oid AS table_id, t.relname::text AS "table",
       CASE WHEN t.design ? 'encoding' THEN 'Y' ELSE 'N' END AS encoded,
       CASE WHEN t.design ? 'distkey' THEN format('KEY(%s)', t.design ->> 'distkey')
            ELSE coalesce(t.design ->> 'diststyle', 'AUTO(ALL)') END AS diststyle,
       coalesce(t.design -> 'sortkey' ->> 0, 'AUTO(SORTKEY)') AS sortkey1,
       coalesce(jsonb_array_length(t.design -> 'sortkey'), 0) AS sortkey_num,
       greatest(pg_total_relation_size(t.oid) / 1048576, 1) AS size,
       redshift_local.rows_of(t.oid)::numeric AS tbl_rows,
       0::numeric AS unsorted, 0::numeric AS stats_off
FROM redshift_local.user_tables t WHERE t.relkind = 'r';

CREATE OR REPLACE VIEW pg_catalog.svv_tables AS
SELECT table_catalog, table_schema, table_name, table_type, NULL::text AS remarks
FROM information_schema.tables WHERE table_schema <> 'redshift_local';

CREATE OR REPLACE VIEW pg_catalog.svv_all_tables AS
SELECT table_catalog AS database_name, table_schema AS schema_name, table_name,
       CASE table_type WHEN 'BASE TABLE' THEN 'TABLE' ELSE table_type END AS table_type, NULL::text AS remarks
FROM information_schema.tables WHERE table_schema <> 'redshift_local';

CREATE OR REPLACE VIEW pg_catalog.svv_columns AS
SELECT table_catalog, table_schema, table_name, column_name, ordinal_position, column_default, is_nullable, data_type,
       character_maximum_length, numeric_precision, numeric_scale, NULL::text AS remarks
FROM information_schema.columns WHERE table_schema <> 'redshift_local';

CREATE OR REPLACE VIEW pg_catalog.svv_all_schemas AS
SELECT current_database()::text AS database_name, nspname::text AS schema_name, nspowner::integer AS schema_owner,
       'local'::text AS schema_type
FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp)' AND nspname <> 'redshift_local';

CREATE OR REPLACE VIEW pg_catalog.stv_sessions AS
SELECT backend_start AT TIME ZONE 'UTC' AS starttime, pid AS process, usename AS user_name, datname AS db_name,
       0 AS timeout_sec
FROM pg_stat_activity WHERE backend_type = 'client backend';

CREATE OR REPLACE VIEW pg_catalog.stv_recents AS
SELECT CASE state WHEN 'active' THEN 'Running' ELSE 'Done' END AS status, query_start AT TIME ZONE 'UTC' AS starttime,
       (extract(epoch FROM clock_timestamp() - query_start) * 1000000)::bigint AS duration, usename AS user_name,
       datname AS db_name, query, pid
FROM pg_stat_activity WHERE backend_type = 'client backend';

-- the Python driver asks for it
CREATE OR REPLACE VIEW pg_catalog.stl_undone AS
SELECT NULL::bigint AS xact_id WHERE false;
