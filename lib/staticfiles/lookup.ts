/** The target of a path: a file in the form that the client prefers, a redirect, or nothing. */

import { asksForType } from '../http/accept.ts'
import { preferredCodings } from '../http/codings.ts'
import { joinedField } from '../http/conditional.ts'
import type { HTTPScope } from '../types.ts'
import type { Files, KnownFile } from './files.ts'
import { servableName } from './names.ts'
import type { Settings } from './options.ts'

/** A file to send. */
export interface Target {
  readonly file: KnownFile
  /** 404 for the page for missing files. */
  readonly status: 200 | 404
  /** A request field that the choice depends on, besides `Accept-Encoding`. */
  readonly vary?: 'Accept'
}

/**
 * Looks up the rest of the path after the mount.
 *
 * @returns `'slash'` if the path is that of a directory with an index, without the trailing slash;
 * undefined for a missing file.
 */
export async function lookUp(
  files: Files,
  settings: Settings,
  scope: HTTPScope,
  path: string,
): Promise<Target | 'slash' | undefined> {
  const name = servableName(path, scope.rawPath, settings.dotNames)
  if (name !== undefined) {
    const found = await lookUpName(files, settings, name, path)
    if (found === 'slash') return found
    if (found !== undefined) return formOf(files, settings, scope, found)
    const page = await lookUpFallback(files, settings, scope, name)
    if (page !== undefined) return page
  }
  return lookUpPage404(files, settings, scope)
}

/** The file itself or, in html mode, the index of the directory, or the file with an extension. */
async function lookUpName(
  files: Files,
  { html, extensions, dotNames }: Settings,
  name: string,
  path: string,
): Promise<KnownFile | 'slash' | undefined> {
  const found = await files.look(name)
  if (found !== 'directory' && found !== undefined) return found
  const endsWithSlash = path.endsWith('/')
  if (found === 'directory' && html) {
    const index = await lookUpFile(files, name === '' ? 'index.html' : `${name}/index.html`)
    if (index !== undefined) return endsWithSlash ? index : 'slash'
  }
  // After a trailing slash, relative links of a page would lead elsewhere.
  if (endsWithSlash) return undefined
  for (const extension of extensions) {
    const longer = servableName(`/${name}.${extension}`, '', dotNames)
    const file = longer === undefined ? undefined : await lookUpFile(files, longer)
    if (file !== undefined) return file
  }
  return undefined
}

async function formOf(
  files: Files,
  settings: Settings,
  scope: HTTPScope,
  file: KnownFile,
): Promise<Target> {
  if (settings.codings.length === 0) return { file, status: 200 }
  return { file: await bestForm(files, settings, scope, file), status: 200 }
}

async function lookUpFile(files: Files, name: string): Promise<KnownFile | undefined> {
  const found = await files.look(name)
  return found === 'directory' ? undefined : found
}

/**
 * The pages of the application may have any path, but a missing script must not get HTML. So paths that
 * look like files get the fallback only if the client accepts HTML by name, as browsers do when they
 * navigate.
 */
async function lookUpFallback(
  files: Files,
  settings: Settings,
  scope: HTTPScope,
  name: string,
): Promise<Target | undefined> {
  if (settings.fallback === undefined) return undefined
  const looksLikeFile = name.includes('.', name.lastIndexOf('/') + 1)
  if (looksLikeFile && !asksForHTML(scope)) return undefined
  const page = await lookUpFile(files, settings.fallback)
  if (page === undefined) return undefined
  const file = await bestForm(files, settings, scope, page)
  return looksLikeFile ? { file, status: 200, vary: 'Accept' } : { file, status: 200 }
}

function asksForHTML({ headers }: HTTPScope): boolean {
  return asksForType(joinedField(headers, 'accept') ?? '', 'text/html')
}

// ST-13
async function lookUpPage404(
  files: Files,
  settings: Settings,
  scope: HTTPScope,
): Promise<Target | undefined> {
  const page = settings.html ? await lookUpFile(files, '404.html') : undefined
  return page && { file: await bestForm(files, settings, scope, page), status: 404 }
}

/** The compressed form that the client prefers, or the plain file. */
async function bestForm(
  files: Files,
  { codings }: Settings,
  { headers }: HTTPScope,
  file: KnownFile,
): Promise<KnownFile> {
  for (const coding of preferredCodings(joinedField(headers, 'accept-encoding') ?? '', codings)) {
    const form = await files.lookBeside(file, coding)
    if (form !== undefined && !isOlder(form, file)) return form
  }
  return file
}

/** A form that is older than the file is outdated. Tools cut times to seconds. */
function isOlder(form: KnownFile, file: KnownFile): boolean {
  return Math.floor(form.stats.mtimeMs / 1000) < Math.floor(file.stats.mtimeMs / 1000)
}
