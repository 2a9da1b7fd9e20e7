package demo

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/platform/clock"
)

// service is a kind of delivery that the carrier sells.
type service struct {
	Code      string `json:"code"`
	Name      string `json:"name"`
	MaxWeight int    `json:"max_weight_grams"`

	// base and perKilogram are the price in cents, days the usual delivery time.
	base, perKilogram, days int
}

var services = []service{
	{Code: "home", Name: "Home delivery", MaxWeight: 30_000, base: 590, perKilogram: 100, days: 2},
	{Code: "home_evening", Name: "Evening delivery", MaxWeight: 30_000, base: 590, perKilogram: 100, days: 2},
	{Code: "shop", Name: "Pickup in a shop", MaxWeight: 20_000, base: 390, perKilogram: 100, days: 3},
	{Code: "locker", Name: "Parcel locker", MaxWeight: 10_000, base: 350, perKilogram: 80, days: 2},
}

const (
	eveningSurcharge = 250
	heavySurcharge   = 400
	heavyFrom        = 15_000
)

type size struct {
	Length int `json:"length_cm"`
	Width  int `json:"width_cm"`
	Height int `json:"height_cm"`
}

// fits reports whether a parcel of this size goes into a box, in any position.
func (s size) fits(box size) bool {
	sides := func(one size) []int { return slices.Sorted(slices.Values([]int{one.Length, one.Width, one.Height})) }
	for i, side := range sides(s) {
		if side > sides(box)[i] {
			return false
		}
	}
	return true
}

type openingHours struct {
	Weekdays *string `json:"monday_to_friday"`
	Saturday *string `json:"saturday"`
	Sunday   *string `json:"sunday"`
}

type place struct {
	Street     string `json:"street"`
	PostalCode string `json:"postal_code"`
	City       string `json:"city"`
	Country    string `json:"country"`
}

// pickupPoint is a shop with opening hours or a locker with a size.
type pickupPoint struct {
	Kind    string        `json:"kind"`
	ID      string        `json:"id"`
	Name    string        `json:"name"`
	Address place         `json:"address"`
	Hours   *openingHours `json:"opening_hours,omitempty"`
	MaxSize *size         `json:"max_size,omitempty"`
	Open    *bool         `json:"always_open,omitempty"`
}

var pickupPoints = []pickupPoint{
	shop("NO-0150-1", "Kiosk at the Opera", place{"Operagata 1", "0150", "Oslo", "NO"}, "08:00-22:00", "09:00-20:00"),
	locker("NO-0150-2", "Oslo Central Station", place{"Jernbanetorget 1", "0150", "Oslo", "NO"}, size{60, 40, 38}, true),
	shop("NO-5014-1", "Torget Grocery", place{"Torgallmenningen 8", "5014", "Bergen", "NO"}, "07:00-23:00", "08:00-22:00"),
	locker("NO-5014-2", "Bergen Bus Station", place{"Strømgaten 8", "5014", "Bergen", "NO"}, size{45, 35, 32}, false),
	shop("NO-7010-1", "Havna Books", place{"Havnegata 9", "7010", "Trondheim", "NO"}, "10:00-18:00", "10:00-16:00"),
	locker("NO-7010-2", "Trondheim Central Station", place{"Fosenkaia 1", "7010", "Trondheim", "NO"}, size{60, 40, 38}, true),
	shop("SE-4110-1", "Storgatan Flowers", place{"Storgatan 30", "4110", "Göteborg", "SE"}, "09:00-19:00", "10:00-17:00"),
	locker("SE-1112-1", "Stockholm City", place{"Vasagatan 1", "1112", "Stockholm", "SE"}, size{60, 40, 38}, true),
	locker("DK-1570-1", "Copenhagen Main Station", place{"Bernstorffsgade 16", "1570", "København", "DK"}, size{60, 40, 38}, true),
}

func shop(id, name string, at place, weekdays, saturday string) pickupPoint {
	return pickupPoint{Kind: "shop", ID: id, Name: name, Address: at, Hours: &openingHours{Weekdays: &weekdays, Saturday: &saturday}}
}

func locker(id, name string, at place, largest size, open bool) pickupPoint {
	return pickupPoint{Kind: "locker", ID: id, Name: name, Address: at, MaxSize: &largest, Open: &open}
}

// pricesHandler serves Prices and pickup points at the paths of its description.
func pricesHandler(now clock.Func) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /services", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, services) })
	mux.HandleFunc("POST /prices", func(w http.ResponseWriter, r *http.Request) { comparePrices(w, r, now()) })
	mux.HandleFunc("GET /pickup-points", listPickupPoints)
	mux.HandleFunc("GET /pickup-points/{id}", getPickupPoint)
	mux.HandleFunc("/", unknownPath)
	return mux
}

// priceRequest is the body of POST /prices. Which fields of the delivery are set depends on its method.
type priceRequest struct {
	Weight int `json:"weight_grams"`
	From   struct {
		Country    string `json:"country"`
		PostalCode string `json:"postal_code"`
	} `json:"from"`
	Delivery struct {
		Method      string `json:"method"`
		Country     string `json:"country"`
		PostalCode  string `json:"postal_code"`
		Evening     bool   `json:"evening"`
		PickupPoint string `json:"pickup_point_id"`
		Size        *size  `json:"size"`
	} `json:"delivery"`
}

// check says which fields cannot be accepted, and returns the country and the pickup point of the delivery.
func (in priceRequest) check() (country string, point pickupPoint, refused []problemField) {
	refuse := func(field, reason string) { refused = append(refused, problemField{field, reason}) }
	if in.Weight < 1 || in.Weight > 30_000 {
		refuse("weight_grams", "must be between 1 and 30000")
	}
	if len(in.From.Country) != 2 || in.From.PostalCode == "" {
		refuse("from", "needs a country code of two letters and a postal code")
	}
	switch method := in.Delivery.Method; method {
	case "home":
		if country = in.Delivery.Country; len(country) != 2 || in.Delivery.PostalCode == "" {
			refuse("delivery", "needs a country code of two letters and a postal code")
		}
	case "shop", "locker":
		at := slices.IndexFunc(pickupPoints, func(one pickupPoint) bool { return one.ID == in.Delivery.PickupPoint && one.Kind == method })
		if at < 0 {
			refuse("delivery.pickup_point_id", "must be the ID of a pickup point of the kind "+method)
		} else {
			point = pickupPoints[at]
			country = point.Address.Country
		}
		if in.Delivery.Size == nil && method == "locker" {
			refuse("delivery.size", "is required for lockers")
		}
	default:
		refuse("delivery.method", "must be home, shop or locker")
	}
	return country, point, refused
}

func comparePrices(w http.ResponseWriter, r *http.Request, now time.Time) {
	var in priceRequest
	if !read(w, r, &in) {
		return
	}
	country, point, refused := in.check()
	if len(refused) > 0 {
		refuseRequest(w, refused...)
		return
	}
	if point.MaxSize != nil && !in.Delivery.Size.fits(*point.MaxSize) {
		refuse(w, http.StatusUnprocessableEntity, "The parcel is too large for this locker", "Choose a larger locker, or home or shop delivery.")
		return
	}
	prices := []price{}
	for _, one := range services {
		family, _, evening := strings.Cut(one.Code, "_")
		if family != in.Delivery.Method || evening && !in.Delivery.Evening {
			continue
		}
		if in.Weight > one.MaxWeight {
			refuse(w, http.StatusUnprocessableEntity, "The parcel is too heavy for a "+one.Code,
				fmt.Sprintf("The limit is %d kg. Choose home delivery.", one.MaxWeight/1000))
			return
		}
		prices = append(prices, one.price(in.Weight, in.From.Country != country, evening))
	}
	slices.SortFunc(prices, func(a, b price) int { return cmp.Compare(a.Amount, b.Amount) })
	answer(w, http.StatusOK, map[string]any{"prices": prices, "valid_until": now.Add(time.Hour).UTC()})
}

type price struct {
	Service    string      `json:"service"`
	Amount     int         `json:"amount_minor"`
	Currency   string      `json:"currency"`
	Days       int         `json:"delivery_days"`
	Surcharges []surcharge `json:"surcharges"`
}

type surcharge struct {
	Reason string `json:"reason"`
	Amount int    `json:"amount_minor"`
}

// price returns the price of the service for a parcel of this weight.
func (s service) price(weight int, abroad, evening bool) price {
	made := price{
		Service: s.Code, Amount: s.base + weight*s.perKilogram/1000, Currency: "EUR", Days: s.days, Surcharges: []surcharge{},
	}
	add := func(applies bool, reason string, amount int) {
		if applies {
			made.Amount += amount
			made.Surcharges = append(made.Surcharges, surcharge{reason, amount})
		}
	}
	if abroad {
		made.Days += 2
	}
	add(abroad, "abroad", made.Amount)
	add(evening, "evening", eveningSurcharge)
	add(weight >= heavyFrom, "heavy", heavySurcharge)
	return made
}

func listPickupPoints(w http.ResponseWriter, r *http.Request) {
	limit, ok := limitOf(w, r, 10, 50)
	if !ok {
		return
	}
	country, kind := r.FormValue("country"), r.FormValue("kind")
	if len(country) != 2 {
		refuseRequest(w, problemField{"country", "must be a country code of two letters"})
		return
	}
	if !slices.Contains([]string{"", "shop", "locker"}, kind) {
		refuseRequest(w, problemField{"kind", "must be shop or locker"})
		return
	}
	found := []pickupPoint{}
	for _, one := range pickupPoints {
		if one.Address.Country == country && (kind == "" || one.Kind == kind) {
			found = append(found, one)
		}
	}
	if near, err := strconv.Atoi(r.FormValue("postal_code")); err == nil {
		distance := func(one pickupPoint) int {
			code, _ := strconv.Atoi(one.Address.PostalCode)
			return max(code-near, near-code)
		}
		slices.SortStableFunc(found, func(a, b pickupPoint) int { return distance(a) - distance(b) })
	}
	answer(w, http.StatusOK, found[:min(limit, len(found))])
}

func getPickupPoint(w http.ResponseWriter, r *http.Request) {
	at := slices.IndexFunc(pickupPoints, func(one pickupPoint) bool { return one.ID == r.PathValue("id") })
	if at < 0 {
		refuse(w, http.StatusNotFound, "Pickup point not found", "It may have closed. Search for points near the postal code.")
		return
	}
	answer(w, http.StatusOK, pickupPoints[at])
}
