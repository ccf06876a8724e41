/** Determines the media type of a file by its extension. */
import mimeTypes from 'mime-types'

/**
 * Looks up the media type of a file name by its extension. Returns null if that is missing or unknown.
 *
 * `.ts` is registered as a video format (`video/mp2t`); set the type of TypeScript files yourself.
 *
 * @param name A name or a path, of which only the part after the last slash is used.
 * @example
 * mediaTypeOf('reports/2026.pdf') // 'application/pdf'
 * mediaTypeOf('.gitignore') // null
 */
export function mediaTypeOf(name: string): string | null {
  const base = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1)
  const dot = base.lastIndexOf('.')
  // The library treats a name without a dot as an extension: a file called "html" would be HTML.
  if (dot <= 0 || dot === base.length - 1) return null
  return mimeTypes.lookup(base.slice(dot)) || null
}
