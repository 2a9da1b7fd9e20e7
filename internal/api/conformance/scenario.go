package conformance

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/demo"
)

// scene is one portal and the dialect that its developers' clients speak.
type scene struct {
	*portal

	driver Driver
}

func (s *scene) signIn(t *testing.T, email string) Client {
	t.Helper()
	return s.driver.SignIn(t, s.PortalURL, email, demo.DefaultPassword)
}

// once sends a call that must be answered as the dialect promises.
func (s *scene) once(t *testing.T, client Client, call Call, about Subject) Answer {
	t.Helper()
	promise, known := s.driver.Promise(call)
	if !known {
		t.Fatalf("the dialect cannot %s", call)
	}
	return expect(t, client, call, about, promise.First)
}

// twice sends a call two times and checks both answers against the dialect's promise.
func (s *scene) twice(t *testing.T, client Client, call Call, about Subject) (first, again Answer) {
	t.Helper()
	first = s.once(t, client, call, about)
	promise, _ := s.driver.Promise(call)
	return first, expect(t, client, call, about, promise.Again)
}

func expect(t *testing.T, client Client, call Call, about Subject, status int) Answer {
	t.Helper()
	got := client.Do(t, call, about)
	if got.Status != status {
		t.Fatalf("%s: answered %d, want %d: %s", call, got.Status, status, got.Body)
	}
	return got
}

// lists checks what a list holds, if the dialect has the list.
func (s *scene) lists(t *testing.T, client Client, call Call, about Subject, want ...string) {
	t.Helper()
	if _, known := s.driver.Promise(call); !known {
		return
	}
	got := s.once(t, client, call, about)
	slices.Sort(got.IDs)
	slices.Sort(want)
	if !slices.Equal(got.IDs, want) {
		t.Errorf("%s: holds %v, want %v", call, got.IDs, want)
	}
}

// created returns the IDs of the objects that exist after the same call was sent twice: one, or two if the dialect
// creates another.
func created(t *testing.T, call Call, first, again Answer) []string {
	t.Helper()
	if first.ID == "" {
		t.Fatalf("%s: the answer has no identifier: %s", call, first.Body)
	}
	if again.Status >= http.StatusBadRequest || again.ID == first.ID {
		return []string{first.ID}
	}
	return []string{first.ID, again.ID}
}

// keyLife creates an application, a key and access, checks that the gateway accepts the key, and ends them again.
func keyLife(t *testing.T, s *scene) {
	client := s.signIn(t, demo.Developer)
	about := Subject{Version: s.atOnce.version, Name: "Shop"}

	before := s.once(t, client, ListApplications, about).IDs
	first, again := s.twice(t, client, CreateApplication, about)
	shops := created(t, CreateApplication, first, again)
	s.lists(t, client, ListApplications, about, slices.Concat(before, shops)...)
	about.Application, about.Name = first.ID, "Till"
	s.twice(t, client, RenameApplication, about)

	first, again = s.twice(t, client, CreateKey, about)
	about.Key = first.ID
	keys := created(t, CreateKey, first, again)
	s.lists(t, client, ListKeys, about, keys...)
	if first.Secret == "" || first.Secret == again.Secret {
		t.Fatalf("the keys are %q and %q", first.Secret, again.Secret)
	}
	if s.works(t, first.Secret, s.atOnce) {
		t.Error("the key works before access was asked for")
	}

	access, _ := s.twice(t, client, AskForAccess, about)
	about.Access = access.ID
	s.lists(t, client, ListAccess, about, access.ID)
	if !s.works(t, first.Secret, s.atOnce) || again.Secret != "" && !s.works(t, again.Secret, s.atOnce) {
		t.Fatal("a key does not work with access")
	}
	s.twice(t, client, RenameKey, about)
	if !s.works(t, first.Secret, s.atOnce) {
		t.Error("the key does not work under its new name")
	}

	s.twice(t, client, RevokeKey, about)
	if s.works(t, first.Secret, s.atOnce) {
		t.Error("the revoked key works")
	}
	s.lists(t, client, ListKeys, about, keys[1:]...)
	if again.Secret != "" && !s.works(t, again.Secret, s.atOnce) {
		t.Error("the other key does not work after the revocation")
	}

	s.twice(t, client, EndAccess, about)
	s.lists(t, client, ListAccess, about)
	if again.Secret != "" && s.works(t, again.Secret, s.atOnce) {
		t.Error("the other key works without access")
	}
	s.twice(t, client, DeleteApplication, about)
	s.lists(t, client, ListApplications, about, slices.Concat(before, shops[1:])...)
}

// twoTeams sends every call as one team with the IDs of the other team's objects, which must not be found.
func twoTeams(t *testing.T, s *scene) {
	acme, globex := s.signIn(t, demo.Developer), s.signIn(t, demo.Other)
	theirs, key := s.build(t, acme)
	own, _ := s.build(t, globex)
	for _, call := range slices.Sorted(maps.Keys(named)) {
		if _, known := s.driver.Promise(call); !known {
			continue
		}
		names := named[call]
		if !names.application {
			continue
		}
		foreign := []Subject{theirs}
		if names.key || names.access { // the other team's key or access, under an application of their own
			mixed := theirs
			mixed.Application = own.Application
			foreign = append(foreign, mixed)
		}
		for _, about := range foreign {
			about.Name = "Taken over"
			expect(t, globex, call, about, http.StatusNotFound)
		}
	}
	for _, call := range []Call{ListApplications, ListKeys, ListAccess} {
		if _, known := s.driver.Promise(call); !known {
			continue
		}
		body := s.once(t, globex, call, own).Body
		for _, id := range []string{theirs.Application, theirs.Key, theirs.Access} {
			if strings.Contains(body, id) {
				t.Errorf("%s: shows %s of the other team", call, id)
			}
		}
	}
	s.lists(t, acme, ListKeys, theirs, theirs.Key)
	s.lists(t, acme, ListAccess, theirs, theirs.Access)
	if !s.works(t, key, s.atOnce) {
		t.Error("the key does not work after the other team's calls")
	}
}

// build creates an application with a key and access.
func (s *scene) build(t *testing.T, client Client) (about Subject, secret string) {
	t.Helper()
	about = Subject{Version: s.atOnce.version, Name: "Shop"}
	about.Application = s.once(t, client, CreateApplication, about).ID
	key := s.once(t, client, CreateKey, about)
	about.Key = key.ID
	about.Access = s.once(t, client, AskForAccess, about).ID
	if !s.works(t, key.Secret, s.atOnce) {
		t.Fatal("a key does not work with access")
	}
	return about, key.Secret
}
