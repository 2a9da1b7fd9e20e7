package overview

import (
	"cmp"
	"context"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/usage"
)

// OperationName is an operation as its description names it.
type OperationName struct{ Method, Path, Summary string }

// usageNames holds the names of the values that occur, deleted objects included.
type usageNames struct {
	teams        map[identity.TeamID]string
	applications map[access.ApplicationID]string
	versions     map[catalog.VersionID]VersionName
	operations   map[usage.Value]OperationName
	keys         map[access.CredentialID]access.Credential
}

// nameUsage names all values of the page. It asks only for values with calls that the caller may see, so that a filter
// by the id of another team's object tells nothing.
func (s *Service) nameUsage(ctx context.Context, request UsageRequest, shown *UsagePage) error {
	names, err := s.usageNames(ctx, shown)
	if err != nil {
		return err
	}
	for dimension, rows := range shown.Tables {
		for i := range rows {
			rows[i].UsageName = names.name(dimension, rows[i].Value)
		}
	}
	for dimension, choices := range shown.Choices {
		for i := range choices {
			choices[i] = names.name(dimension, choices[i].Value)
		}
	}
	for dimension, value := range request.Filters {
		if value == "" {
			continue
		}
		named := UsageName{Value: value}
		for _, choice := range shown.Choices[dimension] {
			if choice.Value == value {
				named = choice
			}
		}
		switch {
		case dimension == usage.OfEnvironment:
			named.Name = value
		case dimension == usage.OfStatusClass:
			named.Name = value + "xx"
		case dimension == usage.OfApplication && named.Name == "":
			if named.Name, err = s.applicationName(ctx, value); err != nil {
				return err
			}
		}
		named.Name = cmp.Or(named.Name, "unknown")
		shown.Filters[dimension] = named
	}
	return nil
}

// applicationName returns the name of an application without calls, or "" if the caller may not see it.
func (s *Service) applicationName(ctx context.Context, value usage.Value) (string, error) {
	application, err := id.Parse[access.ApplicationID](value)
	if err != nil {
		return "", nil //nolint:nilerr // a malformed id is unknown
	}
	found, err := s.access.Application(ctx, application)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return found.Application.Name, err
}

// occurring returns the values of a dimension that occur on the page.
func (p *UsagePage) occurring(dimension usage.Dimension) []usage.Value {
	var values []usage.Value
	for _, row := range p.Tables[dimension] {
		values = append(values, row.Value)
	}
	for _, choice := range p.Choices[dimension] {
		values = append(values, choice.Value)
	}
	return values
}

func (s *Service) usageNames(ctx context.Context, shown *UsagePage) (usageNames, error) {
	var names usageNames
	var err error
	if names.teams, err = s.store.TeamNames(ctx, parsed[identity.TeamID](shown.occurring(usage.OfTeam))); err != nil {
		return names, err
	}
	if names.applications, err = s.store.ApplicationNames(ctx, parsed[access.ApplicationID](shown.occurring(usage.OfApplication))); err != nil {
		return names, err
	}
	if names.keys, err = s.store.KeyNames(ctx, parsed[access.CredentialID](shown.occurring(usage.OfCredential))); err != nil {
		return names, err
	}
	versions := parsed[catalog.VersionID](shown.occurring(usage.OfVersion))
	var called []catalog.VersionID
	for _, value := range shown.occurring(usage.OfOperation) {
		if version, _, err := usage.OperationOf(value); err == nil {
			called = append(called, version)
		}
	}
	if names.versions, err = s.store.VersionNames(ctx, append(versions, called...)); err != nil {
		return names, err
	}
	names.operations, err = s.store.OperationNames(ctx, shown.occurring(usage.OfOperation))
	return names, err
}

// name names a value.
func (n usageNames) name(dimension usage.Dimension, value usage.Value) UsageName {
	named := UsageName{Value: value, Name: value}
	switch dimension {
	case usage.OfTeam:
		named.Name = n.teams[firstOf[identity.TeamID](value)]
	case usage.OfApplication:
		named.Name = n.applications[firstOf[access.ApplicationID](value)]
	case usage.OfVersion:
		named.Name = n.versions[firstOf[catalog.VersionID](value)].String()
	case usage.OfCredential:
		key := n.keys[firstOf[access.CredentialID](value)]
		named.Name, named.Of = cmp.Or(key.Name, string(key.Slot)), key.Prefix
	case usage.OfOperation:
		version, slug, _ := usage.OperationOf(value)
		operation := n.operations[value]
		named.Name, named.Method, named.Of = cmp.Or(operation.Summary, operation.Path, slug), operation.Method, n.versions[version].String()
	case usage.ByTime, usage.OfEnvironment, usage.OfStatus, usage.OfStatusClass:
	}
	return named
}

// String returns the name of a version with that of its API.
func (n VersionName) String() string {
	if n.Product == "" {
		return ""
	}
	return n.Product + " " + n.Version
}

func firstOf[I ~[12]byte](value usage.Value) I {
	parsed, _ := id.Parse[I](value)
	return parsed
}
