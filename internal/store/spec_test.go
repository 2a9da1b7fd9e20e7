package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/testkit"
)

// manyOperations returns a description that takes several batches to stage.
func manyOperations(digest string, count int) openapi.Spec {
	spec := openapi.Spec{
		Digest: digest, Format: openapi.JSON, OpenAPI: "3.1.0", Title: "Parcels",
		Tags: []openapi.Tag{{Name: "parcels", Description: "Boxes"}}, Text: []byte(strings.Repeat("text ", 1000)),
		Servers: []openapi.Server{{URL: "https://parcels.example"}},
	}
	for i := range count {
		spec.Operations = append(spec.Operations, openapi.Operation{
			Ordinal: i, Method: "GET", Path: fmt.Sprintf("/parcels/%d", i), Slug: fmt.Sprintf("get-%d", i), Summary: "A parcel",
			Description: "What it holds.", Tags: []string{"parcels"},
			Detail: openapi.OperationDetail{Responses: []openapi.Response{{Status: "200", Description: "Here it is."}}},
		})
	}
	for i := range 60 {
		slug := fmt.Sprintf("schema-%d", i)
		spec.Schemas = append(spec.Schemas, openapi.SchemaEntry{Name: slug, Slug: slug, Type: "object"})
		spec.SchemaDetails = append(spec.SchemaDetails, openapi.SchemaDetail{
			Slug: slug, Description: "A box \u202e", Whole: 1, Operations: []string{"get-1"}, OperationsCount: 1,
			Schema: openapi.Schema{Rows: []openapi.SchemaRow{{Name: "weight", Value: openapi.ValueType{Type: "number"}}}},
		})
	}
	noise := rand.New(rand.NewPCG(1, 2))
	for number := 1; number <= 3; number++ {
		text := make([]byte, 300<<10) // compresses to several parts
		for i := range text {
			text[i] = byte('!' + noise.IntN(90))
		}
		spec.LongExamples = append(spec.LongExamples, openapi.LongExample{Number: number, Text: string(text)})
	}
	spec.Webhooks = []openapi.Operation{{
		Ordinal: count, Method: "POST", Path: "delivered", Slug: "delivered", Webhook: true, Summary: "NUL \x00 in it",
	}}
	return spec
}

func TestSpecRoundTrip(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		specs := kit.DB.Catalog()
		spec := manyOperations("d1", 200)
		findings := []openapi.Finding{{Severity: openapi.Warning, File: "parcels.json", Line: 3, Message: "Hm.", Advice: "Look."}}
		if err := specs.StageSpec(t.Context(), spec, findings); err != nil {
			t.Fatal(err)
		}
		head, err := specs.Spec(t.Context(), "d1")
		want := spec
		want.Text, want.Operations, want.Webhooks, want.SchemaDetails, want.LongExamples = nil, nil, nil, nil, nil
		if diff := cmp.Diff(want, head); err != nil || diff != "" {
			t.Errorf("head: %v\n%s", err, diff)
		}
		if text, err := specs.SpecText(t.Context(), "d1"); err != nil || string(text) != string(spec.Text) {
			t.Errorf("text: %d bytes, %v", len(text), err)
		}
		if found, err := specs.Findings(t.Context(), "d1"); err != nil || !cmp.Equal(found, findings) {
			t.Errorf("findings: %v, %v", found, err)
		}
		list, err := specs.Operations(t.Context(), "d1")
		if err != nil || len(list) != 201 || list[7].Path != "/parcels/7" || list[7].Description != "" || !list[200].Webhook {
			t.Errorf("operations: %d, %v", len(list), err)
		}
		if list[200].Summary != "NUL \uFFFD in it" {
			t.Errorf("summary with NUL: %q", list[200].Summary)
		}
		operation, err := specs.Operation(t.Context(), "d1", "get-7")
		if diff := cmp.Diff(spec.Operations[7], operation); err != nil || diff != "" {
			t.Errorf("operation: %v\n%s", err, diff)
		}
		if _, err := specs.Operation(t.Context(), "d1", "nothing"); !fault.Is(err, fault.NotFound) {
			t.Errorf("missing operation: %v", err)
		}
		schema, err := specs.SchemaDetail(t.Context(), "d1", "schema-57")
		if diff := cmp.Diff(spec.SchemaDetails[57], schema); err != nil || diff != "" {
			t.Errorf("schema: %v\n%s", err, diff)
		}
		if _, err := specs.SchemaDetail(t.Context(), "d1", "nothing"); !fault.Is(err, fault.NotFound) {
			t.Errorf("missing schema: %v", err)
		}
		for _, want := range spec.LongExamples {
			if example, err := specs.LongExample(t.Context(), "d1", want.Number); err != nil || example != want {
				t.Errorf("example %d: %d bytes, %v", want.Number, len(example.Text), err)
			}
		}
		if _, err := specs.LongExample(t.Context(), "d1", 4); !fault.Is(err, fault.NotFound) {
			t.Errorf("missing example: %v", err)
		}
		if _, err := specs.Spec(t.Context(), "d2"); !fault.Is(err, fault.NotFound) {
			t.Errorf("missing spec: %v", err)
		}
	})
}

func TestInterruptedStaging(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		spec := manyOperations("d1", 200)
		interrupted := 0
		for batches := 1; ; batches++ {
			left := batches
			specs := kit.DB.Catalog().WithPause(func(context.Context) error {
				if left--; left == 0 {
					return context.Canceled
				}
				return nil
			})
			err := specs.StageSpec(t.Context(), spec, nil)
			if err == nil {
				break
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			interrupted++
			if has, err := specs.HasSpec(t.Context(), "d1"); has || err != nil {
				t.Fatalf("found after batch %d: %v", batches, err)
			}
			if _, err := specs.SchemaDetail(t.Context(), "d1", "schema-0"); !fault.Is(err, fault.NotFound) {
				t.Fatalf("a schema is found after batch %d: %v", batches, err)
			}
			if list, err := specs.Operations(t.Context(), "d1"); len(list) > 0 || err != nil {
				t.Fatalf("%d operations found after batch %d: %v", len(list), batches, err)
			}
		}
		if interrupted < 5 {
			t.Fatalf("staging was interrupted %d times only", interrupted)
		}
		specs := kit.DB.Catalog()
		if list, err := specs.Operations(t.Context(), "d1"); len(list) != 201 || err != nil {
			t.Fatalf("%d operations, %v", len(list), err)
		}
		if err := specs.DropUnusedSpecs(t.Context(), kit.Clock.Now()); err != nil {
			t.Fatal(err)
		}
		if has, err := specs.HasSpec(t.Context(), "d1"); !has || err != nil {
			t.Errorf("dropped although it was staged after the time: %v", err)
		}
		kit.Clock.Advance(2 * time.Hour)
		if err := specs.DropUnusedSpecs(t.Context(), kit.Clock.Now()); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"spec", "spec_text", "operation", "schema", "example"} {
			if left := kit.Rows(t, table); left != 0 {
				t.Errorf("%d rows left in %s", left, table)
			}
		}
	})
}

func TestUsedSpecIsNotDropped(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		specs := kit.DB.Catalog()
		version := someVersion(t, kit, "d1")
		if err := specs.StageSpec(t.Context(), manyOperations("d1", 3), nil); err != nil {
			t.Fatal(err)
		}
		kit.Clock.Advance(2 * time.Hour)
		if err := specs.DropUnusedSpecs(t.Context(), kit.Clock.Now()); err != nil {
			t.Fatal(err)
		}
		if has, err := specs.HasSpec(t.Context(), "d1"); !has || err != nil {
			t.Fatalf("dropped although a version refers to it: %v", err)
		}
		version.DeletedAt = kit.Clock.Now()
		if err := specs.SaveVersion(t.Context(), version); err != nil {
			t.Fatal(err)
		}
		if err := specs.DropUnusedSpecs(t.Context(), kit.Clock.Now()); err != nil {
			t.Fatal(err)
		}
		if has, err := specs.HasSpec(t.Context(), "d1"); has || err != nil {
			t.Fatalf("a tombstone keeps the description: %v", err)
		}
	})
}

// TestDetailsOfEarlierReaders loads details that were stored before schemas had pages.
func TestDetailsOfEarlierReaders(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		specs := kit.DB.Catalog()
		if err := specs.StageSpec(t.Context(), manyOperations("d1", 1), nil); err != nil {
			t.Fatal(err)
		}
		packed := store.Packed(t, `{"Description": "Old", "Detail": {"Callbacks": ["changed"], "Responses": [{"Status": "200"}]}}`)
		if _, err := kit.DB.Writer(t.Context()).NewRaw("UPDATE operation SET detail = ?", packed).Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
		operation, err := specs.Operation(t.Context(), "d1", "get-0")
		if err != nil || operation.Description != "Old" || len(operation.Detail.Responses) != 1 {
			t.Errorf("%+v %v", operation, err)
		}
	})
}
