package web

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/fault"
)

// mostInSitemap is how many pages a file of the sitemap names. Crawlers take 50,000 addresses and 10 MB; with fewer
// addresses even the longest ones stay below that.
const mostInSitemap = 20_000

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

// sitemap lists what visitors may read who have not signed in, whoever asks; where that is much, it lists the files that do.
func sitemap(v *visit) error {
	found, err := v.config.Catalog.PublicPages(v.request.Context(), 1, v.sitemapSize)
	if err != nil {
		return err
	}
	if found.Total <= v.sitemapSize {
		return v.sendAddresses(found.Pages, true)
	}
	index := sitemapIndex{Namespace: sitemapNamespace}
	for part := 1; (part-1)*v.sitemapSize < found.Total; part++ {
		index.Parts = append(index.Parts, mapAddress{Location: v.absolute("/sitemap-" + strconv.Itoa(part) + ".xml")})
	}
	return v.sendXML(index)
}

// sitemapPart is one of the files that the sitemap lists.
func sitemapPart(v *visit) error {
	part, err := strconv.Atoi(v.pathPart("part"))
	if err != nil {
		return err
	}
	found, err := v.config.Catalog.PublicPages(v.request.Context(), part, v.sitemapSize)
	if err != nil {
		return err
	}
	if found.Total <= (part-1)*v.sitemapSize {
		return fault.Missing("part of the sitemap")
	}
	return v.sendAddresses(found.Pages, part == 1)
}

func (v *visit) sendAddresses(pages []catalog.PublicPage, first bool) error {
	set := addressSet{Namespace: sitemapNamespace}
	if first && v.settings.Public {
		set.Addresses = append(set.Addresses, mapAddress{Location: v.absolute("/")}, mapAddress{Location: v.absolute("/apis")})
	}
	for _, page := range pages {
		set.Addresses = append(set.Addresses, mapAddress{Location: v.absolute(publicPath(page)), Changed: page.ChangedAt.UTC().Format(time.DateOnly)})
	}
	return v.sendXML(set)
}

func publicPath(page catalog.PublicPage) string {
	switch {
	case page.Operation != nil:
		return operationPath(*page.Product, *page.Version, *page.Operation)
	case page.Version != nil:
		return versionPath(*page.Product, *page.Version)
	case page.Document != nil:
		return documentPath(*page.Product, *page.Document)
	}
	return productPath(*page.Product)
}

func (v *visit) sendXML(document any) error {
	text := bytes.NewBufferString(xml.Header)
	if err := xml.NewEncoder(text).Encode(document); err != nil {
		return err
	}
	return v.sendAs("application/xml; charset=utf-8", http.StatusOK, text.Bytes())
}

// robotsText keeps crawlers off what is no reading, and off a private portal altogether.
func robotsText(v *visit) error {
	rules := []string{"User-agent: *", "Disallow: /"}
	if v.settings.Public {
		rules = []string{
			"User-agent: *", "Disallow: /profile", "Disallow: /sign-in", "Disallow: /set-up/", "Disallow: /search",
			"", "Sitemap: " + v.absolute("/sitemap.xml"),
		}
	}
	return v.sendAs("text/plain; charset=utf-8", http.StatusOK, []byte(strings.Join(rules, "\n")+"\n"))
}
