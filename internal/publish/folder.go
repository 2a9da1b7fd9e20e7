package publish

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/portico-api/portico/internal/catalog"
)

// Limits of what is read from a folder.
const (
	manifestFile = "portico.yaml"

	manifestLimit  = 4 << 20
	specLimit      = 32 << 20
	documentLimit  = catalog.LongestPage
	documentsLimit = 32 << 20
	filesLimit     = 2000
)

// problem is why a file cannot be read, and how to fix it.
type problem struct{ message, advice string }

// cleanPath turns a path in the manifest into a path within the folder.
func cleanPath(written string) (string, *problem) {
	switch {
	case strings.ContainsFunc(written, unicode.IsControl):
		return "", &problem{"The path contains a control character.", "Rename the file."}
	case strings.Contains(written, `\`):
		return "", &problem{fmt.Sprintf("The path %q has backslashes.", written), "Use forward slashes; they work on every system."}
	case path.IsAbs(written) || len(written) > 1 && written[1] == ':':
		return "", &problem{fmt.Sprintf("The path %q is absolute.", written), "Write it relative to the folder of " + manifestFile + "."}
	}
	for segment := range strings.SplitSeq(written, "/") {
		if segment == ".." {
			return "", &problem{fmt.Sprintf("The path %q leads outside the folder.", written), "Move the file into the folder that is applied."}
		}
	}
	return path.Clean(written), nil
}

// readFile reads a text file within the folder. It never blocks, even if the path is a pipe or a device.
func readFile(folder fs.FS, name string, limit int64) ([]byte, *problem) {
	info, err := fs.Stat(folder, name)
	if err != nil {
		return nil, unreadable(name, err)
	}
	switch {
	case info.IsDir():
		return nil, &problem{fmt.Sprintf("%s is a folder, not a file.", name), "Enter the path of a file."}
	case !info.Mode().IsRegular():
		return nil, &problem{fmt.Sprintf("%s is not a regular file.", name), "Put a copy of the file into the folder."}
	}
	file, err := folder.Open(name)
	if err != nil {
		return nil, unreadable(name, err)
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, unreadable(name, err)
	}
	if int64(len(text)) > limit {
		return nil, &problem{fmt.Sprintf("%s is larger than %d MiB.", name, limit>>20), "Make it smaller."}
	}
	return text, nil
}

func unreadable(name string, err error) *problem {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &problem{fmt.Sprintf("There is no file %s.", name), "Check the spelling, and make sure that the applied folder contains it."}
	case errors.Is(err, fs.ErrPermission):
		return &problem{fmt.Sprintf("No permission to read %s.", name), "Give the user that runs portico permission to read it."}
	case strings.Contains(err.Error(), "escapes"):
		return &problem{fmt.Sprintf("%s is a link that leads outside the folder.", name), "Put a copy of the file into the folder."}
	}
	if cause, ok := errors.AsType[*fs.PathError](err); ok {
		err = cause.Err
	}
	return &problem{fmt.Sprintf("%s cannot be read: %v.", name, err), "Check the file."}
}

// badCharacter returns the first line with an unsafe character, and names the character. The line is 0 if all are
// safe.
func badCharacter(text []byte) (line int, what string) {
	for offset := 0; offset < len(text); {
		character, size := utf8.DecodeRune(text[offset:])
		switch {
		case character == utf8.RuneError && size == 1:
			return lineOf(text, offset), "text that is not UTF-8"
		case unicode.IsControl(character) && character != '\n' && character != '\r' && character != '\t' && character != '\f':
			return lineOf(text, offset), fmt.Sprintf("the control character %U", character)
		}
		offset += size
	}
	return 0, ""
}

func lineOf(text []byte, offset int) int { return 1 + bytes.Count(text[:offset], []byte("\n")) }
