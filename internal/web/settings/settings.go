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
	"unicode"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// maxSettings is the largest form of the settings: a picture, or terms whose characters take nine bytes each.
const maxSettings = site.MaxImage + 64<<10

// settingsContent is the page of the settings. Its form shows Settings, which may be unsaved.
type settingsContent struct {
	view.Form
	Settings site.Settings
	// Saved has the saved values of settings that another person has changed since the form was opened.
	Saved []view.Fact
	// Changed are the settings whose shown values are not saved.
	Changed []string
	Notice  string
	// Dialects are those that this node speaks if the settings allow it.
	Dialects []site.Dialect
}

func (p *Pages) newSettingsContent(settings, saved site.Settings, refused view.Refusals) settingsContent {
	return settingsContent{
		Form: view.Form{Values: settingValues(settings), Refused: refused}, Settings: settings, Dialects: p.Dialects,
		Changed: event.Names(settings.Differences(saved)),
	}
}

// settingValues returns the values of the inputs that hold one text.
func settingValues(settings site.Settings) url.Values {
	return url.Values{
		"name": {settings.Name}, "cover_text": {settings.CoverText}, "welcome": {settings.Welcome}, "terms": {settings.Terms}, "support": {settings.Support},
		"sign_up": {string(settings.SignUp)}, "allowed_domains": {strings.Join(settings.AllowedDomains, " ")}, "partner_host": {settings.PartnerHost},
		"theme": {string(settings.Theme)}, "light_color": {string(settings.LightColor)}, "dark_color": {string(settings.DarkColor)},
	}
}

func (p *Pages) settingsPage(v *visit.Visit) error { return p.showSettings(v, view.Form{}) }

func (p *Pages) showSettings(v *visit.Visit, form view.Form) error {
	saved, err := p.Site.SettingsToChange(v.Request.Context())
	if err != nil {
		return err
	}
	settings := saved
	if form.Values != nil {
		settings = p.sentSettings(saved, form.Values)
	}
	shown := p.newSettingsContent(settings, saved, form.Refused)
	shown.Notice = settingsNotices[v.Request.URL.Query().Get("done")]
	if form.Refused.Code == site.CodeChanged {
		shown.Settings.Revision = saved.Revision // saving again replaces the other change
		shown.Saved = savedFacts(settings, saved)
	}
	return v.RenderStaff("Settings", settingsView(shown))
}

var settingsNotices = map[string]string{
	"saved": "Settings saved.", "image": "Picture saved.", "removed": "Picture removed.",
}

func (p *Pages) changeSettings(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	if err := p.Site.ChangeSettings(v.Request.Context(), p.sentSettings(v.Settings, sent)); err != nil {
		return v.Refuse(err, sent, p.showSettings, settingInputs...)
	}
	return v.Redirect(address.Settings + "?done=saved")
}

// savedFacts returns the saved values of the settings that differ from those sent.
func savedFacts(sent, saved site.Settings) []view.Fact {
	var facts []view.Fact
	for _, one := range sent.Differences(saved) {
		if slices.Contains(settingInputs, one.Name) {
			facts = append(facts, view.Fact{Name: strings.ReplaceAll(one.Name, "_", " "), Value: event.Shortened(one.After)})
		}
	}
	return facts
}

// previewSettings shows unsaved settings: as a part of the page for scripts, as a whole page otherwise.
func (p *Pages) previewSettings(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	settings := p.sentSettings(v.Settings, sent)
	var refused view.Refusals
	notice := "This is a preview. Your changes aren't saved yet."
	if err := p.Site.CheckSettings(v.Request.Context(), settings); err != nil {
		if !fault.Is(err, fault.Invalid) {
			return err
		}
		refused, notice = view.Refused(err, settingInputs...), ""
	}
	shown := p.newSettingsContent(settings, v.Settings, refused)
	if v.Part() {
		return v.RenderPart(http.StatusOK, settingsPreviewPart(shown))
	}
	shown.Notice = notice
	return v.RenderStaff("Settings", settingsView(shown))
}

// previewSheet sends the unsaved colours of the preview.
func (p *Pages) previewSheet(v *visit.Visit) error {
	if _, err := p.Site.SettingsToChange(v.Request.Context()); err != nil {
		return err
	}
	query := v.Request.URL.Query()
	rules := view.BrandRules(site.ParseColor(query.Get("light")), site.ParseColor(query.Get("dark")), ".preview ")
	v.Writer.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = v.Writer.Write([]byte(rules)) // the visitor has left
	return nil
}

// sentSettings returns the saved settings with the values that were sent, except for settings that files own.
func (p *Pages) sentSettings(saved site.Settings, sent url.Values) site.Settings {
	settings := withTexts(saved, sent)
	var err error
	if settings.Revision, err = strconv.ParseInt(sent.Get("revision"), 10, 64); err != nil {
		settings.Revision = -1 // never current, so that the form is refused
	}
	mine := func(name string) bool { return !slices.Contains(saved.FromFiles, name) }
	if mine("public") {
		settings.Public = sent.Get("public") == "yes"
	}
	if mine("konnect_public") && slices.Contains(p.Dialects, site.Konnect) {
		settings.KonnectPublic = sent.Get("konnect_public") == "yes"
	}
	if mine("auto_approve") {
		settings.AutoApprove = sent.Get("auto_approve") == "yes"
	}
	if mine("request_fields") {
		settings.RequestFields = sentRequestFields(sent)
	}
	if mine("staff_mail") {
		settings.StaffMailOff = sent.Get("staff_mail") != "yes"
	}
	if mine("sign_up") {
		settings.SignUp = cmp.Or(site.SignUp(sent.Get("sign_up")), site.SignUpOff)
	}
	if mine("allowed_domains") {
		settings.AllowedDomains = strings.FieldsFunc(strings.ToLower(sent.Get("allowed_domains")), betweenDomains)
	}
	if mine("areas") {
		settings.Areas = spelledAs[site.Area](sent["areas"])
	}
	if mine("dialects_off") {
		settings.DialectsOff = slices.DeleteFunc(slices.Concat(saved.DialectsOff, p.Dialects), func(dialect site.Dialect) bool {
			return slices.Contains(sent["dialects"], string(dialect))
		})
		slices.Sort(settings.DialectsOff)
		settings.DialectsOff = slices.Compact(settings.DialectsOff)
	}
	return settings
}

// withTexts returns the settings with the sent values of inputs that hold one text.
func withTexts(settings site.Settings, sent url.Values) site.Settings {
	text := func(name string, keep func(string)) {
		if !slices.Contains(settings.FromFiles, name) {
			keep(strings.TrimSpace(strings.ReplaceAll(sent.Get(name), "\r\n", "\n")))
		}
	}
	text("name", func(value string) { settings.Name = value })
	text("cover_text", func(value string) { settings.CoverText = value })
	text("welcome", func(value string) { settings.Welcome = keepSpace(settings.Welcome, value) })
	text("terms", func(value string) { settings.Terms = keepSpace(settings.Terms, value) })
	text("support", func(value string) { settings.Support = value })
	text("partner_host", func(value string) { settings.PartnerHost = strings.ToLower(value) })
	text("theme", func(value string) { settings.Theme = site.Theme(value) })
	text("light_color", func(value string) { settings.LightColor = site.ParseColor(value) })
	text("dark_color", func(value string) { settings.DarkColor = site.ParseColor(value) })
	return settings
}

// keepSpace returns the saved text if it differs from the sent one only by the space around it, which forms drop.
func keepSpace(saved, sent string) string {
	if strings.TrimSpace(saved) == sent {
		return saved
	}
	return sent
}

func betweenDomains(letter rune) bool { return letter == ',' || unicode.IsSpace(letter) }

func spelled[T ~string](values []T) []string { return spelledAs[string](values) }

func spelledAs[To, From ~string](values []From) []To {
	var texts []To
	for _, value := range values {
		texts = append(texts, To(value))
	}
	return texts
}

func (p *Pages) changeImage(v *visit.Visit) error {
	slot := v.PathPart("slot")
	err := p.Site.ChangeImage(v.Request.Context(), site.NewImage{
		Slot: site.ImageSlot(slot), Read: func() ([]byte, error) { return sentFile(v, "image") },
	})
	if err == nil {
		return v.Redirect(address.Settings + "?done=image")
	}
	if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLarge) {
		return err
	}
	return v.ShowAgain(err, nil, func(v *visit.Visit, form view.Form) error {
		form.Refused.Fields[slot] = form.Refused.Fields["image"] // each slot has a form with an input of this name
		return p.showSettings(v, form)
	}, "image")
}

func (p *Pages) removeImage(v *visit.Visit) error {
	if err := p.Site.RemoveImage(v.Request.Context(), site.ImageSlot(v.PathPart("slot"))); err != nil {
		return err
	}
	return v.Redirect(address.Settings + "?done=removed")
}

// sentFile reads the file of a form, or returns nil if none was sent. The server limits the size of the request.
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
