-- +goose Up
-- Lists of staff, and what a team holds of which plans.
CREATE INDEX subscription_state ON subscription (state, id);
CREATE INDEX subscription_held ON subscription (team, state, plan, ends_at, removed_at);
CREATE INDEX subscription_same ON subscription (application, plan);
-- The order of the inbox, with what it is searched by; store.Requests orders by the same expressions.
CREATE INDEX request_inbox ON request (
    (CASE state WHEN 'pending' THEN 0 ELSE 1 END), (CASE state WHEN 'pending' THEN id END), id DESC, team, application, asker, state
);
CREATE INDEX subscription_list ON subscription (id, team, application, plan);

-- Calls are added up out of the index alone.
DROP INDEX usage_minute_team;
CREATE INDEX usage_minute_team_calls ON usage_minute (team, at, subscription, credential, calls);
