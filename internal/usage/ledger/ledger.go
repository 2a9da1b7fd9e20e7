// Package ledger keeps records in segment files until they are stored elsewhere.
//
// A record is written with one write(2) before Append returns, so a killed process loses none; Sync makes records safe
// against a crash of the machine. Every record has a checksum and a position that only grows. The package owns the
// folder: its identity, its lock, torn ends, damaged and full disks. It does not know what a record means. The
// gateway's meter appends to it and reads it.
//
// Processes that share a data directory share the parent folder. Each uses a different numbered folder in it.
package ledger

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

const (
	identityName = "identity"
	lockName     = "lock"
	// segmentSize is the size after which a new segment begins.
	segmentSize = 8 << 20
	// maxFolders is how many processes may share a parent folder.
	maxFolders = 64
	// maxWaiting limits the records that wait in memory while the disk accepts none.
	maxWaiting = 4 << 20
)

// ErrLocked means that other processes use all folders.
var ErrLocked = errors.New("other processes use all ledgers of the folder")

// ErrLost means that a record was dropped, because the disk accepts none and the memory for waiting ones is full.
var ErrLost = errors.New("the record was dropped")

// Ledger is an open folder of segments. It is safe for concurrent use.
type Ledger struct {
	parent string

	mu       sync.Mutex
	folder   string
	identity string
	lock     *os.File
	file     *os.File // the segment that is written; nil until the first record and after a failure
	start    int64    // the position at which that segment begins
	end      int64    // the position after the last written record
	opened   int64    // the end when the ledger was opened or renewed
	dirty    bool     // something was written since the last Sync
	frame    []byte   // reused for the next record
	failed   error    // why the disk accepts no records
	waiting  []byte   // frames that the disk did not accept
	lost     int64
	damaged  int64
	closed   bool
}

// Open returns the first ledger under the parent folder that no process uses. If there is none or the folder cannot be
// used, the ledger has failed (Err) and Recover tries again; it accepts records meanwhile.
func Open(parent string) *Ledger {
	l := &Ledger{parent: parent}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed = l.open()
	return l
}

// Idle opens the ledgers under the parent folder that no process uses and that have records.
func Idle(parent string) []*Ledger {
	var idle []*Ledger
	for number := range maxFolders {
		folder := folderOf(parent, number)
		if _, err := os.Stat(folder); err != nil {
			break
		}
		l := &Ledger{parent: parent}
		if err := l.use(folder); err != nil {
			continue
		}
		if l.end == 0 {
			_ = l.Close() // nothing was written
			continue
		}
		idle = append(idle, l)
	}
	return idle
}

func folderOf(parent string, number int) string { return filepath.Join(parent, strconv.Itoa(number+1)) }

func (l *Ledger) open() error {
	for number := range maxFolders {
		if err := l.use(folderOf(l.parent, number)); !errors.Is(err, ErrLocked) {
			return err
		}
	}
	return ErrLocked
}

// use locks a folder and reads where its records end.
func (l *Ledger) use(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	lock, err := os.OpenFile(filepath.Join(folder, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = ErrLocked
		}
		return errors.Join(err, lock.Close())
	}
	l.folder = folder
	if err := l.load(); err != nil {
		return errors.Join(err, lock.Close())
	}
	l.lock = lock
	return nil
}

// load reads the identity and the end of the last segment.
func (l *Ledger) load() error {
	content, err := os.ReadFile(filepath.Join(l.folder, identityName))
	if errors.Is(err, os.ErrNotExist) {
		return l.renew()
	}
	if err != nil {
		return err
	}
	l.identity = strings.TrimSpace(string(content))
	if raw, err := hex.DecodeString(l.identity); err != nil || len(raw) != identityLength {
		return l.renew() // the file is torn, so the identity is unknown
	}
	segments, err := l.segments()
	if err != nil {
		return err
	}
	for _, segment := range segments {
		l.end = max(l.end, segment.end())
	}
	l.opened = l.end
	return nil
}

// Identity returns the ledger's name, which no other ledger has. It is empty until the folder could be used.
func (l *Ledger) Identity() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.identity
}

// Renew removes all records and gives the ledger a new identity. It is for a folder that is older than what was stored
// from it, such as one from a backup: its positions would be used twice.
func (l *Ledger) Renew() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lock == nil {
		return l.failed
	}
	l.leave()
	l.failed = l.renew()
	return l.failed
}

func (l *Ledger) renew() error {
	segments, err := l.segments()
	if err != nil {
		return err
	}
	for _, segment := range segments {
		if err := os.Remove(segment.path); err != nil {
			return err
		}
	}
	raw := make([]byte, identityLength)
	_, _ = rand.Read(raw) // never fails
	identity := hex.EncodeToString(raw)
	if err := l.replace(identityName, identity+"\n"); err != nil {
		return err
	}
	l.identity, l.end, l.opened = identity, 0, 0
	return nil
}

// replace writes a small file so that a crash leaves the old or the new content.
func (l *Ledger) replace(name, content string) error {
	file, err := os.CreateTemp(l.folder, name+".*.part")
	if err != nil {
		return err
	}
	_, err = file.WriteString(content)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	if err := os.Rename(file.Name(), filepath.Join(l.folder, name)); err != nil {
		return err
	}
	return l.syncFolder()
}

func (l *Ledger) syncFolder() error {
	folder, err := os.Open(l.folder)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Err returns why the disk accepts no records, or nil.
func (l *Ledger) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failed
}

// Stats is the state of a ledger, in bytes and records.
type Stats struct {
	// Begin and End are the positions of the first record that is kept and after the last one. This process wrote the
	// records from Opened on.
	Begin, Opened, End int64
	// Lost counts the records that were dropped while the disk accepted none. Damaged counts the bytes that could not
	// be read.
	Lost, Damaged int64
}

// Stats returns the state of the ledger.
func (l *Ledger) Stats() (Stats, error) {
	l.mu.Lock()
	if l.lock == nil {
		defer l.mu.Unlock()
		return Stats{Lost: l.lost}, nil
	}
	stats := Stats{Begin: l.end, Opened: l.opened, End: l.end, Lost: l.lost, Damaged: l.damaged}
	l.mu.Unlock()
	segments, err := l.segments()
	if len(segments) > 0 {
		stats.Begin = segments[0].start
	}
	return stats, err
}

// Close syncs and unlocks the ledger.
func (l *Ledger) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	err := l.sync()
	l.leave()
	if l.lock != nil {
		err = errors.Join(err, l.lock.Close())
	}
	return err
}

// leave stops writing the current segment.
func (l *Ledger) leave() {
	if l.file != nil {
		_ = l.file.Close() // it was synced, or failed
		l.file = nil
	}
}

func (l *Ledger) fail(err error) {
	l.failed = fmt.Errorf("write the ledger: %w", err)
}
