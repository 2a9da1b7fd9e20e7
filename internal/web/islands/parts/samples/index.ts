// Code samples: a request as a complete program in each language, using only its standard library. Everything in the
// request is data in the program: tests run the samples against a server and compare.
import { csharp } from "./csharp";
import { curl } from "./curl";
import { go } from "./go";
import { java } from "./java";
import { javascript } from "./javascript";
import { php } from "./php";
import { python } from "./python";
import type { SampleRequest } from "./request";
import { sendable } from "./sendable";

export { keyPlaceholder, keyVariable } from "./request";
export type { SampleBody, SampleFile, SampleRequest } from "./request";

export interface SampleLanguage {
  id: string;
  name: string;
  write(request: SampleRequest): string;
}

const language = (id: string, name: string, write: (request: SampleRequest) => string): SampleLanguage => ({
  id,
  name,
  write: (request) => write(sendable(request)),
});

export const sampleLanguages: SampleLanguage[] = [
  language("curl", "curl", curl),
  language("go", "Go", go),
  language("python", "Python", python),
  language("javascript", "JavaScript", javascript),
  language("java", "Java", java),
  language("csharp", "C#", csharp),
  language("php", "PHP", php),
];
