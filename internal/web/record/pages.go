// Package record has the pages of the audit trail and of the outbox.
//
// It owns these pages and the exports of the audit trail. It does not own the short history of one object, which is a
// component of package view.
package record

import (
	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/visit"
)

// Pages are the audit trail and the outbox.
type Pages struct {
	Visits   *visit.Server
	Accounts *account.Service
	Trail    *event.Trail
	Outbox   *event.Outbox
}

// Mount adds the pages to the router.
func (p *Pages) Mount(router chi.Router) {
	serve := p.Visits.Serve
	router.Get(address.Audit, serve(p.auditPage))
	router.Get(address.Audit+".csv", serve(p.export("csv", "text/csv; charset=utf-8", auditCSV)))
	router.Get(address.Audit+".jsonl", serve(p.export("jsonl", "application/jsonl", auditLines)))

	router.Get(address.Outbox, serve(p.outboxPage))
	router.Get(address.Outbox+".csv", serve(p.exportMessages))
	router.Post(address.Outbox+"/retry", serve(p.retryFailed))
	router.Get(address.Outbox+"/{message}", serve(p.messagePage))
	router.Post(address.Outbox+"/{message}/retry", serve(p.retry))
	router.Get(address.Outbox+"/{message}/discard", serve(p.discardPage))
	router.Post(address.Outbox+"/{message}/discard", serve(p.discard))
	router.Post(address.Outbox+"/{message}/link", serve(p.openMessageLink))
}
