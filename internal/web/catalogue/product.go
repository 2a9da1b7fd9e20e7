package catalogue

import (
	"net/url"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/spelling"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

func toProducts() view.Link { return view.Link{Text: "Catalogue", Path: address.Catalogue} }

func toProduct(slug string) view.Link { return view.Link{Text: slug, Path: address.StaffProduct(slug)} }

func toVersion(product, version string) view.Link {
	return view.Link{Text: version, Path: address.StaffVersion(product, version)}
}

// audience says who sees the product, with the teams and the rights that they lack.
func (c launchContent) audience() string {
	if c.Product.Audience != catalog.Teams {
		return choiceText(audienceChoices, string(c.Product.Audience))
	}
	texts := make([]string, len(c.TeamNames))
	for i, name := range c.TeamNames {
		var lacks []string
		if slices.Contains(c.NotRegistering, name) {
			lacks = append(lacks, "request access")
		}
		if slices.Contains(c.NotReading, name) {
			lacks = append(lacks, "read documents")
		}
		texts[i] = name
		if len(lacks) > 0 {
			texts[i] += " (can't " + strings.Join(lacks, " or ") + ")"
		}
	}
	return spelling.List(texts)
}

func (p *Pages) staffProductPage(v *visit.Visit) error {
	found, err := p.Access.Launch(v.Request.Context(), v.PathPart("product"), "")
	if err != nil {
		return err
	}
	return v.RenderStaff(found.Product.Name, staffProductView(launchContent{Launch: found, Notice: catalogueNotice(v)}))
}

var audienceChoices = []view.Choice{
	{Value: string(catalog.SignedIn), Text: "Everyone who has signed in"},
	{Value: string(catalog.Public), Text: "Everyone, if the portal is public"},
	{Value: string(catalog.Teams), Text: "Named teams"},
}

func (p *Pages) newProductPage(v *visit.Visit) error { return p.showNewProduct(v, view.Form{}) }

func (p *Pages) showNewProduct(v *visit.Visit, form view.Form) error {
	if err := p.Catalog.MayEdit(v.Request.Context()); err != nil {
		return err
	}
	return v.RenderStaff("New API", newProductView(editForm{Form: form}))
}

func (p *Pages) createProduct(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	created, err := p.Catalog.CreateProduct(v.Request.Context(), productInput(sent.Get("slug"), sent))
	if err != nil {
		return v.Refuse(err, sent, p.showNewProduct)
	}
	return v.Redirect(address.StaffProduct(created.Slug) + "?done=created")
}

func productInput(slug string, sent url.Values) catalog.ProductInput {
	form := view.Filled(sent)
	return catalog.ProductInput{
		Slug: strings.TrimSpace(slug), Name: form.Value("name"), Description: form.Value("description"),
		Audience: catalog.Audience(form.Value("audience")), Teams: form.Lines("teams"),
		NotRegistering: form.Lines("not_registering"), NotReading: form.Lines("not_reading"), Seen: seen(sent),
	}
}

func productValues(found catalog.StaffProduct) url.Values {
	return url.Values{
		seenInput: {view.Stamp(found.Product.UpdatedAt)},
		"name":    {found.Product.Name}, "description": {found.Product.Description}, "audience": {string(found.Product.Audience)},
		"teams": {strings.Join(found.TeamNames, "\n")}, "not_registering": {strings.Join(found.NotRegistering, "\n")},
		"not_reading": {strings.Join(found.NotReading, "\n")},
	}
}

func (p *Pages) editProductPage(v *visit.Visit) error { return p.showEditProduct(v, view.Form{}) }

func (p *Pages) showEditProduct(v *visit.Visit, form view.Form) error {
	found, err := p.Catalog.StaffProduct(v.Request.Context(), v.PathPart("product"))
	if err != nil {
		return err
	}
	if form.Values == nil {
		form = view.Filled(productValues(found))
	}
	edited := editForm{Form: form, File: fileOf(found.Product.ManagedBy, found.Product.File)}
	return v.RenderStaff("Edit "+found.Product.Name, editProductView(found.Product.Slug, edited))
}

func (p *Pages) updateProduct(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	slug := v.PathPart("product")
	if _, err = p.Catalog.UpdateProduct(v.Request.Context(), productInput(slug, sent)); err != nil {
		return v.Refuse(err, sent, p.showEditProduct)
	}
	return v.Redirect(address.StaffProduct(slug) + "?done=saved")
}

// publication reads a form that publishes or unpublishes, and returns the query of its notice.
func publication(v *visit.Visit) (published bool, done string, err error) {
	sent, err := v.Form()
	if published = sent.Get("published") == "yes"; published {
		return published, "?done=published", err
	}
	return published, "?done=unpublished", err
}

func (p *Pages) publishProduct(v *visit.Visit) error {
	published, done, err := publication(v)
	if err != nil {
		return err
	}
	slug := v.PathPart("product")
	if _, err := p.Catalog.PublishProduct(v.Request.Context(), slug, published); err != nil {
		return err
	}
	return v.Redirect(address.StaffProduct(slug) + done)
}

func (p *Pages) unpublishProductPage(v *visit.Visit) error {
	slug := v.PathPart("product")
	reach, err := p.Access.ReachOfProduct(v.Request.Context(), slug, "")
	if err != nil {
		return err
	}
	return v.RenderStaff("Unpublish "+slug, view.ConfirmView(view.Confirmation{
		Above: []view.Link{toProducts(), toProduct(slug)}, Title: "Unpublish " + slug + "?", Danger: true,
		Text:  "Only staff will see it, and calls to all its versions get 404. Subscriptions and keys stay, and work again when you publish it again.",
		Facts: reachFacts(reach), Action: address.StaffProduct(slug) + "/publication", Button: "Unpublish " + slug, Back: address.StaffProduct(slug),
	}))
}

// reachFacts describes who is affected.
func reachFacts(reach access.Reach) []view.Fact {
	return []view.Fact{
		{Name: "Teams affected", Value: view.Number(int64(reach.Teams))}, {Name: "Open subscriptions", Value: view.Number(int64(reach.Subscriptions))},
		{Name: "Keys in use", Value: view.Number(int64(reach.Keys))},
	}
}

// openNothing says what happens to subscriptions and plans that need the deleted object.
const openNothing = "Subscriptions that open nothing else end, and their keys are revoked. Plans that open nothing else are unpublished. You can't undo this."

// deletionFacts describes who is affected and which plans are empty afterwards.
func deletionFacts(deletion access.Deletion) []view.Fact {
	facts := append(reachFacts(deletion.Reach), view.Fact{Name: "Subscriptions that end", Value: view.Number(int64(deletion.Ending))})
	if len(deletion.Emptied) == 0 {
		return facts
	}
	return append(facts, view.Fact{Name: "Plans left without a version", Value: spelling.List(deletion.Emptied)})
}

func (p *Pages) deleteProductPage(v *visit.Visit) error {
	slug := v.PathPart("product")
	deletion, err := p.Access.DeletionOfProduct(v.Request.Context(), slug, "")
	if err != nil {
		return err
	}
	return v.RenderStaff("Delete "+slug, view.ConfirmView(view.Confirmation{
		Above: []view.Link{toProducts(), toProduct(slug)}, Title: "Delete " + slug + "?", Danger: true,
		Text:  "All its versions and documents are deleted, and calls get 404. " + openNothing,
		Facts: deletionFacts(deletion), Action: address.StaffProduct(slug) + "/deletion", Button: "Delete " + slug, Back: address.StaffProduct(slug),
	}))
}

func (p *Pages) deleteProduct(v *visit.Visit) error {
	if err := p.Access.DeleteProduct(v.Request.Context(), v.PathPart("product")); err != nil {
		return err
	}
	return v.Redirect(address.Catalogue + "?done=deleted")
}
