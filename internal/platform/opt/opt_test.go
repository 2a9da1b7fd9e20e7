package opt

import "testing"

func TestAbsentIsNotEmpty(t *testing.T) {
	var absent Value[string]
	if value, set := absent.Get(); set || value != "" {
		t.Errorf("the zero value is %q, %v", value, set)
	}
	if got := absent.Or("before"); got != "before" {
		t.Errorf("absent.Or = %q", got)
	}
	empty := Of("")
	if _, set := empty.Get(); !set {
		t.Error("a value that was sent empty counts as not sent")
	}
	if got := empty.Or("before"); got != "" {
		t.Errorf("empty.Or = %q", got)
	}
}
