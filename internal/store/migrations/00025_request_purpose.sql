-- +goose Up
-- purpose is why the person asks, next to the answers to the fields that staff have set.
ALTER TABLE request ADD COLUMN purpose TEXT NOT NULL DEFAULT '';
