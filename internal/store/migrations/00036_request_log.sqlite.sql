-- +goose Up
-- Since when a team's request log is on, 0 if it is off.
ALTER TABLE team ADD COLUMN logged_since BIGINT NOT NULL DEFAULT 0;

-- The calls in the request logs of teams. The id sorts by the time at which a call began.
CREATE TABLE request_line (
    team TEXT NOT NULL,
    id TEXT NOT NULL,
    application TEXT NOT NULL,
    credential TEXT NOT NULL,
    version TEXT NOT NULL,
    environment TEXT NOT NULL,
    operation TEXT NOT NULL,
    at BIGINT NOT NULL,
    took BIGINT NOT NULL,
    upstream BIGINT NOT NULL,
    status BIGINT NOT NULL,
    class BIGINT NOT NULL,
    forwarded BOOLEAN NOT NULL,
    bytes_in BIGINT NOT NULL,
    bytes_out BIGINT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    address TEXT NOT NULL,
    reason TEXT NOT NULL,
    request_id TEXT NOT NULL,
    PRIMARY KEY (team, id)
) WITHOUT ROWID;
CREATE INDEX request_line_address ON request_line (team, address, id);
CREATE INDEX request_line_credential ON request_line (team, credential, id);
CREATE INDEX request_line_operation ON request_line (team, version, operation, id);
CREATE INDEX request_line_version ON request_line (team, version, id);
CREATE INDEX request_line_application ON request_line (team, application, id);
CREATE INDEX request_line_class ON request_line (team, class, id);
CREATE INDEX request_line_errors ON request_line (team, id) WHERE class >= 4;
CREATE INDEX request_line_request ON request_line (team, request_id, id);

-- How many lines each log got on each UTC day. full_at is the time of the first call that found the day full, or 0.
CREATE TABLE request_log_day (
    team TEXT NOT NULL,
    day BIGINT NOT NULL,
    lines BIGINT NOT NULL,
    full_at BIGINT NOT NULL,
    PRIMARY KEY (team, day)
);
