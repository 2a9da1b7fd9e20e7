package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var embedded embed.FS

// dist holds the files that tools/assets built: assets with hashed names, and the manifest of their names.
var dist, _ = fs.Sub(embedded, "dist") // fails only for invalid paths
