/** How a file is offered: the field `Content-Disposition` (RFC 6266). */

/** Saved under a name, or shown in place and saved under the name only when somebody asks. */
export type Disposition = 'attachment' | 'inline'

/**
 * Writes the value of `Content-Disposition`, with a name that cannot break out of it.
 *
 * A name that is no plain ASCII is given twice: as `filename*`, which is exact, and as `filename`
 * with an underscore for what cannot stand there. Separators of paths, control characters and those
 * that turn the direction of writing around become underscores in both.
 *
 * @throws TypeError for another disposition, or a name that is no text.
 * @example
 * contentDisposition('attachment', 'Übersicht.pdf')
 * // attachment; filename="_bersicht.pdf"; filename*=utf-8''%C3%9Cbersicht.pdf
 */
export function contentDisposition(disposition: Disposition, filename?: string): string {
  if (disposition !== 'attachment' && disposition !== 'inline') {
    throw new TypeError(
      `contentDisposition: it is "attachment" or "inline", ${JSON.stringify(disposition)} was given. Use "attachment" for downloads.`,
    )
  }
  if (filename === undefined) return disposition
  if (typeof filename !== 'string') {
    throw new TypeError(
      `contentDisposition: the file name must be text, ${typeof filename} was given. Leave it out for none.`,
    )
  }
  const name = filename.toWellFormed().replace(UNSAFE, '_')
  if (!NOT_PLAIN.test(name)) return `${disposition}; filename="${name}"`
  const plain = name.replace(EACH_NOT_PLAIN, '_')
  return `${disposition}; filename="${plain}"; filename*=utf-8''${encodeName(name)}`
}

/** Slashes; control characters; what overrides the direction, so that "exe" can look like "txt". */
const UNSAFE = /[/\\\p{Cc}\u202a-\u202e\u2066-\u2069]/gu
/** Quotes end the name, and some browsers decode a percent sign. */
const NOT_PLAIN = /[^ -~]|["%]/u
const EACH_NOT_PLAIN = /[^ -~]|["%]/gu

/** What RFC 8187 allows is less than what `encodeURIComponent` leaves alone. */
function encodeName(name: string): string {
  return encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
