package visit

import (
	"time"
	_ "time/tzdata" // the machine may have no zones, or old ones
)

// zoneCookie holds the name of the time zone of the reader's clock. A script sets it.
const zoneCookie = "portico_zone"

// Zone returns the time zone of the reader's clock, or UTC if it is unknown.
func (v *Visit) Zone() *time.Location {
	sent, err := v.Request.Cookie(zoneCookie)
	if err != nil || sent.Value == "" || sent.Value == "Local" {
		return time.UTC
	}
	zone, err := time.LoadLocation(sent.Value)
	if err != nil {
		return time.UTC
	}
	return zone
}
