package catalogue

import (
	"net/url"

	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// bulkPublication is the page that asks before several APIs or plans are published or unpublished.
type bulkPublication struct {
	view.Form
	// Parameter names the selected objects: product or plan.
	Parameter string
	Slugs     []string
	Published bool
}

func readBulk(parameter string, sent url.Values) (bulkPublication, error) {
	read := bulkPublication{Parameter: parameter, Slugs: sent[parameter], Published: sent.Get("published") == "yes"}
	if len(read.Slugs) == 0 || len(read.Slugs) > view.ListedOnPage {
		return read, fault.New(fault.Invalid, "nothing_selected", "Select the rows first. You can change up to 50 at a time.")
	}
	return read, nil
}

func (b bulkPublication) verb() string {
	if b.Published {
		return "Publish"
	}
	return "Unpublish"
}

func (b bulkPublication) things() string {
	if b.Parameter == "plan" {
		return view.CountOf(len(b.Slugs), "plan", "plans")
	}
	return view.CountOf(len(b.Slugs), "API", "APIs")
}

// consequence says what the change means for developers.
func (b bulkPublication) consequence() string {
	switch {
	case b.Published:
		return "Developers can see them now."
	case b.Parameter == "plan":
		return "Developers can't choose them anymore. Subscriptions and keys keep working."
	}
	return "Only staff will see them, and calls to all their versions get 404. Subscriptions and keys stay, and work again when you publish them again."
}

func (b bulkPublication) list() view.Link {
	if b.Parameter == "plan" {
		return view.Link{Text: "Plans", Path: address.StaffPlans}
	}
	return toProducts()
}

// bulkPage returns the page that asks before the change.
func (p *Pages) bulkPage(parameter string) visit.Handler {
	return func(v *visit.Visit) error {
		if err := p.Catalog.MayEdit(v.Request.Context()); err != nil {
			return err
		}
		shown, err := readBulk(parameter, v.Request.URL.Query())
		if err != nil {
			return err
		}
		return v.RenderStaff(shown.verb(), bulkPublicationView(shown))
	}
}

// publishMany returns the handler that publishes or unpublishes the selected objects.
func (p *Pages) publishMany(parameter string) visit.Handler {
	return func(v *visit.Visit) error {
		sent, err := v.Form()
		if err != nil {
			return err
		}
		wanted, err := readBulk(parameter, sent)
		if err != nil {
			return err
		}
		change := p.Catalog.PublishProducts
		if parameter == "plan" {
			change = p.Plans.PublishPlans
		}
		if err := change(v.Request.Context(), wanted.Slugs, wanted.Published); err != nil {
			return v.Refuse(err, sent, func(v *visit.Visit, form view.Form) error {
				wanted.Form = form
				return v.RenderStaff(wanted.verb(), bulkPublicationView(wanted))
			})
		}
		if wanted.Published {
			return v.Redirect(wanted.list().Path + "?done=published")
		}
		return v.Redirect(wanted.list().Path + "?done=unpublished")
	}
}
