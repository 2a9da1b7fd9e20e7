package store

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
)

// packer compresses one value after another; the compressor's tables are large, so it is kept.
type packer struct {
	compressor *gzip.Writer
	packed     bytes.Buffer
}

func newPacker() *packer { return &packer{compressor: gzip.NewWriter(nil)} }

// bytes returns the text compressed.
func (p *packer) bytes(text []byte) ([]byte, error) {
	p.packed.Reset()
	p.compressor.Reset(&p.packed)
	if _, err := p.compressor.Write(text); err != nil {
		return nil, err
	}
	if err := p.compressor.Close(); err != nil {
		return nil, err
	}
	return bytes.Clone(p.packed.Bytes()), nil
}

// structure returns the value as compressed JSON.
func (p *packer) structure(value any) ([]byte, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return p.bytes(text)
}

// unpack reads what was compressed, handed over in one piece or in several.
func unpack(parts ...[]byte) ([]byte, error) {
	readers := make([]io.Reader, len(parts))
	for i, part := range parts {
		readers[i] = bytes.NewReader(part)
	}
	text, err := gzip.NewReader(io.MultiReader(readers...))
	if err != nil {
		return nil, fmt.Errorf("read what was stored compressed: %w", err)
	}
	return io.ReadAll(text)
}

func unpackStructure[T any](packed []byte) (T, error) {
	var value T
	text, err := unpack(packed)
	if err != nil {
		return value, err
	}
	err = json.Unmarshal(text, &value)
	return value, err
}
