-- +goose Up
-- An invitation waits for the word of the account, which may be one that was made for it.
CREATE TABLE invitation (
    id TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (id),
    team TEXT NOT NULL REFERENCES team (id),
    role TEXT NOT NULL,
    invited_by TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX invitation_team ON invitation (team, account);
CREATE INDEX invitation_account ON invitation (account);
CREATE INDEX invitation_expires ON invitation (expires_at);

-- In the order of the lists, so that a late page does not read every row before it.
CREATE INDEX account_listed ON account (email, id) WHERE state <> 'removed';
CREATE INDEX team_name ON team (name, id);
CREATE INDEX member_listed ON member (team, joined_at, account);
DROP INDEX member_team;
