-- +goose Up
-- What Konnect clients are told as is_public is a setting of its own, and begins as the one setting was. Quotes inside
-- texts are escaped, so that only the setting matches.
UPDATE site SET settings = REPLACE(settings, '"Public":true', '"Public":true,"KonnectPublic":true');
