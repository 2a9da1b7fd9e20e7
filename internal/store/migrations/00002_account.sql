-- +goose Up
CREATE TABLE teams (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    disabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);

-- A removed account keeps its row without an address, so that the address may be used again.
CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT UNIQUE,
    name TEXT NOT NULL,
    staff TEXT NOT NULL,
    state TEXT NOT NULL,
    home_team TEXT REFERENCES teams (id),
    created_at BIGINT NOT NULL,
    last_sign_in_at BIGINT NOT NULL,
    password_hash TEXT NOT NULL,
    imported_cost BIGINT NOT NULL
);
CREATE INDEX accounts_imported ON accounts (imported_cost);

CREATE TABLE members (
    account TEXT NOT NULL REFERENCES accounts (id),
    team TEXT NOT NULL REFERENCES teams (id),
    role TEXT NOT NULL,
    joined_at BIGINT NOT NULL,
    PRIMARY KEY (account, team)
);
CREATE INDEX members_team ON members (team);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (id),
    team TEXT REFERENCES teams (id),
    token_hash BYTEA NOT NULL UNIQUE,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_account ON sessions (account);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE links (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (id),
    purpose TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX links_account ON links (account);
CREATE INDEX links_expires ON links (expires_at);

-- The subject is a hash of an e-mail address or of a machine's address.
CREATE TABLE sign_in_failures (
    subject TEXT NOT NULL PRIMARY KEY,
    failed_at TEXT NOT NULL,
    locked_until BIGINT NOT NULL,
    forget_at BIGINT NOT NULL
);
CREATE INDEX sign_in_failures_forget ON sign_in_failures (forget_at);
