package store

import (
	"bytes"
	"context"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
)

type credentialRow struct {
	bun.BaseModel `bun:"table:credential"`

	ID            access.CredentialID `bun:",pk"`
	Application   access.ApplicationID
	Team          identity.TeamID
	Subscription  access.SubscriptionID
	Environment   string
	Kind          plan.Kind
	Format        plan.KeyFormat
	Slot          access.Slot
	Name          string
	Lookup        []byte
	Verifier      []byte
	HashKey       int64
	Prefix        string
	Viewable      bool
	Sealed        []byte
	InQuery       bool
	Scopes        string
	CreatedAt     int64
	CreatedBy     identity.AccountID
	RegeneratedAt int64
	ExpiresAt     int64
	GraceUntil    int64
	RevokedAt     int64
	RevokedBy     identity.AccountID
	RotatedFrom   access.CredentialID
	ReplacedBy    access.CredentialID
	Ticket        bool
}

func (row credentialRow) credential() (access.Credential, error) {
	scopes, err := restore[[]string](row.Scopes)
	return access.Credential{
		ID: row.ID, Application: row.Application, Team: row.Team, Subscription: row.Subscription,
		Environment: row.Environment, Kind: row.Kind, Format: row.Format, Slot: row.Slot, Name: row.Name,
		Lookup: row.Lookup, Verifier: row.Verifier, HashKey: int(row.HashKey), Prefix: row.Prefix,
		Viewable: row.Viewable, Sealed: row.Sealed, InQuery: row.InQuery, Scopes: scopes,
		CreatedAt: instant(row.CreatedAt), CreatedBy: row.CreatedBy, RegeneratedAt: instant(row.RegeneratedAt),
		ExpiresAt: instant(row.ExpiresAt), GraceUntil: instant(row.GraceUntil), RevokedAt: instant(row.RevokedAt),
		RevokedBy: row.RevokedBy, RotatedFrom: row.RotatedFrom, ReplacedBy: row.ReplacedBy, Ticket: row.Ticket,
	}, err
}

// SaveCredential implements access.Store.
func (s *Access) SaveCredential(ctx context.Context, saved access.Credential) error {
	scopes, err := structure(saved.Scopes)
	if err != nil {
		return err
	}
	row := credentialRow{
		ID: saved.ID, Application: saved.Application, Team: saved.Team, Subscription: saved.Subscription,
		Environment: saved.Environment, Kind: saved.Kind, Format: saved.Format, Slot: saved.Slot, Name: saved.Name,
		Lookup: saved.Lookup, Verifier: saved.Verifier, HashKey: int64(saved.HashKey), Prefix: saved.Prefix,
		Viewable: saved.Viewable, Sealed: saved.Sealed, InQuery: saved.InQuery, Scopes: scopes,
		CreatedAt: micros(saved.CreatedAt), CreatedBy: saved.CreatedBy, RegeneratedAt: micros(saved.RegeneratedAt),
		ExpiresAt: micros(saved.ExpiresAt), GraceUntil: micros(saved.GraceUntil), RevokedAt: micros(saved.RevokedAt),
		RevokedBy: saved.RevokedBy, RotatedFrom: saved.RotatedFrom, ReplacedBy: saved.ReplacedBy, Ticket: saved.Ticket,
	}
	_, err = s.writer(ctx).NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").Exec(ctx)
	return taken(err, "credential_taken", "This key is in use already.")
}

// Credential implements access.Store.
func (s *Access) Credential(ctx context.Context, wanted access.CredentialID) (access.Credential, error) {
	var row credentialRow
	err := s.reader(ctx).NewSelect().Model(&row).Where("id = ?", wanted).Scan(ctx)
	if err != nil {
		return access.Credential{}, missing(err, "credential")
	}
	return row.credential()
}

// CredentialByLookup implements access.Store.
func (s *Access) CredentialByLookup(ctx context.Context, lookups [][]byte) (access.Credential, error) {
	var rows []credentialRow
	err := s.reader(ctx).NewSelect().Model(&rows).Where("lookup IN (?)", bun.List(lookups)).Scan(ctx)
	if err != nil {
		return access.Credential{}, err
	}
	for _, lookup := range lookups {
		for _, row := range rows {
			if bytes.Equal(row.Lookup, lookup) {
				return row.credential()
			}
		}
	}
	return access.Credential{}, fault.Missing("credential")
}

// working selects the credentials that the gateway accepts at a time. Both of its parameters are this time.
const working = "revoked_at = 0 AND (expires_at = 0 OR expires_at > ?) AND (grace_until = 0 OR grace_until > ?)"

// Credentials implements access.Store.
func (s *Access) Credentials(ctx context.Context, filter access.CredentialFilter, request page.Request) (page.Page[access.Credential], error) {
	var rows []credentialRow
	query := s.credentials(ctx, filter, &rows)
	if sorted(query, request.Order, credentialOrders) {
		return listIDs(ctx, s.DB, query, request, func(row credentialRow) access.CredentialID { return row.ID }, credentialRow.credential)
	}
	return list(ctx, query, request, &rows, credentialRow.credential)
}

// CountCredentials implements access.Store.
func (s *Access) CountCredentials(ctx context.Context, filter access.CredentialFilter) (int, error) {
	count, err := s.credentials(ctx, filter, &[]credentialRow{}).Count(ctx)
	return int(count), err
}

// credentialOrders are the columns that credentials can be sorted by. Keys that do not expire come last.
var credentialOrders = map[string]string{
	"name": "name", "environment": "environment", "expires": neverLast, "used": lastUse,
	"team": "(SELECT t.name FROM team AS t WHERE t.id = credential_row.team)",
}

const (
	// neverLast is the expression of the index credential_ends.
	neverLast = "(CASE expires_at WHEN 0 THEN 9223372036854775807 ELSE expires_at END)"
	lastUse   = "COALESCE((SELECT u.last_at FROM usage_credential AS u WHERE u.credential = credential_row.id), 0)"
)

// inPart narrows to a part of the staff's list; see access.KeyPart.Has.
func inPart(query *bun.SelectQuery, part access.KeyPart, bounds access.KeyBounds) {
	now := micros(bounds.Now)
	switch part {
	case access.KeysExpiring:
		query.Where(working, now, now).Where("grace_until = 0").Where("expires_at > 0").Where("expires_at <= ?", micros(bounds.ExpiringUntil))
	case access.KeysRotating:
		query.Where(working, now, now).Where("grace_until > 0")
	case access.KeysUnused:
		query.Where(working, now, now).Where("created_at <= ?", micros(bounds.UnusedSince)).Where(lastUse+" <= ?", micros(bounds.UnusedSince))
	case access.KeysRevoked:
		query.Where("revoked_at > 0")
	}
}

// beginning matches the keys whose display prefix begins with a text, or is the beginning of that text.
const beginning = "(SUBSTR(prefix, 1, ?) = ? OR prefix = SUBSTR(?, 1, LENGTH(prefix)))"

// credentials selects the credentials that match a filter.
func (s *Access) credentials(ctx context.Context, filter access.CredentialFilter, rows *[]credentialRow) *bun.SelectQuery {
	query := s.reader(ctx).NewSelect().Model(rows)
	if !filter.TicketsToo {
		query.Where("ticket = ?", filter.Tickets)
	}
	if filter.Prefix != "" {
		query.Where(beginning, utf8.RuneCountInString(filter.Prefix), filter.Prefix, filter.Prefix)
	}
	if filter.Search != "" {
		pattern := containing(filter.Search)
		query.Where("("+beginning+` OR LOWER(name) LIKE ? ESCAPE '\' OR `+ofTeamOrApplication+")",
			utf8.RuneCountInString(filter.Search), filter.Search, filter.Search, pattern, pattern, pattern)
	}
	inPart(query, filter.Part, access.BoundsOf(filter.At))
	if filter.Environment != "" {
		query.Where("environment = ?", filter.Environment)
	}
	if !filter.Team.IsZero() {
		query.Where("team = ?", filter.Team)
	}
	if !filter.Application.IsZero() {
		query.Where("application = ?", filter.Application)
	}
	if filter.Applications != nil {
		query.Where("application IN (?)", bun.List(filter.Applications))
	}
	if !filter.Subscription.IsZero() {
		query.Where("subscription = ?", filter.Subscription)
	}
	if !filter.CreatedBy.IsZero() {
		query.Where("created_by = ?", filter.CreatedBy)
	}
	if !filter.KnownTo.IsZero() {
		query.Where("id IN (SELECT r.credential FROM secret_reader AS r WHERE r.account = ?)", filter.KnownTo)
	}
	if filter.Unrevoked {
		query.Where("revoked_at = 0")
	}
	if !filter.WorkingAt.IsZero() {
		query.Where(working, micros(filter.WorkingAt), micros(filter.WorkingAt))
	}
	if filter.TeamOwned {
		query.Where("application IN (SELECT a.id FROM application AS a WHERE a.account IS NULL)")
	}
	readable(query, filter.Reader)
	return query
}

type secretReaderRow struct {
	bun.BaseModel `bun:"table:secret_reader"`

	Credential access.CredentialID `bun:",pk"`
	Account    identity.AccountID  `bun:",pk"`
	At         int64
}

// SaveReader implements access.Store.
func (s *Access) SaveReader(ctx context.Context, shown access.CredentialID, to identity.AccountID, at time.Time) error {
	row := secretReaderRow{Credential: shown, Account: to, At: micros(at)}
	_, err := s.writer(ctx).NewInsert().Model(&row).On("CONFLICT (credential, account) DO UPDATE").Set("at = EXCLUDED.at").Exec(ctx)
	return err
}

// ForgetReaders implements access.Store.
func (s *Access) ForgetReaders(ctx context.Context, changed access.CredentialID) error {
	_, err := s.writer(ctx).NewDelete().Model((*secretReaderRow)(nil)).Where("credential = ?", changed).Exec(ctx)
	return err
}

// ForgetTickets implements access.Keys.
func (s *Access) ForgetTickets(ctx context.Context, before time.Time) error {
	const old = "credential IN (SELECT id FROM credential WHERE ticket AND expires_at < ?)"
	for _, one := range []struct{ table, key, condition string }{
		{"secret_reader", "credential, account", old},
		{"usage_credential", "credential", old},
		{"credential", "id", "ticket AND expires_at < ?"},
	} {
		if err := s.deleteInBatches(ctx, one.table, one.key, one.condition, micros(before)); err != nil {
			return err
		}
	}
	return nil
}
