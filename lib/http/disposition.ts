/** Writes the field `Content-Disposition` (RFC 6266). */
import { invalid } from '../internal/checks.ts'

/** `attachment`: the browser saves the file. `inline`: it shows the file. */
export type Disposition = 'attachment' | 'inline'

/**
 * Writes the value of `Content-Disposition`. No file name can add parameters or fields.
 *
 * A name that is not plain ASCII is written twice: exactly, as `filename*`, and with underscores for the
 * other characters, as `filename`. In both, underscores replace path separators, control characters and
 * overrides of the text direction.
 *
 * @throws TypeError if the disposition is neither "attachment" nor "inline", or the name is not text.
 * @example
 * contentDisposition('attachment', 'Übersicht.pdf')
 * // attachment; filename="_bersicht.pdf"; filename*=utf-8''%C3%9Cbersicht.pdf
 */
export function contentDisposition(disposition: Disposition, filename?: string): string {
  if (disposition !== 'attachment' && disposition !== 'inline') {
    const what = 'the disposition must be "attachment" or "inline"'
    throw invalid('contentDisposition', what, disposition, 'Use "attachment" for downloads')
  }
  if (filename === undefined) return disposition
  if (typeof filename !== 'string') {
    throw invalid(
      'contentDisposition',
      'the file name must be text',
      filename,
      'Omit it if unknown',
    )
  }
  const name = filename.toWellFormed().replace(UNSAFE, '_')
  if (!NOT_PLAIN.test(name)) return `${disposition}; filename="${name}"`
  const plain = name.replace(EACH_NOT_PLAIN, '_')
  return `${disposition}; filename="${plain}"; filename*=utf-8''${encodeName(name)}`
}

/** Slashes, control characters, and direction overrides, which can make "exe" look like "txt". */
const UNSAFE = /[/\\\p{Cc}\u202a-\u202e\u2066-\u2069]/gu
/** Quotes end the name, and some browsers decode percent signs. */
const NOT_PLAIN = /[^ -~]|["%]/u
const EACH_NOT_PLAIN = /[^ -~]|["%]/gu

/** RFC 8187 allows fewer characters than `encodeURIComponent` leaves unencoded. */
function encodeName(name: string): string {
  return encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
