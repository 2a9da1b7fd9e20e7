-- +goose Up
-- The level of a series says what it leaves out: nothing (0), subscription and credential (1), or more, as package usage
-- defines. Columns that a level leaves out are null or empty.
CREATE TABLE usage_series_of_level (
    id BIGINT NOT NULL PRIMARY KEY,
    level BIGINT NOT NULL,
    team TEXT,
    application TEXT,
    subscription TEXT,
    credential TEXT,
    version TEXT,
    environment TEXT NOT NULL,
    operation TEXT NOT NULL
);
INSERT INTO usage_series_of_level (id, level, team, application, subscription, credential, version, environment, operation)
SELECT id, CASE WHEN credential IS NULL THEN 1 ELSE 0 END, team, application, subscription, credential, version, environment, operation
FROM usage_series;
DROP TABLE usage_series;
ALTER TABLE usage_series_of_level RENAME TO usage_series;
CREATE INDEX usage_series_team ON usage_series (team, level, application);
CREATE INDEX usage_series_level ON usage_series (level, version);
CREATE INDEX usage_series_subscription ON usage_series (subscription);
CREATE INDEX usage_series_credential ON usage_series (credential);

-- A distribution is of one status, so that percentiles by status are exact.
ALTER TABLE usage_spread RENAME COLUMN class TO status;

-- The sums of whole hours and days. Status 0 in a distribution is every status.
CREATE TABLE usage_hour_count (
    series BIGINT NOT NULL,
    at BIGINT NOT NULL,
    status BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    forwarded BIGINT NOT NULL,
    bytes_in BIGINT NOT NULL,
    bytes_out BIGINT NOT NULL,
    PRIMARY KEY (series, at, status)
);
CREATE INDEX usage_hour_count_at ON usage_hour_count (at);
CREATE TABLE usage_hour_spread (
    series BIGINT NOT NULL,
    status BIGINT NOT NULL,
    at BIGINT NOT NULL,
    latency BYTEA,
    upstream BYTEA,
    request_size BYTEA,
    response_size BYTEA,
    PRIMARY KEY (series, status, at)
);
CREATE INDEX usage_hour_spread_at ON usage_hour_spread (at);
CREATE TABLE usage_day_count (
    series BIGINT NOT NULL,
    at BIGINT NOT NULL,
    status BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    forwarded BIGINT NOT NULL,
    bytes_in BIGINT NOT NULL,
    bytes_out BIGINT NOT NULL,
    PRIMARY KEY (series, at, status)
);
CREATE INDEX usage_day_count_at ON usage_day_count (at);
CREATE TABLE usage_day_spread (
    series BIGINT NOT NULL,
    status BIGINT NOT NULL,
    at BIGINT NOT NULL,
    latency BYTEA,
    upstream BYTEA,
    request_size BYTEA,
    response_size BYTEA,
    PRIMARY KEY (series, status, at)
);
CREATE INDEX usage_day_spread_at ON usage_day_spread (at);

-- The hours and days whose sums are missing or out of date. Each batch adds to the marks of its hours. Summing an hour
-- up deletes its row, unless marks were added meanwhile.
CREATE TABLE usage_mark (
    grain BIGINT NOT NULL,
    at BIGINT NOT NULL,
    marks BIGINT NOT NULL,
    claimed_until BIGINT NOT NULL,
    PRIMARY KEY (grain, at)
);
INSERT INTO usage_mark (grain, at, marks, claimed_until)
SELECT DISTINCT 1, at - at % 3600000000, 1, 0 FROM usage_count;

-- Since when each resolution is kept. Older rows are deleted, perhaps not all of them yet.
CREATE TABLE usage_kept (
    grain BIGINT NOT NULL PRIMARY KEY,
    since BIGINT NOT NULL
);

-- What is deleted some time after it is over.
CREATE INDEX credential_ticket ON credential (expires_at) WHERE ticket;
CREATE INDEX quota_begins_at ON quota (begins_at);
CREATE INDEX usage_address_last_at ON usage_address (last_at);
