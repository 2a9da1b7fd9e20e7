package ledger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
)

// A frame is the record's length and checksum (CRC-32C of length and record), then the record.
const (
	frameHead = 8
	// MaxRecord is the largest number of bytes of a record.
	MaxRecord = 64 << 10
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendFrame appends the frame of a record.
func appendFrame(frames, record []byte) []byte {
	at := len(frames)
	frames = binary.LittleEndian.AppendUint32(frames, uint32(len(record)))
	frames = append(frames, 0, 0, 0, 0)
	frames = append(frames, record...)
	binary.LittleEndian.PutUint32(frames[at+4:], sumOf(frames[at:]))
	return frames
}

func sumOf(frame []byte) uint32 {
	return crc32.Update(crc32.Checksum(frame[:4], castagnoli), castagnoli, frame[frameHead:])
}

// Append writes a record. If the disk does not accept it, the record waits in memory for Recover, and the error says
// why; ErrLost means that it was dropped.
func (l *Ledger) Append(record []byte) error {
	if len(record) == 0 || len(record) > MaxRecord {
		return fmt.Errorf("a record of %d bytes", len(record))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return os.ErrClosed
	}
	if l.failed != nil {
		return l.wait(record)
	}
	l.frame = appendFrame(l.frame[:0], record)
	if err := l.write(l.frame); err != nil {
		l.fail(err)
		return l.wait(record)
	}
	return nil
}

func (l *Ledger) wait(record []byte) error {
	if len(l.waiting)+frameHead+len(record) > maxWaiting {
		l.lost++
		return errors.Join(ErrLost, l.failed)
	}
	l.waiting = appendFrame(l.waiting, record)
	return l.failed
}

// write appends whole frames to the current segment.
func (l *Ledger) write(frames []byte) error {
	if l.file != nil && l.end-l.start >= segmentSize {
		if err := l.file.Sync(); err != nil {
			l.abandon()
			return err
		}
		l.leave()
	}
	if l.file == nil {
		if err := l.begin(); err != nil {
			return err
		}
	}
	if _, err := l.file.Write(frames); err != nil {
		l.abandon()
		return err
	}
	l.end += int64(len(frames))
	l.dirty = true
	return nil
}

// begin creates the segment of the records from the end on. A file of that name has no whole record.
func (l *Ledger) begin() error {
	path := filepath.Join(l.folder, nameOf(l.end))
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	if _, err := file.Write(headOf(l.identity, l.end)); err != nil {
		return errors.Join(err, file.Close(), os.Remove(path))
	}
	l.file, l.start = file, l.end
	return l.syncFolder()
}

// abandon ends the current segment after a failed write. The segment may end with part of a frame; the next segment
// begins after it.
func (l *Ledger) abandon() {
	if l.end == l.start { // no record was written, and the next segment would have the same name
		_ = os.Remove(l.file.Name())
	} else if err := l.file.Truncate(headLength + l.end - l.start); err != nil {
		if info, err := l.file.Stat(); err == nil {
			l.end = l.start + info.Size() - headLength
		}
	}
	l.leave()
}

// Sync waits until the disk has all records (fsync). It returns at once if there are no new ones.
func (l *Ledger) Sync() error {
	l.mu.Lock()
	if l.closed || !l.dirty || l.file == nil {
		l.mu.Unlock()
		return nil
	}
	file := l.file
	l.dirty = false
	l.mu.Unlock() // a slow disk must not hold up calls
	err := file.Sync()
	if errors.Is(err, os.ErrClosed) {
		return nil // a segment is synced before it is closed
	}
	if err != nil {
		l.mu.Lock()
		l.fail(err)
		l.mu.Unlock()
	}
	return err
}

func (l *Ledger) sync() error {
	if l.file == nil {
		return nil
	}
	l.dirty = false
	return l.file.Sync()
}

// Recover tries again to use a disk that failed, and writes the records that wait. It returns at once if none failed.
func (l *Ledger) Recover() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed == nil || l.closed {
		return nil
	}
	if l.lock == nil {
		if err := l.open(); err != nil {
			l.failed = err
			return err
		}
	}
	l.leave() // the kernel may have dropped what the old file could not sync
	if err := l.write(l.waiting); err != nil {
		l.fail(err)
		return l.failed
	}
	if err := l.sync(); err != nil {
		l.abandon()
		l.fail(err)
		return l.failed
	}
	l.waiting, l.failed = nil, nil
	return nil
}
