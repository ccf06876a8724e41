/** Hides the extension by which servers send files by path, from apps whose bodies a middleware must see. */
import type { Extensions } from '../types.ts'

/** Servers share one object between their scopes, so the copy is made once for each. */
const COPIES = new WeakMap<Extensions, Extensions>()

/** The extensions without `http.response.pathsend`; the same object if it is not offered. */
export function withoutPathsend(extensions: Extensions): Extensions {
  if (extensions['http.response.pathsend'] === undefined) return extensions
  const known = COPIES.get(extensions)
  if (known !== undefined) return known
  const { 'http.response.pathsend': _hidden, ...others } = extensions
  COPIES.set(extensions, others)
  return others
}
