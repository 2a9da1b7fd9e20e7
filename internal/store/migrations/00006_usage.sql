-- +goose Up
-- What was counted keeps no foreign keys: it outlives what it was counted for.
CREATE TABLE usage_minute (
    credential TEXT NOT NULL,
    at BIGINT NOT NULL,
    subscription TEXT NOT NULL,
    version TEXT NOT NULL,
    environment TEXT NOT NULL,
    team TEXT NOT NULL,
    application TEXT NOT NULL,
    calls BIGINT NOT NULL,
    limited BIGINT NOT NULL,
    client_errors BIGINT NOT NULL,
    server_errors BIGINT NOT NULL,
    bytes_in BIGINT NOT NULL,
    bytes_out BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    latency BYTEA,
    PRIMARY KEY (credential, at, subscription, version, environment)
);
CREATE INDEX usage_minute_team ON usage_minute (team, at);

CREATE TABLE usage_credential (
    credential TEXT NOT NULL PRIMARY KEY,
    last_at BIGINT NOT NULL
);

CREATE TABLE quota (
    subject TEXT NOT NULL,
    meter TEXT NOT NULL,
    span TEXT NOT NULL,
    begins_at BIGINT NOT NULL,
    used BIGINT NOT NULL,
    PRIMARY KEY (subject, meter, span, begins_at)
);
