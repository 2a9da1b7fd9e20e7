-- +goose Up
CREATE TABLE strategy (
    id TEXT NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    headers TEXT NOT NULL,
    query TEXT NOT NULL,
    scopes TEXT NOT NULL,
    preferred BOOLEAN NOT NULL,
    managed_by TEXT NOT NULL,
    file TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX strategy_slug ON strategy (slug) WHERE deleted_at = 0;

CREATE TABLE plan (
    id TEXT NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    family TEXT NOT NULL,
    environment TEXT NOT NULL,
    strategy TEXT NOT NULL REFERENCES strategy (id),
    scopes TEXT NOT NULL,
    limits TEXT NOT NULL,
    price TEXT NOT NULL,
    approval TEXT NOT NULL,
    keys TEXT NOT NULL,
    registrable BOOLEAN NOT NULL,
    published BOOLEAN NOT NULL,
    managed_by TEXT NOT NULL,
    file TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX plan_slug ON plan (slug) WHERE deleted_at = 0;

CREATE TABLE plan_version (
    plan TEXT NOT NULL REFERENCES plan (id),
    version TEXT NOT NULL REFERENCES version (id),
    position BIGINT NOT NULL,
    PRIMARY KEY (plan, version)
);
CREATE INDEX plan_version_version ON plan_version (version);
