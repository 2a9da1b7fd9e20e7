-- +goose Up

-- default_of names whose default application it is, and is NULL for every other one.
CREATE TABLE application (
    id TEXT NOT NULL PRIMARY KEY,
    team TEXT NOT NULL REFERENCES team (id),
    account TEXT REFERENCES account (id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    default_of TEXT UNIQUE,
    strategy TEXT,
    reference_id TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT NOT NULL
);
CREATE INDEX application_team ON application (team, id);
CREATE UNIQUE INDEX application_reference ON application (reference_id) WHERE reference_id <> '' AND deleted_at = 0;

CREATE TABLE request (
    id TEXT NOT NULL PRIMARY KEY,
    application TEXT NOT NULL REFERENCES application (id),
    team TEXT NOT NULL,
    wanted TEXT NOT NULL,
    removed TEXT NOT NULL,
    version TEXT,
    scopes TEXT NOT NULL,
    credential TEXT,
    issue_key BOOLEAN NOT NULL,
    fields TEXT NOT NULL,
    state TEXT NOT NULL,
    asker TEXT,
    created_at BIGINT NOT NULL,
    decided_at BIGINT NOT NULL,
    decider TEXT,
    reason TEXT NOT NULL
);
CREATE INDEX request_team ON request (team, id);
CREATE INDEX request_application ON request (application, id);
CREATE INDEX request_state ON request (state, id);

-- The request may be deleted while its subscriptions stay.
CREATE TABLE subscription (
    id TEXT NOT NULL PRIMARY KEY,
    application TEXT NOT NULL REFERENCES application (id),
    team TEXT NOT NULL,
    plan TEXT NOT NULL,
    version TEXT,
    request TEXT,
    state TEXT NOT NULL,
    scopes TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    approved_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    removed_at BIGINT NOT NULL,
    cleared_at BIGINT NOT NULL
);
CREATE INDEX subscription_team ON subscription (team, id);
CREATE INDEX subscription_application ON subscription (application, id);
CREATE INDEX subscription_plan ON subscription (plan, id);
CREATE INDEX subscription_request ON subscription (request);

-- Of a key there is its keyed hash; sealed is there for viewable keys that have not ended, and for no others.
CREATE TABLE credential (
    id TEXT NOT NULL PRIMARY KEY,
    application TEXT NOT NULL REFERENCES application (id),
    team TEXT NOT NULL,
    subscription TEXT,
    environment TEXT NOT NULL,
    kind TEXT NOT NULL,
    format TEXT NOT NULL,
    slot TEXT NOT NULL,
    name TEXT NOT NULL,
    lookup BYTEA NOT NULL UNIQUE,
    verifier BYTEA,
    hash_key BIGINT NOT NULL,
    prefix TEXT NOT NULL,
    viewable BOOLEAN NOT NULL,
    sealed BYTEA,
    in_query BOOLEAN NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT,
    regenerated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    grace_until BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL,
    revoked_by TEXT,
    rotated_from TEXT,
    replaced_by TEXT
);
CREATE INDEX credential_team ON credential (team, id);
CREATE INDEX credential_application ON credential (application, id);
CREATE INDEX credential_subscription ON credential (subscription);

-- Who was shown the present secret of a credential.
CREATE TABLE secret_reader (
    credential TEXT NOT NULL REFERENCES credential (id),
    account TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (credential, account)
);
CREATE INDEX secret_reader_account ON secret_reader (account);
