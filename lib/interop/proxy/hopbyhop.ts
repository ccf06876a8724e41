/** The fields that are for one connection only (RFC 9110 section 7.6.1). */
import type { HeaderList } from '../../types.ts'

const HOP_BY_HOP = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Whether a field is for this connection, by its name or because `Connection` lists it. */
export function hopByHop(headers: Readonly<HeaderList>): (name: string) => boolean {
  const listed = optionsOf(headers, 'connection')
  return (name) => HOP_BY_HOP.has(name) || listed.has(name)
}

/** The members of all fields of this name, in lower case and without parameters. */
export function optionsOf(headers: Readonly<HeaderList>, name: string): ReadonlySet<string> {
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
