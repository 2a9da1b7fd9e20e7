-- +goose Up
-- trial says that visitors may try the plan out without an account.
ALTER TABLE plan ADD COLUMN trial BOOLEAN NOT NULL DEFAULT FALSE;

-- A key of a few minutes that a visitor got for one version. Of the key there is its keyed hash.
CREATE TABLE visitor_key (
    id TEXT NOT NULL PRIMARY KEY,
    lookup BYTEA NOT NULL UNIQUE,
    product TEXT NOT NULL,
    version TEXT NOT NULL,
    plan TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX visitor_key_expires_at ON visitor_key (expires_at);
