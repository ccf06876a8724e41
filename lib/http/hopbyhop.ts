/** The fields that apply to a single connection (RFC 9110 section 7.6.1). */
import type { HeaderList } from '../types.ts'

/**
 * The fields of message framing (RFC 9112 section 6). The server frames messages, so these fields are
 * removed from responses. Node would send `transfer-encoding: gzip` unchanged, and the client would wait
 * for chunks.
 */
export const FRAMING: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
])

const HOP_BY_HOP: ReadonlySet<string> = new Set([
  ...FRAMING,
  'http2-settings',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'te',
  'trailer',
])

/**
 * Returns a function that checks whether a field is hop-by-hop: by its name, or because `Connection` lists
 * it.
 */
export function hopByHop(headers: HeaderList): (name: string) => boolean {
  const listed = optionsOf(headers, 'connection')
  return (name) => HOP_BY_HOP.has(name) || listed.has(name)
}

/** Returns the members of all fields of this name, in lower case, without parameters. */
export function optionsOf(headers: HeaderList, name: string): ReadonlySet<string> {
  const options = new Set<string>()
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index] !== name) continue
    for (const member of (headers[index + 1] ?? '').split(',')) {
      const [option = ''] = member.split(';')
      options.add(option.trim().toLowerCase())
    }
  }
  options.delete('')
  return options
}
