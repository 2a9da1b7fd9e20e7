// Package record is what staff read about what was done and what was sent.
//
// It owns the pages and exports of the audit trail, and those of the outbox. The short list of what was done to one
// thing is a component in view.
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
	router.Get(address.Audit+".csv", serve(p.exportAudit("csv", "text/csv; charset=utf-8", auditCSV)))
	router.Get(address.Audit+".jsonl", serve(p.exportAudit("jsonl", "application/jsonl", auditLines)))

	router.Get(address.Outbox, serve(p.outboxPage))
	router.Post(address.Outbox+"/retry", serve(p.retryFailed))
	router.Get(address.Outbox+"/{message}", serve(p.messagePage))
	router.Post(address.Outbox+"/{message}/retry", serve(p.retryMessage))
	router.Get(address.Outbox+"/{message}/discard", serve(p.discardPage))
	router.Post(address.Outbox+"/{message}/discard", serve(p.discardMessage))
	router.Post(address.Outbox+"/{message}/link", serve(p.openMessageLink))
}
