-- +goose Up
-- Lists of staff, and what a team holds of which plans.
CREATE INDEX subscription_state ON subscription (state, id);
CREATE INDEX subscription_held ON subscription (team, state, plan, ends_at, removed_at);
CREATE INDEX subscription_same ON subscription (application, plan);

-- Calls are added up out of the index alone.
DROP INDEX usage_minute_team;
CREATE INDEX usage_minute_team_calls ON usage_minute (team, at, subscription, credential, calls);
