package access

import (
	"cmp"
	"context"
	"slices"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
)

// TeamRequest is a request as its own team sees it.
type TeamRequest struct {
	Request     Request
	Application Application
	// Asker is the e-mail address of the person who asked.
	Asker string
	// Release is the version of a registration; zero if the request is for whole plans.
	Release Release
	// Plans are the names of the wanted plans. A plan that is not offered is named by the text that was sent.
	Plans []string
}

// TeamRequests lists the requests of the team that the caller acts in, the newest first. A caller without a team gets
// an empty list.
func (s *Service) TeamRequests(ctx context.Context, filter RequestFilter, paging page.Request) (page.Page[TeamRequest], error) {
	narrowed, err := ownListing(ctx)
	if err != nil || narrowed.team.IsZero() {
		return page.Page[TeamRequest]{}, err
	}
	filter.Team, filter.Reader = narrowed.team, narrowed.reader
	found, err := s.store.Requests(ctx, filter, paging)
	if err != nil {
		return page.Page[TeamRequest]{}, err
	}
	items, err := s.teamRequests(ctx, narrowed.team, found.Items)
	return page.Page[TeamRequest]{Items: items, Total: found.Total}, err
}

func (s *Service) teamRequests(ctx context.Context, team identity.TeamID, requests []Request) ([]TeamRequest, error) {
	if len(requests) == 0 {
		return nil, nil
	}
	applications, err := s.store.ApplicationsByID(ctx, ofEach(requests, func(one Request) ApplicationID { return one.Application }))
	if err != nil {
		return nil, err
	}
	named := Named{Accounts: ofEach(requests, func(one Request) identity.AccountID { return one.Asker })}
	for _, request := range requests {
		for _, sent := range request.Wanted {
			if wanted, err := id.Parse[plan.ID](sent); err == nil && !slices.Contains(named.Plans, wanted) {
				named.Plans = append(named.Plans, wanted)
			}
		}
	}
	names, err := s.store.Names(ctx, named)
	if err != nil {
		return nil, err
	}
	releases, err := s.shownReleases(ctx, team, ofEach(requests, func(one Request) catalog.VersionID { return one.Version }))
	if err != nil {
		return nil, err
	}
	read := make([]TeamRequest, len(requests))
	for i, request := range requests {
		read[i] = TeamRequest{
			Request: request, Application: applications[request.Application], Asker: names.Accounts[request.Asker],
			Release: releases[request.Version],
		}
		for _, sent := range request.Wanted {
			wanted, _ := id.Parse[plan.ID](sent) // a malformed ID has no name
			read[i].Plans = append(read[i].Plans, cmp.Or(names.Plans[wanted], sent))
		}
	}
	return read, nil
}
