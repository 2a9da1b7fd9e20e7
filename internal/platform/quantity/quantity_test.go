package quantity_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/portico-api/portico/internal/platform/quantity"
)

func TestQuantitiesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		span := time.Duration(rapid.Int64Range(0, int64(3650*quantity.Day)).Draw(t, "span"))
		if rapid.Bool().Draw(t, "whole") {
			span = span.Truncate(quantity.Day)
		}
		if read, ok := quantity.ParseSpan(quantity.Span(span)); !ok || read != span {
			t.Errorf("%s is written %q and read as %s", span, quantity.Span(span), read)
		}
		size := rapid.Int64Range(1, 10<<30).Draw(t, "size")
		if read, ok := quantity.ParseSize(quantity.Size(size), 10<<30); !ok || read != size {
			t.Errorf("%d is written %q and read as %d", size, quantity.Size(size), read)
		}
		amount, decimals := rapid.Int64Range(0, 99_999_999).Draw(t, "amount"), rapid.IntRange(0, 3).Draw(t, "decimals")
		if read, ok := quantity.ParseMoney(quantity.Money(amount, decimals), decimals); !ok || read != amount {
			t.Errorf("%d is written %q and read as %d", amount, quantity.Money(amount, decimals), read)
		}
	})
}

func TestMalformedQuantitiesAreRejected(t *testing.T) {
	for _, text := range []string{"", "-1s", "5", "d", "1e9d", "one"} {
		if _, ok := quantity.ParseSpan(text); ok {
			t.Errorf("%q is read as a span", text)
		}
	}
	for _, text := range []string{"", "0", "-1", "11GiB", "1 XB", "9999999999999999999"} {
		if _, ok := quantity.ParseSize(text, 10<<30); ok {
			t.Errorf("%q is read as a size", text)
		}
	}
	for _, text := range []string{"", "-1", "1.234", "1,00", "1e3", "9999999999"} {
		if _, ok := quantity.ParseMoney(text, 2); ok {
			t.Errorf("%q is read as money", text)
		}
	}
}
