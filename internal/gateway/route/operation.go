package route

import "strings"

// Operations finds the operation of a call by its method and path. It is built once. After that, it is safe for
// concurrent reads.
type Operations struct{ root step }

// step is a segment of paths.
type step struct {
	slugs    map[string]string // by method, of operations that end here
	literal  map[string]*step
	patterns []pattern
}

// pattern is a segment with a parameter, such as {id} or report-{year}.csv. A segment with several parameters matches
// by the text before the first and after the last.
type pattern struct {
	prefix, suffix string
	step           *step
}

// Add adds an operation with a path as in a description, such as /parcels/{id}. The first of several operations with
// the same method and path stays.
func (o *Operations) Add(method, path, slug string) {
	at := &o.root
	for segment := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		at = at.next(segment)
	}
	if at.slugs == nil {
		at.slugs = map[string]string{}
	}
	if _, taken := at.slugs[method]; !taken {
		at.slugs[method] = slug
	}
}

func (s *step) next(segment string) *step {
	before, rest, open := strings.Cut(segment, "{")
	if !open {
		if s.literal == nil {
			s.literal = map[string]*step{}
		}
		if s.literal[segment] == nil {
			s.literal[segment] = &step{}
		}
		return s.literal[segment]
	}
	_, after, _ := cutLast(rest, '}')
	for _, known := range s.patterns {
		if known.prefix == before && known.suffix == after {
			return known.step
		}
	}
	added := pattern{before, after, &step{}}
	s.patterns = append(s.patterns, added)
	return added.step
}

func cutLast(text string, mark byte) (before, after string, found bool) {
	at := strings.LastIndexByte(text, mark)
	if at < 0 {
		return text, "", false
	}
	return text[:at], text[at+1:], true
}

// Match returns the slug of the operation, or "" if there is none. It prefers literal segments to parameters. A HEAD
// request matches the GET operation if its path has no HEAD operation. Match does not allocate.
func (o *Operations) Match(method, path string) string {
	slug := o.root.match(method, strings.Trim(path, "/"))
	if slug == "" && method == "HEAD" {
		slug = o.root.match("GET", strings.Trim(path, "/"))
	}
	return slug
}

func (s *step) match(method, path string) string {
	segment, rest, more := strings.Cut(path, "/")
	if next := s.literal[segment]; next != nil {
		if slug := next.end(method, rest, more); slug != "" {
			return slug
		}
	}
	if segment == "" {
		return "" // a parameter is never empty
	}
	for i := range s.patterns {
		one := &s.patterns[i]
		if len(segment) > len(one.prefix)+len(one.suffix) && strings.HasPrefix(segment, one.prefix) && strings.HasSuffix(segment, one.suffix) {
			if slug := one.step.end(method, rest, more); slug != "" {
				return slug
			}
		}
	}
	return ""
}

func (s *step) end(method, rest string, more bool) string {
	if more {
		return s.match(method, rest)
	}
	return s.slugs[method]
}
