package demo_test

import (
	"net/http"
	"testing"

	"github.com/portico-api/portico/internal/testkit"
)

// Every node answers a partner host that staff have set, and only its pages may call the gateway.
func TestEveryNodeKnowsThePartnerHost(t *testing.T) {
	installed := install(t, testkit.EmptySQLite)
	node, other := installed.start(t), installed.start(t)
	const host = "partners.example:8443"
	asked := func(node *portal, host string) int {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, node.PortalURL+"/sign-in", nil)
		request.Host = host
		return answerOf(t, request).StatusCode
	}
	opened := func(node *portal, origin string) string {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodOptions, node.GatewayURL+productionStatus, nil)
		request.Header.Set("Origin", origin)
		request.Header.Set("Access-Control-Request-Method", http.MethodGet)
		return answerOf(t, request).Header.Get("Access-Control-Allow-Origin")
	}
	if status := asked(node, host); status != http.StatusMisdirectedRequest {
		t.Fatalf("an unknown host returns %d", status)
	}
	staff := node.asStaff(t)
	settings, err := node.services.Site.SettingsToChange(staff)
	if err != nil {
		t.Fatal(err)
	}
	settings.PartnerHost = host
	if err := node.services.Site.ChangeSettings(staff, settings); err != nil {
		t.Fatal(err)
	}
	for _, node := range []*portal{node, other} {
		eventually(t, "the node answers for the partner host", func() bool { return asked(node, host) == http.StatusOK })
		if origin := opened(node, "http://"+host); origin != "http://"+host {
			t.Errorf("the gateway lets pages of %q call it", origin)
		}
		if origin := opened(node, "http://evil.example"); origin != "" {
			t.Errorf("the gateway lets pages of %q call it", origin)
		}
	}
}

func answerOf(t *testing.T, request *http.Request) *http.Response {
	t.Helper()
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return answer
}
