package main

import (
	"bytes"
	"fmt"
	"os/exec"
)

const fontCutter = "tools/assets/cut_font.mjs"

// font is a font of the site. Browsers show characters that it lacks in another font.
type font struct {
	name       string // as the stylesheet calls it
	source     string
	characters string
}

// fonts are the fonts of the site. The code font has no accented letters, because code and keys are ASCII.
var fonts = []font{
	{
		name: "sans.woff2", source: "node_modules/@fontsource-variable/geist/files/geist-latin-wght-normal.woff2",
		characters: between(' ', '~') + between('\u00a0', '\u00ff') + "–—‘’“”•…‹›€™−↑↓",
	},
	{
		name: "mono.woff2", source: "node_modules/@fontsource-variable/geist-mono/files/geist-mono-latin-wght-normal.woff2",
		characters: between(' ', '~') + "–—‘’“”•…·×€−↑↓",
	},
}

// The weights that the stylesheet uses.
const lightest, heaviest = "400", "600"

func cutFonts() ([]asset, error) {
	made := make([]asset, 0, len(fonts))
	for _, one := range fonts {
		content, err := one.cut()
		if err != nil {
			return nil, err
		}
		made = append(made, asset{name: one.name, content: content})
	}
	return made, nil
}

func (f font) cut() ([]byte, error) {
	var output, messages bytes.Buffer
	command := exec.Command("node", fontCutter, f.source, f.characters, lightest, heaviest)
	command.Stdout, command.Stderr = &output, &messages
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("cutting %s: %w\n%s", f.source, err, messages.Bytes())
	}
	if !bytes.HasPrefix(output.Bytes(), []byte("wOF2")) {
		return nil, fmt.Errorf("cutting %s produced no woff2 file\n%s", f.source, messages.Bytes())
	}
	return output.Bytes(), nil
}

// linked returns the stylesheet with the hashed names of the fonts, which are in the same directory.
func linked(styles asset, fonts []asset) (asset, error) {
	for _, one := range fonts {
		if !bytes.Contains(styles.content, []byte(one.name)) {
			return asset{}, fmt.Errorf("%s does not use the font %s", styles.name, one.name)
		}
		styles.content = bytes.ReplaceAll(styles.content, []byte(one.name), []byte(hashedName(one)))
	}
	return styles, nil
}

func between(first, last rune) string {
	var text []rune
	for one := first; one <= last; one++ {
		text = append(text, one)
	}
	return string(text)
}
