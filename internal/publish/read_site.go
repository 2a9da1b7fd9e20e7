package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

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
	// images are the contents of pictures by their digest.
	images map[string][]byte
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

// imageLimit is how much of a picture's file is read. The site rejects any file beyond site.MaxImage.
const imageLimit = 2 * site.MaxImage

// siteImage returns a setting whose value is the path of a picture; an empty path removes the picture.
func siteImage(slot site.ImageSlot) siteSetting {
	return siteSetting{string(slot), func(from fields, name string) func(*site.Settings) {
		file := from.text(name, "", anything)
		if file == "" {
			return func(settings *site.Settings) { *settings = settings.WithImage(slot, site.Image{}) }
		}
		content := from.image(file, from.of[name])
		made, kept, err := site.ReadImage(content)
		if refused, ok := errors.AsType[*fault.Error](err); ok && content != nil {
			from.refuse(from.of[name], fmt.Sprintf("The picture %s %s.", clip(file), refused.Fields[0].Reason), "Use a PNG, JPEG, WebP or SVG file.")
		}
		from.images[made.Hash] = kept
		sum := sha256.Sum256(content)
		return func(settings *site.Settings) {
			if settings.Image(slot).Hash != hex.EncodeToString(sum[:]) { // the file is an export of the stored picture
				*settings = settings.WithImage(slot, made)
			}
		}
	}}
}

// image reads the file of a picture. It returns nil after recording a finding.
func (r *reader) image(file string, at *yaml.Node) []byte {
	name, wrong := cleanPath(file)
	var content []byte
	if wrong == nil {
		content, wrong = readFile(r.folder, name, imageLimit)
	}
	if wrong != nil {
		r.refuse(at, wrong.message, wrong.advice)
		return nil
	}
	return append([]byte{}, content...)
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
	{"cover_text", siteText(func(s *site.Settings) *string { return &s.CoverText })},
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
	siteImage(site.LogoSlot), siteImage(site.LogoDarkSlot), siteImage(site.FaviconSlot), siteImage(site.CoverSlot),
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
	wanted := siteSettings{present: true, images: r.images}
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
