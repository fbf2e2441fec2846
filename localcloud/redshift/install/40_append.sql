-- ALTER TABLE APPEND: all rows move from one table to another, all or none.

CREATE OR REPLACE FUNCTION redshift_local.columns_of(regclass) RETURNS TABLE (name text, type text) LANGUAGE sql STABLE
AS $$ SELECT quote_ident(attname), format_type(atttypid, atttypmod) FROM pg_attribute
      WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped $$;

CREATE OR REPLACE FUNCTION redshift_local.append(target regclass, source regclass, ignore_extra boolean, fill_target boolean)
RETURNS bigint LANGUAGE plpgsql
AS $$
DECLARE
    wrong text;
    shared text;
    moved bigint;
BEGIN
    SELECT string_agg(s.name, ', ') INTO wrong FROM redshift_local.columns_of(source) s
        JOIN redshift_local.columns_of(target) t USING (name) WHERE s.type <> t.type;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'Cannot append: the column(s) % of % and % differ in type', wrong, source, target;
    END IF;
    SELECT string_agg(name, ', ') INTO wrong FROM redshift_local.columns_of(source)
        WHERE name NOT IN (SELECT name FROM redshift_local.columns_of(target));
    IF wrong IS NOT NULL AND NOT ignore_extra THEN
        RAISE EXCEPTION 'Cannot append: the target table % lacks the column(s) % of the source', target, wrong
            USING HINT = 'Use IGNOREEXTRA to discard them.';
    END IF;
    SELECT string_agg(name, ', ') INTO wrong FROM redshift_local.columns_of(target)
        WHERE name NOT IN (SELECT name FROM redshift_local.columns_of(source));
    IF wrong IS NOT NULL AND NOT fill_target THEN
        RAISE EXCEPTION 'Cannot append: the source table % lacks the column(s) % of the target', source, wrong
            USING HINT = 'Use FILLTARGET to fill them with their defaults.';
    END IF;
    SELECT string_agg(name, ', ') INTO shared FROM redshift_local.columns_of(source)
        WHERE name IN (SELECT name FROM redshift_local.columns_of(target));
    EXECUTE format('WITH moved AS (DELETE FROM %s RETURNING *) INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM moved',
                   source, target, shared, shared);
    GET DIAGNOSTICS moved = ROW_COUNT;
    RETURN moved;
END $$;

CREATE OR REPLACE FUNCTION redshift_local.rows_of(oid) RETURNS bigint LANGUAGE plpgsql STABLE
AS $$
DECLARE
    found bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM %s', $1::regclass) INTO found;
    RETURN found;
END $$;
