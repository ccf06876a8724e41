/** Reads and checks the options of the app that serves a document and its page. */

import { fileOf, hasFiles, type Installed, installed } from '#packages'
import { knownOptions } from '../internal/knownoptions.ts'
import { must } from '../internal/must.ts'
import type { OpenAPIOptions } from './document.ts'
import type { OpenAPIAppOptions } from './options.ts'
import type { OpenAPIInfo } from './types.ts'
import { type OpenAPIPage, VIEWERS, type Viewer } from './viewers.ts'

/** The page that is shown. */
export interface Shown {
  readonly viewer: Viewer
  /** Where its files are: a folder on the disk, or a URL that ends in a slash. */
  readonly source: Installed | URL
}

export interface Settings {
  readonly info: OpenAPIInfo
  readonly document: OpenAPIOptions
  /** False for no page, undefined for the plain page. */
  readonly shown: Shown | false | undefined
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
  must(WHERE, isInfo, 'it must have a title and a version', isInfo ? info : [title, version], fix)
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
  must(WHERE, isKnown, "openapi must be '3.1' or '3.2'", given, "Leave it out for '3.1'")
}

function readPage(
  page: OpenAPIPage | false | undefined,
  url: string | URL | undefined,
): Shown | false | undefined {
  const isKnown = page === undefined || page === false || Object.hasOwn(VIEWERS, page)
  const names = Object.keys(VIEWERS).map((name) => `'${name}'`)
  must(WHERE, isKnown, `page must be ${names.join(', ')} or false`, page, 'Leave it out')
  if (url !== undefined) {
    const what = 'a url needs the name of its page'
    must(WHERE, typeof page === 'string', what, url, "Write page: 'scalar' beside it")
    return { viewer: VIEWERS[page], source: folderURL(url) }
  }
  if (page === false) return false
  const [found] = (page === undefined ? (Object.keys(VIEWERS) as OpenAPIPage[]) : [page]).flatMap(
    (name): Shown[] => {
      const source = installed(VIEWERS[name].package)
      return source === undefined ? [] : [{ viewer: VIEWERS[name], source }]
    },
  )
  if (found === undefined && page !== undefined && hasFiles) throw notInstalled(page)
  return found
}

function notInstalled(page: OpenAPIPage): TypeError {
  const { package: name } = VIEWERS[page]
  return new TypeError(
    `${WHERE}: the package "${name}" is not installed, page: "${page}" was given. Run npm install ${name}, or give the url of its files.`,
  )
}

function folderURL(given: unknown): URL {
  const text = String(given)
  const isWeb = URL.canParse(text) && /^https?:/.test(text)
  const fix = "Write 'https://cdn.jsdelivr.net/npm/swagger-ui-dist@5.35.0/'"
  must(WHERE, isWeb, 'url must be the http or https URL of a folder', given, fix)
  return new URL(text.endsWith('/') ? text : `${text}/`)
}

/** The path of a file of an installed page; undefined for names that it does not serve. */
export function servedFile({ viewer, source }: Shown, name: string): string | undefined {
  if (source instanceof URL || !Object.hasOwn(viewer.files, name)) return undefined
  return fileOf(source, viewer.files[name] ?? '')
}
