-- +goose Up
CREATE TABLE schema (
    spec TEXT NOT NULL,
    ordinal BIGINT NOT NULL,
    slug TEXT NOT NULL,
    detail BYTEA NOT NULL,
    PRIMARY KEY (spec, ordinal)
);
CREATE UNIQUE INDEX schema_slug ON schema (spec, slug);

-- Examples that are too long for a page, by their number in the description.
CREATE TABLE example (
    spec TEXT NOT NULL,
    number BIGINT NOT NULL,
    part BIGINT NOT NULL,
    text BYTEA NOT NULL,
    PRIMARY KEY (spec, number, part)
);
