package site_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/testkit"
)

func TestOnlyStaffAdminsChangeTheSettings(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		changed := site.Settings{
			Name: "Acme for developers", Welcome: "Hello\nthere", Support: "https://help.example/x", Public: true,
			SignUp: site.SignUpOpen, AllowedDomains: []string{"acme.example"}, Areas: []site.Area{site.AreaProfile, site.AreaAPIs},
			PartnerHost: "partners.example:8443", DialectsOff: []site.Dialect{site.Tyk},
		}
		read := func(principal identity.Principal) site.Settings {
			t.Helper()
			settings, err := kit.Another(t).Site.Settings(kit.As(principal))
			if err != nil {
				t.Fatal(err)
			}
			return settings
		}
		for _, refused := range []struct {
			principal identity.Principal
			kind      fault.Kind
		}{
			{kit.Visitor, fault.Unauthenticated}, {kit.Owner, fault.Forbidden}, {kit.Support, fault.Forbidden}, {kit.Approver, fault.Forbidden},
		} {
			if err := kit.Site.ChangeSettings(kit.As(refused.principal), changed); !fault.Is(err, refused.kind) {
				t.Errorf("%q changes the settings: %v, want %v", refused.principal.Name, err, refused.kind)
			}
		}
		if got := read(kit.Visitor); !equal(got, site.Defaults()) || got.Public {
			t.Errorf("a new portal's settings are %+v", got)
		}
		for _, permitted := range []identity.Principal{kit.Staff, identity.SystemPrincipal("apply")} {
			if err := kit.Site.ChangeSettings(kit.As(permitted), changed); err != nil {
				t.Errorf("%q: %v", permitted.Name, err)
			}
			if got := read(kit.Visitor); !equal(got, changed) {
				t.Errorf("the settings are %+v, want %+v", got, changed)
			}
			changed.Welcome += "!"
			changed.Revision++
		}
		if n := audited(t, kit, "site.changed"); n != 2 {
			t.Errorf("%d changes are audited, want 2", n)
		}
	})
}

func equal(a, b site.Settings) bool { return len(a.Differences(b)) == 0 }

func audited(t *testing.T, kit *testkit.Kit, action string) (n int) {
	t.Helper()
	err := kit.DB.Dump(t.Context(), func(chunk store.Chunk) error {
		if chunk.Table == "audit" {
			n += strings.Count(string(chunk.Rows), action)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSettingsThatCannotBeAccepted(t *testing.T) {
	if err := site.Defaults().Validate(); err != nil {
		t.Errorf("the defaults: %v", err)
	}
	for name, test := range map[string]struct {
		field string
		spoil func(settings *site.Settings)
	}{
		"no name":                 {"name", func(s *site.Settings) { s.Name = " \t" }},
		"a long name":             {"name", func(s *site.Settings) { s.Name = strings.Repeat("ä", 61) }},
		"a name of two lines":     {"name", func(s *site.Settings) { s.Name = "Portal\r\nBcc: all@demo.example" }},
		"a long welcome":          {"welcome", func(s *site.Settings) { s.Welcome = strings.Repeat("ä", 2001) }},
		"a script for support":    {"support", func(s *site.Settings) { s.Support = "javascript:alert(1)" }},
		"a plain address":         {"support", func(s *site.Settings) { s.Support = "http://help.example" }},
		"a name and an address":   {"support", func(s *site.Settings) { s.Support = "Help <help@demo.example>" }},
		"a header in the address": {"support", func(s *site.Settings) { s.Support = "help@demo.example\r\nBcc: all@demo.example" }},
		"a login in the address":  {"support", func(s *site.Settings) { s.Support = "https://user:pass@help.example" }},
		"an unknown sign-up mode": {"sign_up", func(s *site.Settings) { s.SignUp = "everybody" }},
		"an address for a domain": {"allowed_domains", func(s *site.Settings) { s.AllowedDomains = []string{"a@acme.example"} }},
		"a domain in capitals":    {"allowed_domains", func(s *site.Settings) { s.AllowedDomains = []string{"Acme.example"} }},
		"a header in a domain":    {"allowed_domains", func(s *site.Settings) { s.AllowedDomains = []string{"acme.example\r\nBcc: x"} }},
		"any domain below":        {"allowed_domains", func(s *site.Settings) { s.AllowedDomains = []string{"*.acme.example"} }},
		"an address of the net":   {"allowed_domains", func(s *site.Settings) { s.AllowedDomains = []string{"[192.0.2.1]"} }},
		"101 domains":             {"allowed_domains", func(s *site.Settings) { s.AllowedDomains = slices.Repeat([]string{"acme.example"}, 101) }},
		"no sign-up mode":         {"sign_up", func(s *site.Settings) { s.SignUp = "" }},
		"an address for a host":   {"partner_host", func(s *site.Settings) { s.PartnerHost = "https://partners.example" }},
		"a path behind the host":  {"partner_host", func(s *site.Settings) { s.PartnerHost = "partners.example/x" }},
		"a host in capitals":      {"partner_host", func(s *site.Settings) { s.PartnerHost = "Partners.example" }},
		"a login in the host":     {"partner_host", func(s *site.Settings) { s.PartnerHost = "a@partners.example" }},
		"a usual port":            {"partner_host", func(s *site.Settings) { s.PartnerHost = "partners.example:443" }},
		"another usual port":      {"partner_host", func(s *site.Settings) { s.PartnerHost = "partners.example:80" }},
		"no spelling of browsers": {"partner_host", func(s *site.Settings) { s.PartnerHost = "münchen.example" }},
		"every host":              {"partner_host", func(s *site.Settings) { s.PartnerHost = "*.example" }},
		"an unknown dialect":      {"dialects_off", func(s *site.Settings) { s.DialectsOff = []site.Dialect{"soap"} }},
		"11 fields": {"request_fields", func(s *site.Settings) {
			s.RequestFields = slices.Repeat([]site.RequestField{{Label: "A", Kind: site.TextField}}, 11)
		}},
		"a label twice": {"request_fields", func(s *site.Settings) {
			s.RequestFields = []site.RequestField{{Label: "A", Kind: site.TextField}, {Label: "A", Kind: site.TextField}}
		}},
		"a field without label":    {"request_fields", func(s *site.Settings) { s.RequestFields = []site.RequestField{{Kind: site.TextField}} }},
		"an unknown kind of field": {"request_fields", func(s *site.Settings) { s.RequestFields = []site.RequestField{{Label: "A", Kind: "date"}} }},
		"a choice without choices": {"request_fields", func(s *site.Settings) { s.RequestFields = []site.RequestField{{Label: "A", Kind: site.ChoiceField}} }},
		"a choice twice": {"request_fields", func(s *site.Settings) {
			s.RequestFields = []site.RequestField{{Label: "A", Kind: site.ChoiceField, Choices: []string{"a", "a"}}}
		}},
		"choices of a text": {"request_fields", func(s *site.Settings) {
			s.RequestFields = []site.RequestField{{Label: "A", Kind: site.TextField, Choices: []string{"a"}}}
		}},
		"a label of two lines": {"request_fields", func(s *site.Settings) { s.RequestFields = []site.RequestField{{Label: "A\nB", Kind: site.TextField}} }},
		"an unknown area":      {"areas", func(s *site.Settings) { s.Areas = append(s.Areas, "billing") }},
	} {
		settings := site.Defaults()
		test.spoil(&settings)
		err := settings.Validate()
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want it invalid", name, err)
		} else if fields := fault.From(err).Fields; len(fields) != 1 || fields[0].Name != test.field {
			t.Errorf("%s: %v, want %s refused", name, err, test.field)
		}
	}
	for _, support := range []string{"", "help@demo.example", "https://help.example/path?q=1"} {
		settings := site.Defaults()
		settings.Support = support
		if err := settings.Validate(); err != nil {
			t.Errorf("support at %q: %v", support, err)
		}
	}
}
