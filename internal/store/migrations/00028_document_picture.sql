-- +goose Up
-- The pictures of a page of documentation.
CREATE TABLE document_picture (
    document TEXT NOT NULL REFERENCES document (id),
    name TEXT NOT NULL,
    media TEXT NOT NULL,
    digest TEXT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (document, name)
);
