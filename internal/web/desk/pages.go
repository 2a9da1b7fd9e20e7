// Package desk has the pages on which staff decide who may call which API.
//
// It owns the overview of the staff side, the inbox of requests, and the pages of staff about subscriptions and keys of
// every team. It does not own the pages on which members see their own: those are in packages application and profile.
package desk

import (
	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/visit"
)

// Pages are the overview and the pages of requests, subscriptions and keys.
type Pages struct {
	Visits   *visit.Server
	Access   *access.Service
	Overview *overview.Service
}

// Mount adds the pages to the router.
func (p *Pages) Mount(router chi.Router) {
	serve := p.Visits.Serve
	router.Get(address.Staff, serve(p.staffHome))
	router.Get(address.StaffRequests, serve(p.inboxPage))
	router.Post(address.StaffRequests, serve(p.decideRequests))
	router.Get(address.StaffRequests+"/{request}", serve(p.requestPage))
	router.Post(address.StaffRequests+"/{request}", serve(p.decideRequest))
	router.Get(address.StaffSubscriptions, serve(p.staffSubscriptionsPage))
	router.Get(address.StaffSubscriptions+".csv", serve(p.exportSubscriptions))
	router.Get(address.StaffRequests+".csv", serve(p.exportRequests))
	router.Get(address.StaffSubscriptions+"/new", serve(p.grantPage))
	router.Post(address.StaffSubscriptions+"/new", serve(p.grantNamed))
	router.Get(address.StaffSubscriptions+"/{subscription}", serve(p.staffSubscriptionPage))
	router.Get(address.StaffSubscriptions+"/{subscription}/{action}", serve(p.subscriptionChangePage))
	router.Post(address.StaffSubscriptions+"/{subscription}/{action}", serve(p.changeSubscription))
	router.Get(address.StaffKeys, serve(p.staffKeysPage))
	router.Get(address.StaffKeys+".csv", serve(p.exportKeys))
	router.Get(address.StaffKeys+"/revoke", serve(p.revokeKeysPage))
	router.Post(address.StaffKeys+"/revoke", serve(p.revokeKeys))
	router.Get(address.LeakedKey, serve(leakedKeyPage))
	router.Post(address.LeakedKey, serve(p.leakedKeys))
	router.Get(address.StaffKeys+"/{credential}", serve(p.staffKeyPage))
	router.Get(address.StaffKeys+"/{credential}/{action}", serve(p.keyChangePage))
	router.Post(address.StaffKeys+"/{credential}/{action}", serve(p.changeKey))
}
