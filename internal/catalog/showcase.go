package catalog

import (
	"context"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/platform/page"
)

// Showcased is a published product as the home page introduces it.
type Showcased struct {
	Product Product
	// Version is the newest published version, zero if there is none.
	Version Version
	// Operations has the first few operations, without their details. Count counts all of them, Events the webhooks.
	Operations    []openapi.Operation
	Count, Events int
	introduction
}

// introduction names operations of a description that have a Sample: one that sends a body, and one that only reads.
// Each is the slug of an operation, or empty if there is none.
type introduction struct{ Write, Read string }

// showcase is what the home page needs of a description. It never changes, so it is cached.
type showcase struct {
	operations    []openapi.Operation
	count, events int
	introduction
}

const (
	// cachedShowcases is how many descriptions the home page remembers.
	cachedShowcases = 64
	// shownOperations is how many operations of a product the home page lists.
	shownOperations = 3
	// mostIntroducing is how many operations are tried as a sample, and mostSampleLines how long its bodies may be.
	mostIntroducing = 12
	mostSampleLines = 14
)

// Showcase lists published products that the caller may see, sorted by name, with their first operations.
func (s *Service) Showcase(ctx context.Context, request page.Request) (page.Page[Showcased], error) {
	editions, err := s.Editions(ctx, EditionFilter{}, request)
	if err != nil || len(editions.Items) == 0 {
		return page.Page[Showcased]{Total: editions.Total}, err
	}
	ids := make([]ProductID, len(editions.Items))
	for i, edition := range editions.Items {
		ids[i] = edition.Product.ID
	}
	versions, err := s.store.Versions(ctx, ids...)
	if err != nil {
		return page.Page[Showcased]{}, err
	}
	shown := page.Page[Showcased]{Items: make([]Showcased, len(ids)), Total: editions.Total}
	for i, edition := range editions.Items {
		shown.Items[i].Product = edition.Product
		at := slices.IndexFunc(versions, func(v Version) bool { return v.ID == edition.Latest.ID })
		if at < 0 {
			continue
		}
		shown.Items[i].Version = versions[at]
		kept, err := s.showcase(ctx, versions[at].Spec)
		if err != nil {
			return page.Page[Showcased]{}, err
		}
		shown.Items[i].Operations, shown.Items[i].Count, shown.Items[i].Events = kept.operations, kept.count, kept.events
		shown.Items[i].introduction = kept.introduction
	}
	return shown, nil
}

func (s *Service) showcase(ctx context.Context, digest string) (showcase, error) {
	if kept, there := s.showcases.get(digest); there || digest == "" {
		return kept, nil
	}
	operations, err := s.store.Operations(ctx, digest)
	if err != nil {
		return showcase{}, err
	}
	var made showcase
	var callable []openapi.Operation
	for _, operation := range operations {
		if operation.Webhook {
			made.events++
			continue
		}
		made.count++
		if !operation.Deprecated && len(callable) < mostIntroducing {
			callable = append(callable, operation)
		}
	}
	made.operations = callable[:min(len(callable), shownOperations)]
	if made.introduction, err = s.introduce(ctx, digest, callable); err != nil {
		return showcase{}, err
	}
	s.showcases.put(digest, made)
	return made, nil
}

// introduce tries the operations in their order.
func (s *Service) introduce(ctx context.Context, digest string, operations []openapi.Operation) (introduction, error) {
	var found introduction
	for _, listed := range operations {
		slug := &found.Write
		if listed.Method == "GET" {
			slug = &found.Read
		}
		if *slug != "" || listed.Method != "GET" && listed.Method != "POST" {
			continue
		}
		operation, err := s.store.Operation(ctx, digest, listed.Slug)
		if err != nil {
			return introduction{}, err
		}
		if introduces(operation) {
			*slug = operation.Slug
		}
	}
	return found, nil
}

// introduces reports whether everything that an operation needs has an example, and it has a Sample.
func introduces(operation openapi.Operation) bool {
	for _, parameter := range operation.Detail.Parameters {
		if parameter.Required && parameter.Example == "" && parameter.Value.Default == "" && len(parameter.Value.Enum) == 0 {
			return false
		}
	}
	sample, found := SampleOf(operation)
	return found && (sample.Body != "") == (operation.Method == "POST")
}

// Sample is a short request and the response to it, as the description has them.
type Sample struct {
	// Media is the type of the body; the request has none if Body is empty.
	Media            openapi.MediaType
	Body             string
	Status, Response string
}

// SampleOf returns the first examples of an operation that belong together and are short JSON.
func SampleOf(operation openapi.Operation) (Sample, bool) {
	requests := []openapi.Example{{}}
	var sample Sample
	if body := operation.Detail.RequestBody; body != nil && len(body.Content) > 0 {
		sample.Media = body.Content[0]
		requests = shortExamples(sample.Media)
	}
	for _, response := range operation.Detail.Responses {
		if !strings.HasPrefix(response.Status, "2") || len(response.Content) == 0 {
			continue
		}
		answers := shortExamples(response.Content[0])
		for _, request := range requests {
			for _, answer := range answers {
				if request.Name == answer.Name || request.Name == "" || answer.Name == "" {
					sample.Body, sample.Status, sample.Response = request.Text, response.Status, answer.Text
					return sample, true
				}
			}
		}
	}
	return Sample{}, false
}

// shortExamples returns the short examples of a body in JSON.
func shortExamples(media openapi.MediaType) []openapi.Example {
	if !strings.Contains(media.Name, "json") {
		return nil
	}
	examples := slices.Clone(media.Examples)
	if len(examples) == 0 {
		examples = []openapi.Example{{Text: media.Example}}
	}
	return slices.DeleteFunc(examples, func(one openapi.Example) bool {
		return one.Text == "" || one.Whole > 0 || strings.Count(one.Text, "\n") >= mostSampleLines
	})
}

// ShowcasedOperation returns an operation of a product in the showcase with its details.
func (s *Service) ShowcasedOperation(ctx context.Context, of Showcased, slug string) (openapi.Operation, error) {
	return s.store.Operation(ctx, of.Version.Spec, slug)
}
