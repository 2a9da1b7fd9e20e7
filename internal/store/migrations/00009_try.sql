-- +goose Up
-- What an operation takes, for the form that tries it; compressed like its detail.
ALTER TABLE operation ADD COLUMN input BYTEA;

-- A ticket is a key of a few minutes for one account's own calls from the reference; no list of keys holds it.
ALTER TABLE credential ADD COLUMN ticket BOOLEAN NOT NULL DEFAULT FALSE;
