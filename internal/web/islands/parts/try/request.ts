// The server writes samples of these; internal/catalog/samples reads them.
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

// keyPlaceholder is the header value that the server replaces with the key.
export const keyPlaceholder = "\0key\0";
