/** Redacts and escapes text of a request for logs. */

// C0 and C1 controls, line and paragraph separators, and marks that change the text direction.
const CONTROLS = /[\0-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

const HAS_CONTROL = new RegExp(CONTROLS.source)

/** Escapes control characters, as in `\u001b`. */
export function printable(text: string): string {
  if (!HAS_CONTROL.test(text)) return text
  return text.replace(CONTROLS, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Returns the query with the values of these names redacted, even if the names are percent-encoded. */
export function redactedQuery(query: string, secrets: ReadonlySet<string>): string {
  if (query === '') return ''
  const parts = query.split('&').map((part) => {
    const equals = part.indexOf('=')
    if (equals < 0) return part
    const [[name = ''] = []] = new URLSearchParams(part)
    return secrets.has(name.toLowerCase()) ? `${part.slice(0, equals)}=[redacted]` : part
  })
  return printable(parts.join('&'))
}
