package overview

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/usage"
)

// RequestLogPage is a part of a team's request log. Without a team, the caller is in none.
type RequestLogPage struct {
	Team account.Team
	usage.LinePage
	Names LogNames
	// Choices has the values of the last week to filter by: applications, versions and environments.
	Choices map[usage.Dimension][]UsageName
	// Full has the times from which on the log holds no more calls of the same UTC day.
	Full []time.Time
	At   time.Time
}

// LogNames names what lines of a log refer to.
type LogNames struct {
	Applications map[access.ApplicationID]string
	// Keys have no more than their names, slots and prefixes.
	Keys       map[access.CredentialID]access.Credential
	Versions   map[catalog.VersionID]VersionName
	Operations map[usage.Value]OperationName
}

// RequestLog returns a part of a team's request log with the names of what it refers to. It has no lines if the log is
// off.
func (s *Service) RequestLog(ctx context.Context, filter usage.LineFilter) (RequestLogPage, error) {
	if err := identity.Require(ctx, identity.ManageOwnAccount); err != nil {
		return RequestLogPage{}, err
	}
	shown := RequestLogPage{At: s.now()}
	if filter.Team.IsZero() {
		return shown, nil
	}
	var err error
	if shown.Team, err = s.accounts.Team(ctx, filter.Team); err != nil || shown.Team.LoggedSince.IsZero() {
		return shown, err
	}
	if shown.LinePage, err = s.usage.RequestLog(ctx, filter); err != nil {
		return RequestLogPage{}, err
	}
	if shown.Names, err = s.logNames(ctx, shown.Lines); err != nil {
		return RequestLogPage{}, err
	}
	if shown.Full, err = s.usage.FullDays(ctx, filter.Team); err != nil {
		return RequestLogPage{}, err
	}
	shown.Choices, err = s.logChoices(ctx, filter.Team, shown.At)
	return shown, err
}

// EachLoggedCall passes the lines that match a filter to fn, the newest first.
func (s *Service) EachLoggedCall(ctx context.Context, filter usage.LineFilter, fn func(line usage.Line, names LogNames) error) error {
	for {
		page, err := s.usage.RequestLog(ctx, filter)
		if err != nil {
			return err
		}
		names, err := s.logNames(ctx, page.Lines)
		if err != nil {
			return err
		}
		for _, line := range page.Lines {
			if err := fn(line, names); err != nil {
				return err
			}
		}
		if filter.Before = page.Rest; page.Rest.IsZero() {
			return nil
		}
	}
}

func (s *Service) logNames(ctx context.Context, lines []usage.Line) (names LogNames, err error) {
	applications, keys := map[access.ApplicationID]bool{}, map[access.CredentialID]bool{}
	versions, operations := map[catalog.VersionID]bool{}, map[usage.Value]bool{}
	for i := range lines {
		line := &lines[i]
		applications[line.Application], keys[line.Credential], versions[line.Version] = true, true, true
		operations[usage.OperationValue(line.Version, line.Operation)] = true
	}
	if names.Applications, err = s.store.ApplicationNames(ctx, members(applications)); err != nil {
		return names, err
	}
	if names.Keys, err = s.store.KeyNames(ctx, members(keys)); err != nil {
		return names, err
	}
	if names.Versions, err = s.store.VersionNames(ctx, members(versions)); err != nil {
		return names, err
	}
	names.Operations, err = s.store.OperationNames(ctx, members(operations))
	return names, err
}

func members[K comparable](set map[K]bool) []K {
	keys := make([]K, 0, len(set))
	for key := range set {
		keys = append(keys, key)
	}
	return keys
}

// logChoices returns what the team's calls of the last week can be filtered by.
func (s *Service) logChoices(ctx context.Context, team identity.TeamID, now time.Time) (map[usage.Dimension][]UsageName, error) {
	choices := map[usage.Dimension][]UsageName{}
	var shown UsagePage
	shown.Choices = choices
	for _, dimension := range []usage.Dimension{usage.OfApplication, usage.OfVersion, usage.OfEnvironment} {
		found, err := s.usage.Analyse(ctx, usage.Query{
			Team: team, Since: now.Add(-usage.LinesKept), Until: now, Metrics: []usage.Metric{usage.Requests}, Dimensions: []usage.Dimension{dimension},
		})
		if err != nil {
			return nil, err
		}
		for _, value := range found.Dimensions[dimension] {
			choices[dimension] = append(choices[dimension], UsageName{Value: value})
		}
	}
	names, err := s.usageNames(ctx, &shown)
	for dimension, values := range choices {
		for i := range values {
			values[i] = names.name(dimension, values[i].Value)
		}
	}
	return choices, err
}

// LoggedCall is one line of a request log.
type LoggedCall struct {
	Team account.Team
	usage.Line
	Names LogNames
	// Try is the call's operation, as the reader sees it in the reference; nil if they cannot see it.
	Try *TriedCall
}

// TriedCall is an operation with the parameters of one call's path.
type TriedCall struct {
	Product, Version, Operation string
	Parameters                  map[string]string
}

// LoggedCall returns one line of a team's request log.
func (s *Service) LoggedCall(ctx context.Context, team identity.TeamID, line usage.LineID) (LoggedCall, error) {
	var shown LoggedCall
	var err error
	if shown.Team, err = s.accounts.Team(ctx, team); err != nil {
		return LoggedCall{}, err
	}
	if shown.Line, err = s.usage.RequestLine(ctx, team, line); err != nil {
		return LoggedCall{}, err
	}
	if shown.Names, err = s.logNames(ctx, []usage.Line{shown.Line}); err != nil {
		return LoggedCall{}, err
	}
	version := shown.Names.Versions[shown.Version]
	_, operation, err := s.catalog.OperationInput(ctx, version.Slug, version.Version, shown.Operation)
	if fault.Is(err, fault.NotFound) || shown.Operation == "" || version.Slug == "" {
		return shown, nil
	}
	shown.Try = &TriedCall{
		Product: version.Slug, Version: version.Version, Operation: shown.Operation, Parameters: pathParameters(operation.Path, shown.Path),
	}
	return shown, err
}

// pathParameters returns the parameters of a path by the template of its operation, without masked ones.
func pathParameters(template, path string) map[string]string {
	parameters := map[string]string{}
	parts, sent := strings.Split(strings.Trim(template, "/"), "/"), strings.Split(strings.Trim(path, "/"), "/")
	if len(parts) != len(sent) {
		return parameters
	}
	for i, part := range parts {
		before, rest, opened := strings.Cut(part, "{")
		name, after, closed := strings.Cut(rest, "}")
		value, begins := strings.CutPrefix(sent[i], before)
		value, ends := strings.CutSuffix(value, after)
		plain, err := url.PathUnescape(value)
		if opened && closed && begins && ends && err == nil && !strings.Contains(plain, access.Mask) && !strings.Contains(after, "{") {
			parameters[name] = plain
		}
	}
	return parameters
}
