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

// The variable of the environment out of which a sample reads the key: a key in code ends up in a repository.
export const keyVariable = "PORTICO_KEY";

// A header whose value is exactly this gets the key. No client can send a NUL, so no value of a form is taken for it.
export const keyPlaceholder = "\0key\0";
