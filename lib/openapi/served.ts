/** The document of the enclosing application, as JSON and YAML. */

import { encodeText } from '../internal/bytes.ts'
import { type ListedRoute, routes } from '../routing/listing.ts'
import type { App, HTTPScope } from '../types.ts'
import { documentOf } from './document.ts'
import { hostsHere, serverURL } from './place.ts'
import type { Settings } from './settings.ts'
import type { OpenAPIDocument } from './types.ts'

/** A document with its JSON and YAML, each made once. */
export class ServedDocument {
  readonly document: OpenAPIDocument
  #json: Uint8Array | undefined
  #yaml: Promise<Uint8Array | undefined> | undefined

  constructor(document: OpenAPIDocument) {
    this.document = document
  }

  get json(): Uint8Array {
    this.#json ??= encodeText(JSON.stringify(this.document))
    return this.#json
  }

  /** Undefined if the package `yaml` is not installed. */
  yaml(): Promise<Uint8Array | undefined> {
    this.#yaml ??= inYAML(this.document)
    return this.#yaml
  }
}

async function inYAML(document: OpenAPIDocument): Promise<Uint8Array | undefined> {
  try {
    // Bundlers accept a missing package only if the error is caught here.
    const { stringify } = await import('yaml')
    // Aliases are disabled because few OpenAPI tools support them.
    return encodeText(stringify(document, { aliasDuplicateObjects: false }))
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** Whether a module is missing. Node and Bun set a code, Deno only a message. */
function isNotFound(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown }
  return (
    code === 'ERR_MODULE_NOT_FOUND' ||
    /not found|cannot find|not a dependency/i.test(String(message))
  )
}

interface CachedDocuments {
  readonly listed: readonly ListedRoute[]
  /** The documents by the URL of the server and the hosts. */
  readonly byPlace: Map<string, ServedDocument>
}

/** The documents of the applications around an app. A document is made again if routes were added. */
export class Documents {
  readonly #settings: Settings
  readonly #cache = new WeakMap<App, CachedDocuments>()

  constructor(settings: Settings) {
    this.#settings = settings
  }

  /**
   * The document for a request.
   *
   * @param around The application that it describes.
   * @param app The app that serves it.
   */
  of(around: App, app: App, scope: HTTPScope): ServedDocument {
    const listed = routes(around)
    const made = this.#cachedFor(around, listed)
    const { info, document } = this.#settings
    const url = serverURL(app, listed, scope)
    const hosts = hostsHere(listed, scope)
    const key = [url, ...hosts].join(' ')
    const known = made.byPlace.get(key)
    if (known !== undefined) return known
    const options = { servers: [{ url }], ...document }
    const served = new ServedDocument(documentOf(listed, info, options, new Set(hosts)))
    made.byPlace.set(key, served)
    return served
  }

  #cachedFor(around: App, listed: readonly ListedRoute[]): CachedDocuments {
    const known = this.#cache.get(around)
    if (known !== undefined && isSame(known.listed, listed)) return known
    const made = { listed, byPlace: new Map<string, ServedDocument>() }
    this.#cache.set(around, made)
    return made
  }
}

function isSame(one: readonly ListedRoute[], other: readonly ListedRoute[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ route, path, host, name }, index) => {
      const there = other[index]
      return (
        route === there?.route && path === there.path && host === there.host && name === there.name
      )
    })
  )
}
