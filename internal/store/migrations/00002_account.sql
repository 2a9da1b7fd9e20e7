-- +goose Up
CREATE TABLE team (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    disabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);

-- A removed account keeps its row without an address, so that the address may be used again.
CREATE TABLE account (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT UNIQUE,
    name TEXT NOT NULL,
    staff TEXT NOT NULL,
    state TEXT NOT NULL,
    home_team TEXT REFERENCES team (id),
    created_at BIGINT NOT NULL,
    last_sign_in_at BIGINT NOT NULL,
    password_hash TEXT NOT NULL,
    imported_cost BIGINT NOT NULL
);
CREATE INDEX account_imported ON account (imported_cost);

CREATE TABLE member (
    account TEXT NOT NULL REFERENCES account (id),
    team TEXT NOT NULL REFERENCES team (id),
    role TEXT NOT NULL,
    joined_at BIGINT NOT NULL,
    PRIMARY KEY (account, team)
);
CREATE INDEX member_team ON member (team);

CREATE TABLE session (
    id TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (id),
    team TEXT REFERENCES team (id),
    token_hash BYTEA NOT NULL UNIQUE,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_account ON session (account);
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE link (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (id),
    purpose TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX link_account ON link (account);
CREATE INDEX link_expires ON link (expires_at);

-- The subject is a hash of an e-mail address or of a machine's address.
CREATE TABLE sign_in_failure (
    subject TEXT NOT NULL PRIMARY KEY,
    failed_at TEXT NOT NULL,
    locked_until BIGINT NOT NULL,
    forget_at BIGINT NOT NULL
);
CREATE INDEX sign_in_failure_forget ON sign_in_failure (forget_at);
