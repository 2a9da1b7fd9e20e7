package openapi

import (
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"time"
)

var uuidPattern = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// formats validate strings by the format that their schema names. Other formats are not checked.
var formats = map[string]func(string) bool{
	"date-time": func(text string) bool {
		_, err := time.Parse(time.RFC3339, text)
		return err == nil
	},
	"date": func(text string) bool {
		_, err := time.Parse(time.DateOnly, text)
		return err == nil
	},
	"uuid": uuidPattern.MatchString,
	"email": func(text string) bool {
		_, err := mail.ParseAddress(text)
		return err == nil
	},
	"uri": func(text string) bool {
		address, err := url.Parse(text)
		return err == nil && address.Scheme != ""
	},
	"ipv4": func(text string) bool {
		address, err := netip.ParseAddr(text)
		return err == nil && address.Is4()
	},
	"ipv6": func(text string) bool {
		address, err := netip.ParseAddr(text)
		return err == nil && address.Is6()
	},
}
