/** The servers of a document, and the channels of each. */
import { camelCase } from '../openapi/names.ts'
import type { AsyncAPIReference, AsyncAPIServer } from './types.ts'

export class Servers {
  readonly #byName: Record<string, AsyncAPIServer>
  readonly #sockets: readonly string[]
  readonly #brokers: readonly string[]

  /** @param hasChannels Whether there are channels, which use other servers than websockets. */
  constructor(given: Readonly<Record<string, AsyncAPIServer>>, hasChannels: boolean) {
    this.#byName = { ...given }
    const names = Object.keys(given)
    const isSocket = (name: string): boolean => /^wss?$/.test(given[name]?.protocol ?? '')
    const isMixed = hasChannels || !names.every(isSocket)
    this.#sockets = isMixed ? names.filter(isSocket) : []
    this.#brokers = isMixed ? names.filter((name) => !isSocket(name)) : []
  }

  /** All servers, those of hosts included. */
  get byName(): Readonly<Record<string, AsyncAPIServer>> {
    return this.#byName
  }

  /** The servers of a websocket; an empty list means all servers. Each host has its own server. */
  ofSocket(host: string | undefined): AsyncAPIReference[] {
    if (host === undefined) return this.#sockets.map(referenceTo)
    const name = camelCase(host)
    this.#byName[name] ??= serverOfHost(host)
    return [referenceTo(name)]
  }

  get ofChannels(): AsyncAPIReference[] {
    return this.#brokers.map(referenceTo)
  }
}

function referenceTo(name: string): AsyncAPIReference {
  return { $ref: `#/servers/${name}` }
}

/** The server of a host pattern such as `{tenant}.example.org`. */
function serverOfHost(pattern: string): AsyncAPIServer {
  const names = [...pattern.matchAll(/\{(\w+)(?::\w+)?\}/g)].map(([, name = '']) => name)
  const host = pattern.replace(/\{(\w+):\w+\}/g, '{$1}')
  if (names.length === 0) return { host, protocol: 'wss' }
  return {
    ...{ host, protocol: 'wss' },
    variables: Object.fromEntries(names.map((name) => [name, { default: name }])),
  }
}
