-- Functions on dates and times. A cluster's time zone is UTC.

CREATE OR REPLACE FUNCTION pg_catalog.getdate() RETURNS timestamp LANGUAGE sql STABLE
AS $$ SELECT date_trunc('second', statement_timestamp() AT TIME ZONE 'UTC') $$;

CREATE OR REPLACE FUNCTION pg_catalog.sysdate() RETURNS timestamp LANGUAGE sql STABLE
AS $$ SELECT transaction_timestamp() AT TIME ZONE 'UTC' $$;

-- the part's usual name
CREATE OR REPLACE FUNCTION redshift_local.part(text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT
AS $$
DECLARE
    found text := CASE
        WHEN lower($1) IN ('millennium', 'millennia', 'mil', 'mils') THEN 'millennium'
        WHEN lower($1) IN ('century', 'centuries', 'c', 'cent', 'cents') THEN 'century'
        WHEN lower($1) IN ('decade', 'decades', 'dec', 'decs') THEN 'decade'
        WHEN lower($1) IN ('year', 'years', 'y', 'yr', 'yrs') THEN 'year'
        WHEN lower($1) IN ('quarter', 'quarters', 'qtr', 'qtrs') THEN 'quarter'
        WHEN lower($1) IN ('month', 'months', 'mon', 'mons') THEN 'month'
        WHEN lower($1) IN ('week', 'weeks', 'w') THEN 'week'
        WHEN lower($1) IN ('day', 'days', 'd') THEN 'day'
        WHEN lower($1) IN ('hour', 'hours', 'h', 'hr', 'hrs') THEN 'hour'
        WHEN lower($1) IN ('minute', 'minutes', 'm', 'min', 'mins') THEN 'minute'
        WHEN lower($1) IN ('second', 'seconds', 's', 'sec', 'secs') THEN 'second'
        WHEN lower($1) IN ('millisecond', 'milliseconds', 'ms', 'msec', 'msecs', 'msecond', 'mseconds', 'millisec', 'millisecs', 'millisecon') THEN 'millisecond'
        WHEN lower($1) IN ('microsecond', 'microseconds', 'microsec', 'microsecs', 'microsecond', 'usecond', 'useconds', 'us', 'usec', 'usecs') THEN 'microsecond'
        WHEN lower($1) IN ('dayofweek', 'dow', 'dw', 'weekday') THEN 'dow'
        WHEN lower($1) IN ('dayofyear', 'doy', 'dy', 'yearday') THEN 'doy'
        WHEN lower($1) = 'epoch' THEN 'epoch'
        WHEN lower($1) IN ('timezone', 'timezone_hour', 'timezone_minute') THEN lower($1)
    END;
BEGIN
    IF found IS NULL THEN
        RAISE EXCEPTION 'invalid date part: "%"', $1 USING ERRCODE = '22023';
    END IF;
    RETURN found;
END $$;

-- how many parts have begun up to a moment: their difference is the number of boundaries between two moments
CREATE OR REPLACE FUNCTION redshift_local.ordinal(part text, moment timestamp) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT CASE part
    WHEN 'millennium' THEN extract(millennium FROM moment)::bigint
    WHEN 'century' THEN extract(century FROM moment)::bigint
    WHEN 'decade' THEN extract(decade FROM moment)::bigint
    WHEN 'year' THEN extract(year FROM moment)::bigint
    WHEN 'quarter' THEN (extract(year FROM moment) * 4 + extract(quarter FROM moment))::bigint
    WHEN 'month' THEN (extract(year FROM moment) * 12 + extract(month FROM moment))::bigint
    -- weeks begin on Sunday here, and 2000-01-02 was one
    WHEN 'week' THEN floor((moment::date - DATE '2000-01-02') / 7.0)::bigint
    WHEN 'day' THEN (moment::date - DATE '2000-01-01')::bigint
    WHEN 'hour' THEN floor(extract(epoch FROM moment) / 3600)::bigint
    WHEN 'minute' THEN floor(extract(epoch FROM moment) / 60)::bigint
    WHEN 'second' THEN floor(extract(epoch FROM moment))::bigint
    WHEN 'millisecond' THEN floor(extract(epoch FROM moment) * 1000)::bigint
    WHEN 'microsecond' THEN floor(extract(epoch FROM moment) * 1000000)::bigint
END $$;

CREATE OR REPLACE FUNCTION redshift_local.datediff(part text, earlier timestamp, later timestamp)
RETURNS bigint LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT redshift_local.ordinal(redshift_local.part(part), later)
           - redshift_local.ordinal(redshift_local.part(part), earlier) $$;

CREATE OR REPLACE FUNCTION redshift_local.datediff(part text, earlier timestamptz, later timestamptz)
RETURNS bigint LANGUAGE sql STABLE STRICT
AS $$ SELECT redshift_local.datediff(part, earlier AT TIME ZONE 'UTC', later AT TIME ZONE 'UTC') $$;

CREATE OR REPLACE FUNCTION redshift_local.datediff(part text, earlier time, later time)
RETURNS bigint LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT redshift_local.datediff(part, DATE '2000-01-01' + earlier, DATE '2000-01-01' + later) $$;

-- adding months to the last day of a month gives the last day of the other one
CREATE OR REPLACE FUNCTION pg_catalog.add_months(moment timestamp, months bigint) RETURNS timestamp LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT CASE
    WHEN extract(day FROM moment + interval '1 day') = 1
    THEN date_trunc('month', moment) + make_interval(months => months::int + 1) - interval '1 day' + (moment - date_trunc('day', moment))
    ELSE moment + make_interval(months => months::int) END $$;

CREATE OR REPLACE FUNCTION redshift_local.months_of(part text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT CASE part WHEN 'millennium' THEN 12000 WHEN 'century' THEN 1200 WHEN 'decade' THEN 120
    WHEN 'year' THEN 12 WHEN 'quarter' THEN 3 WHEN 'month' THEN 1 END $$;

CREATE OR REPLACE FUNCTION redshift_local.dateadd(part text, amount bigint, moment timestamp)
RETURNS timestamp LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT CASE
    WHEN redshift_local.months_of(redshift_local.part(part)) IS NOT NULL
    THEN add_months(moment, amount * redshift_local.months_of(redshift_local.part(part)))
    ELSE moment + amount * ('1 ' || redshift_local.part(part))::interval END $$;

CREATE OR REPLACE FUNCTION redshift_local.dateadd(part text, amount bigint, moment timestamptz)
RETURNS timestamptz LANGUAGE sql STABLE STRICT
AS $$ SELECT redshift_local.dateadd(part, amount, moment AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' $$;

CREATE OR REPLACE FUNCTION redshift_local.dateadd(part text, amount bigint, moment date)
RETURNS timestamp LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT redshift_local.dateadd(part, amount, moment::timestamp) $$;

CREATE OR REPLACE FUNCTION redshift_local.date_part(part text, moment timestamp) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT pg_catalog.date_part(redshift_local.part(part), moment) $$;

CREATE OR REPLACE FUNCTION redshift_local.date_part(part text, moment date) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT pg_catalog.date_part(redshift_local.part(part), moment::timestamp) $$;

CREATE OR REPLACE FUNCTION redshift_local.date_part(part text, moment timestamptz) RETURNS float8 LANGUAGE sql STABLE STRICT
AS $$ SELECT pg_catalog.date_part(redshift_local.part(part), moment) $$;

CREATE OR REPLACE FUNCTION redshift_local.date_part(part text, moment time) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT pg_catalog.date_part(redshift_local.part(part), moment) $$;

CREATE OR REPLACE FUNCTION redshift_local.date_part(part text, span interval) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT pg_catalog.date_part(redshift_local.part(part), span) $$;

CREATE OR REPLACE FUNCTION pg_catalog.date_trunc(text, date) RETURNS timestamp LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT date_trunc($1, $2::timestamp) $$;

CREATE OR REPLACE FUNCTION pg_catalog.trunc(timestamp) RETURNS date LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT $1::date $$;

CREATE OR REPLACE FUNCTION pg_catalog.last_day(timestamp) RETURNS date LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT (date_trunc('month', $1) + interval '1 month - 1 day')::date $$;

CREATE OR REPLACE FUNCTION pg_catalog.date_part_year(date) RETURNS integer LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT extract(year FROM $1)::integer $$;

CREATE OR REPLACE FUNCTION pg_catalog.date_cmp(date, date) RETURNS integer LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT sign($1 - $2)::integer $$;

CREATE OR REPLACE FUNCTION pg_catalog.next_day(moment timestamp, weekday text) RETURNS date LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT moment::date + 1 + (strpos('sumotuwethfrsa', lower(left(weekday, 2))) / 2
    - extract(dow FROM moment::date + 1)::integer + 7) % 7 $$;

CREATE OR REPLACE FUNCTION pg_catalog.months_between(later timestamp, earlier timestamp) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT (extract(year FROM later) - extract(year FROM earlier)) * 12
    + extract(month FROM later) - extract(month FROM earlier)
    + CASE
        WHEN extract(day FROM later) = extract(day FROM earlier) THEN 0
        WHEN later::date = last_day(later) AND earlier::date = last_day(earlier) THEN 0
        ELSE (extract(day FROM later) - extract(day FROM earlier)) / 31.0 END $$;

CREATE OR REPLACE FUNCTION pg_catalog.convert_timezone(target text, moment timestamp) RETURNS timestamp LANGUAGE sql STABLE STRICT
AS $$ SELECT moment AT TIME ZONE 'UTC' AT TIME ZONE target $$;

CREATE OR REPLACE FUNCTION pg_catalog.convert_timezone(source text, target text, moment timestamp) RETURNS timestamp LANGUAGE sql STABLE STRICT
AS $$ SELECT moment AT TIME ZONE source AT TIME ZONE target $$;
