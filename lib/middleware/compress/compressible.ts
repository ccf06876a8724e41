/**
 * Decides which content types are worth compressing. Images, videos and archives are compressed already.
 */

const TEXTUAL = /^(?:text\/.|.*[+/](?:json|xml|yaml|text)$)/

const OTHERS: ReadonlySet<string> = new Set([
  ...['application/javascript', 'application/x-javascript', 'application/ecmascript'],
  ...['application/graphql', 'application/manifest+json', 'application/wasm', 'application/rtf'],
  ...[
    'application/x-ndjson',
    'application/jsonl',
    'application/json-seq',
    'application/geo+json-seq',
  ],
  ...[
    'application/sql',
    'application/toml',
    'application/x-sh',
    'application/x-www-form-urlencoded',
  ],
  ...[
    'application/msgpack',
    'application/vnd.msgpack',
    'application/x-msgpack',
    'application/cbor',
  ],
  ...['application/vnd.ms-fontobject', 'application/x-font-ttf', 'font/otf', 'font/ttf'],
  ...[
    'image/bmp',
    'image/x-icon',
    'image/vnd.microsoft.icon',
    'image/x-ms-bmp',
    'model/gltf-binary',
  ],
])

/**
 * Whether bodies of this type get smaller: text of any kind, server-sent events, JSON, XML, SVG, fonts
 * and uncompressed bitmaps. A missing type counts as text.
 *
 * @param type The media type in lower case, without parameters; `''` if it is missing.
 * @example
 * isCompressible('image/svg+xml') // true
 * isCompressible('image/png') // false
 */
export function isCompressible(type: string): boolean {
  return type === '' || TEXTUAL.test(type) || OTHERS.has(type)
}

/** Returns a check for a list of types, in which `text/*` matches all text types. */
export function typesIn(list: readonly string[]): (type: string) => boolean {
  const exact = new Set(list.map((type) => type.toLowerCase()))
  return (type) =>
    exact.has(type) || exact.has(`${type.slice(0, type.indexOf('/'))}/*`) || exact.has('*/*')
}
