// A file that the user chooses; the sample names it and reads it from the directory in which it runs.
export interface SampleFile {
  name: string;
}

export type SampleBody =
  | { kind: "text"; mediaType: string; text: string }
  | { kind: "form"; fields: [string, string][] }
  | { kind: "multipart"; parts: { name: string; value: string | SampleFile }[] }
  | { kind: "file"; mediaType: string; file: SampleFile };

export interface SampleRequest {
  method: string;
  url: string;
  headers: [string, string][];
  body?: SampleBody;
}

// The environment variable from which a sample reads the key, because keys in code end up in repositories.
export const keyVariable = "PORTICO_KEY";

// A header with exactly this value gets the key. It contains a NUL, which no value of a form can contain.
export const keyPlaceholder = "\0key\0";
