package event

import (
	"context"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// Head is the end of the audit trail's chain: how many records it has, and the hash of the last. Whoever keeps one can
// tell later that nothing up to there was cut off or made anew.
type Head struct {
	Position int64
	Hash     [32]byte
}

// IsZero reports whether there is nothing in the chain.
func (h Head) IsZero() bool { return h == Head{} }

// String is what an operator keeps and ParseHead reads.
func (h Head) String() string {
	return strconv.FormatInt(h.Position, 10) + ":" + hex.EncodeToString(h.Hash[:])
}

// ParseHead reads what String wrote.
func ParseHead(text string) (Head, error) {
	number, digits, _ := strings.Cut(strings.TrimSpace(text), ":")
	position, err := strconv.ParseInt(number, 10, 64)
	hash, wrong := hex.DecodeString(digits)
	head := Head{Position: position}
	if err != nil || wrong != nil || position < 1 || len(hash) != len(head.Hash) {
		return Head{}, fault.New(fault.Invalid, "bad_head", "A kept head is the number of a record, a colon and 64 hexadecimal digits, as portico audit verify prints it.")
	}
	copy(head.Hash[:], hash)
	return head, nil
}

// AuditAdopted is the action of the record that tells of the records before it: that they come from before the chain.
const AuditAdopted = "audit.adopted"

// Verified is what a trail is that is as it was written.
type Verified struct {
	Head Head
	// Adopted counts the first records, from before the chain: the trail vouches for them from its beginning on only.
	Adopted int64
}

// Verify walks the whole trail and says how far it reaches. A trail that was tampered with is an error which names the first
// record that is not as it was written. Kept is the head of an earlier time, or zero: without it, an end that was cut off
// together with what the database knows of it cannot be told.
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

// Broken is the error of a trail that is not as it was written.
func Broken(position int64, what string) error {
	return fault.Newf(fault.Conflict, "audit_broken", "The audit trail is broken at record %d: %s.", position, what)
}
