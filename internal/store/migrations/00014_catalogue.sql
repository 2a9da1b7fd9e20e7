-- +goose Up
ALTER TABLE spec ADD COLUMN finding_count BIGINT NOT NULL DEFAULT 0;

-- The lists of the staff side, which find their pages in the index alone.
CREATE INDEX product_list ON product (name, slug, managed_by, id) WHERE deleted_at = 0;
CREATE INDEX plan_list ON plan (name, slug, managed_by, id) WHERE deleted_at = 0;
CREATE INDEX strategy_list ON strategy (name, slug, managed_by, id) WHERE deleted_at = 0;
