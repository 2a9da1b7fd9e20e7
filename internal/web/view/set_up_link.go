package view

import (
	"time"

	"github.com/portico-api/portico/internal/account"
)

// SetUpLink is a link that is shown once.
type SetUpLink struct {
	Person  account.Account
	Address string
	Expires time.Time
}
