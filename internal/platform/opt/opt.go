// Package opt tells "not sent" from "sent empty" in partial updates.
package opt

// Value is a value that may be absent. The zero Value is absent.
type Value[T any] struct {
	value T
	set   bool
}

// Of returns a present value.
func Of[T any](value T) Value[T] { return Value[T]{value: value, set: true} }

// Get returns the value and whether it is present.
func (v Value[T]) Get() (T, bool) { return v.value, v.set }

// Or returns the value, or the fallback if it is absent.
func (v Value[T]) Or(fallback T) T {
	if v.set {
		return v.value
	}
	return fallback
}
