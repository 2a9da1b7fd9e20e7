-- +goose Up
-- updated_at is when what people see of an account was last changed.
ALTER TABLE account ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
UPDATE account SET updated_at = created_at;
