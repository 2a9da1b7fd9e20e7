package event

import (
	"context"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// Head is the end of the audit trail's chain: the number of records and the hash of the last one. With a saved head, an
// operator can verify later that nothing before it was cut off or replaced.
type Head struct {
	Position int64
	Hash     [32]byte
}

// IsZero reports whether the chain is empty.
func (h Head) IsZero() bool { return h == Head{} }

// String returns the text that operators save and ParseHead parses.
func (h Head) String() string {
	return strconv.FormatInt(h.Position, 10) + ":" + hex.EncodeToString(h.Hash[:])
}

// ParseHead parses the text that String returns.
func ParseHead(text string) (Head, error) {
	number, digits, _ := strings.Cut(strings.TrimSpace(text), ":")
	position, err := strconv.ParseInt(number, 10, 64)
	hash, wrong := hex.DecodeString(digits)
	head := Head{Position: position}
	if err != nil || wrong != nil || position < 1 || len(hash) != len(head.Hash) {
		return Head{}, fault.New(fault.Invalid, "bad_head", "A saved head is a record number, a colon and 64 hexadecimal digits, as portico audit verify prints it.")
	}
	copy(head.Hash[:], hash)
	return head, nil
}

// AuditAdopted is the action of the record that marks the beginning of the chain: all records before it are older.
const AuditAdopted = "audit.adopted"

// Verified describes a trail that was not tampered with.
type Verified struct {
	Head Head
	// Adopted counts the records from before the chain, which are protected only since it began.
	Adopted int64
}

// Verify checks the whole trail and returns its head. If the trail was tampered with, the error names the first wrong
// record. Kept is a head saved earlier, or zero. Without it, Verify does not notice records that were cut off at the
// end together with the stored head.
func (t *Trail) Verify(ctx context.Context, kept Head) (Verified, error) {
	if err := identity.Require(ctx, identity.ReadAudit); err != nil {
		return Verified{}, err
	}
	head, err := t.store.VerifyChain(ctx, kept)
	if err != nil {
		return Verified{}, err
	}
	verified := Verified{Head: head}
	adopted, err := t.store.RecordsBefore(ctx, TrailFilter{Action: AuditAdopted}, 0, 1)
	if len(adopted) > 0 {
		verified.Adopted = adopted[0].Position - 1
	}
	return verified, err
}

// Broken returns the error for a trail that was tampered with.
func Broken(position int64, what string) error {
	return fault.Newf(fault.Conflict, "audit_broken", "The audit trail is broken at record %d: %s.", position, what)
}
