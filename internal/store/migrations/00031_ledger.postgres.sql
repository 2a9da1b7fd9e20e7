-- +goose Up
-- How far the gateway's ledgers are counted.
CREATE TABLE ledger (
    identity TEXT NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL,
    counted_at BIGINT NOT NULL
);

-- What calls are counted by, besides time and status. The id is a hash of the other columns, and rows outlive what they
-- name. The series of a spread have neither subscription nor credential.
CREATE TABLE usage_series (
    id BIGINT NOT NULL PRIMARY KEY,
    team TEXT NOT NULL,
    application TEXT NOT NULL,
    subscription TEXT,
    credential TEXT,
    version TEXT NOT NULL,
    environment TEXT NOT NULL,
    operation TEXT NOT NULL
);
CREATE INDEX usage_series_team ON usage_series (team, application);
CREATE INDEX usage_series_subscription ON usage_series (subscription);
CREATE INDEX usage_series_credential ON usage_series (credential);

CREATE TABLE usage_count (
    series BIGINT NOT NULL,
    at BIGINT NOT NULL,
    status BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    forwarded BIGINT NOT NULL,
    bytes_in BIGINT NOT NULL,
    bytes_out BIGINT NOT NULL,
    PRIMARY KEY (series, at, status)
);
CREATE INDEX usage_count_at ON usage_count (at, series, forwarded);

CREATE TABLE usage_spread (
    series BIGINT NOT NULL,
    at BIGINT NOT NULL,
    class BIGINT NOT NULL,
    latency BYTEA,
    upstream BYTEA,
    request_size BYTEA,
    response_size BYTEA,
    PRIMARY KEY (series, at, class)
);
CREATE INDEX usage_spread_at ON usage_spread (at);

-- Older counts have no status: the successful calls become 200, errors of the client 400 or 429, and of the server 500.
INSERT INTO usage_series (id, team, application, subscription, credential, version, environment, operation)
SELECT ROW_NUMBER() OVER (ORDER BY team, application, subscription, credential, version, environment),
    team, application, subscription, credential, version, environment, ''
FROM (SELECT DISTINCT team, application, subscription, credential, version, environment FROM usage_minute) AS former;
INSERT INTO usage_count (series, at, status, requests, forwarded, bytes_in, bytes_out)
SELECT s.id, m.at, o.status,
    CASE o.status WHEN 200 THEN m.calls - m.client_errors - m.server_errors WHEN 400 THEN m.client_errors - m.limited WHEN 429 THEN m.limited ELSE m.server_errors END,
    CASE o.status WHEN 200 THEN m.calls - m.client_errors - m.server_errors WHEN 400 THEN m.client_errors - m.limited WHEN 429 THEN 0 ELSE m.server_errors END,
    CASE o.status WHEN 200 THEN m.bytes_in ELSE 0 END, CASE o.status WHEN 200 THEN m.bytes_out ELSE 0 END
FROM usage_minute AS m
JOIN usage_series AS s ON s.credential = m.credential AND s.subscription = m.subscription AND s.version = m.version
    AND s.environment = m.environment AND s.team = m.team AND s.application = m.application
CROSS JOIN (SELECT 200 AS status UNION ALL SELECT 400 UNION ALL SELECT 429 UNION ALL SELECT 500) AS o
WHERE o.status = 200 OR CASE o.status WHEN 400 THEN m.client_errors - m.limited WHEN 429 THEN m.limited ELSE m.server_errors END > 0;
DROP TABLE usage_minute;

-- The addresses from which a credential was used.
CREATE TABLE usage_address (
    credential TEXT NOT NULL,
    address TEXT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (credential, address)
);
