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

// named says which existing objects a call names in its request.
var named = map[Call]struct{ application, key, access bool }{
	CreateApplication: {}, ListApplications: {},
	RenameApplication: {application: true}, DeleteApplication: {application: true}, GetApplication: {application: true},
	CreateKey: {application: true}, ListKeys: {application: true},
	RenameKey: {application: true, key: true}, RevokeKey: {application: true, key: true},
	AskForAccess: {application: true}, ListAccess: {application: true},
	EndAccess: {application: true, access: true}, GetAccess: {application: true, access: true},
}

// Subject holds the objects of a call. IDs are in the dialect's spelling.
type Subject struct {
	Application, Key, Access string
	// Version is the version to request access for.
	Version catalog.VersionID
	// Name is the name of the created or renamed object.
	Name string
}

// Answer is the outcome of a call.
type Answer struct {
	Status int
	Body   string
	// ID is the ID of the created object. Secret is the key, empty if the answer has none.
	ID, Secret string
	// IDs are the IDs of a list.
	IDs []string
	// State is the state of the access that GetAccess returns, translated from the dialect's word.
	State access.SubscriptionState
}

// Promise holds the statuses that a dialect returns for a call: the first time, and when the same call is repeated.
type Promise struct{ First, Again int }

// Driver makes calls in one dialect.
type Driver interface {
	// SignIn returns a client with a developer's session at the portal with this URL.
	SignIn(t *testing.T, portal, email, password string) Client
	// Promise returns the statuses for a call, or false if the dialect has no such call.
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
