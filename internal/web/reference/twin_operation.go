package reference

import (
	"cmp"
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/visit"
)

func (p *Pages) operationTwin(v *visit.Visit, slug string) (string, error) {
	found, err := p.Catalog.OperationPage(v.Request.Context(), v.PathPart("product"), v.PathPart("version"), slug)
	if err != nil {
		return "", err
	}
	operation := found.Operation
	text := twinText{schemas: v.Absolute(address.Schema(found.Product.Slug, found.Version.Name, ""))}
	text.heading(1, operationTitle(operation))
	text.paragraph(operationCall(operation) + " of " + productLink(v, found.Product) + ", " + versionLink(v, found.Product, found.Version))
	if operation.Deprecated {
		text.paragraph("This operation is deprecated.")
	}
	if operation.Webhook {
		text.paragraph("The API makes this call to an address of yours.")
	} else {
		addAddresses(v, &text, 0, found.Version, operation.Method+" ", operation.Path)
	}
	text.prose(operation.Description, 2)
	addAuthentication(v, &text, found)
	for _, group := range parameterGroups(operation.Detail.Parameters) {
		text.heading(2, group.Title)
		text.parameters(group.Parameters)
	}
	if body := operation.Detail.RequestBody; body != nil {
		text.heading(2, "Request body"+markedWhere(body.Required, " (required)"))
		text.prose(body.Description, 2)
		text.media(chosenContent(operation, v.Request.URL.Query().Get(chosenBody)))
	}
	text.responses(operation.Detail.Responses)
	text.rest(operation)
	addNeighbours(v, &text, found)
	return text.String(), nil
}

// addAuthentication describes the authentication at the gateway, and then the description's own security.
func addAuthentication(v *visit.Visit, text *twinText, found catalog.OperationPage) {
	called := len(found.Version.Endpoints) > 0 && !found.Operation.Webhook
	proofs := proofsOf(found.Operation, found.Spec.SecuritySchemes)
	if !called && len(proofs) == 0 {
		return
	}
	text.heading(2, "Authentication")
	if called {
		text.paragraph("Send your key with each call, in the header " + code(keyHeader+": YOUR_KEY") + " where your plan names no other. Keys are on " +
			v.Absolute("/profile") + " for people who are signed in.")
	}
	if len(proofs) > 0 {
		text.paragraph("The description of the API asks for one of:")
	}
	for _, needs := range proofs {
		text.item(0, plain(proofLine(needs)), "")
	}
}

// proofLine describes the security schemes that a call needs together.
func proofLine(needs []proofNeeded) string {
	if len(needs) == 0 {
		return "No credentials"
	}
	var texts []string
	for _, need := range needs {
		text := need.Text
		for i, scope := range need.Scopes {
			text += []string{" with ", ", "}[min(i, 1)] + scope.Name
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, " and ")
}

func (t *twinText) parameters(parameters []openapi.Parameter) {
	for _, parameter := range parameters {
		facts := t.facts(parameter.Value, markedWhere(parameter.Required, "required"), markedWhere(parameter.Deprecated, "deprecated"))
		if parameter.Example != "" {
			facts = append(facts, "example "+code(parameter.Example))
		}
		t.item(0, code(parameter.Name)+" ("+strings.Join(facts, ", ")+")", parameter.Description)
	}
}

func (t *twinText) responses(responses []openapi.Response) {
	if len(responses) == 0 {
		return
	}
	t.heading(2, "Responses")
	for _, response := range responses {
		t.heading(3, response.Status)
		t.prose(response.Description, 3)
		if len(response.Headers) > 0 {
			t.paragraph("Headers:")
			t.parameters(response.Headers)
		}
		t.media(response.Content)
	}
}

func (t *twinText) rest(operation openapi.Operation) {
	for i, call := range operation.Detail.ReturnCalls {
		if i == 0 {
			t.heading(2, "Callbacks")
			t.paragraph("The API may call you back:")
		}
		t.returnCall(call)
	}
	if more := operation.Detail.ExternalDocs; more.URL != "" {
		t.heading(2, "More")
		t.paragraph(plain(linkText(more)) + " at " + code(more.URL))
	}
}

// returnCall describes one callback: its URL, its body and the expected response.
func (t *twinText) returnCall(call openapi.ReturnCall) {
	t.heading(3, call.Callback+": "+call.Method+" "+call.Expression)
	t.prose(cmp.Or(call.Description, call.Summary), 3)
	t.parameters(call.Parameters)
	if call.RequestBody != nil {
		t.media(call.RequestBody.Content)
	}
	for _, response := range call.Responses {
		t.item(0, "Answer "+code(response.Status), response.Description)
	}
}

func addNeighbours(v *visit.Visit, text *twinText, found catalog.OperationPage) {
	text.heading(2, "See also")
	text.item(0, "All operations of "+versionLink(v, found.Product, found.Version), "")
	if found.Previous != nil {
		text.item(0, "Previous: "+operationLink(v, found.Product, found.Version, *found.Previous), "")
	}
	if found.Next != nil {
		text.item(0, "Next: "+operationLink(v, found.Product, found.Version, *found.Next), "")
	}
}

func markedWhere(marked bool, words string) string {
	if marked {
		return words
	}
	return ""
}
