package catalogue

import (
	"net/url"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

func toProducts() view.Link { return view.Link{Text: "Products", Path: address.Catalogue} }

func toProduct(slug string) view.Link { return view.Link{Text: slug, Path: address.StaffProduct(slug)} }

// staffProductContent is a product with all that belongs to it.
type staffProductContent struct {
	catalog.StaffProduct
	Notice string
}

// Teams names the teams of the audience, and what they may not do.
func (c staffProductContent) Teams() string {
	texts := make([]string, len(c.TeamNames))
	for i, name := range c.TeamNames {
		var lacks []string
		if slices.Contains(c.NotRegistering, name) {
			lacks = append(lacks, "register")
		}
		if slices.Contains(c.NotReading, name) {
			lacks = append(lacks, "read the documents")
		}
		texts[i] = name
		if len(lacks) > 0 {
			texts[i] += " (may not " + strings.Join(lacks, " or ") + ")"
		}
	}
	return strings.Join(texts, ", ")
}

// Editable says that staff may change it.
func (c staffProductContent) Editable() bool { return c.Product.ManagedBy != catalog.Files }

func (p *Pages) staffProductPage(v *visit.Visit) error {
	found, err := p.Catalog.StaffProduct(v.Request.Context(), v.PathPart("product"))
	if err != nil {
		return err
	}
	return v.RenderStaff(found.Product.Name, staffProductView(staffProductContent{found, catalogueNotice(v)}))
}

var audienceChoices = []view.Choice{
	{Value: string(catalog.SignedIn), Text: "Everybody who has signed in"},
	{Value: string(catalog.Public), Text: "Everybody, where the portal is public"},
	{Value: string(catalog.Teams), Text: "The teams named below"},
}

func (p *Pages) newProductPage(v *visit.Visit) error {
	if err := p.Catalog.MayEdit(v.Request.Context()); err != nil {
		return err
	}
	return v.RenderStaff("New product", newProductView(typed{Values: url.Values{}}))
}

func (p *Pages) createProduct(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	form := typed{Values: sent}
	made, err := p.Catalog.CreateProduct(v.Request.Context(), productInput(sent.Get("slug"), form))
	switch {
	case err == nil:
		return v.Redirect(address.StaffProduct(made.Slug) + "?done=created")
	case !view.Correctable(err) || v.Principal.Anonymous():
		return err
	}
	return v.RenderStaffAs(v.RefusedForm(err), "New product", newProductView(form.refusedAs(err)))
}

func productInput(slug string, form typed) catalog.ProductInput {
	return catalog.ProductInput{
		Slug: strings.TrimSpace(slug), Name: form.Values.Get("name"), Description: form.Values.Get("description"),
		Audience: catalog.Audience(form.Values.Get("audience")), Teams: form.lines("teams"),
		NotRegistering: form.lines("not_registering"), NotReading: form.lines("not_reading"), Seen: form.seen(),
	}
}

func (p *Pages) editProductPage(v *visit.Visit) error {
	found, err := p.Catalog.StaffProduct(v.Request.Context(), v.PathPart("product"))
	if err != nil {
		return err
	}
	product := found.Product
	form := typed{File: fileOf(product.ManagedBy, product.File), Values: url.Values{
		seenInput: {view.Stamp(product.UpdatedAt)},
		"name":    {product.Name}, "description": {product.Description}, "audience": {string(product.Audience)},
		"teams": {strings.Join(found.TeamNames, "\n")}, "not_registering": {strings.Join(found.NotRegistering, "\n")},
		"not_reading": {strings.Join(found.NotReading, "\n")},
	}}
	return v.RenderStaff("Edit "+product.Name, editProductView(product.Slug, form))
}

func (p *Pages) updateProduct(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	slug, form := v.PathPart("product"), typed{Values: sent}
	_, err = p.Catalog.UpdateProduct(v.Request.Context(), productInput(slug, form))
	switch {
	case err == nil:
		return v.Redirect(address.StaffProduct(slug) + "?done=saved")
	case !view.Correctable(err) || v.Principal.Anonymous():
		return err
	}
	return v.RenderStaffAs(v.RefusedForm(err), "Edit "+slug, editProductView(slug, form.refusedAs(err)))
}

// publication reads what a form of publishing wants, and the word that its notice is found by.
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
		Above: []view.Link{toProducts(), toProduct(slug)}, Title: "Unpublish " + slug, Danger: true,
		Text: "Nobody but staff sees the product any more, and the gateway refuses calls to all of its versions from now on. " +
			"Subscriptions and keys stay, and work again when you publish it again.",
		Facts: reachFacts(reach), Action: address.StaffProduct(slug) + "/publication", Button: "Unpublish the product", Back: address.StaffProduct(slug),
	}))
}

// reachFacts say who is affected.
func reachFacts(reach access.Reach) []view.Fact {
	return []view.Fact{
		{Name: "Teams affected", Value: view.Number(int64(reach.Teams))}, {Name: "Open subscriptions", Value: view.Number(int64(reach.Subscriptions))},
		{Name: "Keys in use", Value: view.Number(int64(reach.Keys))},
	}
}

// openNothing is what becomes of whatever opens nothing without what is deleted.
const openNothing = "Subscriptions that open nothing else end for good, and the keys that are theirs alone with them; others keep what else their plan opens. " +
	"Plans that open nothing else are offered to nobody any more, until they open another version and are published again. This cannot be undone."

// deletionFacts say who is affected, and what opens nothing afterwards.
func deletionFacts(deletion access.Deletion) []view.Fact {
	facts := append(reachFacts(deletion.Reach), view.Fact{Name: "Subscriptions that end", Value: view.Number(int64(deletion.Ending))})
	if len(deletion.Emptied) == 0 {
		return facts
	}
	return append(facts, view.Fact{Name: "Plans that open nothing then", Value: strings.Join(deletion.Emptied, ", ")})
}

func (p *Pages) deleteProductPage(v *visit.Visit) error {
	slug := v.PathPart("product")
	deletion, err := p.Access.DeletionOfProduct(v.Request.Context(), slug, "")
	if err != nil {
		return err
	}
	return v.RenderStaff("Delete "+slug, view.ConfirmView(view.Confirmation{
		Above: []view.Link{toProducts(), toProduct(slug)}, Title: "Delete " + slug, Danger: true,
		Text: "The product goes with all of its versions and documents, and the gateway refuses its calls from now on. " +
			"Usage keeps its name. " + openNothing,
		Facts: deletionFacts(deletion), Action: address.StaffProduct(slug) + "/deletion", Button: "Delete the product", Back: address.StaffProduct(slug),
	}))
}

func (p *Pages) deleteProduct(v *visit.Visit) error {
	if err := p.Access.DeleteProduct(v.Request.Context(), v.PathPart("product")); err != nil {
		return err
	}
	return v.Redirect(address.Catalogue + "?done=deleted")
}
