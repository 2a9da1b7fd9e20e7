package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	smtp "github.com/wneessen/go-mail"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
)

// serverTimeout is how long a server may take for each step: connecting, greeting, signing in, and accepting a
// mail. It is long, because a mail is sent again if the server accepts it too late.
const serverTimeout = 2 * time.Minute

// The lease must outlast the sending of a message, or another node would send it too.
const _ = uint(lease - 4*serverTimeout)

const longestReason = 300

// Server is the mail server for all mail.
type Server struct {
	Host     string
	Port     int
	User     string
	Password string
	// TLS means TLS from the start, otherwise STARTTLS.
	TLS bool
	// Plain sends without STARTTLS.
	Plain bool
	// Own is a server on the same machine, which needs neither STARTTLS nor a valid certificate.
	Own bool
	// From is the sender's address. Empty means an address at the portal's host.
	From string
	// Timeout is the time for each step; 0 means serverTimeout.
	Timeout time.Duration
	// Roots are the certificate authorities for the server; nil means the system's.
	Roots *x509.CertPool
}

// ParseServer parses smtp://USER:PASSWORD@HOST:PORT?from=ADDRESS or smtps://…. Errors never repeat the text, which
// may contain a password.
func ParseServer(text string) (Server, error) {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Hostname() == "" || parsed.Scheme != "smtp" && parsed.Scheme != "smtps" {
		return Server{}, errors.New("SMTP_URL is not complete: write smtp://USER:PASSWORD@HOST:PORT or smtps://…")
	}
	server := Server{Host: parsed.Hostname(), Port: 587, TLS: parsed.Scheme == "smtps", User: parsed.User.Username(), From: parsed.Query().Get("from")}
	server.Password, _ = parsed.User.Password()
	server.Plain, server.Own = parsed.Query().Get("tls") == "off", isOwnMachine(server.Host)
	if server.TLS {
		server.Port = 465
	}
	if parsed.Port() != "" {
		port, err := strconv.ParseUint(parsed.Port(), 10, 16)
		if err != nil || port == 0 {
			return Server{}, errors.New("SMTP_URL has an invalid port")
		}
		server.Port = int(port)
	}
	if server.From == "" && strings.Contains(server.User, "@") {
		server.From = server.User
	}
	if server.From != "" {
		address, err := mail.ParseAddress(server.From)
		if err != nil {
			return Server{}, errors.New("SMTP_URL has no email address after from=")
		}
		server.From = address.Address // the display name is the portal's
	}
	return server, nil
}

func isOwnMachine(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

func (s Server) client() (*smtp.Client, error) {
	secure := &tls.Config{ServerName: s.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}
	secure.InsecureSkipVerify = s.Own && !s.TLS // traffic to the same machine cannot be intercepted
	options := []smtp.Option{smtp.WithPort(s.Port), smtp.WithTimeout(cmp.Or(s.Timeout, serverTimeout)), smtp.WithTLSConfig(secure)}
	switch {
	case s.TLS:
		options = append(options, smtp.WithSSL())
	case s.Plain:
		options = append(options, smtp.WithTLSPolicy(smtp.NoTLS))
	case s.Own:
		options = append(options, smtp.WithTLSPolicy(smtp.TLSOpportunistic))
	default:
		options = append(options, smtp.WithTLSPolicy(smtp.TLSMandatory))
	}
	if s.User != "" {
		options = append(options, smtp.WithSMTPAuth(smtp.SMTPAuthAutoDiscover), smtp.WithUsername(s.User), smtp.WithPassword(s.Password))
	}
	return smtp.NewClient(s.Host, options...)
}

// send hands one message to the server.
func (s *Sender) send(ctx context.Context, claimed event.Claimed, letter account.Letter) error {
	brand, err := s.config.Brand(ctx)
	if err != nil {
		return err
	}
	written, err := s.write(brand, claimed.Message, letter)
	if err != nil {
		return err
	}
	message, err := s.message(brand.Name, claimed, written)
	if err != nil {
		return err
	}
	client, err := s.config.Server.client()
	if err != nil {
		return err
	}
	if err := client.DialAndSendWithContext(ctx, message); err != nil && !message.IsDelivered() {
		return err
	}
	return nil // later failures must not send a mail twice that the server has accepted
}

// message adds the headers to a rendered mail.
func (s *Sender) message(portal string, claimed event.Claimed, written writing) (*smtp.Msg, error) {
	for _, field := range []string{portal, claimed.To, written.Subject} {
		if strings.ContainsFunc(field, unicode.IsControl) {
			return nil, final("a header of the mail would have a line break or another control character")
		}
	}
	address, err := url.Parse(s.config.PortalURL)
	if err != nil {
		return nil, err
	}
	from := s.config.Server.From
	if from == "" {
		from = "no-reply@" + mailDomain(address.Hostname())
	}
	message := smtp.NewMsg()
	message.FromMailAddress(&mail.Address{Name: portal, Address: from})
	if err := message.To(claimed.To); err != nil {
		return nil, final("the recipient's address is none")
	}
	message.Subject(written.Subject)
	message.SetMessageIDWithValue(claimed.ID.Hex() + "@" + address.Hostname())
	message.SetDateWithValue(s.config.Now())
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	message.SetBodyString(smtp.TypeTextPlain, written.Text)
	message.AddAlternativeString(smtp.TypeTextHTML, written.HTML)
	return message, nil
}

// mailDomain converts a host to the domain of a mail address.
func mailDomain(host string) string {
	if net.ParseIP(host) != nil {
		return "localhost"
	}
	return host
}

// final is a failure that another attempt cannot fix.
type final string

func (f final) Error() string { return string(f) }

// isFinal reports whether retrying is useless: the server does not know the recipient, or the message is malformed.
// Any other refusal may be caused by the server's settings, or ours.
func isFinal(err error) bool {
	if _, unfit := errors.AsType[final](err); unfit {
		return true
	}
	refused, ofServer := errors.AsType[*smtp.SendError](err)
	return ofServer && refused.Reason == smtp.ErrSMTPRcptTo && refused.ErrorCode() >= 500
}

// logged returns an error for the log. A server's reply may contain an address, so only its code is logged.
func logged(err error) string {
	refused, ofServer := errors.AsType[*smtp.SendError](err)
	if !ofServer {
		return reason(err)
	}
	return strings.TrimSpace(fmt.Sprintf("%s: %d %s", refused.Reason, refused.ErrorCode(), refused.EnhancedStatusCode()))
}

// reason returns an error as one short line, to store and show.
func reason(err error) string {
	plain := []rune(strings.Join(strings.FieldsFunc(strings.ToValidUTF8(err.Error(), "�"), func(r rune) bool {
		return unicode.IsControl(r) || r == ' '
	}), " "))
	if len(plain) > longestReason {
		plain = append(plain[:longestReason], '…')
	}
	return string(plain)
}
