package testkit

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/store"
)

// guardian starts the server and waits for the end of its input, which comes when the test process ends, even if it
// panics or is killed. Then it stops the server and removes its files. It has its own process group, so that an
// interrupt at the terminal does not end it.
const guardian = `
"$1" -D "$3" -k "$2" >"$2/log" 2>&1 &
server=$!
read -r end
kill -QUIT "$server"
wait "$server"
rm -rf "$2"
`

const (
	// template is a database with the current schema.
	template      = "portico_template"
	startAttempts = int(Patience / startPause)
	startPause    = 50 * time.Millisecond
)

// cluster is the PostgreSQL server of this test process. It listens only on a socket in its own directory.
type cluster struct {
	directory string
	// data is usually in the directory, and removed with it.
	data      string
	admin     *sql.DB
	databases atomic.Int64
	// alive is the guardian's input and must stay open until the process ends.
	alive io.WriteCloser
}

var theCluster = sync.OnceValues(func() (*cluster, error) {
	server, err := startCluster("")
	if err != nil {
		return nil, err
	}
	return server, server.createTemplate()
})

// newPostgres creates a database from a template for one test and returns its address.
func newPostgres(t testing.TB, from string) string {
	t.Helper()
	server, err := theCluster()
	if err != nil {
		t.Fatal(fmt.Errorf("start a PostgreSQL server for this test: %w", err))
	}
	name, err := server.create(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = server.admin.ExecContext(context.Background(), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	})
	return server.url(name)
}

// MeasuredPostgres creates a database for a benchmark and returns its address. The server ends with the process.
func MeasuredPostgres(ctx context.Context) (string, error) {
	server, err := theCluster()
	if err != nil {
		return "", err
	}
	name, err := server.create(ctx, template)
	return server.url(name), err
}

// keptClusters keeps servers from being collected, which would close the input of their guardians.
var keptClusters []*cluster

// KeptPostgres starts a server whose data stays in a folder when the process ends, for benchmarks that need a large
// database. It returns the database's address. Only one process at a time may use the folder.
func KeptPostgres(folder string) (string, error) {
	server, err := startCluster(folder)
	if err != nil {
		return "", err
	}
	keptClusters = append(keptClusters, server)
	return server.url("postgres"), nil
}

func (c *cluster) create(ctx context.Context, from string) (string, error) {
	name := "portico_" + strconv.FormatInt(c.databases.Add(1), 10)
	_, err := c.admin.ExecContext(ctx, "CREATE DATABASE "+name+" TEMPLATE "+from)
	return name, err
}

func (c *cluster) url(database string) string {
	return "postgres:///" + database + "?" + url.Values{"host": {c.directory}, "user": {"portico"}}.Encode()
}

// startCluster starts a server. Without a folder, its data is removed when it ends.
func startCluster(data string) (*cluster, error) {
	postgres, initdb, err := findPostgres()
	if err != nil {
		return nil, err
	}
	directory, err := os.MkdirTemp("", "portico-postgres-")
	if err != nil {
		return nil, err
	}
	created := &cluster{directory: directory, data: cmp.Or(data, filepath.Join(directory, "data"))}
	if err := created.start(postgres, initdb); err != nil {
		return nil, errors.Join(err, os.RemoveAll(directory))
	}
	return created, nil
}

// findPostgres returns the programs in PATH, or else the newest in Debian's directories.
func findPostgres() (postgres, initdb string, err error) {
	if found, err := exec.LookPath("postgres"); err == nil {
		postgres = found
	} else if found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres"); err == nil && len(found) > 0 {
		postgres = slices.MaxFunc(found, func(a, b string) int { return majorVersion(a) - majorVersion(b) })
	} else {
		return "", "", errors.New("PostgreSQL is not installed: `make test` installs it, and so does putting initdb and postgres into PATH")
	}
	if postgres, err = filepath.EvalSymlinks(postgres); err != nil {
		return "", "", err
	}
	return postgres, filepath.Join(filepath.Dir(postgres), "initdb"), nil
}

func majorVersion(program string) int {
	version, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(program))))
	return version
}

func (c *cluster) start(postgres, initdb string) error {
	owner, err := unprivileged(c.directory)
	if err != nil {
		return err
	}
	if err := c.initialise(initdb, owner); err != nil {
		return err
	}
	if err := c.launch(postgres, owner); err != nil {
		return err
	}
	return c.wait()
}

// initialise creates the data, unless it exists.
func (c *cluster) initialise(initdb string, owner *syscall.Credential) error {
	if _, err := os.Stat(filepath.Join(c.data, "PG_VERSION")); err == nil {
		_ = os.Remove(filepath.Join(c.data, "postmaster.pid")) // a killed server leaves it
		return nil
	}
	if err := os.MkdirAll(c.data, 0o700); err != nil {
		return err
	}
	if owner != nil {
		if err := os.Chown(c.data, int(owner.Uid), int(owner.Gid)); err != nil {
			return err
		}
	}
	create := exec.Command(initdb, "-D", c.data, "-U", "portico", "-A", "trust", "-E", "UTF8", "--locale=C", "--lc-ctype=C.UTF-8", "--no-sync") //nolint:gosec // the installed initdb
	create.SysProcAttr, create.Dir = &syscall.SysProcAttr{Credential: owner}, c.directory
	if output, err := create.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", initdb, err, output)
	}
	return c.configure()
}

// configure turns off all durability for speed, because the data does not outlive the process.
func (c *cluster) configure() error {
	file, err := os.OpenFile(filepath.Join(c.data, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteString(`
listen_addresses = ''
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
max_connections = 300
shared_buffers = 32MB
`)
	return errors.Join(err, file.Close())
}

func (c *cluster) launch(postgres string, owner *syscall.Credential) error {
	command := exec.Command("/bin/sh", "-c", guardian, "portico-postgres", postgres, c.directory, c.data) //nolint:gosec // the installed server
	command.SysProcAttr, command.Dir = &syscall.SysProcAttr{Credential: owner, Setpgid: true}, c.directory
	alive, err := command.StdinPipe()
	if err != nil {
		return err
	}
	c.alive = alive
	return command.Start()
}

// wait waits until the server answers.
func (c *cluster) wait() error {
	admin, err := sql.Open("pgx", c.url("postgres"))
	if err != nil {
		return err
	}
	c.admin = admin
	for range startAttempts {
		if err = admin.PingContext(context.Background()); err == nil {
			break
		}
		time.Sleep(startPause)
	}
	if err != nil {
		said, _ := os.ReadFile(filepath.Join(c.directory, "log"))
		return fmt.Errorf("PostgreSQL does not answer: %w\n%s", err, said)
	}
	return nil
}

// createTemplate creates a database with the current schema.
func (c *cluster) createTemplate() error {
	if _, err := c.admin.ExecContext(context.Background(), "CREATE DATABASE "+template); err != nil {
		return err
	}
	db, err := store.Open(context.Background(), store.Config{URL: c.url(template), Now: clock.NewFrozen(Start).Now})
	if err != nil {
		return err
	}
	return db.Close()
}

// unprivileged returns the user that runs the server, nil for the current one. PostgreSQL refuses to run as root.
func unprivileged(directory string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	found, err := user.Lookup("postgres")
	if err != nil {
		found, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(found.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(found.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(directory, int(uid), int(gid))
}
