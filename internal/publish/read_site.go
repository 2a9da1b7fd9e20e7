package publish

import (
	"errors"

	"github.com/oasdiff/yaml3"

	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
)

// siteSettings are the settings that the files set; all others stay unchanged.
type siteSettings struct {
	// present reports whether the files have a site; without one, its settings stay unchanged.
	present bool
	// names are the settings that the files name, in this order, and sets the functions that assign them.
	names []string
	sets  []func(*site.Settings)
}

// over applies the files' values to the settings and marks them as owned by the files.
func (s siteSettings) over(settings site.Settings) site.Settings {
	if !s.present {
		return settings
	}
	settings.FromFiles = s.names
	for _, set := range s.sets {
		set(&settings)
	}
	return settings
}

// siteSetting is a setting of the site in the apply format.
type siteSetting struct {
	name string
	read func(from fields, name string) func(*site.Settings)
}

// siteText returns a setting whose value is a text.
func siteText[T ~string](of func(*site.Settings) *T) func(from fields, name string) func(*site.Settings) {
	return func(from fields, name string) func(*site.Settings) {
		value := T(from.text(name, "", anything))
		return func(settings *site.Settings) { *of(settings) = value }
	}
}

// siteFlag returns a setting whose value is true or false.
func siteFlag(set func(*site.Settings, bool)) func(from fields, name string) func(*site.Settings) {
	return func(from fields, name string) func(*site.Settings) {
		value := from.flag(name, false)
		return func(settings *site.Settings) { set(settings, value) }
	}
}

// siteList returns a setting whose value is a list of texts.
func siteList[T ~string](most int, of func(*site.Settings) *[]T) func(from fields, name string) func(*site.Settings) {
	return func(from fields, name string) func(*site.Settings) {
		var values []T
		for _, value := range from.texts(name, most, anything) {
			values = append(values, T(value))
		}
		return func(settings *site.Settings) { *of(settings) = values }
	}
}

// readRequestFields reads the fields of the access request form.
func readRequestFields(from fields, name string) func(*site.Settings) {
	var asked []site.RequestField
	for _, at := range from.items(from.of[name], "request_fields") {
		read, ok := from.fields(at, "the field", "label", "kind", "choices", "required")
		if !ok {
			continue
		}
		asked = append(asked, site.RequestField{
			Label: read.required("label", anything), Kind: site.FieldKind(read.text("kind", string(site.TextField), anything)),
			Choices: read.texts("choices", site.MostFieldChoices, anything), Required: read.flag("required", false),
		})
	}
	return func(settings *site.Settings) { settings.RequestFields = asked }
}

var siteFormat = []siteSetting{
	{"name", siteText(func(s *site.Settings) *string { return &s.Name })},
	{"welcome", siteText(func(s *site.Settings) *string { return &s.Welcome })},
	{"terms", siteText(func(s *site.Settings) *string { return &s.Terms })},
	{"support", siteText(func(s *site.Settings) *string { return &s.Support })},
	{"public", siteFlag(func(s *site.Settings, public bool) { s.Public = public })},
	{"konnect_public", siteFlag(func(s *site.Settings, public bool) { s.KonnectPublic = public })},
	{"sign_up", siteText(func(s *site.Settings) *site.SignUp { return &s.SignUp })},
	{"allowed_domains", siteList(site.MostDomains, func(s *site.Settings) *[]string { return &s.AllowedDomains })},
	{"auto_approve", siteFlag(func(s *site.Settings, approve bool) { s.AutoApprove = approve })},
	{"request_fields", readRequestFields},
	{"staff_mail", siteFlag(func(s *site.Settings, write bool) { s.StaffMailOff = !write })},
	{"areas", siteList(len(site.Areas()), func(s *site.Settings) *[]site.Area { return &s.Areas })},
	{"partner_host", siteText(func(s *site.Settings) *string { return &s.PartnerHost })},
	{"dialects_off", siteList(len(site.Dialects()), func(s *site.Settings) *[]site.Dialect { return &s.DialectsOff })},
	{"theme", siteText(func(s *site.Settings) *site.Theme { return &s.Theme })},
	{"light_color", siteText(func(s *site.Settings) *site.Color { return &s.LightColor })},
	{"dark_color", siteText(func(s *site.Settings) *site.Color { return &s.DarkColor })},
}

func (r *manifestReader) readSite(at *yaml.Node) error {
	var known []string
	for _, setting := range siteFormat {
		known = append(known, setting.name)
	}
	read, ok := r.fields(at, "the site", known...)
	if !ok {
		return nil
	}
	wanted := siteSettings{present: true}
	for _, setting := range siteFormat {
		if _, written := read.of[setting.name]; written {
			wanted.names = append(wanted.names, setting.name)
			wanted.sets = append(wanted.sets, setting.read(read, setting.name))
		}
	}
	current, err := r.service.settings(r.ctx)
	if err != nil {
		return err
	}
	if refused, ok := errors.AsType[*fault.Error](wanted.over(current).Validate()); ok {
		for _, field := range refused.Fields {
			r.refuse(read.place(field.Name), "The site's "+field.Name+" "+field.Reason+".", "Change the value.")
		}
	}
	r.manifest.site = wanted
	return nil
}
