package app

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/config"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/store"
)

// A backup is a gzipped tar: its description (backup.json), the key ring, the rows of every table in chunks, and an end
// that marks it as complete. It can be restored into either database.
const (
	backupFormat = 1
	aboutName    = "backup.json"
	ringName     = "keyring"
	rowsFolder   = "rows/"
	endName      = "end"
	partSuffix   = ".*.part"

	maxAbout = 64 << 10
	maxChunk = 256 << 20
)

type about struct {
	Format  int       `json:"format"`
	Schema  int64     `json:"schema"`
	Created time.Time `json:"created"`
}

// Backup writes a snapshot of the database, and the key ring, into a new file that only its owner may read. The file
// gets its name only when it is complete.
func Backup(ctx context.Context, config config.Config, path string) (err error) {
	services, err := OpenPresent(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, services.Close()) }()
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already: name a file that is not", path)
	}
	removeLeftovers(path)
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+partSuffix)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = file.Close()
			_ = os.Remove(file.Name())
		}
	}()
	if err := writeBackup(ctx, services.DB, config.Keyring, file); err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	if err := os.Link(file.Name(), path); err != nil { // unlike a rename, a link never replaces
		return err
	}
	return os.Remove(file.Name())
}

// removeLeftovers removes what backups under the same name left when they were killed.
func removeLeftovers(path string) {
	left, _ := filepath.Glob(escapeGlob(path) + partSuffix)
	for _, name := range left {
		_ = os.Remove(name) // a leftover file does no harm
	}
}

func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

func writeBackup(ctx context.Context, db *store.DB, ring string, to io.Writer) error {
	compressed := gzip.NewWriter(to)
	archive := tar.NewWriter(compressed)
	schema, err := db.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	head, err := json.Marshal(about{backupFormat, schema, clock.Now()})
	if err != nil {
		return err
	}
	keys, err := os.ReadFile(ring)
	if err != nil {
		return err
	}
	if err := errors.Join(put(archive, aboutName, head), put(archive, ringName, keys)); err != nil {
		return err
	}
	chunks := 0
	err = db.Dump(ctx, func(chunk store.Chunk) error {
		chunks++
		return put(archive, fmt.Sprintf("%s%06d-%s", rowsFolder, chunks, chunk.Table), chunk.Rows)
	})
	if err != nil {
		return err
	}
	if now, err := os.ReadFile(ring); err != nil || !bytes.Equal(now, keys) {
		return errors.Join(err, errors.New("the key ring was changed meanwhile: back up again"))
	}
	if err := put(archive, endName, fmt.Appendf(nil, "%d", chunks)); err != nil {
		return err
	}
	return errors.Join(archive.Close(), compressed.Close())
}

func put(archive *tar.Writer, name string, content []byte) error {
	header := &tar.Header{Name: name, Mode: 0o600, Size: int64(len(content)), ModTime: clock.Now()}
	if err := archive.WriteHeader(header); err != nil {
		return err
	}
	_, err := archive.Write(content)
	return err
}

// Restore checks a backup to its end, then fills an empty installation with it: the key ring first, then every row in
// one transaction. A failed restore removes what it created.
func Restore(ctx context.Context, config config.Config, path string) (err error) {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := notWhole(path, checkBackup(file)); err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	reading, err := openBackup(file)
	if err != nil {
		return notWhole(path, err)
	}
	made, err := placeRing(config, reading.ring)
	if err != nil {
		return err
	}
	if err := load(ctx, config, reading); err != nil {
		for _, name := range made {
			err = errors.Join(err, os.RemoveAll(name))
		}
		return err
	}
	return nil
}

func load(ctx context.Context, config config.Config, reading *backupReader) (err error) {
	services, err := Open(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, services.Close()) }()
	schema, err := services.DB.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	if schema != reading.about.Schema {
		return fmt.Errorf("the backup has schema %d and this program %d: restore with the version of portico that wrote it, then upgrade", reading.about.Schema, schema)
	}
	return services.DB.Load(ctx, reading.next)
}

// checkBackup reads a backup to its end and keeps nothing of it.
func checkBackup(file io.Reader) error {
	reading, err := openBackup(file)
	for more := true; more && err == nil; {
		_, more, err = reading.next()
	}
	return err
}

func notWhole(path string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s is no whole backup, nothing was restored: %w", path, err)
}

type backupReader struct {
	plain   io.Reader
	archive *tar.Reader
	about   about
	ring    []byte
	chunks  int
}

func openBackup(file io.Reader) (*backupReader, error) {
	plain, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	reading := &backupReader{plain: plain, archive: tar.NewReader(plain)}
	head, err := reading.take(aboutName, maxAbout)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(head, &reading.about); err != nil {
		return nil, err
	}
	if reading.about.Format != backupFormat {
		return nil, fmt.Errorf("it has format %d, this program reads %d", reading.about.Format, backupFormat)
	}
	reading.ring, err = reading.take(ringName, maxAbout)
	return reading, err
}

func (b *backupReader) take(name string, limit int64) ([]byte, error) {
	header, content, err := b.entry(limit)
	if err == nil && header.Name != name {
		err = fmt.Errorf("it has %q where %q belongs", header.Name, name)
	}
	return content, err
}

func (b *backupReader) entry(limit int64) (*tar.Header, []byte, error) {
	header, err := b.archive.Next()
	if errors.Is(err, io.EOF) {
		return nil, nil, io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, nil, err
	}
	if header.Size > limit {
		return nil, nil, fmt.Errorf("%q is larger than anything that a backup has", header.Name)
	}
	content, err := io.ReadAll(io.LimitReader(b.archive, limit))
	return header, content, err
}

func (b *backupReader) next() (store.Chunk, bool, error) {
	header, content, err := b.entry(maxChunk)
	if err != nil {
		return store.Chunk{}, false, err
	}
	if header.Name == endName {
		if string(content) != fmt.Sprint(b.chunks) {
			return store.Chunk{}, false, fmt.Errorf("it ends after %d parts of %s", b.chunks, content)
		}
		_, err := io.Copy(io.Discard, b.plain) // the checksum is compared at its end
		return store.Chunk{}, false, err
	}
	name, isRows := strings.CutPrefix(header.Name, rowsFolder)
	_, table, named := strings.Cut(name, "-")
	if !isRows || !named {
		return store.Chunk{}, false, fmt.Errorf("it has an unknown part %q", header.Name)
	}
	b.chunks++
	return store.Chunk{Table: table, Rows: content}, true, nil
}

// placeRing writes the key ring of the backup unless the same one exists. It returns the files to delete after a failed
// restore: the ring, and the new SQLite database.
func placeRing(config config.Config, ring []byte) (made []string, err error) {
	present, err := os.ReadFile(config.Keyring)
	if err == nil {
		if bytes.Equal(present, ring) {
			return nil, nil
		}
		return nil, fmt.Errorf("there is another key ring at %s: restore into an empty data directory", config.Keyring)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(config.Keyring), 0o700); err != nil {
		return nil, err
	}
	made = []string{config.Keyring}
	if path, sqlite := sqlitePath(config.DatabaseURL); sqlite {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			made = append(made, path, path+"-wal", path+"-shm")
		}
	}
	return made, writeRing(config.Keyring, ring)
}

func writeRing(path string, ring []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), "keyring.*.part") // 0600
	if err != nil {
		return err
	}
	_, err = file.Write(ring)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return os.Rename(file.Name(), path)
}
