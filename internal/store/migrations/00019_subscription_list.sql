-- +goose Up
-- What the list of subscriptions is narrowed by is found in the index alone.
DROP INDEX subscription_list;
CREATE INDEX subscription_list ON subscription (id, team, application, plan, state, removed_at, ends_at);
