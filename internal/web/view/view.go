// Package view is the components that pages of the site are made of.
//
// It owns the frame around a page, forms and their inputs, lists, tables, keys, badges, Markdown, and how times,
// numbers and prices are written. Its components take values of the domain and render them; they know no services and
// no requests. The areas use it from their templates.
package view
