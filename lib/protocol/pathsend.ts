/**
 * Hides the extension for sending files by path. A middleware that must read the body of a response hides
 * it.
 */
import type { Extensions } from '../types.ts'

/** The copies by original. Servers share one object between their scopes, so one copy of it is enough. */
const COPIES = new WeakMap<Extensions, Extensions>()

/**
 * Returns the extensions without `http.response.pathsend`, or the same object if it does not have that.
 */
export function withoutPathsend(extensions: Extensions): Extensions {
  if (extensions['http.response.pathsend'] === undefined) return extensions
  const known = COPIES.get(extensions)
  if (known !== undefined) return known
  const { 'http.response.pathsend': _hidden, ...others } = extensions
  COPIES.set(extensions, others)
  return others
}
