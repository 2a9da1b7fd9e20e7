package store

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
)

// packer compresses values. It reuses the compressor, whose tables are large.
type packer struct {
	compressor *gzip.Writer
	packed     bytes.Buffer
}

func newPacker() *packer { return &packer{compressor: gzip.NewWriter(nil)} }

// bytes compresses a text.
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

// structure compresses a value as JSON.
func (p *packer) structure(value any) ([]byte, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return p.bytes(text)
}

// unpack decompresses one text from one or several parts.
func unpack(parts ...[]byte) ([]byte, error) {
	readers := make([]io.Reader, len(parts))
	for i, part := range parts {
		readers[i] = bytes.NewReader(part)
	}
	text, err := gzip.NewReader(io.MultiReader(readers...))
	if err != nil {
		return nil, fmt.Errorf("decompress a stored value: %w", err)
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
