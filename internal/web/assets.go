package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var embedded embed.FS

// dist holds what tools/assets built: files with hashed names, and a manifest that leads to them.
var dist, _ = fs.Sub(embedded, "dist") // fails for invalid paths only
