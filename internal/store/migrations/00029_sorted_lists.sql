-- +goose Up
-- The orders of the staff's lists. The expression is the one by which store.Credentials sorts.
CREATE INDEX credential_name ON credential (name, id);
CREATE INDEX credential_environment ON credential (environment, id);
CREATE INDEX credential_ends ON credential ((CASE expires_at WHEN 0 THEN 9223372036854775807 ELSE expires_at END), id);
CREATE INDEX account_name ON account (name, id) WHERE state <> 'removed';
CREATE INDEX account_sign_in ON account (last_sign_in_at, id) WHERE state <> 'removed';
CREATE INDEX plan_environment ON plan (environment, id) WHERE deleted_at = 0;
CREATE INDEX strategy_kind ON strategy (kind, id) WHERE deleted_at = 0;

-- The parts of the list of keys are counted in the index alone.
CREATE INDEX credential_part ON credential (ticket, revoked_at, expires_at, grace_until, created_at, id);
