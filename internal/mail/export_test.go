package mail

import "context"

// DeliverDue sends everything that is due now.
func (s *Sender) DeliverDue(ctx context.Context) {
	for s.deliverNext(ctx) {
	}
}
