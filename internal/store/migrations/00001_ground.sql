-- +goose Up
CREATE TABLE change_log (
    position BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    tags TEXT NOT NULL
);

CREATE TABLE audit (
    id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    team TEXT,
    address TEXT NOT NULL,
    request_id TEXT NOT NULL,
    details TEXT NOT NULL
);
CREATE INDEX audit_object ON audit (object, id);
CREATE INDEX audit_team ON audit (team, id);

CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    recipient TEXT NOT NULL,
    template TEXT NOT NULL,
    params TEXT NOT NULL,
    sent_at BIGINT NOT NULL DEFAULT 0,
    attempts BIGINT NOT NULL DEFAULT 0,
    next_at BIGINT NOT NULL DEFAULT 0,
    failure TEXT NOT NULL DEFAULT ''
);
CREATE INDEX outbox_waiting ON outbox (sent_at, next_at);

CREATE TABLE key_ring (
    version BIGINT NOT NULL PRIMARY KEY,
    fingerprint TEXT NOT NULL
);

CREATE TABLE site (
    id BIGINT NOT NULL PRIMARY KEY,
    settings TEXT NOT NULL
);
