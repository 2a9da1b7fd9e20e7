package usage

import (
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
)

// Grain is the resolution at which calls are summed up.
type Grain int

// The grains, from the finest. Every UTC day consists of whole hours.
const (
	Minute Grain = iota
	Hour
	Day
)

// Length returns the length of the time that one row of the grain covers.
func (g Grain) Length() time.Duration {
	return [...]time.Duration{time.Minute, time.Hour, day}[g]
}

// Level says which fields of a series are kept; the others are zero. Coarse levels make wide queries cheap. The numbers
// are stored.
type Level int

// The levels. Every level keeps the environment.
const (
	// ByCredential keeps all fields. It has no distributions.
	ByCredential Level = iota
	// ByOperation leaves out subscription and credential.
	ByOperation
	ByApplicationVersion
	ByApplication
	ByTeamOperation
	ByTeamVersion
	ByVersionOperation
	ByVersion
)

// fields is a set of fields of a series.
type fields int

const (
	ofTeam fields = 1 << iota
	ofApplication
	ofCredential
	ofVersion
	ofOperation
)

// levels describes the levels. A level is summed up from the one named in from; hourly levels exist at the grain of
// hours too, the others only at that of days. Levels with total have a distribution of all statuses.
var levels = [...]struct {
	keeps         fields
	from          Level
	hourly, total bool
}{
	ByCredential:         {keeps: ofTeam | ofApplication | ofCredential | ofVersion | ofOperation, hourly: true},
	ByOperation:          {keeps: ofTeam | ofApplication | ofVersion | ofOperation, hourly: true},
	ByApplicationVersion: {keeps: ofTeam | ofApplication | ofVersion, from: ByOperation, hourly: true},
	ByApplication:        {keeps: ofTeam | ofApplication, from: ByApplicationVersion, hourly: true, total: true},
	ByTeamOperation:      {keeps: ofTeam | ofVersion | ofOperation, from: ByOperation},
	ByTeamVersion:        {keeps: ofTeam | ofVersion, from: ByApplicationVersion, hourly: true, total: true},
	ByVersionOperation:   {keeps: ofVersion | ofOperation, from: ByTeamOperation, total: true},
	ByVersion:            {keeps: ofVersion, from: ByTeamVersion, hourly: true, total: true},
}

// cheapest lists the levels, those with the fewest rows first.
var cheapest = [...]Level{
	ByVersion, ByTeamVersion, ByVersionOperation, ByApplication, ByTeamOperation, ByApplicationVersion, ByOperation, ByCredential,
}

// at reports whether the sums of the grain have the level.
func (l Level) at(grain Grain) bool { return grain == Day || levels[l].hourly }

// Total reports whether the level has distributions of all statuses at the grain, besides those of each status.
func (l Level) Total(grain Grain) bool { return grain != Minute && levels[l].total }

// levelFor returns the cheapest level of a grain that keeps the wanted fields. Minutes have only the two finest levels:
// one for counts and one for distributions.
func levelFor(grain Grain, wanted fields, distributions bool) Level {
	if grain == Minute {
		if distributions {
			return ByOperation
		}
		return ByCredential
	}
	for _, level := range cheapest {
		if level.at(grain) && levels[level].keeps&wanted == wanted {
			return level
		}
	}
	return ByCredential
}

// of returns the series without the fields that the level leaves out.
func (l Level) of(series Series) Series {
	keeps := levels[l].keeps
	if keeps&ofTeam == 0 {
		series.Team = identity.TeamID{}
	}
	if keeps&ofApplication == 0 {
		series.Application = access.ApplicationID{}
	}
	if keeps&ofCredential == 0 {
		series.Subscription, series.Credential = access.SubscriptionID{}, access.CredentialID{}
	}
	if keeps&ofVersion == 0 {
		series.Version = catalog.VersionID{}
	}
	if keeps&ofOperation == 0 {
		series.Operation = ""
	}
	return series
}
