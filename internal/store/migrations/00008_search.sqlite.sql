-- +goose Up
-- What things are found by, in words (catalog.SearchText). The owner is a product, a version, a document, or the staged
-- description that an operation with this ordinal is in.
CREATE TABLE search_entry (
    id INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    owner TEXT NOT NULL,
    ordinal BIGINT NOT NULL,
    names TEXT NOT NULL,
    terms TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE UNIQUE INDEX search_entry_owner ON search_entry (owner, ordinal);

-- Made from search_entry by triggers, also when a backup is restored; backups leave it out.
CREATE VIRTUAL TABLE search_index USING fts5 (
    names, terms, body, content = '', contentless_delete = 1, detail = column, tokenize = 'ascii', prefix = '1 2 3'
);
-- +goose StatementBegin
CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN
    INSERT INTO search_index (rowid, names, terms, body) VALUES (new.id, new.names, new.terms, new.body);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN
    DELETE FROM search_index WHERE rowid = old.id;
END;
-- +goose StatementEnd
