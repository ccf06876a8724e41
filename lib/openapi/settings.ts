/** Validates the options of the app that serves a document and its page. */

import { fileOf, findPackage, hasFiles, type InstalledPackage } from '#packages'
import { check } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { OpenAPIOptions } from './document.ts'
import type { OpenAPIAppOptions } from './options.ts'
import type { OpenAPIInfo } from './types.ts'
import { type OpenAPIPage, VIEWERS, type Viewer } from './viewers.ts'

/** The viewer that the page uses. */
export interface PageViewer {
  readonly viewer: Viewer
  /** The location of its files: a folder on the disk, or a URL that ends in a slash. */
  readonly source: InstalledPackage | URL
}

export interface Settings {
  readonly info: OpenAPIInfo
  readonly document: OpenAPIOptions
  /** False for no page, undefined for the plain page. */
  readonly shown: PageViewer | false | undefined
}

const WHERE = 'OpenAPI'

/** @throws TypeError if an option is invalid, or the package of the page is not installed. */
export function readSettings(options: OpenAPIAppOptions): Settings {
  knownOptions(
    WHERE,
    options,
    'title version summary description termsOfService contact license openapi servers tags externalDocs plain base page url',
  )
  const { openapi, servers, tags, externalDocs, plain, base, page, url, ...info } = options
  const { title, version } = info as Partial<OpenAPIInfo>
  const isInfo = typeof title === 'string' && typeof version === 'string'
  const fix = "Write OpenAPI({ title: 'Users', version: '1.0.0' })"
  check(WHERE, isInfo, 'it must have a title and a version', isInfo ? info : [title, version], fix)
  assertVersion(openapi)
  return {
    info,
    document: {
      ...(openapi === undefined ? {} : { version: openapi }),
      ...(servers === undefined ? {} : { servers }),
      ...(tags === undefined ? {} : { tags }),
      ...(externalDocs === undefined ? {} : { externalDocs }),
      ...(plain === undefined ? {} : { plain }),
      ...(base === undefined ? {} : { base }),
    },
    shown: readPage(page, url),
  }
}

function assertVersion(given: unknown): void {
  const isKnown = given === undefined || given === '3.1' || given === '3.2'
  check(WHERE, isKnown, "openapi must be '3.1' or '3.2'", given, "Omit it for '3.1'")
}

function readPage(
  page: OpenAPIPage | false | undefined,
  url: string | URL | undefined,
): PageViewer | false | undefined {
  const isKnown = page === undefined || page === false || Object.hasOwn(VIEWERS, page)
  const names = Object.keys(VIEWERS).map((name) => `'${name}'`)
  check(WHERE, isKnown, `page must be ${names.join(', ')} or false`, page, 'Omit it')
  if (url !== undefined) {
    const what = 'a url needs the name of its page'
    check(WHERE, typeof page === 'string', what, url, "Write page: 'scalar' too")
    return { viewer: VIEWERS[page], source: folderURL(url) }
  }
  if (page === false) return false
  const [found] = (page === undefined ? (Object.keys(VIEWERS) as OpenAPIPage[]) : [page]).flatMap(
    (name): PageViewer[] => {
      const source = findPackage(VIEWERS[name].package)
      return source === undefined ? [] : [{ viewer: VIEWERS[name], source }]
    },
  )
  if (found === undefined && page !== undefined && hasFiles) throw notInstalled(page)
  return found
}

function notInstalled(page: OpenAPIPage): TypeError {
  const { package: name } = VIEWERS[page]
  return new TypeError(
    `${WHERE}: the package "${name}" is not installed, page: "${page}" was given. Run npm install ${name}, or pass the url of its files.`,
  )
}

function folderURL(given: unknown): URL {
  const text = String(given)
  const isWeb = URL.canParse(text) && /^https?:/.test(text)
  const fix = "Write 'https://cdn.jsdelivr.net/npm/swagger-ui-dist@5.35.0/'"
  check(WHERE, isWeb, 'url must be the http or https URL of a folder', given, fix)
  return new URL(text.endsWith('/') ? text : `${text}/`)
}

/** The path of a file of an installed viewer; undefined for names that are not served. */
export function servedFile({ viewer, source }: PageViewer, name: string): string | undefined {
  if (source instanceof URL || !Object.hasOwn(viewer.files, name)) return undefined
  return fileOf(source, viewer.files[name] ?? '')
}
