-- +goose Up
-- Which teams were told how much of a quota they have used. A row and its mails are saved together, so no team is told
-- twice.
CREATE TABLE usage_alert (
    subject TEXT NOT NULL,
    quota TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    percent BIGINT NOT NULL,
    team TEXT NOT NULL,
    subscription TEXT NOT NULL,
    ends_at BIGINT NOT NULL,
    told_at BIGINT NOT NULL,
    PRIMARY KEY (subject, quota, began_at, percent)
);
CREATE INDEX usage_alert_team ON usage_alert (team, ends_at);
