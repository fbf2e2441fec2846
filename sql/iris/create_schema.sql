-- In the connection's database. An administrator has made that one, and the storage integration: docs/iris.md.
CREATE SCHEMA IF NOT EXISTS iris;
