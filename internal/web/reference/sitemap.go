package reference

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/visit"
)

// MostInSitemap is the number of pages in a file of the sitemap. Crawlers accept 50,000 URLs and 10 MB; with fewer
// URLs, even the longest ones stay below 10 MB.
const MostInSitemap = 20_000

const sitemapNamespace = "http://www.sitemaps.org/schemas/sitemap/0.9"

type addressSet struct {
	XMLName   xml.Name     `xml:"urlset"`
	Namespace string       `xml:"xmlns,attr"`
	Addresses []mapAddress `xml:"url"`
}

type sitemapIndex struct {
	XMLName   xml.Name     `xml:"sitemapindex"`
	Namespace string       `xml:"xmlns,attr"`
	Parts     []mapAddress `xml:"sitemap"`
}

type mapAddress struct {
	Location string `xml:"loc"`
	Changed  string `xml:"lastmod,omitempty"`
}

// sitemap lists the pages that anonymous visitors may read, for all visitors. A long list is split into files, and the
// sitemap lists these files.
func (p *Pages) sitemap(v *visit.Visit) error {
	found, err := p.Catalog.PublicPages(v.Request.Context(), 1, p.SitemapSize)
	if err != nil {
		return err
	}
	if found.Total <= p.SitemapSize {
		return sendAddresses(v, found.Pages, true)
	}
	index := sitemapIndex{Namespace: sitemapNamespace}
	for part := 1; (part-1)*p.SitemapSize < found.Total; part++ {
		index.Parts = append(index.Parts, mapAddress{Location: v.Absolute("/sitemap-" + strconv.Itoa(part) + ".xml")})
	}
	return sendXML(v, index)
}

// sitemapPart sends one of the files that the sitemap lists.
func (p *Pages) sitemapPart(v *visit.Visit) error {
	part, err := strconv.Atoi(v.PathPart("part"))
	if err != nil {
		return err
	}
	found, err := p.Catalog.PublicPages(v.Request.Context(), part, p.SitemapSize)
	if err != nil {
		return err
	}
	if found.Total <= (part-1)*p.SitemapSize {
		return fault.Missing("part of the sitemap")
	}
	return sendAddresses(v, found.Pages, part == 1)
}

func sendAddresses(v *visit.Visit, pages []catalog.PublicPage, first bool) error {
	set := addressSet{Namespace: sitemapNamespace}
	if first && v.Settings.Public {
		set.Addresses = append(set.Addresses, mapAddress{Location: v.Absolute("/")}, mapAddress{Location: v.Absolute("/apis")})
	}
	for _, page := range pages {
		set.Addresses = append(set.Addresses, mapAddress{Location: v.Absolute(publicPath(page)), Changed: page.ChangedAt.UTC().Format(time.DateOnly)})
	}
	return sendXML(v, set)
}

func publicPath(page catalog.PublicPage) string {
	switch {
	case page.Operation != nil:
		return address.Operation(page.Product.Slug, page.Version.Name, page.Operation.Slug)
	case page.Version != nil:
		return address.Version(page.Product.Slug, page.Version.Name)
	case page.Document != nil:
		return address.Document(page.Product.Slug, page.Document.Slug)
	}
	return address.Product(page.Product.Slug)
}

func sendXML(v *visit.Visit, document any) error {
	text := bytes.NewBufferString(xml.Header)
	if err := xml.NewEncoder(text).Encode(document); err != nil {
		return err
	}
	return sendAs(v, "application/xml; charset=utf-8", http.StatusOK, text.Bytes())
}

// robotsText keeps crawlers away from forms and searches, and from all of a private portal.
func robotsText(v *visit.Visit) error {
	rules := []string{"User-agent: *", "Disallow: /"}
	if v.Settings.Public {
		rules = []string{
			"User-agent: *", "Disallow: /profile", "Disallow: /sign-in", "Disallow: /set-up/", "Disallow: /search",
			"", "Sitemap: " + v.Absolute("/sitemap.xml"),
		}
	}
	return sendAs(v, "text/plain; charset=utf-8", http.StatusOK, []byte(strings.Join(rules, "\n")+"\n"))
}
