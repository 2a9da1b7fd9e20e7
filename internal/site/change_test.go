package site_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/testkit"
)

func TestAChangeIsSeenByAnotherNodeAtOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		other := kit.Another(t)
		for _, public := range []bool{true, false, true} {
			settings, err := kit.Site.SettingsToChange(kit.As(kit.Staff))
			if err != nil {
				t.Fatal(err)
			}
			settings.Public = public
			if err := kit.Site.ChangeSettings(kit.As(kit.Staff), settings); err != nil {
				t.Fatal(err)
			}
			if seen, err := other.Site.Settings(other.As(kit.Visitor)); err != nil || seen.Public != public {
				t.Errorf("the other node sees public %v, %v; want %v", seen.Public, err, public)
			}
		}
		if err := kit.Site.ChangeImage(kit.As(kit.Staff), logo("one")); err != nil {
			t.Fatal(err)
		}
		if _, content, err := other.Site.Image(other.As(kit.Visitor), site.LogoSlot); err != nil || string(content) != picture("one") {
			t.Errorf("the other node shows %q, %v", content, err)
		}
	})
}

func TestOnlyOneChangeOfARevisionSucceeds(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		nodes := []*testkit.Kit{kit, kit.Another(t), kit.Another(t), kit.Another(t)}
		outcomes := make([]error, len(nodes))
		var changing sync.WaitGroup
		for i, node := range nodes {
			changing.Go(func() {
				settings := site.Defaults()
				settings.Name = string(rune('A' + i))
				outcomes[i] = node.Site.ChangeSettings(node.As(node.Staff), settings)
			})
		}
		changing.Wait()
		won := 0
		for _, err := range outcomes {
			if err == nil {
				won++
			} else if !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d of %d changes were saved", won, len(nodes))
		}
	})
}

func TestAuditTellsBeforeAndAfter(t *testing.T) {
	kit := testkit.New(t)
	settings := site.Defaults()
	settings.Support, settings.DarkColor = "help@demo.example", "#79b8ff"
	for range 2 { // the second changes nothing
		if err := kit.Site.ChangeSettings(kit.As(kit.Staff), settings); err != nil {
			t.Fatal(err)
		}
		settings.Revision = 1
	}
	if n := audited(t, kit, "site.changed"); n != 1 {
		t.Errorf("%d changes are audited, want 1", n)
	}
	details := site.Defaults().Details(settings)
	for name, want := range map[string]string{
		"support.before": "", "support.after": "help@demo.example", "dark_color.before": "", "dark_color.after": "#79b8ff",
	} {
		if got, there := details[name]; !there || got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	terms := site.Defaults()
	terms.Terms = strings.Repeat("a", 5000)
	more := terms
	more.Terms += "b"
	for _, long := range []map[string]string{site.Defaults().Details(terms), terms.Details(more)} {
		if was, is := long["terms.before"], long["terms.after"]; len(is) > 300 || was == is {
			t.Errorf("long terms are recorded as %q, then %q", was, is)
		}
	}
	if _, there := details["public.after"]; there {
		t.Error("unchanged settings are recorded too")
	}
}

func TestOnlyStaffAdminsChangePicturesAndUnusedOnesAreDeleted(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		for _, caller := range []struct {
			name string
			as   func() error
			want fault.Kind
		}{
			{"a visitor changes", func() error { return kit.Site.ChangeImage(kit.As(kit.Visitor), logo("x")) }, fault.Unauthenticated},
			{"an owner changes", func() error { return kit.Site.ChangeImage(kit.As(kit.Owner), logo("x")) }, fault.Forbidden},
			{"an approver removes", func() error { return kit.Site.RemoveImage(kit.As(kit.Approver), site.LogoSlot) }, fault.Forbidden},
			{"support checks", func() error { return kit.Site.CheckSettings(kit.As(kit.Support), site.Defaults()) }, fault.Forbidden},
		} {
			if err := caller.as(); !fault.Is(err, caller.want) {
				t.Errorf("%s: %v, want %v", caller.name, err, caller.want)
			}
		}
		for _, text := range []string{"one", "two", "two"} {
			if err := kit.Site.ChangeImage(kit.As(kit.Staff), logo(text)); err != nil {
				t.Fatal(err)
			}
		}
		cover := site.NewImage{Slot: site.CoverSlot, Read: logo("two").Read}
		if err := kit.Site.ChangeImage(kit.As(kit.Staff), cover); err != nil {
			t.Fatal(err)
		}
		first, _, err := kit.Site.Image(kit.As(kit.Visitor), site.LogoSlot)
		if err != nil {
			t.Fatal(err)
		}
		if err := kit.Site.RemoveImage(kit.As(kit.Staff), site.LogoSlot); err != nil {
			t.Fatal(err)
		}
		if content, err := kit.DB.Site().ImageContent(t.Context(), first.Hash); err != nil || content == nil {
			t.Errorf("the cover was removed with the logo, which has the same picture: %v", err)
		}
		if err := kit.Site.RemoveImage(kit.As(kit.Staff), site.CoverSlot); err != nil {
			t.Fatal(err)
		}
		if content, err := kit.DB.Site().ImageContent(t.Context(), first.Hash); err != nil || content != nil {
			t.Errorf("an unused picture is kept: %v", err)
		}
	})
}

// TestEverySlotKeepsItsPicture checks that the pictures of all slots are kept apart, and by changes of other settings.
func TestEverySlotKeepsItsPicture(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		for _, slot := range site.ImageSlots() {
			if err := kit.Site.ChangeImage(kit.As(kit.Staff), site.NewImage{Slot: slot, Read: logo(string(slot)).Read}); err != nil {
				t.Fatal(err)
			}
		}
		settings := site.Defaults()
		settings.CoverText = "Ship from code"
		if err := kit.Site.ChangeSettings(kit.As(kit.Staff), settings); err != nil {
			t.Fatal(err)
		}
		for _, slot := range site.ImageSlots() {
			if _, content, err := kit.Site.Image(kit.As(kit.Visitor), slot); err != nil || string(content) != picture(string(slot)) {
				t.Errorf("%s shows %q, %v", slot, content, err)
			}
		}
	})
}

func TestHeadlineOfHome(t *testing.T) {
	settings := site.Defaults()
	if got := settings.Headline(); got != settings.Name {
		t.Errorf("without a cover text, the headline is %q", got)
	}
	settings.CoverText = "Ship from code"
	if got := settings.Headline(); got != "Ship from code" {
		t.Errorf("the headline is %q", got)
	}
	for text, accepted := range map[string]bool{"": true, strings.Repeat("é", 80): true, strings.Repeat("é", 81): false, "two\nlines": false, "\u202eevil": false} {
		settings.CoverText = text
		if err := settings.Validate(); (err == nil) != accepted {
			t.Errorf("cover text %q: %v", text, err)
		}
	}
}

func logo(text string) site.NewImage {
	return site.NewImage{Slot: site.LogoSlot, Read: reading([]byte(picture(text)))}
}

func picture(text string) string {
	return `<svg xmlns="http://www.w3.org/2000/svg"><text>` + text + `</text></svg>`
}
