package publish

import (
	"errors"

	"github.com/oasdiff/yaml3"

	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/opt"
	"github.com/portico-api/portico/internal/site"
)

// siteSettings are the settings that the files say something about; the others stay as they are.
type siteSettings struct {
	// present says that the files have a site; where they have none, nothing about it changes.
	present bool
	// names are the settings that the files name, in their order here.
	names                  []string
	name, welcome, support opt.Value[string]
	public                 opt.Value[bool]
}

// over puts what the files say over the settings and makes it theirs.
func (s siteSettings) over(settings site.Settings) site.Settings {
	if !s.present {
		return settings
	}
	settings.FromFiles = s.names
	settings.Name = s.name.Or(settings.Name)
	settings.Welcome = s.welcome.Or(settings.Welcome)
	settings.Support = s.support.Or(settings.Support)
	settings.Public = s.public.Or(settings.Public)
	return settings
}

func (r *manifestReader) readSite(at *yaml.Node) error {
	known := []string{"name", "welcome", "support", "public"}
	read, ok := r.fields(at, "the site", known...)
	if !ok {
		return nil
	}
	wanted := siteSettings{present: true}
	for _, name := range known {
		if _, written := read.of[name]; written {
			wanted.names = append(wanted.names, name)
		}
	}
	for name, value := range map[string]*opt.Value[string]{"name": &wanted.name, "welcome": &wanted.welcome, "support": &wanted.support} {
		if _, written := read.of[name]; written {
			*value = opt.Of(read.text(name, "", anything))
		}
	}
	if _, written := read.of["public"]; written {
		wanted.public = opt.Of(read.flag("public", false))
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
