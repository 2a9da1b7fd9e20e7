package desk

import (
	"strings"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/platform/spelling"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// overviewContent is the first page of the staff side.
type overviewContent struct {
	overview.StaffHome
	// Catalogue reports whether the visitor sees the figures of the catalogue.
	Catalogue bool
}

func (p *Pages) staffHome(v *visit.Visit) error {
	found, err := p.Overview.StaffHome(v.Request.Context())
	if err != nil {
		return err
	}
	return v.RenderStaff("Overview", overviewView(overviewContent{
		StaffHome: found, Catalogue: v.Principal.MayAnywhere(identity.ManageCatalog),
	}))
}

// waitingRow is one kind of thing that waits for staff.
type waitingRow struct {
	Icon, Title, Text, Path string
	Count                   int
}

// waiting lists the kinds of which at least one waits.
func (c overviewContent) waiting() []waitingRow {
	var rows []waitingRow
	if c.Waiting.Requests > 0 {
		rows = append(rows, waitingRow{"inbox", "Requests for access", c.oldestRequest(), address.StaffRequests + "?state=pending", c.Waiting.Requests})
	}
	if c.Waiting.SignUps > 0 {
		rows = append(rows, waitingRow{"user", "Sign-ups", c.signUps(), address.People + "?state=pending", c.Waiting.SignUps})
	}
	if c.Failed.Failed > 0 {
		rows = append(rows, waitingRow{"mail", "Email that could not be sent", c.failedMail(), address.Outbox + "?state=failed", c.Failed.Failed})
	}
	return rows
}

func (c overviewContent) waitingCount() int {
	return c.Waiting.Requests + c.Waiting.SignUps + c.Failed.Failed
}

func (c overviewContent) oldestRequest() string {
	if len(c.Requests) == 0 {
		return ""
	}
	oldest := c.Requests[0]
	return "Oldest: " + oldest.Team + ", " + wantedNames(oldest) + ", " + view.Ago(oldest.Request.CreatedAt, c.At)
}

// wantedNames names the plans that a request wants.
func wantedNames(asked access.Asked) string {
	names := make([]string, len(asked.Wanted))
	for i, wanted := range asked.Wanted {
		names[i] = wanted.Plan.Name
	}
	return spelling.List(names)
}

func (c overviewContent) signUps() string {
	if len(c.SignUps) == 0 {
		return ""
	}
	return andMore(c.SignUps[0].Email, c.Waiting.SignUps)
}

func (c overviewContent) failedMail() string {
	if len(c.Failed.Items) == 0 {
		return ""
	}
	newest := c.Failed.Items[0]
	return andMore(view.ActionText(newest.Template)+" to "+newest.To, c.Failed.Failed)
}

// andMore adds how many there are besides the named one, if any.
func andMore(named string, all int) string {
	if all > 1 {
		return named + " and " + view.Number(int64(all-1)) + " more"
	}
	return named
}

// lead says in one line what waits.
func (c overviewContent) lead() string {
	var waiting []string
	add := func(count int, one, many string) {
		if count > 0 {
			waiting = append(waiting, view.CountOf(count, one, many))
		}
	}
	add(c.Waiting.Requests, "request", "requests")
	add(c.Waiting.SignUps, "sign-up", "sign-ups")
	add(c.Failed.Failed, "failed email", "failed emails")
	text := c.At.UTC().Format("Monday 2 January, 15:04 UTC") + ". "
	if len(waiting) == 0 {
		return text + "Nothing waits for you."
	}
	return text + strings.Join(waiting, ", ") + "."
}

// expiryMark says when a key expires in few words.
func expiryMark(at, now time.Time) view.Mark {
	left := at.Sub(now)
	mark := view.Mark{Text: view.Count(int64(left.Hours()/24), "day")}
	switch {
	case left < 24*time.Hour:
		mark.Tone, mark.Text = "bad", "Today"
	case left < 8*24*time.Hour:
		mark.Tone = "warn"
	}
	return mark
}

func (c overviewContent) lastUse(key access.Credential) string {
	if at, used := c.LastUsed[key.ID]; used {
		return "Last used " + view.Ago(at, c.At)
	}
	return "Never used"
}

// actorName returns the name of the actor of a record, for a list.
func actorName(record event.Record) string {
	if record.ActorName == "" {
		return "Portico"
	}
	return record.ActorName
}
