package reference

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
)

// treeOf returns the navigation of an API that has one tag for each count, with that many operations.
func treeOf(counts ...int) treeContent {
	made := treeContent{Product: catalog.Product{Slug: "p"}, Version: catalog.Version{Name: "1"}}
	for i, n := range counts {
		tag := fmt.Sprint("tag", i+1)
		made.Spec.Tags = append(made.Spec.Tags, openapi.Tag{Name: tag})
		for k := range n {
			made.Operations = append(made.Operations, openapi.Operation{Method: "GET", Path: "/" + tag, Slug: fmt.Sprint(tag, "-", k), Tags: []string{tag}})
		}
	}
	return made
}

// outlineOf returns the sections in short: the names of all tags, and for open ones the listed and the total
// operations.
func outlineOf(sections []treeSection) string {
	var lines []string
	for _, section := range sections {
		if section.Title != "" {
			lines = append(lines, section.Title+":")
		}
		for _, tag := range section.Tags {
			line := tag.Name
			if tag.Open {
				line += fmt.Sprintf(" %d/%d", len(tag.Operations), tag.Total)
			}
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, ", ")
}

func TestTreeListsWhatAPageCanCarry(t *testing.T) {
	at := func(shown treeContent, operation string) treeContent { shown.Operation = operation; return shown }
	query := func(shown treeContent, text string) treeContent { shown.Query = text; return shown }
	tag := func(shown treeContent, anchor string) treeContent { shown.Tag = anchor; return shown }
	groups := func(shown treeContent, named ...openapi.TagGroup) treeContent {
		shown.Spec.TagGroups = named
		return shown
	}
	for name, test := range map[string]struct {
		shown treeContent
		want  string
	}{
		"a small one is whole":                     {treeOf(2, 3), "tag1 2/2, tag2 3/3"},
		"a large one opens the current tag":        {at(treeOf(100, 50, 1), "tag2-3"), "tag1, tag2 50/50, tag3"},
		"a large tag is cut around the current":    {at(treeOf(200, 5), "tag1-150"), "tag1 60/200, tag2"},
		"a tag asked for comes whole":              {tag(treeOf(200, 5), "tag-1"), "tag1 200/200, tag2"},
		"a query opens what it finds":              {query(treeOf(200, 5), "/tag2"), "tag2 5/5"},
		"a query that finds nothing leaves no tag": {query(treeOf(2), "nothing"), ""},
		"tag groups come first, in their order": {
			groups(treeOf(1, 1, 1), openapi.TagGroup{Name: "B", Tags: []string{"tag3", "lost"}}, openapi.TagGroup{Name: "A", Tags: []string{"tag3", "tag1"}}),
			"B:, tag3 1/1, A:, tag1 1/1, tag2 1/1",
		},
	} {
		if diff := cmp.Diff(test.want, outlineOf(test.shown.sections())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	cut := at(treeOf(200), "tag1-150").sections()[0].Tags[0].Operations
	if first, last := cut[0].Slug, cut[len(cut)-1].Slug; first != "tag1-120" || last != "tag1-179" {
		t.Errorf("around tag1-150 the tree lists %s to %s", first, last)
	}
}
