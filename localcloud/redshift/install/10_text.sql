-- Functions on texts. They live in pg_catalog, as in Redshift: found whatever the search path is.

CREATE OR REPLACE FUNCTION pg_catalog.len(text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT length($1) $$;

CREATE OR REPLACE FUNCTION pg_catalog.textlen(text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT length($1) $$;

CREATE OR REPLACE FUNCTION pg_catalog.charindex(text, text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT strpos($2, $1) $$;

CREATE OR REPLACE FUNCTION pg_catalog.replicate(text, integer) RETURNS text LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT repeat($1, $2) $$;

CREATE OR REPLACE FUNCTION pg_catalog.strtol(text, integer) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT
AS $$
DECLARE
    digits text := lower(ltrim(btrim($1), '-'));
    total bigint := 0;
    digit integer;
BEGIN
    IF $2 NOT BETWEEN 2 AND 36 THEN
        RAISE EXCEPTION 'The base % of STRTOL is not between 2 and 36', $2;
    END IF;
    IF $2 = 16 AND digits LIKE '0x%' THEN
        digits := substr(digits, 3);
    END IF;
    FOR i IN 1..length(digits) LOOP
        digit := strpos('0123456789abcdefghijklmnopqrstuvwxyz', substr(digits, i, 1)) - 1;
        IF digit < 0 OR digit >= $2 THEN
            RAISE EXCEPTION 'The input % is not valid to be converted to base %', $1, $2;
        END IF;
        total := total * $2 + digit;
    END LOOP;
    RETURN CASE WHEN btrim($1) LIKE '-%' THEN -total ELSE total END;
END $$;

CREATE OR REPLACE FUNCTION redshift_local.sha2(text, integer) RETURNS text LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT CASE $2
    WHEN 0 THEN encode(sha256(convert_to($1, 'UTF8')), 'hex')
    WHEN 224 THEN encode(sha224(convert_to($1, 'UTF8')), 'hex')
    WHEN 256 THEN encode(sha256(convert_to($1, 'UTF8')), 'hex')
    WHEN 384 THEN encode(sha384(convert_to($1, 'UTF8')), 'hex')
    WHEN 512 THEN encode(sha512(convert_to($1, 'UTF8')), 'hex')
END $$;

-- PostgreSQL has no SHA-1 without an extension that its build here lacks
CREATE OR REPLACE FUNCTION redshift_local.rotate(bigint, integer) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT (($1 << $2) | ($1 >> (32 - $2))) & 4294967295 $$;

CREATE OR REPLACE FUNCTION redshift_local.sha1_padded(bytea) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT $1 || decode('80' || repeat('00', (119 - length($1) % 64) % 64), 'hex')
    || decode(lpad(to_hex(length($1)::bigint * 8), 16, '0'), 'hex') $$;

CREATE OR REPLACE FUNCTION pg_catalog.func_sha1(text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT
AS $$
DECLARE
    message bytea := redshift_local.sha1_padded(convert_to($1, 'UTF8'));
    state bigint[] := ARRAY[1732584193, 4023233417, 2562383102, 271733878, 3285377520];
    w bigint[];
    v bigint[];
    mix bigint;
    key bigint;
BEGIN
    FOR chunk IN 0..length(message) / 64 - 1 LOOP
        FOR i IN 0..15 LOOP
            w[i] := ('x' || encode(substr(message, chunk * 64 + i * 4 + 1, 4), 'hex'))::bit(32)::bigint & 4294967295;
        END LOOP;
        FOR i IN 16..79 LOOP
            w[i] := redshift_local.rotate(w[i - 3] # w[i - 8] # w[i - 14] # w[i - 16], 1);
        END LOOP;
        v := state;
        FOR i IN 0..79 LOOP
            IF i < 20 THEN
                mix := (v[2] & v[3]) | (~v[2] & 4294967295 & v[4]); key := 1518500249;
            ELSIF i < 40 THEN
                mix := v[2] # v[3] # v[4]; key := 1859775393;
            ELSIF i < 60 THEN
                mix := (v[2] & v[3]) | (v[2] & v[4]) | (v[3] & v[4]); key := 2400959708;
            ELSE
                mix := v[2] # v[3] # v[4]; key := 3395469782;
            END IF;
            v := ARRAY[
                (redshift_local.rotate(v[1], 5) + mix + v[5] + key + w[i]) & 4294967295,
                v[1], redshift_local.rotate(v[2], 30), v[3], v[4]
            ];
        END LOOP;
        FOR i IN 1..5 LOOP
            state[i] := (state[i] + v[i]) & 4294967295;
        END LOOP;
    END LOOP;
    RETURN (SELECT string_agg(lpad(to_hex(part), 8, '0'), '' ORDER BY place)
            FROM unnest(state) WITH ORDINALITY AS parts (part, place));
END $$;

CREATE OR REPLACE FUNCTION pg_catalog.sha1(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT func_sha1($1) $$;

CREATE OR REPLACE FUNCTION pg_catalog.sha(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT func_sha1($1) $$;

-- Redshift replaces every match, and writes references as $1
CREATE OR REPLACE FUNCTION redshift_local.regexp_replace(text, text, text DEFAULT '', integer DEFAULT 1, text DEFAULT '')
RETURNS text LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT left($1, $4 - 1) || pg_catalog.regexp_replace(
    substr($1, $4), $2, pg_catalog.regexp_replace($3, '[$]([0-9])', chr(92) || chr(92) || chr(92) || '1', 'g'),
    'g' || pg_catalog.translate($5, 'ep', '')) $$;

CREATE OR REPLACE FUNCTION redshift_local.regexp_substr(text, text, integer DEFAULT 1, integer DEFAULT 1, text DEFAULT '')
RETURNS text LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT coalesce(pg_catalog.regexp_substr(
    $1, $2, $3, $4, pg_catalog.translate($5, 'ep', ''), CASE WHEN $5 LIKE '%e%' THEN 1 ELSE 0 END), '') $$;

CREATE OR REPLACE FUNCTION redshift_local.regexp_instr(
    text, text, integer DEFAULT 1, integer DEFAULT 1, integer DEFAULT 0, text DEFAULT '')
RETURNS integer LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT pg_catalog.regexp_instr($1, $2, $3, $4, $5, pg_catalog.translate($6, 'ep', '')) $$;

CREATE OR REPLACE FUNCTION redshift_local.regexp_count(text, text, integer DEFAULT 1, text DEFAULT '')
RETURNS integer LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT pg_catalog.regexp_count($1, $2, $3, pg_catalog.translate($4, 'ep', '')) $$;

-- SUPER and JSON

CREATE OR REPLACE FUNCTION pg_catalog.json_parse(text) RETURNS jsonb LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT $1::jsonb $$;

CREATE OR REPLACE FUNCTION pg_catalog.json_serialize(jsonb) RETURNS text LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT $1::text $$;

CREATE OR REPLACE FUNCTION pg_catalog.is_valid_json(text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT $1 IS JSON OBJECT $$;

CREATE OR REPLACE FUNCTION pg_catalog.is_valid_json_array(text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT $1 IS JSON ARRAY $$;

CREATE OR REPLACE FUNCTION pg_catalog.can_json_parse(text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT $1 IS JSON $$;

CREATE OR REPLACE FUNCTION pg_catalog.json_typeof(jsonb) RETURNS text LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT jsonb_typeof($1) $$;

-- in plpgsql: PostgreSQL would unfold SQL functions and read a text that is not JSON before it asks whether it is
CREATE OR REPLACE FUNCTION pg_catalog.json_array_length(text, boolean DEFAULT false) RETURNS integer
LANGUAGE plpgsql IMMUTABLE STRICT
AS $$ BEGIN
    IF $2 AND $1 IS NOT JSON ARRAY THEN
        RETURN NULL;
    END IF;
    RETURN jsonb_array_length($1::jsonb);
END $$;

CREATE OR REPLACE FUNCTION pg_catalog.get_array_length(jsonb) RETURNS integer LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT CASE WHEN jsonb_typeof($1) = 'array' THEN jsonb_array_length($1) END $$;

CREATE OR REPLACE FUNCTION redshift_local.json_path(text, null_if_invalid boolean, VARIADIC path text[])
RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT
AS $$ BEGIN
    IF $2 AND $1 IS NOT JSON THEN
        RETURN NULL;
    END IF;
    RETURN $1::jsonb #>> $3;
END $$;

CREATE OR REPLACE FUNCTION pg_catalog.json_extract_array_element_text(text, integer, boolean DEFAULT false)
RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT
AS $$ BEGIN
    IF $3 AND $1 IS NOT JSON THEN
        RETURN NULL;
    END IF;
    RETURN $1::jsonb ->> $2;
END $$;
