-- What nyc_taxi loads; nothing is changed when it is there already.
CREATE SCHEMA IF NOT EXISTS nyc;

-- The columns and types of aggregate/agg-green-rides, in its order: COPY from parquet goes by position.
CREATE TABLE IF NOT EXISTS nyc.agg_green_rides (
    pulocationid      BIGINT NOT NULL,
    trip_type         BIGINT NOT NULL,
    payment_type      BIGINT NOT NULL,
    total_fare_amount DECIMAL(18, 2) NOT NULL
)
DISTSTYLE ALL
SORTKEY (pulocationid, trip_type, payment_type);
