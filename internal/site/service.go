package site

import (
	"context"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
)

// Lock is held by transactions that change the settings.
const Lock = "portico site"

// Store keeps the settings.
type Store interface {
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
	Lock(ctx context.Context, name string) error
	// Settings returns the saved settings, and false if none were saved yet.
	Settings(ctx context.Context) (Settings, bool, error)
	SaveSettings(ctx context.Context, settings Settings) error
	// SaveImage stores the content of a picture unless it is already stored.
	SaveImage(ctx context.Context, hash string, content []byte) error
	// ImageContent returns the content of a picture, nil if it is missing.
	ImageContent(ctx context.Context, hash string) ([]byte, error)
	// DropImages removes every picture but these.
	DropImages(ctx context.Context, kept ...string) error
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
	now    clock.Func
}

// New returns a Service.
func New(config Config) *Service {
	return &Service{store: config.Store, events: config.Events, now: config.Now}
}

// Settings returns the portal's settings. Anyone may read them.
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

// Identified returns the settings with the portal's id, which it creates on first use. Anyone may read them.
func (s *Service) Identified(ctx context.Context) (Settings, error) {
	settings, err := s.Settings(ctx)
	if err != nil || !settings.Portal.IsZero() {
		return settings, err
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.Lock(ctx, Lock); err != nil {
			return err
		}
		if settings, err = s.Settings(ctx); err != nil || !settings.Portal.IsZero() {
			return err
		}
		settings.Portal = id.New[PortalID](s.now())
		return s.store.SaveSettings(ctx, settings)
	})
	return settings, err
}

// SettingsToChange returns the settings if the caller may change them.
func (s *Service) SettingsToChange(ctx context.Context) (Settings, error) {
	if err := identity.Require(ctx, identity.ManageSite); err != nil {
		return Settings{}, err
	}
	return s.Settings(ctx)
}

// CheckSettings returns what ChangeSettings would refuse, for a preview of unsaved settings.
func (s *Service) CheckSettings(ctx context.Context, settings Settings) error {
	if err := identity.Require(ctx, identity.ManageSite); err != nil {
		return err
	}
	return settings.Validate()
}

// CodeChanged is the code of the error if the settings were changed after the caller loaded them.
const CodeChanged = "settings_changed"

// ChangeSettings replaces all settings except the pictures. The revision must be the current one, and settings that
// files own must be unchanged.
func (s *Service) ChangeSettings(ctx context.Context, settings Settings) error {
	if err := identity.Require(ctx, identity.ManageSite); err != nil {
		return err
	}
	if err := settings.Validate(); err != nil {
		return err
	}
	return s.change(ctx, "site.changed", func(_ context.Context, current Settings) (Settings, error) {
		if settings.Revision != current.Revision {
			return Settings{}, fault.New(fault.Conflict, CodeChanged,
				"Another person has changed the settings since you opened this page, so nothing was saved. Compare with what is saved now, then save again.")
		}
		settings.Portal, settings.FromFiles = current.Portal, current.FromFiles
		for _, slot := range ImageSlots() {
			settings = settings.WithImage(slot, current.Image(slot))
		}
		if err := current.refuseOfFiles(settings); err != nil {
			return Settings{}, err
		}
		settings.Revision++
		return settings, nil
	})
}

// refuseOfFiles rejects changes to settings that files own.
func (s Settings) refuseOfFiles(after Settings) error {
	var refused []fault.Field
	for _, one := range s.Differences(after) {
		if slices.Contains(s.FromFiles, one.Name) {
			refused = append(refused, fault.Field{Name: one.Name, Reason: "comes from portico.yaml"})
		}
	}
	if len(refused) == 0 {
		return nil
	}
	return &fault.Error{
		Kind: fault.Conflict, Code: "managed_by_files", Fields: refused,
		Public: "These settings come from portico.yaml. Change them there and apply it, or leave them out there to change them here.",
	}
}

// ChangeImage replaces the picture in a slot.
func (s *Service) ChangeImage(ctx context.Context, in NewImage) error {
	if err := identity.Require(ctx, identity.ManageSite); err != nil {
		return err
	}
	if err := in.Validate(); err != nil {
		return err
	}
	file, err := in.Read()
	if err != nil {
		return err
	}
	made, content, err := ReadImage(file)
	if err != nil {
		return err
	}
	return s.change(ctx, "site.image_changed", func(ctx context.Context, current Settings) (Settings, error) {
		changed := current.WithImage(in.Slot, made)
		if err := current.refuseOfFiles(changed); err != nil {
			return Settings{}, err
		}
		return changed, s.store.SaveImage(ctx, made.Hash, content)
	})
}

// RemoveImage removes the picture from a slot.
func (s *Service) RemoveImage(ctx context.Context, slot ImageSlot) error {
	if err := identity.Require(ctx, identity.ManageSite); err != nil {
		return err
	}
	if !slices.Contains(ImageSlots(), slot) {
		return fault.Missing("picture")
	}
	return s.change(ctx, "site.image_removed", func(_ context.Context, current Settings) (Settings, error) {
		changed := current.WithImage(slot, Image{})
		return changed, current.refuseOfFiles(changed)
	})
}

// Image returns the picture in a slot with its content. Anyone may see it.
func (s *Service) Image(ctx context.Context, slot ImageSlot) (Image, []byte, error) {
	settings, err := s.Settings(ctx)
	if err != nil {
		return Image{}, nil, err
	}
	shown := settings.Image(slot)
	if !slices.Contains(ImageSlots(), slot) || !shown.Present() {
		return Image{}, nil, fault.Missing("picture")
	}
	content, err := s.store.ImageContent(ctx, shown.Hash)
	if err == nil && content == nil {
		err = fault.Missing("picture") // replaced since the settings were read
	}
	return shown, content, err
}

func (s *Settings) at(slot ImageSlot) *Image {
	switch slot {
	case LogoDarkSlot:
		return &s.LogoDark
	case FaviconSlot:
		return &s.Favicon
	case CoverSlot:
		return &s.Cover
	}
	return &s.Logo
}

// Image returns the picture in a slot, the zero Image if it is empty.
func (s Settings) Image(slot ImageSlot) Image { return *s.at(slot) }

// WithImage returns the settings with another picture in a slot.
func (s Settings) WithImage(slot ImageSlot, shown Image) Settings {
	*s.at(slot) = shown
	return s
}

// ImageHashes returns the digests of the pictures in all slots.
func (s Settings) ImageHashes() []string {
	var hashes []string
	for _, slot := range ImageSlots() {
		hashes = append(hashes, s.Image(slot).Hash)
	}
	return hashes
}

// change applies a change to the current settings, saves them and records the differences. It saves nothing if nothing
// differs.
func (s *Service) change(ctx context.Context, action string, alter func(ctx context.Context, current Settings) (Settings, error)) error {
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.Lock(ctx, Lock); err != nil {
			return err
		}
		current, err := s.Settings(ctx)
		if err != nil {
			return err
		}
		changed, err := alter(ctx, current)
		if err != nil {
			return err
		}
		changed.Name = strings.TrimSpace(changed.Name)
		if len(current.Differences(changed)) == 0 {
			return nil
		}
		if err := s.store.SaveSettings(ctx, changed); err != nil {
			return err
		}
		if err := s.store.DropImages(ctx, changed.ImageHashes()...); err != nil {
			return err
		}
		if changed.Public != current.Public {
			if err := s.events.Changed(ctx, event.PublicMode); err != nil {
				return err
			}
		}
		return s.events.Audit(ctx, event.Audit{Action: action, Object: "site", Details: current.Details(changed)})
	})
}
