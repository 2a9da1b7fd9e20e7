package testkit

import (
	"crypto/tls"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Patience is how long a test waits for an event before it fails. It is generous because the machine may be busy.
const Patience = 5 * time.Minute

// mostMails is how many mails a Catcher keeps.
const mostMails = 1000

// Catcher is a mail server that keeps the mails it receives.
type Catcher struct {
	*smtp.Server

	// Address is the address that it listens on.
	Address string
	// Refuse, if set, returns an error for a recipient that the server rejects.
	Refuse func(recipient string) error
	// Password is the password of the user "portal"; empty if none is required.
	Password string
	// Accept, if set, is called for each received mail. It may block, and an error rejects the mail.
	Accept func() error
	// HangsUp closes the connection after each accepted mail, as some servers do.
	HangsUp bool

	mu     sync.Mutex
	caught []Mail
	waited int
	// came receives a value for each mail.
	came chan struct{}
}

// Mail is a received mail, parsed.
type Mail struct {
	From, To   string
	Header     mail.Header
	Text, HTML string
	TLS        bool
}

// NewCatcher listens on a loopback address until the test ends.
func NewCatcher(t *testing.T, address string, secure *tls.Config, changes ...func(*Catcher)) *Catcher {
	t.Helper()
	c := &Catcher{Refuse: func(string) error { return nil }, Accept: func() error { return nil }, came: make(chan struct{}, mostMails)}
	for _, change := range changes {
		change(c)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	c.Address = listener.Addr().String()
	c.Server = smtp.NewServer(smtp.BackendFunc(func(conn *smtp.Conn) (smtp.Session, error) {
		return &conversation{Catcher: c, conn: conn, proved: c.Password == ""}, nil
	}))
	c.Domain, c.TLSConfig, c.ReadTimeout, c.WriteTimeout, c.MaxMessageBytes = "localhost", secure, time.Minute, time.Minute, 1<<20
	c.ErrorLog = silent{}
	served := make(chan error, 1)
	go func() { served <- c.Serve(listener) }()
	t.Cleanup(func() {
		_ = c.Close()        // the test may have closed it already
		_ = listener.Close() // in a very short test the server does not have it yet
		if err := <-served; err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Error(err)
		}
	})
	return c
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// Mails returns the mails received so far.
func (c *Catcher) Mails() []Mail {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.caught)
}

// Next waits for the next mail and returns it.
func (c *Catcher) Next(t *testing.T) Mail {
	t.Helper()
	select {
	case <-c.came:
	case <-time.After(Patience):
		t.Fatal("no mail was received")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waited++
	return c.caught[c.waited-1]
}

type conversation struct {
	*Catcher

	conn     *smtp.Conn
	proved   bool
	from, to string
	accepted bool
}

func (c *conversation) Logout() error { return nil }

func (c *conversation) Reset() {
	if c.HangsUp && c.accepted {
		_ = c.conn.Conn().Close()
	}
}

func (c *conversation) AuthMechanisms() []string { return []string{sasl.Plain} }

func (c *conversation) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "portal" || password != c.Password {
			return smtp.ErrAuthFailed
		}
		c.proved = true
		return nil
	}), nil
}

func (c *conversation) Mail(from string, _ *smtp.MailOptions) error {
	if !c.proved {
		return smtp.ErrAuthRequired
	}
	c.from = from
	return nil
}

func (c *conversation) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.to = to
	return c.Refuse(to)
}

func (c *conversation) Data(r io.Reader) error {
	got, err := takeApart(r)
	if err != nil {
		return err
	}
	got.From, got.To = c.from, c.to
	_, got.TLS = c.conn.TLSConnectionState()
	c.mu.Lock()
	c.caught = append(c.caught, got)
	c.mu.Unlock()
	c.came <- struct{}{}
	err = c.Accept()
	c.accepted = err == nil
	return err
}

func takeApart(r io.Reader) (Mail, error) {
	message, err := mail.ReadMessage(r)
	if err != nil {
		return Mail{}, err
	}
	_, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		return Mail{}, err
	}
	got, parts := Mail{Header: message.Header}, multipart.NewReader(message.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return got, nil
		}
		if err != nil {
			return Mail{}, err
		}
		text, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			return Mail{}, err
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			got.HTML = string(text)
		} else {
			got.Text = strings.ReplaceAll(string(text), "\r\n", "\n")
		}
	}
}
