package application

import (
	"net/url"
	"strconv"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// rotateContent is the page that asks before a key is rotated, or before its overlap is extended.
type rotateContent struct {
	overview.KeyToChange

	Form view.Form
}

// overlapHours are the overlaps to choose from.
var overlapHours = []int{24, 48, 72, 7 * 24}

// longerHours are the overlaps to extend to.
var longerHours = []int{24, 48, 72, 7 * 24, 14 * 24, 30 * 24}

// overlaps returns the choices with the time at which the old key would end.
func (c rotateContent) overlaps() []view.Choice {
	var choices []view.Choice
	for _, hours := range overlapHours {
		choices = append(choices, overlapChoice(hours, c.At.Add(time.Duration(hours)*time.Hour)))
	}
	return append(choices, view.Choice{Value: "0", Text: "Not at all, it stops now"})
}

// extensions returns the choices that end later than the key does now and later than the previous choice.
func (c rotateContent) extensions() []view.Choice {
	key := c.Key.Credential
	latest := key.GraceUntil
	var choices []view.Choice
	for _, hours := range longerHours {
		if end := key.ExtendedUntil(c.At, time.Duration(hours)*time.Hour); end.After(latest) {
			choices = append(choices, overlapChoice(hours, end))
			latest = end
		}
	}
	return choices
}

func overlapChoice(hours int, end time.Time) view.Choice {
	text := strconv.Itoa(hours) + " hours"
	if hours > 72 {
		text = strconv.Itoa(hours/24) + " days"
	}
	return view.Choice{Value: strconv.Itoa(hours), Text: text + ", until " + view.Moment(end)}
}

func (p *Pages) rotateKeyPage(v *visit.Visit) error {
	return p.showRotateKey(v, view.Form{})
}

func (p *Pages) showRotateKey(v *visit.Visit, form view.Form) error {
	found, err := p.loadKey(v, func(rights access.Rights) bool { return rights.Rotate })
	if err != nil {
		return err
	}
	return v.Render("Rotate key", site.AreaApplications, rotateView(rotateContent{KeyToChange: found, Form: form}))
}

// rotateApplicationKey issues a successor of the key, which is shown this once.
func (p *Pages) rotateApplicationKey(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	overlap, err := overlapIn(sent)
	if err != nil {
		return v.Refuse(err, sent, p.showRotateKey, "overlap")
	}
	issued, err := p.Access.RotateApplicationKey(v.Request.Context(), application(v), access.RotateCredential{
		Credential: v.Credential(), Overlap: overlap,
	})
	if err != nil {
		return v.Refuse(err, sent, p.showRotateKey, "overlap")
	}
	return p.showFreshKey(v, issued)
}

func (p *Pages) extendOverlapPage(v *visit.Visit) error {
	return p.showExtendOverlap(v, view.Form{})
}

func (p *Pages) showExtendOverlap(v *visit.Visit, form view.Form) error {
	found, err := p.loadKey(v, func(rights access.Rights) bool { return rights.Extend })
	if err != nil {
		return err
	}
	return v.Render("Extend overlap", site.AreaApplications, extendView(rotateContent{KeyToChange: found, Form: form}))
}

func (p *Pages) extendApplicationOverlap(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	overlap, err := overlapIn(sent)
	if err != nil {
		return v.Refuse(err, sent, p.showExtendOverlap, "overlap")
	}
	in := access.ExtendOverlap{Credential: v.Credential(), Overlap: overlap}
	if _, err := p.Access.ExtendApplicationOverlap(v.Request.Context(), application(v), in); err != nil {
		return v.Refuse(err, sent, p.showExtendOverlap, "overlap")
	}
	return v.Redirect(address.Application(application(v)) + "?done=extended")
}

// overlapIn returns the overlap that the visitor chose.
func overlapIn(sent url.Values) (time.Duration, error) {
	hours, err := strconv.Atoi(sent.Get("overlap"))
	if err != nil || hours < 0 || hours > maxOverlapHours {
		return 0, fault.InvalidFields([]fault.Field{{Name: "overlap", Reason: "must be chosen from the list"}})
	}
	return time.Duration(hours) * time.Hour, nil
}

// maxOverlapHours keeps the overlap within what a time.Duration can hold; the service has the rule.
const maxOverlapHours = 24 * 365
