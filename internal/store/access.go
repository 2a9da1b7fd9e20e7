package store

import (
	"context"
	"database/sql"
	"slices"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
)

var _ access.Store = (*Access)(nil)

// Access keeps applications, requests, subscriptions and credentials.
type Access struct{ *DB }

// Access returns the store of applications, requests, subscriptions and credentials.
func (db *DB) Access() *Access { return &Access{db} }

// inSnapshot runs fn, which only reads, on one snapshot of the data. Inside a transaction it uses that transaction.
func (db *DB) inSnapshot(ctx context.Context, fn func(ctx context.Context) error) error {
	if _, inside := ctx.Value(transactionKey{}).(*transaction); inside {
		return fn(ctx)
	}
	begun, err := db.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: db.postgres, Isolation: db.snapshotLevel()})
	if err != nil {
		return unavailable(err)
	}
	defer func() { _ = begun.Rollback() }() // there is nothing to commit
	return fn(context.WithValue(ctx, transactionKey{}, &transaction{Tx: begun}))
}

// paged sorts a list of access, the newest first, and limits it to one page.
func paged(query *bun.SelectQuery, request page.Request) *bun.SelectQuery {
	return query.Order("id DESC").Limit(int64(request.Limit())).Offset(int64(request.Offset()))
}

// sorted sorts a query by a column of the list, and by id. It reports whether the list can be sorted by that column.
func sorted(query *bun.SelectQuery, order page.Order, columns map[string]string) bool {
	column, known := columns[order.By]
	if !known {
		return false
	}
	direction := " ASC"
	if order.Descending {
		direction = " DESC"
	}
	query.OrderExpr(column + direction).OrderExpr("id" + direction)
	return true
}

// list loads a page of rows and converts them.
func list[R, T any](ctx context.Context, query *bun.SelectQuery, request page.Request, rows *[]R, turn func(R) (T, error)) (page.Page[T], error) {
	total, err := paged(query, request).ScanAndCount(ctx)
	if err != nil {
		return page.Page[T]{}, err
	}
	items, err := each(*rows, turn)
	return page.Page[T]{Items: items, Total: int(total)}, err
}

// listIDs loads a page of rows in the query's order, or the newest first. It loads only IDs first, because an index
// with the searched columns is enough for them, and then the long rows.
func listIDs[I comparable, R, T any](
	ctx context.Context, db *DB, query *bun.SelectQuery, request page.Request, id func(R) I, turn func(R) (T, error),
) (page.Page[T], error) {
	var ids []I
	total, err := query.Column("id").Order("id DESC").Limit(int64(request.Limit())).Offset(int64(request.Offset())).ScanAndCount(ctx, &ids)
	if err != nil || len(ids) == 0 {
		return page.Page[T]{Total: int(total)}, err
	}
	var rows []R
	if err := db.reader(ctx).NewSelect().Model(&rows).Where("id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return page.Page[T]{}, err
	}
	slices.SortFunc(rows, func(a, b R) int { return slices.Index(ids, id(a)) - slices.Index(ids, id(b)) })
	items, err := each(rows, turn)
	return page.Page[T]{Items: items, Total: int(total)}, err
}

// readable keeps the rows whose application belongs to a whole team or to the reader.
func readable(query *bun.SelectQuery, reader identity.AccountID) {
	if !reader.IsZero() {
		query.Where("application IN (SELECT a.id FROM application AS a WHERE a.account IS NULL OR a.account = ?)", reader)
	}
}

// GrantMaterial implements access.Store.
func (s *Access) GrantMaterial(ctx context.Context, lookups [][]byte) (access.GrantMaterial, error) {
	var material access.GrantMaterial
	err := s.inSnapshot(ctx, func(ctx context.Context) error {
		var err error
		if material.Credential, err = s.CredentialByLookup(ctx, lookups); err != nil {
			return err
		}
		if material.Application, err = s.Application(ctx, material.Credential.Application); err != nil {
			return err
		}
		if err := s.ownership(ctx, &material); err != nil {
			return err
		}
		return s.opened(ctx, &material)
	})
	return material, err
}

func (s *Access) ownership(ctx context.Context, material *access.GrantMaterial) error {
	team, err := s.Accounts().Team(ctx, material.Application.Team)
	if err != nil {
		return err
	}
	material.TeamDisabled, material.Logged = team.Disabled, !team.LoggedSince.IsZero()
	material.OwnerActive = true
	for _, holder := range material.Holders() {
		role, err := s.roleIn(ctx, material.Application.Team, holder)
		if err != nil {
			return err
		}
		ofTicket := material.Credential.Ticket && holder == material.Credential.CreatedBy
		if !role.Valid() || ofTicket && !role.May(identity.RevealCredentials) {
			material.OwnerActive = false
		}
	}
	return nil
}

// roleIn returns the account's role in the team, or "" if it may not act there.
func (s *Access) roleIn(ctx context.Context, team identity.TeamID, holder identity.AccountID) (identity.Role, error) {
	accounts := s.Accounts()
	found, err := accounts.Account(ctx, holder)
	if err != nil || found.State == account.Blocked || found.State == account.Removed {
		return "", err
	}
	memberships, err := accounts.Memberships(ctx, holder)
	for _, membership := range memberships {
		if membership.Team.ID == team {
			return membership.Role, err
		}
	}
	return "", err
}

// opened loads the subscriptions that the credential may open, and their plans.
func (s *Access) opened(ctx context.Context, material *access.GrantMaterial) error {
	var rows []subscriptionRow
	query := s.reader(ctx).NewSelect().Model(&rows).Where("state IN (?)", bun.List(access.HeldStates())).Order("id")
	if bound := material.Credential.Subscription; bound.IsZero() {
		query.Where("application = ?", material.Application.ID)
	} else {
		query.Where("id = ?", bound)
	}
	if err := query.Scan(ctx); err != nil {
		return err
	}
	var err error
	if material.Subscriptions, err = each(rows, subscriptionRow.subscription); err != nil {
		return err
	}
	loaded := map[plan.ID]bool{}
	for _, subscription := range material.Subscriptions {
		if loaded[subscription.Plan] {
			continue
		}
		loaded[subscription.Plan] = true
		under, err := s.Plans().Plan(ctx, subscription.Plan)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		material.Plans = append(material.Plans, under)
	}
	material.Strategies, err = s.Plans().Strategies(ctx)
	return err
}
