-- +goose Up
-- Pictures that the portal shows, by the digest of their content.
CREATE TABLE site_image (
    hash TEXT NOT NULL PRIMARY KEY,
    content BYTEA NOT NULL
);
