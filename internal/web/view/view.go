// Package view has the components of the site's pages.
//
// It owns the frame around a page, forms and their inputs, lists, tables, keys, badges, Markdown, and the formats of
// times, numbers and prices. Its components render values of the domain; they use neither services nor requests. The
// areas use it in their templates.
package view
