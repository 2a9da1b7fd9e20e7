package web

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/catalogue"
)

// startUpload sends the beginning of a description. The channels are closed when the site begins and ends to handle it.
func (p *portal) startUpload(t *testing.T) (connection net.Conn, begun, ended chan struct{}) {
	t.Helper()
	begun, ended = make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(ended)
		close(begun)
		p.handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	var dialer net.Dialer
	connection, err := dialer.DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	path := address.StaffVersion("made", "v1") + "/description"
	_, err = fmt.Fprintf(connection, "POST %s HTTP/1.1\r\nHost: portal.example\r\nCookie: %s\r\nContent-Type: multipart/form-data; boundary=x\r\n"+
		"Content-Length: 1000\r\n\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.json\"\r\n\r\n{",
		path, p.as(t, p.Staff, http.MethodPost, path, nil).Header.Get("Cookie"))
	if err != nil {
		t.Fatal(err)
	}
	return connection, begun, ended
}

// expectOneTimeoutLogged fails unless the log has one refusal with status 408 and no error.
func (p *portal) expectOneTimeoutLogged(t *testing.T) {
	t.Helper()
	if log := p.logged.String(); strings.Contains(log, "level=ERROR") || strings.Count(log, "page refused") != 1 || !strings.Contains(log, "status=408") {
		t.Errorf("logged:\n%s", log)
	}
}

func newPortalWithVersion(t *testing.T) *portal {
	t.Helper()
	p := newPortal(t)
	expectRedirect(t, p.post(t, p.Staff, address.Catalogue+"/new-product", madeProduct), address.StaffProduct("made")+"?done=created")
	expectRedirect(t, p.post(t, p.Staff, address.StaffProduct("made")+"/new-version", versionForm("v1", "/made")), address.StaffVersion("made", "v1")+"?done=created")
	return p
}

func TestAbandonedUploadIsNotLoggedAsAnError(t *testing.T) {
	p := newPortalWithVersion(t)
	connection, begun, ended := p.startUpload(t)
	<-begun
	_ = connection.Close()
	<-ended
	p.expectOneTimeoutLogged(t)
}

func TestSlowUploadTimesOutWithAReason(t *testing.T) {
	p := newPortalWithVersion(t)
	areaOf[*catalogue.Pages](t, p.site).UploadTime = -time.Second // the deadline is already over
	connection, _, ended := p.startUpload(t)
	got, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	page, err := io.ReadAll(got.Body)
	if err != nil || got.StatusCode != http.StatusRequestTimeout || !strings.Contains(string(page), "The upload timed out and nothing was saved") {
		t.Errorf("%d %s %v", got.StatusCode, page, err)
	}
	<-ended
	p.expectOneTimeoutLogged(t)
}
