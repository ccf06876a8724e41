/** The fields that are for one connection only (RFC 9110 section 7.6.1). */
import type { HeaderList } from '../types.ts'

/**
 * The framing of a message is the server's own (RFC 9112 section 6): what an app says of it is left
 * out. Node would send `transfer-encoding: gzip` as it stands, and the client would wait for chunks.
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

/** Whether a field is for this connection, by its name or because `Connection` lists it. */
export function hopByHop(headers: HeaderList): (name: string) => boolean {
  const listed = optionsOf(headers, 'connection')
  return (name) => HOP_BY_HOP.has(name) || listed.has(name)
}

/** The members of all fields of this name, in lower case and without parameters. */
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
