-- Quotes; semicolons; all of it stays.
CREATE SCHEMA IF NOT EXISTS shared;
CREATE TABLE IF NOT EXISTS shared.rides (folder VARCHAR(50), fare DECIMAL(8, 2)) DISTSTYLE ALL;
