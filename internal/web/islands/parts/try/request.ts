// What the server writes samples of; internal/catalog/samples reads it.
export type SampleBody =
  | { kind: "text"; mediaType: string; text: string }
  | { kind: "form"; fields: [string, string][] }
  | { kind: "multipart"; parts: { name: string; value?: string; file?: string }[] }
  | { kind: "file"; mediaType: string; file: string };

export interface SampleRequest {
  method: string;
  url: string;
  headers: [string, string][];
  body?: SampleBody;
}

// A header whose value is exactly this gets the key.
export const keyPlaceholder = "\0key\0";
