-- +goose Up
-- What an application is registered for, and which applications are registered for a version.
CREATE INDEX subscription_application_version ON subscription (application, version, state, removed_at, cleared_at);
CREATE INDEX subscription_version ON subscription (version, team, application, id);

-- A team's applications as they are listed.
CREATE INDEX application_own ON application (team, id) WHERE deleted_at = 0 AND default_of IS NULL;
