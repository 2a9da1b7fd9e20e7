package sealed

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The file is plain lines, so that people can read it in an emergency:
//
//	portico-keyring 1
//	key 1 2026-03-01T00:00:00Z <32 bytes in base64>
//	sum <first 16 hexadecimal digits of the SHA-256 of everything above>
const (
	header      = "portico-keyring 1"
	sumDigits   = 16
	maxFileSize = 1 << 20
)

// Load reads the ring. It rejects a file that other users may read.
func Load(path string) (*Ring, error) {
	ring, err := load(path)
	if err != nil {
		return nil, fmt.Errorf("key ring %s: %w", path, err)
	}
	return ring, nil
}

// Generate creates a ring of one new key in a file that must not exist yet.
func Generate(path string, now time.Time) (*Ring, error) {
	ring, err := newRing([]ringKey{newKey(1, now)})
	if err != nil {
		return nil, err
	}
	err = withNew(path, func(file *os.File) error {
		if _, err := os.Lstat(path); err == nil {
			return fmt.Errorf("exists already and is not replaced: %w", fs.ErrExist)
		}
		return write(file, ring)
	})
	if err != nil {
		return nil, fmt.Errorf("key ring %s: %w", path, err)
	}
	return ring, nil
}

// Rotate adds a new current key to the ring in the file. Nodes use it after a restart.
func Rotate(path string, now time.Time) (*Ring, error) {
	var rotated *Ring
	err := withNew(path, func(file *os.File) error {
		ring, err := load(path)
		if err != nil {
			return err
		}
		if rotated, err = newRing(append(ring.keys, newKey(ring.Current()+1, now))); err != nil {
			return err
		}
		return write(file, rotated)
	})
	if err != nil {
		return nil, fmt.Errorf("key ring %s: %w", path, err)
	}
	return rotated, nil
}

// withNew lets fill write path.new and renames it to path. The new file is also the lock that keeps concurrent
// rotations from losing a key. The system releases the lock of a killed process, and withNew overwrites the file that
// it left.
func withNew(path string, fill func(*os.File) error) (err error) {
	pending := path + ".new"
	file, err := openLocked(pending)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(pending)
		}
	}()
	if err := errors.Join(fill(file), file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(pending, path); err != nil {
		return err
	}
	return syncDirectory(filepath.Dir(path))
}

func openLocked(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lock(file, path); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// lock locks the empty file of that name. The previous holder may have renamed the file before releasing the lock, so
// lock checks that the name still refers to the locked file.
func lock(file *os.File, path string) error {
	busy := errors.New("another process is changing the ring: try again when it is done")
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return errors.Join(busy, err)
	}
	mine, err := file.Stat()
	if err != nil {
		return err
	}
	if named, err := os.Stat(path); err != nil || !os.SameFile(mine, named) {
		return busy
	}
	return file.Truncate(0)
}

func syncDirectory(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(directory.Sync(), directory.Close())
}

func write(to io.Writer, ring *Ring) error {
	var text bytes.Buffer
	fmt.Fprintln(&text, header)
	for _, key := range ring.keys {
		fmt.Fprintf(&text, "key %d %s %s\n", key.version, key.created.Format(time.RFC3339), base64.StdEncoding.EncodeToString(key.secret[:]))
	}
	fmt.Fprintln(&text, "sum", checksum(text.Bytes()))
	_, err := to.Write(text.Bytes())
	return err
}

func checksum(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])[:sumDigits]
}

func load(path string) (*Ring, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	if err := checkMode(file, path); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(file, maxFileSize+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxFileSize {
		return nil, errors.New("larger than any key ring: not the right file")
	}
	keys, err := parse(text)
	if err != nil {
		return nil, err
	}
	return newRing(keys)
}

func checkMode(file *os.File, path string) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("not a regular file")
	}
	if open := info.Mode().Perm() & 0o077; open != 0 {
		return fmt.Errorf("others on this machine may use it (mode %04o): run chmod 600 %s, and rotate the ring if they may have read it",
			info.Mode().Perm(), path)
	}
	return nil
}

var errCutOff = errors.New("cut off or changed by hand: restore it from the backup that belongs to this database")

func parse(text []byte) ([]ringKey, error) {
	first, _, _ := strings.Cut(string(text), "\n")
	switch {
	case first == header:
	case strings.HasPrefix(first, "portico-keyring "):
		return nil, fmt.Errorf("its format %q is newer than this program: use the version of Portico that wrote it, or a later one",
			strings.TrimPrefix(first, "portico-keyring "))
	case strings.HasPrefix(header, first):
		return nil, errCutOff
	default:
		return nil, errors.New("not a key ring")
	}
	body, sum, found := bytes.Cut(text, []byte("\nsum "))
	if !found || string(sum) != checksum(append(body[:len(body):len(body)], '\n'))+"\n" {
		return nil, errCutOff
	}
	return parseKeys(body)
}

func parseKeys(body []byte) ([]ringKey, error) {
	var keys []ringKey
	seen := map[int]bool{}
	lines := bufio.NewScanner(bytes.NewReader(body))
	lines.Scan() // the header
	for number := 2; lines.Scan(); number++ {
		key, err := parseKey(lines.Text())
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		if seen[key.version] {
			return nil, fmt.Errorf("line %d: version %d is there twice: restore the ring from the backup that belongs to this database", number, key.version)
		}
		seen[key.version] = true
		keys = append(keys, key)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		return nil, errors.New("holds no key")
	}
	return keys, nil
}

func parseKey(line string) (ringKey, error) {
	fields := strings.Split(line, " ")
	if len(fields) != 4 || fields[0] != "key" {
		return ringKey{}, errors.New("want: key VERSION CREATED SECRET")
	}
	var key ringKey
	version, err := strconv.ParseUint(fields[1], 10, 31)
	if err != nil || version == 0 {
		return ringKey{}, errors.New("the version is not a number from 1")
	}
	key.version = int(version)
	if key.created, err = time.Parse(time.RFC3339, fields[2]); err != nil {
		return ringKey{}, errors.New("the time of creation is not written as 2006-01-02T15:04:05Z")
	}
	secret, err := base64.StdEncoding.Strict().DecodeString(fields[3])
	if err != nil || len(secret) != keySize {
		return ringKey{}, fmt.Errorf("the key is not %d bytes in base64", keySize) // without the cause, no part of the secret can reach a log
	}
	key.secret = [keySize]byte(secret)
	return key, nil
}
