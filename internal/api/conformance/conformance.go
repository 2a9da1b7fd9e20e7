// Package conformance is one suite of scenarios that every dialect passes, against the whole product on loopback.
//
// A dialect's tests implement Driver, which translates Calls to the dialect's requests, and hand it to Run. The suite
// owns the scenarios and the running portal; it knows no path, status word or field of any dialect. Only _test.go files
// import it. What is particular to one dialect is tested beside that dialect.
package conformance

import (
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
)

// Call is something that a developer does or reads.
type Call string

// The calls.
const (
	CreateApplication Call = "create application"
	RenameApplication Call = "rename application"
	DeleteApplication Call = "delete application"
	GetApplication    Call = "get application"
	ListApplications  Call = "list applications"

	CreateKey Call = "create key"
	RenameKey Call = "rename key"
	RevokeKey Call = "revoke key"
	ListKeys  Call = "list keys"

	AskForAccess Call = "ask for access"
	EndAccess    Call = "end access"
	GetAccess    Call = "get access"
	ListAccess   Call = "list access"
)

// named is what a call names in its request, beside what it creates.
var named = map[Call]struct{ application, key, access bool }{
	CreateApplication: {}, ListApplications: {},
	RenameApplication: {application: true}, DeleteApplication: {application: true}, GetApplication: {application: true},
	CreateKey: {application: true}, ListKeys: {application: true},
	RenameKey: {application: true, key: true}, RevokeKey: {application: true, key: true},
	AskForAccess: {application: true}, ListAccess: {application: true},
	EndAccess: {application: true, access: true}, GetAccess: {application: true, access: true},
}

// Subject is what a call is about. Identifiers are spelled as the dialect spells them.
type Subject struct {
	Application, Key, Access string
	// Version is what access is asked for.
	Version catalog.VersionID
	// Name is given to what is created or renamed.
	Name string
}

// Answer is the outcome of a call.
type Answer struct {
	Status int
	Body   string
	// ID identifies what was created, and Secret is the key, empty if the answer holds none.
	ID, Secret string
	// IDs are those of a list.
	IDs []string
	// State is the state of the access that GetAccess returns, translated from the dialect's word.
	State access.SubscriptionState
}

// Promise is what a dialect answers to a call: the first time, and when the same call is sent again.
type Promise struct{ First, Again int }

// Driver speaks one dialect.
type Driver interface {
	// SignIn returns a client in which a developer has signed in to the portal at the address.
	SignIn(t *testing.T, portal, email, password string) Client
	// Promise returns what the dialect answers to a call, false if it has no such call.
	Promise(call Call) (Promise, bool)
}

// Client is a developer's client. It makes only calls for which the driver has a promise.
type Client interface {
	Do(t *testing.T, call Call, about Subject) Answer
}

// Run runs all scenarios with the driver, on SQLite and on PostgreSQL.
func Run(t *testing.T, driver Driver) {
	t.Helper()
	for name, scenario := range map[string]func(*testing.T, *scene){
		"a key works from access to revocation": keyLife, "teams see nothing of each other": twoTeams,
		"staff approve what waits": staffApproval, "staff reject what waits": staffRejection,
	} {
		t.Run(name, func(t *testing.T) {
			onEachDB(t, func(t *testing.T, portal *portal) { scenario(t, &scene{portal: portal, driver: driver}) })
		})
	}
}
