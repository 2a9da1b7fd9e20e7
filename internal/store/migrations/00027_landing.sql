-- +goose Up
-- The keys that expire next, for the pages that warn of them.
CREATE INDEX credential_expires ON credential (expires_at, id) WHERE expires_at > 0 AND revoked_at = 0 AND grace_until = 0 AND NOT ticket;
