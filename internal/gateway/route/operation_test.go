package route

import "testing"

func TestOperations(t *testing.T) {
	var operations Operations
	for _, one := range []struct{ method, path, slug string }{
		{"GET", "/", "root"},
		{"GET", "/parcels", "list"},
		{"POST", "/parcels", "book"},
		{"GET", "/parcels/{id}", "get"},
		{"GET", "/parcels/recent", "recent"},
		{"DELETE", "/parcels/{number}", "delete"},
		{"GET", "/parcels/{id}/label.{format}", "label"},
		{"GET", "/parcels/{id}/{part}", "part"},
		{"GET", "/compare/{base}...{head}", "compare"},
		{"HEAD", "/own", "own-head"},
		{"GET", "/own", "own-get"},
		{"GET", "/{any}/x", "any-x"},
		{"GET", "/parcels/{again}", "never"},
	} {
		operations.Add(one.method, one.path, one.slug)
	}
	for call, want := range map[[2]string]string{
		{"GET", ""}:                     "root",
		{"GET", "/"}:                    "root",
		{"GET", "/parcels"}:             "list",
		{"GET", "/parcels/"}:            "list",
		{"POST", "/parcels"}:            "book",
		{"PUT", "/parcels"}:             "",
		{"GET", "/parcels/7"}:           "get",
		{"GET", "/parcels/recent"}:      "recent",
		{"DELETE", "/parcels/recent"}:   "delete",
		{"GET", "/parcels/7/label.pdf"}: "label",
		{"GET", "/parcels/7/label."}:    "part",
		{"GET", "/parcels/7/x/y"}:       "",
		{"GET", "/compare/a...b"}:       "compare",
		{"HEAD", "/own"}:                "own-head",
		{"HEAD", "/parcels"}:            "list",
		{"GET", "/parcels/x"}:           "get",
		{"GET", "/other/x"}:             "any-x",
		{"GET", "/nothing"}:             "",
	} {
		if got := operations.Match(call[0], call[1]); got != want {
			t.Errorf("%s %s is %q, want %q", call[0], call[1], got, want)
		}
	}
	if allocations := testing.AllocsPerRun(100, func() { operations.Match("GET", "/parcels/7/label.pdf") }); allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
}
