-- +goose Up
-- answers is what somebody said beside name and address when they signed up, as JSON.
ALTER TABLE account ADD COLUMN verified_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN answers TEXT NOT NULL DEFAULT '';

-- The tokens by which clients of an API dialect prove a session. They end with the session.
CREATE TABLE session_token (
    session TEXT NOT NULL PRIMARY KEY REFERENCES session (id) ON DELETE CASCADE,
    dialect TEXT NOT NULL,
    family_hash BYTEA NOT NULL,
    access_hash BYTEA NOT NULL,
    access_expires_at BIGINT NOT NULL,
    refresh_hash BYTEA NOT NULL
);
CREATE UNIQUE INDEX session_token_family ON session_token (family_hash);
CREATE UNIQUE INDEX session_token_access ON session_token (access_hash);
