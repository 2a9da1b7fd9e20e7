package mail_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// catcher is a mail server that keeps what it is given.
type catcher struct {
	*smtp.Server

	address string
	mu      sync.Mutex
	caught  []caught
	// refuse answers a recipient with an error.
	refuse func(recipient string) error
	// password is what the user "portal" must prove, empty for nothing.
	password string
}

// caught is one mail, taken apart.
type caught struct {
	From, To   string
	Header     mail.Header
	Text, HTML string
	TLS        bool
}

// startCatcher listens on loopback until the test ends, on the address where one is named.
func startCatcher(t *testing.T, address string, secure *tls.Config, changes ...func(*catcher)) *catcher {
	t.Helper()
	c := &catcher{refuse: func(string) error { return nil }}
	for _, change := range changes {
		change(c)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	c.address = listener.Addr().String()
	c.Server = smtp.NewServer(smtp.BackendFunc(func(conn *smtp.Conn) (smtp.Session, error) {
		return &conversation{catcher: c, conn: conn, proved: c.password == ""}, nil
	}))
	c.Domain, c.TLSConfig, c.ReadTimeout, c.WriteTimeout, c.MaxMessageBytes = "localhost", secure, time.Minute, time.Minute, 1<<20
	c.ErrorLog = silent{}
	served := make(chan error, 1)
	go func() { served <- c.Serve(listener) }()
	t.Cleanup(func() {
		_ = c.Close() // closed already where the test has done so
		if err := <-served; err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Error(err)
		}
	})
	return c
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

func (c *catcher) mails() []caught {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]caught(nil), c.caught...)
}

type conversation struct {
	*catcher

	conn     *smtp.Conn
	proved   bool
	from, to string
}

func (c *conversation) Reset()        {}
func (c *conversation) Logout() error { return nil }

func (c *conversation) AuthMechanisms() []string { return []string{sasl.Plain} }

func (c *conversation) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "portal" || password != c.password {
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
	return c.refuse(to)
}

func (c *conversation) Data(r io.Reader) error {
	message, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	_, secure := c.conn.TLSConnectionState()
	got := caught{From: c.from, To: c.to, Header: message.Header, TLS: secure}
	_, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	parts := multipart.NewReader(message.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		var text bytes.Buffer
		if _, err := io.Copy(&text, quotedprintable.NewReader(part)); err != nil {
			return err
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			got.HTML = text.String()
		} else {
			got.Text = strings.ReplaceAll(text.String(), "\r\n", "\n")
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.caught = append(c.caught, got)
	return nil
}

// selfMade is a certificate for loopback that no authority has signed, and the pool that trusts it.
func selfMade(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}, pool
}

func decoded(header string) (string, error) { return new(mime.WordDecoder).DecodeHeader(header) }
