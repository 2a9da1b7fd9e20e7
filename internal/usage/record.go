package usage

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
)

// Charge is what the calls with one credential to one version are counted for. Every record holds it, so that a record
// needs no other one to be read.
type Charge struct {
	Team         identity.TeamID
	Application  access.ApplicationID
	Subscription access.SubscriptionID
	Credential   access.CredentialID
	Version      catalog.VersionID
	Environment  string
	// Visitor means that only the quotas count: a visitor belongs to no team.
	Visitor bool
	// Uncounted means that calls are only written to the request log: they were refused before anything could be charged.
	Uncounted bool
	Quotas    []QuotaKey
}

// Call is one authenticated call.
type Call struct {
	Began time.Time
	// Took is the time of the whole call, Upstream the part until the upstream's response began.
	Took, Upstream time.Duration
	Status         int
	Forwarded      bool
	BytesIn        int64
	BytesOut       int64
	Operation      string
	Address        string
	// Windows holds the start of the window that each quota of the charge counted the call in. It is empty if none did.
	Windows []time.Time
	// Logged means that the team's request log holds the call. What follows is set only then. None of it has a query
	// string or a key.
	Logged    bool
	Method    string
	Path      string
	Reason    string
	RequestID string
}

const (
	recordFormat  = 1
	flagForwarded = 1
	flagWindows   = 2
	flagLogged    = 4
	flagVisitor   = 1
	flagUncounted = 2
)

var errRecord = errors.New("a malformed record")

// Encode returns the charge as it stands at the beginning of its records.
func (c *Charge) Encode() []byte {
	encoded := []byte{recordFormat, 0}
	if c.Visitor {
		encoded[1] = flagVisitor
	}
	if c.Uncounted {
		encoded[1] |= flagUncounted
	}
	for _, id := range [][12]byte{c.Team, c.Application, c.Subscription, c.Credential, c.Version} {
		encoded = append(encoded, id[:]...)
	}
	encoded = appendText(encoded, c.Environment)
	encoded = binary.AppendUvarint(encoded, uint64(len(c.Quotas)))
	for _, key := range c.Quotas {
		encoded = appendText(appendText(appendText(encoded, key.Subject), key.Meter), key.Window)
	}
	return append(binary.AppendUvarint(nil, uint64(len(encoded))), encoded...)
}

func appendText(to []byte, text string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(text))), text...)
}

// AppendRecord appends the record of a call to an encoded charge.
func AppendRecord(to, charge []byte, call *Call) []byte {
	to = append(to, charge...)
	to = binary.AppendVarint(to, call.Began.UnixMicro())
	to = binary.AppendVarint(to, int64(call.Took/time.Microsecond))
	to = binary.AppendVarint(to, int64(call.Upstream/time.Microsecond))
	to = binary.AppendVarint(to, int64(call.Status))
	to = binary.AppendVarint(to, call.BytesIn)
	to = binary.AppendVarint(to, call.BytesOut)
	to = appendText(to, call.Operation)
	to = appendText(to, call.Address)
	var flags byte
	if call.Forwarded {
		flags |= flagForwarded
	}
	if len(call.Windows) > 0 {
		flags |= flagWindows
	}
	if call.Logged {
		flags |= flagLogged
	}
	to = append(to, flags)
	for _, start := range call.Windows {
		to = binary.AppendVarint(to, start.UnixMicro())
	}
	if call.Logged {
		to = appendText(appendText(to, call.Method), call.Path)
		to = appendText(appendText(to, call.Reason), call.RequestID)
	}
	return to
}

// maxKnown limits the charges and texts that a decoder remembers.
const maxKnown = 16 << 10

// decoder reads records. It remembers charges and texts, because most records repeat them.
type decoder struct {
	charges map[string]*Charge
	texts   map[string]string
}

// decode reads a record. The call's Windows are valid until the next record.
func (d *decoder) decode(record []byte, call *Call) (*Charge, error) {
	rest := reader{bytes: record}
	encoded := rest.take(rest.length())
	charge, known := d.charges[string(encoded)]
	if !known && !rest.failed {
		charge = decodeCharge(encoded)
		if charge == nil {
			return nil, errRecord
		}
		if d.charges == nil || len(d.charges) >= maxKnown {
			d.charges = map[string]*Charge{}
		}
		d.charges[string(encoded)] = charge
	}
	call.Began = rest.instant()
	call.Took = time.Duration(rest.number()) * time.Microsecond
	call.Upstream = time.Duration(rest.number()) * time.Microsecond
	call.Status = int(rest.number())
	call.BytesIn, call.BytesOut = rest.number(), rest.number()
	call.Operation = d.text(rest.take(rest.length()))
	call.Address = d.text(rest.take(rest.length()))
	flags := rest.take(1)
	if rest.failed {
		return nil, errRecord
	}
	call.Forwarded = flags[0]&flagForwarded != 0
	call.Windows = call.Windows[:0]
	if flags[0]&flagWindows != 0 {
		for range charge.Quotas {
			call.Windows = append(call.Windows, rest.instant())
		}
	}
	if call.Logged = flags[0]&flagLogged != 0; call.Logged {
		call.Method, call.Path = d.text(rest.take(rest.length())), string(rest.take(rest.length()))
		call.Reason, call.RequestID = d.text(rest.take(rest.length())), string(rest.take(rest.length()))
	} else {
		call.Method, call.Path, call.Reason, call.RequestID = "", "", "", ""
	}
	if rest.failed {
		return nil, errRecord
	}
	return charge, nil
}

func (d *decoder) text(raw []byte) string {
	if text, known := d.texts[string(raw)]; known {
		return text
	}
	if d.texts == nil || len(d.texts) >= maxKnown {
		d.texts = map[string]string{}
	}
	text := string(raw)
	d.texts[text] = text
	return text
}

// decodeCharge returns nil if the text is malformed.
func decodeCharge(encoded []byte) *Charge {
	rest := reader{bytes: encoded}
	head := rest.take(2)
	if rest.failed || head[0] != recordFormat {
		return nil
	}
	charge := &Charge{Visitor: head[1]&flagVisitor != 0, Uncounted: head[1]&flagUncounted != 0}
	for _, into := range []*[12]byte{
		(*[12]byte)(&charge.Team), (*[12]byte)(&charge.Application), (*[12]byte)(&charge.Subscription),
		(*[12]byte)(&charge.Credential), (*[12]byte)(&charge.Version),
	} {
		copy(into[:], rest.take(len(into)))
	}
	charge.Environment = string(rest.take(rest.length()))
	for range rest.length() {
		charge.Quotas = append(charge.Quotas, QuotaKey{
			Subject: string(rest.take(rest.length())), Meter: string(rest.take(rest.length())), Window: string(rest.take(rest.length())),
		})
		if rest.failed {
			break
		}
	}
	if rest.failed || len(rest.bytes) > 0 {
		return nil
	}
	return charge
}

// reader takes fields from the front of a record. After a failure it returns zero values.
type reader struct {
	bytes  []byte
	failed bool
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.bytes) {
		r.failed, r.bytes = true, nil
		return nil
	}
	taken := r.bytes[:n]
	r.bytes = r.bytes[n:]
	return taken
}

// length reads a length, which is at most what is left.
func (r *reader) length() int {
	value, n := binary.Uvarint(r.bytes)
	if n <= 0 || value > uint64(len(r.bytes)) {
		r.failed, r.bytes = true, nil
		return 0
	}
	r.bytes = r.bytes[n:]
	return int(value)
}

func (r *reader) number() int64 {
	value, n := binary.Varint(r.bytes)
	if n <= 0 {
		r.failed, r.bytes = true, nil
		return 0
	}
	r.bytes = r.bytes[n:]
	return value
}

func (r *reader) instant() time.Time { return time.UnixMicro(r.number()).UTC() }
