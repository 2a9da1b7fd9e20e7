package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/oasdiff/yaml3"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
)

func (r *manifestReader) readVersion(at *yaml.Node, product string) (catalog.Version, error) {
	read, ok := r.fields(at, "the version", "name", "spec", "published", "deprecated", "environments")
	if !ok {
		return catalog.Version{}, nil
	}
	version := catalog.Version{
		Name: read.required("name", catalog.VersionNameRule), Published: read.flag("published", true), Deprecated: read.flag("deprecated", false),
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

// readSpec reads a description unless it is already stored.
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

func (r *manifestReader) specFindings(digest, name string, text []byte) ([]openapi.Finding, error) {
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
	spec, findings := openapi.Read(r.ctx, name, text, openapi.Limits{})
	r.manifest.specs[digest] = reading{spec, findings}
	return findings, nil
}

func (r *manifestReader) readEndpoint(key, at *yaml.Node) catalog.Endpoint {
	if wrong := catalog.SlugRule(key.Value); wrong != "" {
		r.refuse(key, fmt.Sprintf("The environment %q %s.", clip(key.Value), wrong), "Change the name.")
	}
	endpoint := catalog.Endpoint{Environment: key.Value}
	read, ok := r.fields(at, "the environment "+clip(key.Value), "base_path", "upstream", "refusals", "timeout", "max_body", "cors_upstream")
	if !ok {
		return endpoint
	}
	endpoint.BasePath = read.required("base_path", catalog.BasePathRule)
	endpoint.Upstream = read.required("upstream", catalog.UpstreamRule(r.service.config.Builtins))
	endpoint.Refusals = read.text("refusals", catalog.Refusals()[0], catalog.OneOf(catalog.Refusals()...))
	endpoint.Timeout = read.duration("timeout", catalog.ShortestTimeout, catalog.LongestTimeout)
	endpoint.MaxBody = read.size("max_body", catalog.LargestBody)
	endpoint.CORSUpstream = read.flag("cors_upstream", false)
	r.claim("base path", catalog.BasePathKey(endpoint.BasePath), read.place("base_path"))
	return endpoint
}
