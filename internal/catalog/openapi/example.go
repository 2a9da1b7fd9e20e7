package openapi

import "strings"

// Limits for examples: bytes on a page, bytes of a whole one, bytes of all whole ones, and how many to choose from.
const (
	longestExample = 8 << 10
	longestWhole   = 1 << 20
	mostWhole      = 16 << 20
	mostExamples   = 12
)

// spelledExample is an example as a page shows it. If it was cut, it has the number of the whole example.
type spelledExample struct {
	text  string
	whole int
}

// authored returns the author's example of the media type or parameter, or of its schema, or nil.
func (d *description) authored(of, schema *node) *node {
	target, _ := d.follow(schema)
	for _, from := range []*node{of, target} {
		if example := from.get("example"); example != nil {
			return example
		}
		examples := from.get("examples")
		if list := examples.list(); len(list) > 0 {
			return list[0].value
		}
		for _, entry := range examples.object() {
			if named, _ := d.follow(entry.value); named.get("value") != nil {
				return named.get("value")
			}
		}
	}
	return nil
}

func (d *description) parameterExample(of, schema *node) string {
	example := d.authored(of, schema)
	if example == nil {
		target, _ := d.follow(schema)
		if example = target.get("default"); example == nil && len(target.get("enum").list()) > 0 {
			example = target.get("enum").members[0].value
		}
	}
	if example == nil {
		return ""
	}
	return valueText(example)
}

// readExamples sets the example of a media type, and the choice if there are several.
func (d *description) readExamples(media *MediaType, of, schema *node) {
	shown := d.bodyExample(media.Name, of, schema)
	media.Example, media.Whole = shown.text, shown.whole
	examples := of.get("examples").object()
	for _, entry := range examples {
		from, _ := d.follow(entry.value)
		one := Example{
			Name: shortenTo(entry.name, longestName), Summary: from.string("summary"), Description: from.string("description"),
			URL: d.webAddress(from, "externalValue"),
		}
		if value := from.get("value"); value != nil {
			spelled := d.spellAuthored(media.Name, value)
			one.Text, one.Whole = spelled.text, spelled.whole
		}
		if one.Text == "" && one.URL == "" || len(examples) == 1 && one.Summary == "" && one.Description == "" && one.URL == "" {
			continue
		}
		if len(media.Examples) == mostExamples || !d.spend(len(one.Text)+len(one.Description)) {
			return
		}
		media.Examples = append(media.Examples, one)
	}
}

// bodyExample returns an example body: the author's, or one generated from the schema.
func (d *description) bodyExample(mediaType string, of, schema *node) spelledExample {
	if example := d.authored(of, schema); example != nil {
		return d.spellAuthored(mediaType, example)
	}
	target, _ := d.follow(schema)
	if !isJSON(mediaType) || target == nil {
		return spelledExample{}
	}
	if made, known := d.examples[target]; known {
		return made
	}
	maker := exampleMaker{description: d}
	return d.spell(target, maker.make(schema, nil))
}

func isJSON(mediaType string) bool { return strings.Contains(mediaType, "json") || mediaType == "*/*" }

// spellAuthored writes an example as it is sent: a string is not quoted unless the body is JSON.
func (d *description) spellAuthored(mediaType string, example *node) spelledExample {
	if example.kind != stringKind || isJSON(mediaType) {
		return d.spell(example, example)
	}
	if spelled, known := d.examples[example]; known {
		return spelled
	}
	spelled := d.keep(strings.Clone(shortenTo(example.text, longestWhole)))
	d.examples[example] = spelled
	return spelled
}

// spell writes an example as indented JSON and caches the result by key.
func (d *description) spell(key, example *node) spelledExample {
	if spelled, known := d.examples[key]; known {
		return spelled
	}
	writer := jsonWriter{limit: longestWhole, indented: true}
	if d.wholeBytes >= mostWhole {
		writer.limit = longestExample
	}
	writer.value(example, 0)
	text := string(writer.text)
	if writer.full() {
		text = cutAtLine(text, writer.limit)
	}
	spelled := d.keep(text)
	d.examples[key] = spelled
	return spelled
}

// keep returns what a page shows of an example, and stores the whole one if it is longer and there is room.
func (d *description) keep(text string) spelledExample {
	if len(text) <= longestExample+len(cutMark) {
		return spelledExample{text: text}
	}
	spelled := spelledExample{text: strings.Clone(cutAtLine(text, longestExample))}
	if d.wholeBytes < mostWhole {
		d.wholeBytes += len(text)
		d.long = append(d.long, LongExample{Number: len(d.long) + 1, Text: text})
		spelled.whole = len(d.long)
	}
	return spelled
}

const cutMark = "\n…"

// cutAtLine cuts a long text at the end of a line and marks the cut.
func cutAtLine(text string, limit int) string {
	if len(text) > limit {
		text = text[:runeStart(text, limit)]
	}
	if end := strings.LastIndexByte(text, '\n'); end > 0 {
		text = text[:end]
	}
	return text + cutMark
}
