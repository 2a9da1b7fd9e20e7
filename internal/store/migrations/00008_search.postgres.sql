-- +goose Up
-- What things are found by, in words (catalog.SearchText). The owner is a product, a version, a document, or the staged
-- description that an operation with this ordinal is in.
CREATE TABLE search_entry (
    id BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    owner TEXT NOT NULL,
    ordinal BIGINT NOT NULL,
    names TEXT NOT NULL,
    terms TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE UNIQUE INDEX search_entry_owner ON search_entry (owner, ordinal);

-- Made from search_entry by a trigger, also when a backup is restored; backups leave it out.
CREATE TABLE search_index (
    id BIGINT NOT NULL PRIMARY KEY REFERENCES search_entry (id) ON DELETE CASCADE,
    words TSVECTOR NOT NULL
);
CREATE INDEX search_index_words ON search_index USING gin (words);
-- +goose StatementBegin
-- The words are letters and digits alone, so that they are written as lexemes without a parser, which would cut them anew.
CREATE FUNCTION search_entry_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_index (id, words) VALUES (
        new.id,
        (regexp_replace(new.names, '[^ ]+', '\&:1A', 'g') || ' ' || regexp_replace(new.terms, '[^ ]+', '\&:1B', 'g') || ' '
            || regexp_replace(new.body, '[^ ]+', '\&:1C', 'g'))::tsvector
    );
    RETURN new;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry FOR EACH ROW EXECUTE FUNCTION search_entry_added();
