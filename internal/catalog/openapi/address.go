package openapi

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Limits for checking the addresses of servers: how many combinations of variables, and how many bytes.
const (
	mostServerSpellings = 200
	longestAddress      = 2_000
)

// webAddress returns the member if it is a safe link: http, https or relative. Others are reported and left out.
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

// checkAddress reports unsafe and malformed addresses; relative addresses pass.
func (d *description) checkAddress(at *node, text string, schemes ...string) bool {
	scheme, unsafe := addressScheme(text)
	switch {
	case unsafe:
		d.fail(at, "The address "+strconv.Quote(shorten(text))+" is unsafe: a browser could run code or read local files.",
			"Use an address that begins with "+strings.Join(schemes, ":// or ")+"://.")
		return false
	case scheme != "" && !slices.Contains(schemes, scheme):
		d.warn(at, "The address "+strconv.Quote(shorten(text))+" was left out: its scheme is not "+
			strings.Join(schemes, " or ")+".", "Use an address with one of these schemes.")
		return false
	}
	if _, err := url.Parse(text); err != nil {
		d.warn(at, "The address "+strconv.Quote(shorten(text))+" is malformed and was left out.", "Correct or remove it.")
		return false
	}
	return true
}

// addressScheme returns the scheme as a browser reads it, and whether it is unsafe to open.
//
// Browsers skip blanks and control characters. An unsafe address may run code or read files on the visitor's machine.
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
			d.warn(item.value, `A server without "url" was left out.`, `Set "url" to the address of the API.`)
			continue
		}
		if d.checkServer(at, item.value.get("variables")) {
			servers = append(servers, Server{URL: at.text, Description: item.value.string("description")})
		}
	}
	return servers
}

// checkServer checks the address with every combination of values that its variables allow.
func (d *description) checkServer(at, variables *node) bool {
	spellings := []string{at.text}
	if len(at.text) > longestAddress {
		d.fail(at, fmt.Sprintf("The address of this server is longer than %d characters.", longestAddress), "Shorten it.")
		return false
	}
	for _, variable := range variables.object() {
		values := append(variable.value.strings("enum"), variable.value.string("default"))
		var next []string
		for _, spelling := range spellings {
			for _, value := range values {
				// Long values are cut first: only the beginning of an address decides whether it is safe.
				next = append(next, shortenTo(strings.ReplaceAll(spelling, "{"+variable.name+"}", shortenTo(value, 100)), longestAddress))
			}
			if len(next) > mostServerSpellings {
				d.fail(at, fmt.Sprintf("The variables of this server allow more than %d addresses, too many to check.", mostServerSpellings),
					"List fewer values.")
				return false
			}
		}
		slices.Sort(next)
		spellings = slices.Compact(next)
	}
	for _, spelling := range spellings {
		// Variables without a default stay in braces, which no browser takes for a scheme.
		if strings.HasPrefix(strings.TrimSpace(spelling), "{") {
			continue
		}
		if !d.checkAddress(at, spelling, "https", "http", "wss", "ws") {
			return false
		}
	}
	return true
}
