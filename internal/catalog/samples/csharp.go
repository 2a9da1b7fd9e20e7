package samples

import (
	"regexp"
	"strings"
)

var (
	knownMethod   = regexp.MustCompile(`^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE)$`)
	contentHeader = regexp.MustCompile(`(?i)^"content-`)
	quotes        = regexp.MustCompile(`"+`)
)

func csharp(request Request) string {
	verb := "new HttpMethod(" + fixedString(request.Method) + ")"
	if knownMethod.MatchString(request.Method) {
		verb = "HttpMethod." + request.Method[:1] + strings.ToLower(request.Method[1:])
	}
	usings, mediaType := "", ""
	if request.Body != nil && (request.Body.Kind == Text || request.Body.Kind == WholeFile) {
		usings = "using System.Net.Http.Headers;\n\n"
		mediaType = "request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(" + fixedString(request.Body.MediaType) + ");\n"
	}
	own := Request{Headers: request.Headers}
	headers := own.pairs(`Environment.GetEnvironmentVariable("`+KeyVariable+`")`, fixedString, func(name, value string) string {
		target := "request"
		if request.Body != nil && contentHeader.MatchString(name) {
			target = "request.Content"
		}
		return target + ".Headers.TryAddWithoutValidation(" + name + ", " + value + ");\n"
	})
	return usings + "using var client = new HttpClient();\nusing var request = new HttpRequestMessage(" + verb + ", " + fixedString(request.URL) + ");\n" +
		csharpBody(request.Body) + mediaType + strings.Join(headers, "") + `using var response = await client.SendAsync(request);
Console.WriteLine((int)response.StatusCode);
Console.WriteLine(await response.Content.ReadAsStringAsync());
`
}

func csharpBody(body *Body) string {
	if body == nil {
		return ""
	}
	switch body.Kind {
	case Text:
		return "request.Content = new StringContent(" + csharpText(body.Text) + ");\n"
	case Form:
		return "request.Content = new FormUrlEncodedContent([\n" + each(body.Fields, "", func(field [2]string) string {
			return "    new(" + fixedString(field[0]) + ", " + csharpText(field[1]) + "),\n"
		}) + "]);\n"
	case Multipart:
		return "var form = new MultipartFormDataContent();\n" + each(body.Parts, "", func(part Part) string {
			field := fixedString(unquotable(part.Name))
			if part.File == "" {
				return "form.Add(new StringContent(" + csharpText(part.Value) + "), " + field + ");\n"
			}
			return "form.Add(" + csharpFile(part.File) + ", " + field + ", " + fixedString(unquotable(part.File)) + ");\n"
		}) + "request.Content = form;\n"
	}
	return "request.Content = " + csharpFile(body.File) + ";\n"
}

func csharpFile(name string) string {
	return "new StreamContent(File.OpenRead(" + fixedString(name) + "))"
}

// csharpText returns a raw literal. It starts and ends with more quotes than the text has in a row.
func csharpText(value string) string {
	if !readsAsBlock(value) {
		return fixedString(value)
	}
	longest := 2
	for _, run := range quotes.FindAllString(value, -1) {
		longest = max(longest, len(run))
	}
	ends := strings.Repeat(`"`, longest+1)
	return ends + "\n" + indented(value, "    ") + "\n    " + ends
}
