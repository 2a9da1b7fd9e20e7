-- +goose Up
-- Each record is hashed together with the hash of the one before it. Records from before the chain get their place when a
-- program that has the key ring starts.
ALTER TABLE audit ADD COLUMN position BIGINT;
ALTER TABLE audit ADD COLUMN key_version BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit ADD COLUMN hash BYTEA;

CREATE TABLE audit_chain (
    id BIGINT NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL,
    hash BYTEA
);
INSERT INTO audit_chain (id, position) VALUES (1, 0);

-- The trail is listed in the order of the chain, under one filter or several. What is left of an action without the letters
-- behind its dot is the noun of what it was done to.
CREATE UNIQUE INDEX audit_position ON audit (position);
DROP INDEX audit_object;
DROP INDEX audit_team;
CREATE INDEX audit_object ON audit (object, position);
CREATE INDEX audit_team ON audit (team, position);
CREATE INDEX audit_actor ON audit (actor, position);
CREATE INDEX audit_actor_name ON audit (actor_name, position);
CREATE INDEX audit_action ON audit (action, position);
CREATE INDEX audit_noun ON audit (RTRIM(action, 'abcdefghijklmnopqrstuvwxyz_'), position);
CREATE INDEX audit_address ON audit (address, position);
CREATE INDEX audit_request ON audit (request_id, position);
CREATE INDEX audit_at ON audit (at, position);

-- The outbox is listed by state, and searched for the messages to one address.
CREATE INDEX outbox_state ON outbox (
    (CASE WHEN sent_at > 0 THEN 'sent' WHEN next_at > 0 THEN 'waiting' ELSE 'failed' END), id
);
CREATE INDEX outbox_recipient ON outbox (recipient);
