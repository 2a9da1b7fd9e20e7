package plan

import "slices"

// Currencies whose minor unit is not a hundredth (ISO 4217).
var (
	withoutDecimals = []string{
		"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF",
	}
	withThreeDecimals = []string{"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}
)

// MinorDigits returns the number of decimals of the currency. The amounts of a Price are in units of the last one.
func MinorDigits(currency string) int {
	switch {
	case slices.Contains(withoutDecimals, currency):
		return 0
	case slices.Contains(withThreeDecimals, currency):
		return 3
	}
	return 2
}
