package keyauth_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/gateway/keyauth"
	"github.com/portico-api/portico/internal/plan"
)

var everywhere = keyauth.NewRules([]string{"X-Api-Key", "ocp-apim-subscription-key"}, []string{"subscription-key"}, true)

func TestFind(t *testing.T) {
	key := func(place keyauth.Place, secret string) keyauth.Proof {
		return keyauth.Proof{Place: place, Kind: plan.Key, Secret: secret}
	}
	unknown := func(place keyauth.Place, kind plan.Kind) keyauth.Proof {
		return keyauth.Proof{Place: place, Kind: kind, Malformed: true}
	}
	basic := func(text string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(text)) }
	for name, call := range map[string]struct {
		header http.Header
		query  string
		want   keyauth.Proof
	}{
		"nothing":                    {http.Header{}, "", keyauth.Proof{}},
		"first header":               {http.Header{"X-Api-Key": {"k1"}}, "", key(keyauth.Header, "k1")},
		"second header":              {http.Header{"Ocp-Apim-Subscription-Key": {"k2"}}, "", key(keyauth.Header, "k2")},
		"spaces around":              {http.Header{"X-Api-Key": {" k1 "}}, "", key(keyauth.Header, "k1")},
		"two headers":                {http.Header{"X-Api-Key": {"k1"}, "Ocp-Apim-Subscription-Key": {"k2"}}, "", key(keyauth.Header, "k1")},
		"empty header, then another": {http.Header{"X-Api-Key": {""}, "Ocp-Apim-Subscription-Key": {"k2"}}, "", key(keyauth.Header, "k2")},
		"header before query":        {http.Header{"X-Api-Key": {"k1"}}, "subscription-key=k3", key(keyauth.Header, "k1")},
		"query":                      {http.Header{}, "a=1&subscription-key=k3&b=2", key(keyauth.Query, "k3")},
		"query, encoded":             {http.Header{}, "subscription%2Dkey=k%33", key(keyauth.Query, "k3")},
		"query before authorization": {http.Header{"Authorization": {"k4"}}, "subscription-key=k3", key(keyauth.Query, "k3")},
		"query with NUL":             {http.Header{}, "subscription-key=k%003", unknown(keyauth.Query, plan.Key)},
		"query, badly encoded":       {http.Header{}, "subscription-key=k%3", unknown(keyauth.Query, plan.Key)},
		"basic":                      {http.Header{"Authorization": {basic("user:pass:word")}}, "", keyauth.Proof{Place: keyauth.Authorization, Kind: plan.Basic, Secret: "user", Password: "pass:word"}},
		"basic, small":               {http.Header{"Authorization": {strings.Replace(basic("u:p"), "Basic", "bAsIc", 1)}}, "", keyauth.Proof{Place: keyauth.Authorization, Kind: plan.Basic, Secret: "u", Password: "p"}},
		"basic without password":     {http.Header{"Authorization": {basic("u:")}}, "", unknown(keyauth.Authorization, plan.Basic)},
		"basic without colon":        {http.Header{"Authorization": {basic("u")}}, "", unknown(keyauth.Authorization, plan.Basic)},
		"basic of rubbish":           {http.Header{"Authorization": {"Basic !!!"}}, "", unknown(keyauth.Authorization, plan.Basic)},
		"bearer":                     {http.Header{"Authorization": {"Bearer k5"}}, "", key(keyauth.Authorization, "k5")},
		"bearer, small":              {http.Header{"Authorization": {"bearer   k5"}}, "", key(keyauth.Authorization, "k5")},
		"bearer with a JWT":          {http.Header{"Authorization": {"Bearer aa.bb.cc"}}, "", keyauth.Proof{}},
		"raw":                        {http.Header{"Authorization": {"k6"}}, "", key(keyauth.Authorization, "k6")},
		"another scheme":             {http.Header{"Authorization": {"Digest x"}}, "", keyauth.Proof{}},
		"NUL":                        {http.Header{"X-Api-Key": {"k\x001"}}, "", unknown(keyauth.Header, plan.Key)},
		"4 KiB":                      {http.Header{"X-Api-Key": {strings.Repeat("k", 4<<10)}}, "", key(keyauth.Header, strings.Repeat("k", 4<<10))},
		"beyond 4 KiB":               {http.Header{"X-Api-Key": {strings.Repeat("k", 4<<10+1)}}, "", unknown(keyauth.Header, plan.Key)},
	} {
		got, err := everywhere.Find(call.header, call.query)
		if diff := cmp.Diff(call.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

func TestFindLooksOnlyInAllowedPlaces(t *testing.T) {
	rules := keyauth.NewRules(nil, nil, false)
	for name, call := range map[string]struct {
		header http.Header
		query  string
		want   keyauth.Place
	}{
		"default header":        {http.Header{"Ocp-Apim-Subscription-Key": {"k"}}, "", keyauth.Header},
		"query that is not one": {http.Header{}, "subscription-key=k", keyauth.Nowhere},
		"basic that is not one": {http.Header{"Authorization": {"Basic dTpw"}}, "", keyauth.Nowhere},
		"another header":        {http.Header{"Apikey": {"k"}}, "", keyauth.Nowhere},
	} {
		if got, err := rules.Find(call.header, call.query); err != nil || got.Place != call.want {
			t.Errorf("%s: found %+v, %v", name, got, err)
		}
	}
}

func TestStrategyThatNamesAuthorization(t *testing.T) {
	rules := keyauth.NewRules([]string{"authorization", "X-Other"}, nil, false)
	for value, want := range map[string]string{"Bearer k": "k", "k": "k", "Bearer a.b.c": ""} {
		if got, err := rules.Find(http.Header{"Authorization": {value}}, ""); err != nil || got.Secret != want {
			t.Errorf("%q: found %+v, %v", value, got, err)
		}
	}
	if got, err := rules.Find(http.Header{"Authorization": {"k"}, "X-Other": {"o"}}, ""); err != nil || got.Secret != "o" {
		t.Errorf("found %+v, %v", got, err)
	}
	if got := rules.KeyHeader(); got != "authorization" {
		t.Error(got)
	}
}

func TestFindRejectsRepeatedValues(t *testing.T) {
	for name, call := range map[string]struct {
		header http.Header
		query  string
	}{
		"header":                       {http.Header{"X-Api-Key": {"k1", "k1"}}, ""},
		"later header":                 {http.Header{"X-Api-Key": {"k1"}, "Ocp-Apim-Subscription-Key": {"a", "b"}}, ""},
		"authorization":                {http.Header{"Authorization": {"k1", "k2"}}, ""},
		"authorization behind a key":   {http.Header{"X-Api-Key": {"k1"}, "Authorization": {"k1", "k2"}}, ""},
		"parameter":                    {http.Header{}, "subscription-key=k1&subscription-key=k2"},
		"parameter, once encoded":      {http.Header{}, "subscription-key=k1&subscription%2dkey=k2"},
		"parameter behind a key":       {http.Header{"X-Api-Key": {"k1"}}, "subscription-key=k1&subscription-key=k1"},
		"parameter, once without text": {http.Header{}, "subscription-key=k1&subscription-key"},
	} {
		if got, err := everywhere.Find(call.header, call.query); !errors.Is(err, keyauth.ErrAmbiguous) {
			t.Errorf("%s: found %+v, %v", name, got, err)
		}
	}
}

func TestStrip(t *testing.T) {
	header := http.Header{"X-Api-Key": {"k"}, "Ocp-Apim-Subscription-Key": {"l"}, "Authorization": {"Bearer theirs"}, "Accept": {"*/*"}}
	everywhere.StripHeader(header, keyauth.Proof{Place: keyauth.Header})
	if diff := cmp.Diff(http.Header{"Authorization": {"Bearer theirs"}, "Accept": {"*/*"}}, header); diff != "" {
		t.Error(diff)
	}
	everywhere.StripHeader(header, keyauth.Proof{Place: keyauth.Authorization})
	if diff := cmp.Diff(http.Header{"Accept": {"*/*"}}, header); diff != "" {
		t.Error(diff)
	}
	for query, want := range map[string]string{
		"":                                    "",
		"a=1":                                 "a=1",
		"a=%7e&subscription-key=k&b=%zz&c":    "a=%7e&b=%zz&c",
		"subscription%2Dkey=k":                "",
		"Subscription-Key=k&subscription-key": "Subscription-Key=k",
	} {
		if got := everywhere.StripQuery(query); got != want {
			t.Errorf("StripQuery(%q) = %q; want %q", query, got, want)
		}
	}
}

func TestASecondKeyIsRemovedToo(t *testing.T) {
	const key = "pk_prod_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1zAygE"
	for value, kept := range map[string]bool{
		"Bearer " + key:       false,
		key:                   false,
		"bearer  " + key:      false,
		"Bearer " + key + "x": true,
		"Bearer 0123456789abcdef0123456789abcdef": true, // may be the upstream's
		"Bearer a.b.c": true,
		"Basic dTpw":   true,
	} {
		header := http.Header{"X-Api-Key": {"k"}, "Authorization": {value}}
		everywhere.StripHeader(header, keyauth.Proof{Place: keyauth.Header})
		if _, there := header["Authorization"]; there != kept {
			t.Errorf("%q reaches the upstream: %v", value, there)
		}
	}
}

func TestFindAllocatesNothing(t *testing.T) {
	header := http.Header{"X-Api-Key": {"0123456789abcdef0123456789abcdef"}}
	if n := testing.AllocsPerRun(100, func() { _, _ = everywhere.Find(header, "a=1") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
