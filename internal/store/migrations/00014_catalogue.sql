-- +goose Up
ALTER TABLE spec ADD COLUMN finding_count BIGINT NOT NULL DEFAULT 0;

-- The lists of the staff side.
CREATE INDEX product_list ON product (name, slug) WHERE deleted_at = 0;
CREATE INDEX plan_list ON plan (name, slug) WHERE deleted_at = 0;
CREATE INDEX strategy_list ON strategy (name, slug) WHERE deleted_at = 0;
