package site

import "strings"

// Dialect is a wire protocol of another portal system that the portal speaks.
type Dialect string

// The dialects. This is the only list of their names: all others are derived from it or tested against it.
const (
	Konnect Dialect = "konnect"
	Tyk     Dialect = "tyk"
	QANATIX Dialect = "qanatix"
	Idunox  Dialect = "idunox"
)

// Dialects lists every dialect, in the order of the documentation.
func Dialects() []Dialect { return []Dialect{Konnect, Tyk, QANATIX, Idunox} }

var dialectTitles = map[Dialect]string{
	Konnect: "Kong Konnect Portal API", Tyk: "Tyk portal", QANATIX: "QANATIX", Idunox: "Idunox",
}

// Title returns the dialect's name on pages.
func (d Dialect) Title() string { return dialectTitles[d] }

// dialectNames lists the dialects in a sentence.
func dialectNames() string {
	var names []string
	for _, dialect := range Dialects() {
		names = append(names, string(dialect))
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
