package ledger

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A segment begins with a head: its format, the ledger's identity, the position of the first record, and a checksum.
const (
	format         = "PORTICO1"
	identityLength = 16
	headLength     = int64(len(format)) + identityLength + 8 + 4
	suffix         = ".segment"
	chunkSize      = 256 << 10
)

func nameOf(position int64) string { return fmt.Sprintf("%019d", position) + suffix }

func headOf(identity string, position int64) []byte {
	raw, _ := hex.DecodeString(identity) // load has checked it
	head := append([]byte(format), raw...)
	head = binary.LittleEndian.AppendUint64(head, uint64(position))
	return binary.LittleEndian.AppendUint32(head, crc32.Checksum(head, castagnoli))
}

// segment is a file of records.
type segment struct {
	path  string
	start int64
	size  int64 // of its frames
}

// end returns the position after the segment, including a torn last frame.
func (s segment) end() int64 { return s.start + s.size }

// segments lists the segments in order.
func (l *Ledger) segments() ([]segment, error) {
	entries, err := os.ReadDir(l.folder)
	if err != nil {
		return nil, err
	}
	var found []segment
	for _, entry := range entries {
		digits, is := strings.CutSuffix(entry.Name(), suffix)
		start, err := strconv.ParseInt(digits, 10, 64)
		if !is || err != nil {
			continue
		}
		info, err := entry.Info()
		if err != nil {
			return nil, err
		}
		found = append(found, segment{filepath.Join(l.folder, entry.Name()), start, max(0, info.Size()-headLength)})
	}
	slices.SortFunc(found, func(a, b segment) int { return int(min(1, max(-1, a.start-b.start))) })
	return found, nil
}

// Read passes the records from a position on to each, with the position after the record, until each returns false or
// there are no more. The record is valid only during the call. What is damaged or torn is skipped to the next segment;
// Stats counts it. from must be a position that Read passed, or lie before the first record.
func (l *Ledger) Read(from int64, each func(record []byte, next int64) bool) error {
	l.mu.Lock()
	if l.lock == nil {
		defer l.mu.Unlock()
		return l.failed
	}
	end, identity := l.end, l.identity
	l.mu.Unlock()
	segments, err := l.segments()
	if err != nil {
		return err
	}
	for i, one := range segments {
		until := min(one.end(), end)
		if i+1 < len(segments) {
			until = min(until, segments[i+1].start)
		}
		if until <= from {
			continue
		}
		read, goOn, err := readSegment(one, identity, max(from, one.start), until, each)
		if err != nil {
			return err
		}
		if !goOn {
			return nil
		}
		if read < until {
			l.mu.Lock()
			l.damaged += until - read
			l.mu.Unlock()
			if !each(nil, until) {
				return nil
			}
		}
	}
	return nil
}

// readSegment reads the records between two positions and returns where the intact ones end.
func readSegment(of segment, identity string, from, until int64, each func([]byte, int64) bool) (at int64, goOn bool, err error) {
	file, err := os.Open(of.path)
	if err != nil {
		return from, false, err
	}
	defer file.Close() //nolint:errcheck // only read
	head := make([]byte, headLength)
	if _, err := io.ReadFull(file, head); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return from, false, err
	}
	if string(head) != string(headOf(identity, of.start)) {
		return from, true, nil
	}
	chunk := make([]byte, min(chunkSize, until-from))
	for at = from; at < until; {
		n, err := file.ReadAt(chunk[:min(int64(len(chunk)), until-at)], headLength+at-of.start)
		if err != nil && !errors.Is(err, io.EOF) {
			return at, false, err
		}
		used, goOn := eachFrame(chunk[:n], at, each)
		if !goOn {
			return at, false, nil
		}
		if used == 0 {
			return at, true, nil
		}
		at += int64(used)
	}
	return at, true, nil
}

// eachFrame passes on the records of the whole, intact frames of a chunk and returns their length in bytes.
func eachFrame(chunk []byte, at int64, each func([]byte, int64) bool) (used int, goOn bool) {
	for len(chunk)-used >= frameHead {
		rest := chunk[used:]
		length := int(binary.LittleEndian.Uint32(rest))
		if length == 0 || length > MaxRecord || frameHead+length > len(rest) {
			break
		}
		frame := rest[:frameHead+length]
		if binary.LittleEndian.Uint32(frame[4:]) != sumOf(frame) {
			break
		}
		used += len(frame)
		if !each(frame[frameHead:], at+int64(used)) {
			return used, false
		}
	}
	return used, true
}

// Remove deletes the segments that end at or before the position, except the last, whose end is the ledger's.
func (l *Ledger) Remove(before int64) error {
	segments, err := l.segments()
	if err != nil {
		return err
	}
	for _, one := range segments[:max(0, len(segments)-1)] {
		if one.end() > before {
			break
		}
		if err := os.Remove(one.path); err != nil {
			return err
		}
	}
	return nil
}
