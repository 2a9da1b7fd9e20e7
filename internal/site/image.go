package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/portico-api/portico/internal/platform/fault"
)

// ImageSlot is where a picture is shown.
type ImageSlot string

// The slots.
const (
	LogoSlot     ImageSlot = "logo"
	LogoDarkSlot ImageSlot = "logo_dark"
	FaviconSlot  ImageSlot = "favicon"
	CoverSlot    ImageSlot = "cover"
)

// ImageSlots lists every slot.
func ImageSlots() []ImageSlot { return []ImageSlot{LogoSlot, LogoDarkSlot, FaviconSlot, CoverSlot} }

// MaxImage is the size limit of a picture's file, in bytes.
const MaxImage = 512 << 10

// Limits of a picture after decoding and re-encoding.
const (
	maxSide    = 4000
	maxPixels  = 8_000_000
	maxWritten = 2 << 20
	quality    = 90
)

// The media types of pictures. SVG can run scripts if opened as a document: surfaces that serve it must prevent that.
const (
	mediaPNG  = "image/png"
	mediaJPEG = "image/jpeg"
	mediaGIF  = "image/gif"
	mediaWebP = "image/webp"
	mediaSVG  = "image/svg+xml"
)

// The first bytes of pictures.
const (
	pngStart  = "\x89PNG\r\n\x1a\n"
	jpegStart = "\xff\xd8\xff"
)

// Image is a picture that the portal shows, identified by its digest. The zero Image means that there is no picture.
type Image struct {
	Hash  string
	Media string
}

// Present reports whether there is a picture.
func (i Image) Present() bool { return i.Hash != "" }

// NewImage is a file for a slot.
type NewImage struct {
	Slot ImageSlot
	// Read returns the content. It is called after the permission check.
	Read func() ([]byte, error)
}

// Validate checks the slot; ReadImage checks the content.
func (n NewImage) Validate() error {
	if !slices.Contains(ImageSlots(), n.Slot) {
		return fault.Missing("picture")
	}
	return nil
}

func refuseImage(reason string) error {
	return fault.InvalidFields([]fault.Field{{Name: "image", Reason: reason}})
}

// ReadImage turns a file into the stored picture. The first bytes alone decide the media type. PNG and JPEG are
// re-encoded from their pixels, so that nothing else in the file survives.
func ReadImage(content []byte) (Image, []byte, error) {
	if len(content) == 0 {
		return Image{}, nil, refuseImage("is missing: choose a file")
	}
	if len(content) > MaxImage {
		return Image{}, nil, refuseImage(fmt.Sprintf("has more than %d KiB: make it smaller", MaxImage>>10))
	}
	var media string
	kept := content
	var err error
	switch {
	case bytes.HasPrefix(content, []byte(pngStart)):
		media = mediaPNG
		kept, err = rewrite(content, png.DecodeConfig, png.Decode, (&png.Encoder{CompressionLevel: png.BestCompression}).Encode)
	case bytes.HasPrefix(content, []byte(jpegStart)):
		media = mediaJPEG
		kept, err = rewrite(content, jpeg.DecodeConfig, jpeg.Decode, func(w io.Writer, pixels image.Image) error {
			return jpeg.Encode(w, pixels, &jpeg.Options{Quality: quality})
		})
	case isWebP(content):
		media = mediaWebP
		err = checkWebP(content)
	default:
		media = mediaSVG
		err = checkSVG(content)
	}
	if err != nil {
		return Image{}, nil, err
	}
	sum := sha256.Sum256(kept)
	return Image{Hash: hex.EncodeToString(sum[:]), Media: media}, kept, nil
}

// CheckImage returns the media type of a picture that is stored unchanged. The first bytes alone decide the type. The
// content must be a readable PNG, JPEG, GIF, WebP or SVG.
func CheckImage(content []byte) (media string, err error) {
	var measure func(io.Reader) (image.Config, error)
	switch {
	case bytes.HasPrefix(content, []byte(pngStart)):
		media, measure = mediaPNG, png.DecodeConfig
	case bytes.HasPrefix(content, []byte(jpegStart)):
		media, measure = mediaJPEG, jpeg.DecodeConfig
	case bytes.HasPrefix(content, []byte("GIF8")):
		media, measure = mediaGIF, gif.DecodeConfig
	case isWebP(content):
		return mediaWebP, checkWebP(content)
	default:
		return mediaSVG, checkSVG(content)
	}
	size, err := measure(bytes.NewReader(content))
	if err != nil {
		return "", refuseImage("cannot be read: it seems to be damaged")
	}
	return media, checkSize(size.Width, size.Height)
}

func isWebP(content []byte) bool {
	return len(content) > 12 && string(content[:4]) == "RIFF" && string(content[8:12]) == "WEBP"
}

// rewrite decodes pixels and re-encodes them. It checks the size before decoding.
func rewrite(
	content []byte, measure func(io.Reader) (image.Config, error), decode func(io.Reader) (image.Image, error), encode func(io.Writer, image.Image) error,
) ([]byte, error) {
	size, err := measure(bytes.NewReader(content))
	if err != nil {
		return nil, refuseImage("cannot be read: it seems to be damaged")
	}
	if err := checkSize(size.Width, size.Height); err != nil {
		return nil, err
	}
	pixels, err := decode(bytes.NewReader(content))
	if err != nil {
		return nil, refuseImage("cannot be read: it seems to be damaged")
	}
	var written bytes.Buffer
	if err := encode(&written, pixels); err != nil {
		return nil, err
	}
	if written.Len() > maxWritten {
		return nil, refuseImage("is too large when it is written anew: use fewer pixels")
	}
	return written.Bytes(), nil
}

func checkSize(width, height int) error {
	if width < 1 || height < 1 || width > maxSide || height > maxSide || width*height > maxPixels {
		return refuseImage(fmt.Sprintf("has %d × %d pixels: use at most %d on a side and 8 million in all", width, height, maxSide))
	}
	return nil
}

// checkWebP reads the size from the first chunk, which has one of three forms. The file is stored unchanged, because
// the standard library cannot encode WebP; its length must match its header.
func checkWebP(content []byte) error {
	const headers = 30 // of the file, the chunk and the size
	if len(content) < headers || int(little(content[4:8]))+8 != len(content) {
		return refuseImage("cannot be read: it seems to be damaged")
	}
	switch at := content[20:]; string(content[12:16]) {
	case "VP8 ":
		return checkSize(int(little(at[6:8])&0x3fff), int(little(at[8:10])&0x3fff))
	case "VP8L":
		packed := little(at[1:5])
		return checkSize(int(packed&0x3fff)+1, int(packed>>14&0x3fff)+1)
	case "VP8X":
		return checkSize(int(little(at[4:7]))+1, int(little(at[7:10]))+1)
	}
	return refuseImage("cannot be read: it seems to be damaged")
}

// little reads a little-endian number of up to four bytes.
func little(part []byte) (number uint32) {
	for i, one := range part {
		number |= uint32(one) << (8 * i)
	}
	return number
}

// checkSVG accepts one well-formed SVG document without entity definitions, which can expand without limit. It does not
// look for scripts, because surfaces serve pictures so that none can run.
func checkSVG(content []byte) error {
	const unknown = "is neither PNG, JPEG, WebP nor SVG"
	if !utf8.Valid(content) || !strings.Contains(string(content), "<svg") {
		return refuseImage(unknown)
	}
	decoder := xml.NewDecoder(bytes.NewReader(content))
	root := false
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) && root {
			return nil
		}
		if err != nil {
			return refuseImage("is no well-formed SVG: export it again as plain SVG")
		}
		switch found := token.(type) {
		case xml.Directive:
			return refuseImage("has a DOCTYPE: export it again as plain SVG without one")
		case xml.StartElement:
			if !root && (found.Name.Local != "svg" || found.Name.Space != "http://www.w3.org/2000/svg") {
				return refuseImage(unknown)
			}
			root = true
		}
	}
}
