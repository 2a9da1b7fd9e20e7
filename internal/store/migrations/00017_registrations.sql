-- +goose Up
-- What an application is registered for, and which applications are registered for a version: found in the index alone.
CREATE INDEX subscription_registration ON subscription (application, state, version, removed_at, cleared_at, ends_at, id);
CREATE INDEX subscription_version ON subscription (version, team, state, removed_at, cleared_at, ends_at, application);

-- A team's applications as they are listed.
CREATE INDEX application_own ON application (team, id) WHERE deleted_at = 0 AND COALESCE(default_of, '') = '';
