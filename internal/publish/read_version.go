package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/oasdiff/yaml3"

	"github.com/portico-api/portico/internal/catalog"
)

func (r *manifestReader) readVersion(at *yaml.Node, product string) (catalog.Version, error) {
	read, ok := r.fields(at, "the version", "name", "spec", "published", "deprecated", "environments")
	if !ok {
		return catalog.Version{}, nil
	}
	version := catalog.Version{
		Name: read.required("name", aVersionName), Published: read.flag("published", true), Deprecated: read.flag("deprecated", false),
		File: manifestFile,
	}
	if product != "" && version.Name != "" {
		r.claim("version", product+"/"+version.Name, read.place("name"))
	}
	if at, written := read.of["environments"]; written {
		for key, value := range r.members(at, "environments") {
			version.Endpoints = append(version.Endpoints, r.readEndpoint(key, value))
		}
	}
	if at, written := read.of["spec"]; written {
		if file, ok := r.scalar(at, "spec", anything); ok {
			var err error
			if version.Spec, version.File, err = r.readSpec(file, at); err != nil {
				return catalog.Version{}, err
			}
		}
	}
	return version, nil
}

// readSpec reads a description, unless the store has it already.
func (r *manifestReader) readSpec(file string, at *yaml.Node) (digest, name string, err error) {
	name, wrong := cleanPath(file)
	if wrong != nil {
		r.refuse(at, wrong.message, wrong.advice)
		return "", "", nil
	}
	text, wrong := readFile(r.folder, name, specLimit)
	if wrong != nil {
		r.refuse(at, wrong.message, wrong.advice)
		return "", "", nil
	}
	sum := sha256.Sum256(text)
	digest = hex.EncodeToString(sum[:])
	findings, err := r.specFindings(digest, name, text)
	for _, found := range findings {
		found.File = name
		r.add(found)
	}
	return digest, name, err
}

func (r *manifestReader) specFindings(digest, name string, text []byte) ([]catalog.Finding, error) {
	if read, again := r.manifest.specs[digest]; again {
		return read.findings, nil
	}
	known, err := r.service.config.Catalog.HasSpec(r.ctx, digest)
	if err != nil {
		return nil, err
	}
	if known {
		return r.service.config.Catalog.Findings(r.ctx, digest)
	}
	spec, findings := catalog.ReadSpec(r.ctx, name, text, catalog.SpecLimits{})
	r.manifest.specs[digest] = reading{spec, findings}
	return findings, nil
}

// refusals are the ways of wording them that there are; a dialect's own joins when the dialect does.
var refusals = []string{"apim"}

const builtinScheme = "builtin:"

func (r *manifestReader) readEndpoint(key, at *yaml.Node) catalog.Endpoint {
	if wrong := aSlug(key.Value); wrong != "" {
		r.refuse(key, fmt.Sprintf("The environment %q %s.", clip(key.Value), wrong), "Change the name.")
	}
	endpoint := catalog.Endpoint{Environment: key.Value}
	read, ok := r.fields(at, "the environment "+clip(key.Value), "base_path", "upstream", "refusals", "timeout", "max_body", "cors_upstream")
	if !ok {
		return endpoint
	}
	endpoint.BasePath = read.required("base_path", aBasePath)
	endpoint.Upstream = read.required("upstream", r.anUpstream)
	endpoint.Refusals = read.text("refusals", refusals[0], oneOf(refusals...))
	endpoint.Timeout = read.duration("timeout", time.Millisecond, time.Hour)
	endpoint.MaxBody = read.size("max_body", 10<<30)
	endpoint.CORSUpstream = read.flag("cors_upstream", false)
	// Paths that differ in case alone are told apart by programs only.
	r.claim("base path", strings.ToLower(endpoint.BasePath), read.place("base_path"))
	return endpoint
}

var basePathPattern = regexp.MustCompile(`^(?:/[A-Za-z0-9._~-]+)+$`)

// ownPaths are the paths of the gateway itself.
var ownPaths = []string{"healthz", "readyz", "metrics"}

func aBasePath(text string) string {
	switch {
	case len(text) > 200 || !basePathPattern.MatchString(text) || path.Clean(text) != text:
		return "must be a path such as /weather/v1: letters, digits, dots, hyphens and underscores between single slashes, none at the end"
	case slices.Contains(ownPaths, strings.ToLower(strings.Split(text, "/")[1])):
		return "is needed by the gateway itself; choose another first part"
	}
	return ""
}

func (r *manifestReader) anUpstream(text string) string {
	if name, ok := strings.CutPrefix(text, builtinScheme); ok {
		known := r.service.config.Builtins
		switch {
		case aSlug(name) != "":
			return "must name what answers: builtin:NAME"
		case known != nil && !slices.Contains(known, name):
			return "is not built in; " + strings.ToLower(didYouMean(name, known)[:1]) + strings.TrimSuffix(didYouMean(name, known)[1:], ".")
		}
		return ""
	}
	address, err := url.Parse(text)
	switch {
	case err != nil || len(text) > 2000:
		return "is no address"
	case address.Scheme != "http" && address.Scheme != "https":
		return "must begin with https://, http:// or builtin:"
	case address.User != nil:
		return "must not hold a user or password; they would be sent to the upstream and shown to whoever reads this file"
	case address.Hostname() == "":
		return "names no host"
	case address.RawQuery != "" || address.ForceQuery || strings.Contains(text, "#"):
		return "must not have a query or a fragment"
	case strings.Contains("/"+address.Path+"/", "/../") || strings.Contains("/"+address.Path+"/", "/./"):
		return "must not have . or .. in its path"
	}
	return ""
}
