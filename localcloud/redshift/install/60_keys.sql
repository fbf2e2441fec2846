-- Keys are not enforced, but told: clients ask the standard views for them.

DO $$ BEGIN
    IF to_regclass('information_schema.postgres_table_constraints') IS NULL THEN
        ALTER VIEW information_schema.table_constraints RENAME TO postgres_table_constraints;
        ALTER VIEW information_schema.key_column_usage RENAME TO postgres_key_column_usage;
    END IF;
END $$;

CREATE OR REPLACE VIEW redshift_local.primary_keys AS
SELECT current_database()::text AS catalog, t.nspname::text AS schema, t.relname::text AS name,
       t.relname || '_pkey' AS key, t.design -> 'primary_key' AS columns
FROM redshift_local.user_tables t WHERE t.design ? 'primary_key';

CREATE OR REPLACE VIEW information_schema.table_constraints AS
SELECT constraint_catalog::text, constraint_schema::text, constraint_name::text, table_catalog::text, table_schema::text,
       table_name::text, constraint_type::text, is_deferrable::text, initially_deferred::text
FROM information_schema.postgres_table_constraints WHERE table_schema <> 'redshift_local'
UNION ALL
SELECT catalog, schema, key, catalog, schema, name, 'PRIMARY KEY', 'NO', 'NO' FROM redshift_local.primary_keys;

CREATE OR REPLACE VIEW information_schema.key_column_usage AS
SELECT constraint_catalog::text, constraint_schema::text, constraint_name::text, table_catalog::text, table_schema::text,
       table_name::text, column_name::text, ordinal_position::integer
FROM information_schema.postgres_key_column_usage WHERE table_schema <> 'redshift_local'
UNION ALL
SELECT catalog, schema, key, catalog, schema, name, item, place::integer
FROM redshift_local.primary_keys, jsonb_array_elements_text(columns) WITH ORDINALITY AS items (item, place);
