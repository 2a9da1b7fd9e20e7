-- +goose Up
-- password_at is when the present password was chosen, 0 where that is not known.
ALTER TABLE account ADD COLUMN password_at BIGINT NOT NULL DEFAULT 0;
-- unproven is true while nothing but a sign-up, which anybody can send, says that somebody wants the account.
ALTER TABLE account ADD COLUMN unproven BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE account SET unproven = TRUE WHERE state = 'pending' AND verified_at = 0 AND password_hash = '';
CREATE INDEX account_unproven ON account (created_at) WHERE unproven;
