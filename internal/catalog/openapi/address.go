package openapi

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// mostServerSpellings bounds how many values of server variables are tried out.
const (
	mostServerSpellings = 200
	longestAddress      = 2_000
)

// webAddress returns the member where it is fit for a link: http, https or relative. Others are reported and left out.
func (d *description) webAddress(of *node, name string) string {
	value := of.get(name)
	if value == nil || value.kind != stringKind || value.text == "" {
		return ""
	}
	if !d.checkAddress(value, value.text, "http", "https") {
		return ""
	}
	return value.text
}

// checkAddress reports an address that browsers run or that is none; relative addresses pass.
func (d *description) checkAddress(at *node, text string, schemes ...string) bool {
	scheme, unsafe := addressScheme(text)
	switch {
	case unsafe:
		d.fail(at, "The address "+strconv.Quote(shorten(text))+" is not safe to open.",
			"Use an address that begins with "+strings.Join(schemes, ":// or ")+"://.")
		return false
	case scheme != "" && !slices.Contains(schemes, scheme):
		d.warn(at, "The address "+strconv.Quote(shorten(text))+" is left out: its scheme is not one of "+
			strings.Join(schemes, ", ")+".", "Use an address that a browser can open.")
		return false
	}
	if _, err := url.Parse(text); err != nil {
		d.warn(at, "This is not an address: "+strconv.Quote(shorten(text))+".", "Correct it, or leave it out.")
		return false
	}
	return true
}

// addressScheme returns the scheme as a browser reads it, which skips blanks and control characters, and whether
// opening such an address may run or read something on the reader's own machine.
func addressScheme(text string) (scheme string, unsafe bool) {
	seen := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || r == '\uFEFF' {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
	end := strings.IndexAny(seen, ":/?#")
	if end <= 0 || seen[end] != ':' {
		return "", false
	}
	scheme = seen[:end]
	return scheme, slices.Contains([]string{"javascript", "data", "vbscript", "file", "blob", "about"}, scheme)
}

func (d *description) readServers(list *node) []Server {
	var servers []Server
	for _, item := range list.list() {
		at := item.value.get("url")
		if at == nil || at.kind != stringKind {
			d.warn(item.value, `A server without "url" is left out.`, "Write the address of the API there.")
			continue
		}
		if d.checkServer(at, item.value.get("variables")) {
			servers = append(servers, Server{URL: at.text, Description: item.value.string("description")})
		}
	}
	return servers
}

// checkServer checks the address as written by every value that its variables may take.
func (d *description) checkServer(at, variables *node) bool {
	spellings := []string{at.text}
	if len(at.text) > longestAddress {
		d.fail(at, "The address of this server is too long.", "Shorten it.")
		return false
	}
	for _, variable := range variables.object() {
		values := append(variable.value.strings("enum"), variable.value.string("default"))
		var next []string
		for _, spelling := range spellings {
			for _, value := range values {
				// Cut before it is put in: only the beginning of an address decides whether it is safe.
				next = append(next, shortenTo(strings.ReplaceAll(spelling, "{"+variable.name+"}", shortenTo(value, 100)), longestAddress))
			}
			if len(next) > mostServerSpellings {
				d.fail(at, "The variables of this server allow too many addresses to check.", "List fewer values.")
				return false
			}
		}
		slices.Sort(next)
		spellings = slices.Compact(next)
	}
	for _, spelling := range spellings {
		// What is left in braces has no default; a browser would never take it for a scheme.
		if strings.HasPrefix(strings.TrimSpace(spelling), "{") {
			continue
		}
		if !d.checkAddress(at, spelling, "https", "http", "wss", "ws") {
			return false
		}
	}
	return true
}
