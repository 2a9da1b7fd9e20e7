-- +goose Up
-- Usage is a new area of the navigation. Portals that show applications show it too. Quotes in texts are escaped, so the
-- pattern is found in the list of areas alone.
UPDATE site SET settings = replace(settings, '"Areas":["', '"Areas":["usage","')
WHERE settings LIKE '%"Areas":[%"applications"%' AND settings NOT LIKE '%"usage"%';
