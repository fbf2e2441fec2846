-- Aggregates and numbers.

-- the average of whole numbers is a whole number in Redshift
CREATE OR REPLACE FUNCTION redshift_local.whole_average(numeric[]) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT CASE WHEN $1[1] > 0 THEN trunc($1[2] / $1[1])::bigint END $$;

CREATE OR REPLACE FUNCTION redshift_local.add_whole(numeric[], bigint) RETURNS numeric[] LANGUAGE sql IMMUTABLE
AS $$ SELECT CASE WHEN $2 IS NULL THEN $1 ELSE ARRAY[$1[1] + 1, $1[2] + $2] END $$;

CREATE OR REPLACE AGGREGATE redshift_local.avg(bigint) (
    SFUNC = redshift_local.add_whole, STYPE = numeric[], INITCOND = '{0,0}', FINALFUNC = redshift_local.whole_average);

CREATE OR REPLACE FUNCTION redshift_local.whole_average(bigint[]) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT CASE WHEN $1[1] > 0 THEN $1[2] / $1[1] END $$;

CREATE OR REPLACE AGGREGATE redshift_local.avg(integer) (
    SFUNC = int4_avg_accum, STYPE = bigint[], INITCOND = '{0,0}', FINALFUNC = redshift_local.whole_average);

CREATE OR REPLACE AGGREGATE redshift_local.avg(smallint) (
    SFUNC = int2_avg_accum, STYPE = bigint[], INITCOND = '{0,0}', FINALFUNC = redshift_local.whole_average);

CREATE OR REPLACE AGGREGATE redshift_local.avg(interval) (
    SFUNC = interval_avg_accum, STYPE = internal, FINALFUNC = interval_avg);

CREATE OR REPLACE AGGREGATE redshift_local.avg(numeric) (
    SFUNC = numeric_avg_accum, STYPE = internal, FINALFUNC = numeric_avg);

CREATE OR REPLACE AGGREGATE redshift_local.avg(float8) (
    SFUNC = float8_accum, STYPE = float8[], INITCOND = '{0,0,0}', FINALFUNC = float8_avg);

CREATE OR REPLACE FUNCTION redshift_local.middle(numeric[]) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT trim_scale(avg(item)) FROM (
    SELECT item, row_number() OVER (ORDER BY item) AS place, count(*) OVER () AS total FROM unnest($1) AS item
) AS sorted WHERE place IN ((total + 1) / 2, total / 2 + 1) $$;

CREATE OR REPLACE FUNCTION redshift_local.collect(numeric[], numeric) RETURNS numeric[] LANGUAGE sql IMMUTABLE
AS $$ SELECT CASE WHEN $2 IS NULL THEN $1 ELSE array_append($1, $2) END $$;

CREATE OR REPLACE AGGREGATE pg_catalog.median(numeric) (
    SFUNC = redshift_local.collect, STYPE = numeric[], INITCOND = '{}', FINALFUNC = redshift_local.middle);

CREATE OR REPLACE FUNCTION pg_catalog.dexp(float8) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT exp($1) $$;

CREATE OR REPLACE FUNCTION pg_catalog.dlog10(float8) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT log10($1) $$;

