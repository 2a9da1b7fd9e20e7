package samples

import "strings"

func php(request Request) string {
	before, fields, mediaType := phpBody(request.Body)
	var headers []string
	for _, header := range request.headersWithType() {
		switch name, value := header[0], header[1]; value {
		case KeyPlaceholder:
			headers = append(headers, phpText(name+": ")+" . getenv('"+KeyVariable+"')")
		case "":
			headers = append(headers, phpText(name+";")) // "name:" would remove the header
		default:
			headers = append(headers, phpText(name+": "+value))
		}
	}
	if mediaType != "" {
		headers = append(headers, mediaType)
	}
	var options []string
	switch request.Method {
	case "GET":
	case "HEAD":
		options = append(options, "CURLOPT_NOBODY => true")
	default:
		options = append(options, "CURLOPT_CUSTOMREQUEST => "+phpText(request.Method))
	}
	if len(headers) > 0 {
		options = append(options, "CURLOPT_HTTPHEADER => [\n"+each(headers, "", func(header string) string {
			return "        " + header + ",\n"
		})+"    ]")
	}
	if fields != "" {
		options = append(options, "CURLOPT_POSTFIELDS => "+fields)
	}
	options = append(options, "CURLOPT_RETURNTRANSFER => true")
	return "<?php\n\n" + before + "$request = curl_init(" + phpText(request.URL) + ");\ncurl_setopt_array($request, [\n" +
		each(options, "", func(option string) string { return "    " + option + ",\n" }) + `]);
$response = curl_exec($request);
if ($response === false) {
    exit(curl_error($request) . PHP_EOL);
}
echo curl_getinfo($request, CURLINFO_RESPONSE_CODE), PHP_EOL, $response, PHP_EOL;
`
}

func phpBody(body *Body) (before, fields, mediaType string) {
	if body == nil {
		return "", "", ""
	}
	switch body.Kind {
	case Text:
		return "", phpText(body.Text), ""
	case Form:
		var pairs []string
		for i, field := range body.Fields {
			and := ""
			if i > 0 {
				and = "&"
			}
			pairs = append(pairs, phpText(and+encoded(field[0])+"=")+" . urlencode("+phpText(field[1])+")")
		}
		if len(pairs) == 0 {
			return "", "''", ""
		}
		return "", strings.Join(pairs, "\n        . "), ""
	case Multipart:
		return phpMultipart(body), "$body", `"Content-Type: multipart/form-data; boundary=$boundary"`
	}
	return "", phpFile(body.File), ""
}

// phpMultipart writes the body itself, because the array for curl has each name only once. A second file of a field
// would replace the first.
func phpMultipart(body *Body) string {
	return "$boundary = bin2hex(random_bytes(16));\n$body = '';\nforeach ([\n" + each(body.Parts, "", func(part Part) string {
		content := phpText(part.Value)
		if part.File != "" {
			content = phpFile(part.File)
		}
		return "    [" + phpText(disposition(part)) + ", " + content + "],\n"
	}) + `] as [$head, $content]) {
    $body .= "--$boundary\r\n$head\r\n\r\n$content\r\n";
}
$body .= "--$boundary--\r\n";

`
}

func phpFile(name string) string { return "file_get_contents(" + phpText(name) + ")" }

// phpText returns a string in single quotes if no character needs an escape, because PHP replaces nothing in them.
func phpText(value string) string {
	if strings.ContainsFunc(value, func(r rune) bool { return isHidden(r) && r != '\n' }) {
		return `"` + escaped(value, `"\$`, braced) + `"`
	}
	return "'" + backslashed(value, func(at int) bool { return value[at] == '\'' || value[at] == '\\' }) + "'"
}
