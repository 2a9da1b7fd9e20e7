package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/page"
)

type requestRow struct {
	bun.BaseModel `bun:"table:request"`

	ID          access.RequestID `bun:",pk"`
	Application access.ApplicationID
	Team        identity.TeamID
	Wanted      string
	Removed     string
	Version     catalog.VersionID
	Scopes      string
	Credential  access.CredentialID
	IssueKey    bool
	Purpose     string
	Fields      string
	State       access.RequestState
	Asker       identity.AccountID
	CreatedAt   int64
	DecidedAt   int64
	Decider     identity.AccountID
	Reason      string
}

func (row requestRow) request() (access.Request, error) {
	read := access.Request{
		ID: row.ID, Application: row.Application, Team: row.Team, Version: row.Version, Credential: row.Credential,
		IssueKey: row.IssueKey, State: row.State, Asker: row.Asker, CreatedAt: instant(row.CreatedAt),
		DecidedAt: instant(row.DecidedAt), Decider: row.Decider, Reason: row.Reason, Purpose: row.Purpose,
	}
	var err error
	if read.Wanted, err = restore[[]string](row.Wanted); err != nil {
		return access.Request{}, err
	}
	if read.Remove, err = restore[[]string](row.Removed); err != nil {
		return access.Request{}, err
	}
	if read.Scopes, err = restore[[]string](row.Scopes); err != nil {
		return access.Request{}, err
	}
	read.Fields, err = restore[map[string]string](row.Fields)
	return read, err
}

// SaveRequest implements access.Store.
func (s *Access) SaveRequest(ctx context.Context, saved access.Request) error {
	row := requestRow{
		ID: saved.ID, Application: saved.Application, Team: saved.Team, Version: saved.Version,
		Credential: saved.Credential, IssueKey: saved.IssueKey, State: saved.State, Asker: saved.Asker,
		CreatedAt: micros(saved.CreatedAt), DecidedAt: micros(saved.DecidedAt), Decider: saved.Decider, Reason: saved.Reason, Purpose: saved.Purpose,
	}
	var err error
	for _, part := range []struct {
		column *string
		value  any
	}{{&row.Wanted, saved.Wanted}, {&row.Removed, saved.Remove}, {&row.Scopes, saved.Scopes}, {&row.Fields, saved.Fields}} {
		if *part.column, err = structure(part.value); err != nil {
			return err
		}
	}
	_, err = s.writer(ctx).NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").Exec(ctx)
	return err
}

// DeleteRequest implements access.Store.
func (s *Access) DeleteRequest(ctx context.Context, deleted access.RequestID) error {
	_, err := s.writer(ctx).NewDelete().Model((*requestRow)(nil)).Where("id = ?", deleted).Exec(ctx)
	return err
}

// Request implements access.Store.
func (s *Access) Request(ctx context.Context, wanted access.RequestID) (access.Request, error) {
	var row requestRow
	err := s.reader(ctx).NewSelect().Model(&row).Where("id = ?", wanted).Scan(ctx)
	if err != nil {
		return access.Request{}, missing(err, "request")
	}
	return row.request()
}

// RequestForms implements access.Registrations.
func (s *Access) RequestForms(ctx context.Context, requests []access.RequestID) (map[access.RequestID]access.RequestForm, error) {
	forms := make(map[access.RequestID]access.RequestForm, len(requests))
	if len(requests) == 0 {
		return forms, nil
	}
	var rows []requestRow
	if err := s.reader(ctx).NewSelect().Model(&rows).Column("id", "purpose", "fields").Where("id IN (?)", bun.List(requests)).Scan(ctx); err != nil {
		return nil, err
	}
	for _, row := range rows {
		answers, err := restore[map[string]string](row.Fields)
		if err != nil {
			return nil, err
		}
		forms[row.ID] = access.RequestForm{Purpose: row.Purpose, Answers: answers}
	}
	return forms, nil
}

// Requests implements access.Store.
func (s *Access) Requests(ctx context.Context, filter access.RequestFilter, paging page.Request) (page.Page[access.Request], error) {
	var rows []requestRow
	query := s.reader(ctx).NewSelect().Model(&rows)
	if !filter.Team.IsZero() {
		query.Where("team = ?", filter.Team)
	}
	if !filter.Application.IsZero() {
		query.Where("application = ?", filter.Application)
	}
	if filter.State != "" {
		query.Where("state = ?", filter.State)
	}
	if filter.Decided {
		query.Where("state <> ?", access.RequestPending)
	}
	if !filter.Plan.IsZero() {
		query.Where("id IN (SELECT s.request FROM subscription AS s WHERE s.plan = ?)", filter.Plan)
	}
	if filter.Search != "" {
		pattern := containing(filter.Search)
		query.Where("("+ofTeamOrApplication+` OR asker IN (SELECT p.id FROM account AS p
			WHERE LOWER(p.name) LIKE ? ESCAPE '\' OR LOWER(p.email) LIKE ? ESCAPE '\'))`, pattern, pattern, pattern, pattern)
	}
	readable(query, filter.Reader)
	if filter.PendingFirst { // as in the inbox: pending requests, oldest first, then decided ones, newest first
		query.OrderExpr("CASE state WHEN 'pending' THEN 0 ELSE 1 END").OrderExpr("CASE state WHEN 'pending' THEN id END")
		return listIDs(ctx, s.DB, query, paging, func(row requestRow) access.RequestID { return row.ID }, requestRow.request)
	}
	return list(ctx, query, paging, &rows, requestRow.request)
}
