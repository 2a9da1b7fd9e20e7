-- +goose Up
-- older is true while records from before the chain wait for a program that has the key ring. This step alone says so: a
-- chain that has no records although the trail has some was cleared.
ALTER TABLE audit_chain ADD COLUMN older BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE audit_chain SET older = TRUE WHERE position = 0 AND EXISTS (SELECT 1 FROM audit);
