package settings

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// maxSettings is the largest form of the settings: a picture, or terms in letters that take nine bytes in a form.
const maxSettings = site.MaxImage + 64<<10

// settingsContent is the page of the settings, with what was typed and not saved.
type settingsContent struct {
	Settings site.Settings
	Refused  view.Refusals
	// Saved lists the settings that another person has saved since the page was opened.
	Saved  []view.Fact
	Notice string
	// Dialects are those that this node speaks where the settings let it.
	Dialects []site.Dialect
}

func (p *Pages) newSettingsContent(v *visit.Visit, settings site.Settings) settingsContent {
	return settingsContent{Settings: settings, Dialects: p.Dialects}
}

// settingInputs are the names of the inputs, which are those that the domain refuses them by.
var settingInputs = []string{
	"name", "welcome", "terms", "support", "public",
	"sign_up", "allowed_domains", "auto_approve", "staff_mail", "areas", "partner_host", "dialects_off", "theme", "light_color", "dark_color",
}

// ofFiles reports whether a setting belongs to the files.
func (c settingsContent) ofFiles(name string) bool {
	return slices.Contains(c.Settings.FromFiles, name)
}

func (c settingsContent) entry(name, label, hint string) view.Entry {
	return view.Entry{Name: name, Label: label, Kind: "text", Hint: hint, Refused: c.Refused.Fields[name], Optional: true}
}

func (p *Pages) settingsPage(v *visit.Visit) error {
	settings, err := p.Site.SettingsToChange(v.Request.Context())
	if err != nil {
		return err
	}
	notices := map[string]string{
		"saved": "The settings are saved and effective now.", "image": "The picture is shown now.", "removed": "The picture is removed.",
	}
	shown := p.newSettingsContent(v, settings)
	shown.Notice = notices[v.Request.URL.Query().Get("done")]
	return v.RenderStaff("Settings", settingsView(shown))
}

func (p *Pages) changeSettings(v *visit.Visit) error {
	typed, err := p.typedSettings(v)
	if err != nil {
		return err
	}
	if err = p.Site.ChangeSettings(v.Request.Context(), typed); err == nil {
		return v.Redirect(address.Settings + "?done=saved")
	}
	if !view.Correctable(err) || v.Principal.Anonymous() {
		return err
	}
	shown := p.newSettingsContent(v, typed)
	shown.Refused = view.Refused(err, settingInputs...)
	if fault.Is(err, fault.Conflict) {
		shown.Settings.Revision, shown.Settings.FromFiles = v.Settings.Revision, v.Settings.FromFiles
		shown.Saved = savedFacts(typed, v.Settings)
	}
	return v.RenderStaffAs(v.RefusedForm(err), "Settings", settingsView(shown))
}

// savedFacts tells what is saved where something else was typed.
func savedFacts(typed, saved site.Settings) []view.Fact {
	var facts []view.Fact
	for _, one := range typed.Differences(saved) {
		if slices.Contains(settingInputs, one.Name) {
			facts = append(facts, view.Fact{Name: strings.ReplaceAll(one.Name, "_", " "), Value: event.Shortened(one.After)})
		}
	}
	return facts
}

// previewSettings shows settings that are not saved: as a part of the page, and without scripts as the whole page.
func (p *Pages) previewSettings(v *visit.Visit) error {
	typed, err := p.typedSettings(v)
	if err != nil {
		return err
	}
	err = p.Site.CheckSettings(v.Request.Context(), typed)
	if err != nil && !fault.Is(err, fault.Invalid) {
		return err
	}
	shown := p.newSettingsContent(v, typed)
	if err != nil {
		shown.Refused = view.Refused(err, settingInputs...)
	}
	if v.Part() {
		return v.RenderPart(http.StatusOK, settingsPreview(shown))
	}
	if err == nil {
		shown.Notice = "This is a preview. Nothing is saved yet."
	}
	return v.RenderStaff("Settings", settingsView(shown))
}

// previewSheet are the colours of the preview, which are not saved.
func (p *Pages) previewSheet(v *visit.Visit) error {
	if _, err := p.Site.SettingsToChange(v.Request.Context()); err != nil {
		return err
	}
	query := v.Request.URL.Query()
	rules := view.BrandRules(site.ParseColor(query.Get("light")), site.ParseColor(query.Get("dark")), ".preview ")
	v.Writer.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = v.Writer.Write([]byte(rules)) // the visitor has gone
	return nil
}

// typedSettings are the settings as the form has them; what belongs to files is not in the form and stays.
func (p *Pages) typedSettings(v *visit.Visit) (site.Settings, error) {
	form, err := v.Form()
	if err != nil {
		return site.Settings{}, err
	}
	typed := v.Settings
	if typed.Revision, err = strconv.ParseInt(form.Get("revision"), 10, 64); err != nil {
		typed.Revision = -1 // a form that is not ours has seen no revision
	}
	typeTexts(v, form, &typed)
	mine := func(name string) bool { return !slices.Contains(v.Settings.FromFiles, name) }
	if mine("public") {
		typed.Public = form.Get("public") == "yes"
	}
	if mine("auto_approve") {
		typed.AutoApprove = form.Get("auto_approve") == "yes"
	}
	if mine("staff_mail") {
		typed.StaffMailOff = form.Get("staff_mail") != "yes"
	}
	if mine("sign_up") {
		typed.SignUp = cmp.Or(site.SignUp(form.Get("sign_up")), site.SignUpOff)
	}
	if mine("allowed_domains") {
		typed.AllowedDomains = strings.Fields(strings.ToLower(form.Get("allowed_domains")))
	}
	if mine("areas") {
		typed.Areas = spelledAs[site.Area](form["areas"])
	}
	if mine("dialects_off") {
		typed.DialectsOff = slices.DeleteFunc(slices.Concat(v.Settings.DialectsOff, p.Dialects), func(dialect site.Dialect) bool {
			return slices.Contains(form["dialects"], string(dialect))
		})
		slices.Sort(typed.DialectsOff)
		typed.DialectsOff = slices.Compact(typed.DialectsOff)
	}
	return typed, nil
}

// typeTexts takes over what is one text in the form and belongs to staff.
func typeTexts(v *visit.Visit, form url.Values, typed *site.Settings) {
	text := func(name string, keep func(string)) {
		if !slices.Contains(v.Settings.FromFiles, name) {
			keep(strings.TrimSpace(strings.ReplaceAll(form.Get(name), "\r\n", "\n")))
		}
	}
	text("name", func(value string) { typed.Name = value })
	text("welcome", func(value string) { typed.Welcome = value })
	text("terms", func(value string) { typed.Terms = value })
	text("support", func(value string) { typed.Support = value })
	text("partner_host", func(value string) { typed.PartnerHost = strings.ToLower(value) })
	text("theme", func(value string) { typed.Theme = site.Theme(value) })
	text("light_color", func(value string) { typed.LightColor = site.ParseColor(value) })
	text("dark_color", func(value string) { typed.DarkColor = site.ParseColor(value) })
}

func spelled[T ~string](values []T) []string { return spelledAs[string](values) }

func spelledAs[To, From ~string](values []From) []To {
	var texts []To
	for _, value := range values {
		texts = append(texts, To(value))
	}
	return texts
}

func (p *Pages) changeSiteImage(v *visit.Visit) error {
	if _, err := p.Site.SettingsToChange(v.Request.Context()); err != nil {
		return err // before the long body is read
	}
	content, err := sentFile(v, "image")
	if err == nil {
		err = p.Site.ChangeImage(v.Request.Context(), site.NewImage{Slot: site.ImageSlot(v.PathPart("place")), Content: content})
	}
	if err == nil {
		return v.Redirect(address.Settings + "?done=image")
	}
	if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLarge) || v.Gone() {
		return err
	}
	shown := p.newSettingsContent(v, v.Settings)
	shown.Refused.Fields = map[string]string{v.PathPart("place"): view.Refused(err, "image").Fields["image"]}
	return v.RenderStaffAs(v.RefusedForm(err), "Settings", settingsView(shown))
}

func (p *Pages) removeSiteImage(v *visit.Visit) error {
	if err := p.Site.RemoveImage(v.Request.Context(), site.ImageSlot(v.PathPart("place"))); err != nil {
		return err
	}
	return v.Redirect(address.Settings + "?done=removed")
}

// sentFile reads a file out of a form, which is bounded by bodyBound; nothing is where none was sent.
func sentFile(v *visit.Visit, name string) ([]byte, error) {
	parts, err := v.Request.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		return nil, nil
	}
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "bad_form", "The form could not be read. Open the page again and send it once more.", err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		var content []byte
		if err == nil {
			content, err = io.ReadAll(part)
		}
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return nil, &fault.Error{
				Kind: fault.TooLarge, Code: "file_too_large", Public: "The picture is too large.", Err: err,
				Fields: []fault.Field{{Name: name, Reason: fmt.Sprintf("may have at most %d KiB; make it smaller", site.MaxImage>>10)}},
			}
		}
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, "bad_form", "The form could not be read. Open the page again and send it once more.", err)
		}
		if part.FormName() == name {
			return content, nil
		}
	}
}

var areaNames = map[site.Area]string{site.AreaHome: "Home", site.AreaAPIs: "APIs", site.AreaApplications: "Applications", site.AreaProfile: "Profile"}

var signUpChoices = []view.Choice{
	{Value: string(site.SignUpOff), Text: "Off: staff add people"}, {Value: string(site.SignUpApproval), Text: "Staff approve each one"}, {Value: string(site.SignUpOpen), Text: "Open to everybody"},
}

var themeChoices = []view.Choice{
	{Value: string(site.ThemeSystem), Text: "As the visitor's system"}, {Value: string(site.ThemeLight), Text: "Light"}, {Value: string(site.ThemeDark), Text: "Dark"},
}

var settingLabels = map[string]string{
	"name": "Name", "welcome": "Welcome text", "terms": "Terms of use", "support": "Support contact", "public": "Public", "auto_approve": "Approve registrations by themselves",
	"sign_up": "Sign-up", "allowed_domains": "Domains that may sign up", "staff_mail": "Mail to staff", "areas": "In the navigation",
	"partner_host": "Partner host", "dialects_off": "Interfaces for clients of other portals",
	"theme": "Theme", "light_color": "Colour in the light theme", "dark_color": "Colour in the dark theme",
}

func areaChoices() []view.Choice {
	var made []view.Choice
	for _, area := range site.Areas() {
		made = append(made, view.Choice{Value: string(area), Text: areaNames[area]})
	}
	return made
}

func dialectChoices(dialects []site.Dialect) []view.Choice {
	var made []view.Choice
	for _, dialect := range dialects {
		made = append(made, view.Choice{Value: string(dialect), Text: dialect.Title()})
	}
	return made
}

// spoken are the dialects that clients are answered in now.
func (c settingsContent) spoken() []site.Dialect {
	return slices.DeleteFunc(slices.Clone(c.Dialects), func(dialect site.Dialect) bool { return !c.Settings.Speaks(dialect) })
}

func (c settingsContent) textEntry(name, hint, value string) view.Entry {
	made := c.entry(name, settingLabels[name], hint)
	made.Value = value
	return made
}

func (c settingsContent) nameEntry() view.Entry {
	made := c.textEntry("name", "Up to 60 characters. It stands at the top of every page and in its title.", c.Settings.Name)
	made.Optional = false
	return made
}
