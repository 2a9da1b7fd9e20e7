package site_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/testkit"
)

func drawn(t *testing.T, encode func(to *bytes.Buffer, pixels image.Image) error) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := encode(&file, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// webp returns a picture of 8 by 8 pixels as far as its headers say.
func webp(declared int) []byte {
	content := append([]byte("RIFF\x00\x00\x00\x00WEBPVP8X"), make([]byte, 14)...)
	binary.LittleEndian.PutUint32(content[4:], uint32(declared))
	content[24], content[27] = 7, 7
	return content
}

// bomb returns a PNG that says it has 50,000 × 50,000 pixels.
func bomb(png []byte) []byte {
	content := bytes.Clone(png)
	binary.BigEndian.PutUint32(content[16:], 50_000)
	binary.BigEndian.PutUint32(content[20:], 50_000)
	binary.BigEndian.PutUint32(content[29:], crc32.ChecksumIEEE(content[12:29]))
	return content
}

// reading returns the Read of a picture with this content.
func reading(content []byte) func() ([]byte, error) {
	return func() ([]byte, error) { return content, nil }
}

func TestOnlyPicturesAreAcceptedAndOnlyTheirPixelsKept(t *testing.T) {
	kit := testkit.New(t)
	aPNG := drawn(t, func(to *bytes.Buffer, pixels image.Image) error { return png.Encode(to, pixels) })
	aJPEG := drawn(t, func(to *bytes.Buffer, pixels image.Image) error { return jpeg.Encode(to, pixels, nil) })
	commented := append([]byte("\xff\xd8\xff\xfe\x00\x12where it was taken"[:20]), aJPEG[2:]...)
	const svg = `<svg xmlns="http://www.w3.org/2000/svg">`
	for name, test := range map[string]struct {
		content []byte
		media   string
		refused string
	}{
		"PNG":                     {content: aPNG, media: "image/png"},
		"PNG and a script":        {content: append(bytes.Clone(aPNG), "<script>evil</script>"...), media: "image/png"},
		"JPEG and a script":       {content: append(bytes.Clone(aJPEG), "<script>evil</script>"...), media: "image/jpeg"},
		"JPEG with a comment":     {content: commented, media: "image/jpeg"},
		"WebP":                    {content: webp(22), media: "image/webp"},
		"SVG":                     {content: []byte("<?xml version='1.0'?>\n" + svg + "</svg>"), media: "image/svg+xml"},
		"WebP with something on":  {content: append(webp(22), "evil"...), refused: "damaged"},
		"a cut PNG":               {content: aPNG[:40], refused: "damaged"},
		"a PNG of 2.5 gigapixels": {content: bomb(aPNG), refused: "50000 × 50000 pixels"},
		"a page":                  {content: []byte("<html><body><svg></svg></body></html>"), refused: "neither PNG"},
		"an SVG of no kind":       {content: []byte("<svg></svg>"), refused: "neither PNG"},
		"an SVG that blows up":    {content: []byte(`<!DOCTYPE svg [<!ENTITY a "aaaa">]>` + svg + `&a;</svg>`), refused: "DOCTYPE"},
		"an SVG cut off":          {content: []byte(svg + "<g>"), refused: "no well-formed SVG"},
		"a GIF":                   {content: []byte("GIF89a"), refused: "neither PNG"},
		"nothing":                 {content: nil, refused: "choose a file"},
		"too much":                {content: make([]byte, site.MaxImage+1), refused: "more than 512 KiB"},
	} {
		err := kit.Site.ChangeImage(kit.As(kit.Staff), site.NewImage{Slot: site.CoverSlot, Read: reading(test.content)})
		if test.refused != "" {
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), test.refused) {
				t.Errorf("%s: %v, want it refused since it %s", name, err, test.refused)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		kept, content, err := kit.Site.Image(kit.As(kit.Visitor), site.CoverSlot)
		if err != nil || kept.Media != test.media {
			t.Errorf("%s is kept as %s, %v, want %s", name, kept.Media, err, test.media)
		}
		if bytes.Contains(content, []byte("evil")) || bytes.Contains(content, []byte("taken")) || bytes.Contains(content, []byte("where")) {
			t.Errorf("%s: more than the pixels is kept", name)
		}
	}
}
