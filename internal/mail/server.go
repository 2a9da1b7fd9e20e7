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

// serverTimeout is how long a server may take for each of connecting, greeting, signing in and taking a mail. It is
// generous, because a server that has accepted a mail but says so too late is sent it again.
const serverTimeout = 2 * time.Minute

const _ = uint(lease - 4*serverTimeout) // no other node takes a message that is still being sent

const longestReason = 300

// Server is the mail server that everything is handed to.
type Server struct {
	Host     string
	Port     int
	User     string
	Password string
	// TLS from the first byte on, otherwise by STARTTLS.
	TLS bool
	// Plain does without STARTTLS.
	Plain bool
	// Own is a server on the same machine, of which neither STARTTLS nor a certificate is asked.
	Own bool
	// From is the sender's address; empty is one of the portal's host.
	From string
	// Timeout is how long it may take for a step; 0 is serverTimeout.
	Timeout time.Duration
	// Roots are the authorities that may vouch for the server; nil are the system's.
	Roots *x509.CertPool
}

// ParseServer reads smtp://USER:PASSWORD@HOST:PORT?from=ADDRESS or smtps://…. No error repeats the text, which may hold a
// password.
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
			return Server{}, errors.New("SMTP_URL has a port that is none")
		}
		server.Port = int(port)
	}
	if server.From == "" && strings.Contains(server.User, "@") {
		server.From = server.User
	}
	if server.From != "" {
		address, err := mail.ParseAddress(server.From)
		if err != nil {
			return Server{}, errors.New("SMTP_URL names no e-mail address after from=")
		}
		server.From = address.Address // the sender is called as the portal is
	}
	return server, nil
}

func isOwnMachine(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

func (s Server) client() (*smtp.Client, error) {
	secure := &tls.Config{ServerName: s.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}
	secure.InsecureSkipVerify = s.Own && !s.TLS // what goes to the same machine passes nobody
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
	name, err := s.config.PortalName(ctx)
	if err != nil {
		return err
	}
	written, err := s.write(name, claimed.Message, letter)
	if err != nil {
		return err
	}
	message, err := s.message(name, claimed, written)
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
	return nil // whatever failed after the server had taken the mail must not send it twice
}

// message puts the headers around what was written.
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

// mailDomain is a host as the domain of a mail address.
func mailDomain(host string) string {
	if net.ParseIP(host) != nil {
		return "localhost"
	}
	return host
}

// final is the reason of a failure that no other try would mend.
type final string

func (f final) Error() string { return string(f) }

// isFinal reports whether trying again is of no use: the server knows no such recipient, or the message is not fit for mail.
// Whatever else a server refuses may be its own settings, or ours.
func isFinal(err error) bool {
	if _, unfit := errors.AsType[final](err); unfit {
		return true
	}
	refused, ofServer := errors.AsType[*smtp.SendError](err)
	return ofServer && refused.Reason == smtp.ErrSMTPRcptTo && refused.ErrorCode() >= 500
}

// logged is a failure as the log has it: of what a server said about a mail, which may repeat an address, the code alone.
func logged(err error) string {
	refused, ofServer := errors.AsType[*smtp.SendError](err)
	if !ofServer {
		return reason(err)
	}
	return strings.TrimSpace(fmt.Sprintf("%s: %d %s", refused.Reason, refused.ErrorCode(), refused.EnhancedStatusCode()))
}

// reason is a failure as it is kept and shown: one line, not too long.
func reason(err error) string {
	plain := []rune(strings.Join(strings.FieldsFunc(strings.ToValidUTF8(err.Error(), "�"), func(r rune) bool {
		return unicode.IsControl(r) || r == ' '
	}), " "))
	if len(plain) > longestReason {
		plain = append(plain[:longestReason], '…')
	}
	return string(plain)
}
