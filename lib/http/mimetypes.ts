/** The media type that a file's name stands for. */
import mimeTypes from 'mime-types'

/**
 * Looks the ending of a file's name up in the registry of media types; null when it tells nothing.
 *
 * `.ts` is a film there (`video/mp2t`); where it is TypeScript, say so to the response.
 *
 * @param name A name or a path; what stands in front of the last slash does not count.
 * @example
 * mediaTypeOf('reports/2026.pdf') // 'application/pdf'
 * mediaTypeOf('.gitignore') // null
 */
export function mediaTypeOf(name: string): string | null {
  const base = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1)
  const dot = base.lastIndexOf('.')
  // The library takes a name without a dot for an ending: a file called "html" would be HTML.
  if (dot <= 0 || dot === base.length - 1) return null
  return mimeTypes.lookup(base.slice(dot)) || null
}
