package web

import (
	"net/url"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
)

func staffProductPath(slug string) string { return productsPath + "/" + url.PathEscape(slug) }

func toProducts() link { return link{Text: "Products", Path: cataloguePath} }

func toProduct(slug string) link { return link{Text: slug, Path: staffProductPath(slug)} }

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

func staffProductPage(v *visit) error {
	found, err := v.config.Catalog.StaffProduct(v.request.Context(), v.pathPart("product"))
	if err != nil {
		return err
	}
	return v.renderStaff(found.Product.Name, staffProductView(staffProductContent{found, v.catalogueNotice()}))
}

var audienceChoices = []choice{
	{string(catalog.SignedIn), "Everybody who has signed in"},
	{string(catalog.Public), "Everybody, where the portal is public"},
	{string(catalog.Teams), "The teams named below"},
}

func newProductPage(v *visit) error {
	if err := v.config.Catalog.MayEdit(v.request.Context()); err != nil {
		return err
	}
	return v.renderStaff("New product", newProductView(typed{Values: url.Values{}}))
}

func createProduct(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	form := typed{Values: sent}
	made, err := v.config.Catalog.CreateProduct(v.request.Context(), productInput(sent.Get("slug"), form))
	switch {
	case err == nil:
		return v.redirect(staffProductPath(made.Slug) + "?done=created")
	case !correctable(err) || v.principal.Anonymous():
		return err
	}
	return v.renderStaffAs(v.refusedForm(err), "New product", newProductView(form.refusedAs(err)))
}

func productInput(slug string, form typed) catalog.ProductInput {
	return catalog.ProductInput{
		Slug: strings.TrimSpace(slug), Name: form.Values.Get("name"), Description: form.Values.Get("description"),
		Audience: catalog.Audience(form.Values.Get("audience")), Teams: form.lines("teams"),
		NotRegistering: form.lines("not_registering"), NotReading: form.lines("not_reading"), Seen: form.seen(),
	}
}

func editProductPage(v *visit) error {
	found, err := v.config.Catalog.StaffProduct(v.request.Context(), v.pathPart("product"))
	if err != nil {
		return err
	}
	product := found.Product
	form := typed{File: fileOf(product.ManagedBy, product.File), Values: url.Values{
		seenInput: {stamp(product.UpdatedAt)},
		"name":    {product.Name}, "description": {product.Description}, "audience": {string(product.Audience)},
		"teams": {strings.Join(found.TeamNames, "\n")}, "not_registering": {strings.Join(found.NotRegistering, "\n")},
		"not_reading": {strings.Join(found.NotReading, "\n")},
	}}
	return v.renderStaff("Edit "+product.Name, editProductView(product.Slug, form))
}

func updateProduct(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	slug, form := v.pathPart("product"), typed{Values: sent}
	_, err = v.config.Catalog.UpdateProduct(v.request.Context(), productInput(slug, form))
	switch {
	case err == nil:
		return v.redirect(staffProductPath(slug) + "?done=saved")
	case !correctable(err) || v.principal.Anonymous():
		return err
	}
	return v.renderStaffAs(v.refusedForm(err), "Edit "+slug, editProductView(slug, form.refusedAs(err)))
}

// publication reads what a form of publishing wants, and the word that its notice is found by.
func (v *visit) publication() (published bool, done string, err error) {
	sent, err := v.form()
	if published = sent.Get("published") == "yes"; published {
		return published, "?done=published", err
	}
	return published, "?done=unpublished", err
}

func publishProduct(v *visit) error {
	published, done, err := v.publication()
	if err != nil {
		return err
	}
	slug := v.pathPart("product")
	if _, err := v.config.Catalog.PublishProduct(v.request.Context(), slug, published); err != nil {
		return err
	}
	return v.redirect(staffProductPath(slug) + done)
}

func unpublishProductPage(v *visit) error {
	slug := v.pathPart("product")
	reach, err := v.config.Access.ReachOfProduct(v.request.Context(), slug, "")
	if err != nil {
		return err
	}
	return v.renderStaff("Unpublish "+slug, confirmView(confirmation{
		Above: []link{toProducts(), toProduct(slug)}, Title: "Unpublish " + slug, Danger: true,
		Text: "Nobody but staff sees the product any more, and the gateway refuses calls to all of its versions from now on. " +
			"Subscriptions and keys stay, and work again when you publish it again.",
		Facts: reachFacts(reach), Action: staffProductPath(slug) + "/publication", Button: "Unpublish the product", Back: staffProductPath(slug),
	}))
}

// reachFacts say who is affected.
func reachFacts(reach access.Reach) []fact {
	return []fact{
		{"Teams affected", number(int64(reach.Teams))}, {"Open subscriptions", number(int64(reach.Subscriptions))},
		{"Keys in use", number(int64(reach.Keys))},
	}
}

// openNothing is what becomes of whatever opens nothing without what is deleted.
const openNothing = "Subscriptions that open nothing else end for good, and the keys that are theirs alone with them; others keep what else their plan opens. " +
	"Plans that open nothing else are offered to nobody any more, until they open another version and are published again. This cannot be undone."

// deletionFacts say who is affected, and what opens nothing afterwards.
func deletionFacts(deletion access.Deletion) []fact {
	facts := append(reachFacts(deletion.Reach), fact{"Subscriptions that end", number(int64(deletion.Ending))})
	if len(deletion.Emptied) == 0 {
		return facts
	}
	return append(facts, fact{"Plans that open nothing then", strings.Join(deletion.Emptied, ", ")})
}

func deleteProductPage(v *visit) error {
	slug := v.pathPart("product")
	deletion, err := v.config.Access.DeletionOfProduct(v.request.Context(), slug, "")
	if err != nil {
		return err
	}
	return v.renderStaff("Delete "+slug, confirmView(confirmation{
		Above: []link{toProducts(), toProduct(slug)}, Title: "Delete " + slug, Danger: true,
		Text: "The product goes with all of its versions and documents, and the gateway refuses its calls from now on. " +
			"Usage keeps its name. " + openNothing,
		Facts: deletionFacts(deletion), Action: staffProductPath(slug) + "/deletion", Button: "Delete the product", Back: staffProductPath(slug),
	}))
}

func deleteProduct(v *visit) error {
	if err := v.config.Access.DeleteProduct(v.request.Context(), v.pathPart("product")); err != nil {
		return err
	}
	return v.redirect(cataloguePath + "?done=deleted")
}
