package reference

import (
	"net/url"
	"strings"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/web/view"
)

// media describes a body in each media type.
func (t *twinText) media(content []openapi.MediaType) {
	for _, media := range content {
		t.paragraph(code(media.Name) + " (" + strings.Join(t.facts(media.Schema.Value), ", ") + ")")
		t.schema(media.Schema)
		if media.Example == "" {
			continue
		}
		t.paragraph("Example:")
		t.fence(exampleLanguage(media.Name), media.Example)
	}
}

// exampleLanguage returns the language for a code fence. It never contains text of the author.
func exampleLanguage(mediaType string) string {
	for _, language := range []string{"json", "xml", "yaml"} {
		if strings.Contains(mediaType, language) {
			return language
		}
	}
	return ""
}

// schema lists the rows of a schema, each below the one that it belongs to.
func (t *twinText) schema(shown openapi.Schema) {
	for _, row := range shown.Rows {
		if row.Variant {
			t.item(row.Depth, "alternative "+code(row.Name), row.Description)
			continue
		}
		facts := t.facts(row.Value, markedWhere(row.Required, "required"), markedWhere(row.ReadOnly, "read only"),
			markedWhere(row.WriteOnly, "write only"), markedWhere(row.Deprecated, "deprecated"))
		t.item(row.Depth, code(row.Name)+" ("+strings.Join(facts, ", ")+")", row.Description)
	}
	if shown.Omitted > 0 {
		t.paragraph("And " + view.Count(int64(shown.Omitted), "more row") + ", in the OpenAPI document.")
	}
}

// facts briefly describes the type, the marks that are not empty, and the allowed values.
func (t *twinText) facts(value openapi.ValueType, marks ...string) []string {
	kind := value.Type
	if kind == "" {
		kind = "any"
	}
	if value.Format != "" {
		kind += " (" + value.Format + ")"
	}
	facts := []string{code(kind)}
	if value.Page != "" && t.schemas != "" {
		facts = append(facts, linked("schema", t.schemas+url.PathEscape(value.Page)+twinSuffix))
	}
	for _, mark := range marks {
		if mark != "" {
			facts = append(facts, mark)
		}
	}
	if len(value.Enum) > 0 {
		facts = append(facts, "one of "+codes(value.Enum))
	}
	if value.Default != "" {
		facts = append(facts, "default "+code(value.Default))
	}
	for _, constraint := range value.Constraints {
		if pattern, is := strings.CutPrefix(constraint, "pattern "); is {
			facts = append(facts, "pattern "+code(pattern))
			continue
		}
		facts = append(facts, plain(constraint))
	}
	return facts
}
