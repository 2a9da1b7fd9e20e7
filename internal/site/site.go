// Package site owns the portal's settings: what it is called, whom to ask for help, who may look and who may sign up.
//
// Every off-switch is enforced by the service that owns the action (account for sign-up, catalog for the public mode),
// which asks here; pages merely leave out what would be refused.
package site

import (
	"context"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/fault"
)

// Area is a part of the site that the navigation may show.
type Area string

// The areas. Home, APIs and Profile alone make the smallest portal.
const (
	AreaHome    Area = "home"
	AreaAPIs    Area = "apis"
	AreaProfile Area = "profile"
)

// Areas lists every area in the order of the navigation.
func Areas() []Area { return []Area{AreaHome, AreaAPIs, AreaProfile} }

// SignUp says who may make an account for themselves.
type SignUp string

// The modes of sign-up: staff add people; staff approve who signs up; whoever has an address may come in.
const (
	SignUpOff      SignUp = "off"
	SignUpApproval SignUp = "approval"
	SignUpOpen     SignUp = "open"
)

// SignUps lists every mode.
func SignUps() []SignUp { return []SignUp{SignUpOff, SignUpApproval, SignUpOpen} }

// mostDomains is how many domains the sign-up may be limited to.
const mostDomains = 100

// Settings are the portal's settings.
type Settings struct {
	Name    string
	Welcome string
	// Support is a mail address or an https address, shown wherever somebody may be stuck.
	Support string
	// Public lets visitors who have not signed in see public products.
	Public bool
	SignUp SignUp
	// AllowedDomains are the domains of the addresses that may sign up, in small letters; without any, every domain may.
	AllowedDomains []string
	Areas          []Area
}

// MaySignUp reports whether an address of the domain may sign up, as far as domains go.
func (s Settings) MaySignUp(domain string) bool {
	return len(s.AllowedDomains) == 0 || slices.Contains(s.AllowedDomains, domain)
}

// Defaults are the settings of a new portal: private, no sign-up, every area shown.
func Defaults() Settings {
	return Settings{Name: "Developer portal", SignUp: SignUpOff, Areas: Areas()}
}

// Validate says what cannot be accepted.
func (s Settings) Validate() error {
	var refused []fault.Field
	if n := utf8.RuneCountInString(strings.TrimSpace(s.Name)); n < 1 || n > 60 {
		refused = append(refused, fault.Field{Name: "name", Reason: "must have 1 to 60 characters"})
	} else if strings.ContainsFunc(s.Name, unicode.IsControl) {
		refused = append(refused, fault.Field{Name: "name", Reason: "must not have line breaks or other control characters"})
	}
	if utf8.RuneCountInString(s.Welcome) > 2000 {
		refused = append(refused, fault.Field{Name: "welcome", Reason: "must have at most 2,000 characters"})
	}
	if s.Support != "" && !isContact(s.Support) {
		refused = append(refused, fault.Field{Name: "support", Reason: "must be a mail address or an https address"})
	}
	if !slices.Contains(SignUps(), s.SignUp) {
		refused = append(refused, fault.Field{Name: "sign_up", Reason: "must be off, approval or open"})
	}
	if len(s.AllowedDomains) > mostDomains || slices.ContainsFunc(s.AllowedDomains, notDomain) {
		refused = append(refused, fault.Field{Name: "allowed_domains", Reason: "must be at most 100 domains such as example.com, in small letters"})
	}
	for _, area := range s.Areas {
		if !slices.Contains(Areas(), area) {
			refused = append(refused, fault.Field{Name: "areas", Reason: "knows home, apis and profile"})
			break
		}
	}
	return fault.InvalidFields(refused)
}

func notDomain(text string) bool {
	address, err := mail.ParseAddress("name@" + text)
	return err != nil || address.Address != "name@"+text || !strings.Contains(text, ".") || text != strings.ToLower(text)
}

func isContact(text string) bool {
	if address, err := mail.ParseAddress(text); err == nil {
		return address.Address == text
	}
	link, err := url.Parse(text)
	return err == nil && link.Scheme == "https" && link.Host != "" && link.User == nil
}

// Store keeps the settings.
type Store interface {
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
	// Settings returns what was saved, and false where nothing was yet.
	Settings(ctx context.Context) (Settings, bool, error)
	SaveSettings(ctx context.Context, settings Settings) error
}

// Config is what a Service needs.
type Config struct {
	Store  Store
	Events event.Recorder
	Now    clock.Func
}

// Service reads and changes the settings.
type Service struct {
	store  Store
	events event.Recorder
}

// New returns a Service.
func New(config Config) *Service { return &Service{store: config.Store, events: config.Events} }

// Settings returns the portal's settings; everybody may read them.
func (s *Service) Settings(ctx context.Context) (Settings, error) {
	settings, saved, err := s.store.Settings(ctx)
	if err != nil {
		return Settings{}, err
	}
	if !saved {
		return Defaults(), nil
	}
	return settings, nil
}

// ChangeSettings replaces the settings.
func (s *Service) ChangeSettings(ctx context.Context, settings Settings) error {
	if err := identity.Require(ctx, identity.ManageSite); err != nil {
		return err
	}
	if err := settings.Validate(); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.SaveSettings(ctx, settings); err != nil {
			return err
		}
		return s.events.Audit(ctx, event.Audit{Action: "site.changed", Object: "site", Details: map[string]string{"name": settings.Name}})
	})
}
