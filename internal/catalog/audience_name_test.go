package catalog_test

import (
	"testing"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/testkit"
)

// TestTeamWithTheNameOfAnother checks that a team cannot enter an audience, or block it, by taking the name of another.
func TestTeamWithTheNameOfAnother(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		staff := kit.As(kit.Staff)
		in := catalog.ProductInput{Slug: "secret", Name: "Secret", Audience: catalog.Teams, Teams: []string{kit.Acme.Name}}
		made, err := kit.Catalog.CreateProduct(staff, in)
		if err != nil {
			t.Fatal(err)
		}
		if err := kit.Accounts.RenameTeam(kit.As(kit.Owner), kit.Acme.ID, "Acme Inc"); !fault.Is(err, fault.Conflict) {
			t.Errorf("the name of a team in the audience is not found: %v", err)
		}
		if err := kit.Accounts.RenameTeam(kit.As(kit.OtherOwner), kit.Globex.ID, kit.Acme.Name); err != nil {
			t.Fatal(err)
		}
		in.Description = "Saved again."
		if made, err = kit.Catalog.UpdateProduct(staff, in); err != nil || len(made.Teams) != 1 || made.Teams[0].Team != kit.Acme.ID {
			t.Errorf("with a second team of the name: %+v, %v", made.Teams, err)
		}
		if err := kit.Accounts.RenameTeam(staff, kit.Acme.ID, "Acme Inc"); err != nil {
			t.Errorf("renaming by staff: %v", err)
		}
		if err := kit.Accounts.RenameTeam(kit.As(kit.OtherOwner), kit.Globex.ID, "Globex"); err != nil {
			t.Errorf("two teams of the name, neither in an audience: %v", err)
		}
	})
}
