-- +goose Up
-- front is the origin of the pages, other than the portal's own, on which somebody signed up: mails lead back there.
ALTER TABLE account ADD COLUMN front TEXT NOT NULL DEFAULT '';

-- Who is told that something waits for staff, and how many sign-ups do, which every page of the staff side says.
CREATE INDEX account_staff ON account (staff, email);
CREATE INDEX account_waiting ON account (id) WHERE state = 'pending' AND NOT unproven;
