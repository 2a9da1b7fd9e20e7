// Command release creates the files of a release: the program for each platform, a bill of materials, the licences of
// fonts and icons, and checksums.
//
// It replaces dist/release. The same sources, tools and version always produce the same bytes. The Makefile calls it
// after building the site's assets.
package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	dist         = "dist/release"
	program      = "./cmd/portico"
	versionName  = "github.com/portico-api/portico/internal/platform/build.released"
	lockFile     = "package-lock.json"
	packages     = "node_modules"
	checksumFile = "SHA256SUMS"
)

// platforms are those with the file modes and locks that protect the key ring, which Windows lacks.
var platforms = []platform{{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "arm64"}}

type platform struct{ system, processor string }

func main() {
	version := flag.String("version", "", "the `version` that the programs tell")
	flag.Parse()
	if err := run(*version); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(version string) error {
	if version == "" || strings.ContainsAny(version, " \t\n'\"/\\") {
		return fmt.Errorf("-version is %q: choose one that is valid in a file name", version)
	}
	if err := errors.Join(os.RemoveAll(dist), os.MkdirAll(dist, 0o750)); err != nil {
		return err
	}
	var programs []*buildinfo.BuildInfo
	for _, one := range platforms {
		path := filepath.Join(dist, one.file(version))
		fmt.Println("release: building", path)
		if err := one.build(version, path); err != nil {
			return err
		}
		info, err := buildinfo.ReadFile(path)
		if err != nil {
			return err
		}
		programs = append(programs, info)
	}
	if err := writeBill(version, programs); err != nil {
		return err
	}
	if err := writeLicences(filepath.Join(dist, "portico-"+version+"-licences.txt"), packages, served); err != nil {
		return err
	}
	return writeChecksums(dist)
}

func (p platform) file(version string) string {
	return fmt.Sprintf("portico-%s-%s-%s", version, p.system, p.processor)
}

// build omits version control information, because the caller sets the version.
func (p platform) build(version, path string) error {
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -X "+versionName+"="+version, "-o", path, program)
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOOS="+p.system, "GOARCH="+p.processor)
	build.Stdout, build.Stderr = os.Stdout, os.Stderr
	return build.Run()
}

func writeBill(version string, programs []*buildinfo.BuildInfo) error {
	lock, err := os.ReadFile(lockFile)
	if err != nil {
		return err
	}
	fromNpm, err := npmComponents(lock)
	if err != nil {
		return fmt.Errorf("%s: %w", lockFile, err)
	}
	text, err := bill(version, append(goComponents(programs), fromNpm...))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dist, "portico-"+version+".cdx.json"), text, 0o644)
}

// writeChecksums writes a file for sha256sum --check.
func writeChecksums(directory string) error {
	entries, err := os.ReadDir(directory)
	if err != nil {
		return err
	}
	var lines []string
	for _, entry := range entries {
		if entry.Name() == checksumFile {
			continue
		}
		sum, err := checksum(filepath.Join(directory, entry.Name()))
		if err != nil {
			return err
		}
		lines = append(lines, sum+"  "+entry.Name()+"\n")
	}
	return os.WriteFile(filepath.Join(directory, checksumFile), []byte(strings.Join(lines, "")), 0o644)
}

func checksum(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	_, err = io.Copy(sum, file)
	return hex.EncodeToString(sum.Sum(nil)), errors.Join(err, file.Close())
}
