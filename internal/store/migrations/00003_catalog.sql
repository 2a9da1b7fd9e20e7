-- +goose Up
CREATE TABLE product (
    id TEXT NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    audience TEXT NOT NULL,
    teams TEXT NOT NULL,
    published BOOLEAN NOT NULL,
    managed_by TEXT NOT NULL,
    file TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX product_slug ON product (slug) WHERE deleted_at = 0;

CREATE TABLE version (
    id TEXT NOT NULL PRIMARY KEY,
    product TEXT NOT NULL REFERENCES product (id),
    name TEXT NOT NULL,
    position BIGINT NOT NULL,
    published BOOLEAN NOT NULL,
    deprecated BOOLEAN NOT NULL,
    spec TEXT NOT NULL,
    file TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX version_name ON version (product, name) WHERE deleted_at = 0;
CREATE INDEX version_spec ON version (spec);

CREATE TABLE endpoint (
    version TEXT NOT NULL REFERENCES version (id),
    environment TEXT NOT NULL,
    position BIGINT NOT NULL,
    base_path TEXT NOT NULL,
    upstream TEXT NOT NULL,
    refusals TEXT NOT NULL,
    timeout BIGINT NOT NULL,
    max_body BIGINT NOT NULL,
    cors_upstream BOOLEAN NOT NULL,
    PRIMARY KEY (version, environment)
);
CREATE UNIQUE INDEX endpoint_base_path ON endpoint (base_path);

CREATE TABLE document (
    id TEXT NOT NULL PRIMARY KEY,
    product TEXT NOT NULL REFERENCES product (id),
    parent TEXT,
    position BIGINT NOT NULL,
    slug TEXT NOT NULL,
    title TEXT NOT NULL,
    markdown TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX document_slug ON document (product, slug);

-- A description is known by its digest once it is whole; until then it is the business of whoever stages it.
CREATE TABLE spec (
    id TEXT NOT NULL PRIMARY KEY,
    digest TEXT NOT NULL,
    reader BIGINT NOT NULL,
    whole BOOLEAN NOT NULL,
    staged_at BIGINT NOT NULL,
    head BYTEA NOT NULL,
    findings BYTEA NOT NULL
);
CREATE UNIQUE INDEX spec_digest ON spec (digest) WHERE whole;

CREATE TABLE spec_text (
    spec TEXT NOT NULL,
    part BIGINT NOT NULL,
    text BYTEA NOT NULL,
    PRIMARY KEY (spec, part)
);

CREATE TABLE operation (
    spec TEXT NOT NULL,
    ordinal BIGINT NOT NULL,
    slug TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    webhook BOOLEAN NOT NULL,
    operation_id TEXT NOT NULL,
    summary TEXT NOT NULL,
    tags TEXT NOT NULL,
    deprecated BOOLEAN NOT NULL,
    detail BYTEA NOT NULL,
    PRIMARY KEY (spec, ordinal)
);
CREATE UNIQUE INDEX operation_slug ON operation (spec, slug);
