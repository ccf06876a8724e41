/** The target of a path: a file in the form that the client prefers, a redirect, or nothing. */

import { asksForType } from '../http/accept.ts'
import { type Coding, preferredCodings } from '../http/codings.ts'
import { joinedField } from '../http/conditional.ts'
import type { HTTPScope } from '../types.ts'
import { servableName } from './names.ts'
import type { Settings } from './options.ts'

/** A file that was found. The time of its last change may be unknown. */
export interface FoundFile {
  readonly state: { readonly mtimeMs?: number | undefined }
}

/** A place in which files are looked up. */
export interface Lookup<File extends FoundFile> {
  look(name: string): Promise<File | 'directory' | undefined>
  /** Returns the compressed form of a file. */
  lookBeside(file: File, coding: Coding): Promise<File | undefined>
}

/** A file to send. */
export interface Target<File extends FoundFile> {
  readonly file: File
  /** The file itself, if `file` is a compressed form of it. */
  readonly plain: File
  /** 404 for the page for missing files. */
  readonly status: 200 | 404
  /** A request field on which the choice depends, besides `Accept-Encoding`. */
  readonly vary?: 'Accept'
}

/**
 * Looks up the rest of the path after the mount.
 *
 * @returns `'slash'` if the path is that of a directory with an index, without the trailing slash;
 * undefined for a missing file.
 */
export async function lookUp<File extends FoundFile>(
  files: Lookup<File>,
  settings: Settings,
  scope: HTTPScope,
  path: string,
): Promise<Target<File> | 'slash' | undefined> {
  const name = servableName(path, scope.rawPath, settings.dotNames)
  if (name !== undefined) {
    const found = await lookUpName(files, settings, name, path)
    if (found === 'slash') return found
    if (found !== undefined) return targetOf(files, settings, scope, found, 200)
    const page = await lookUpFallback(files, settings, scope, name)
    if (page !== undefined) return page
  }
  return lookUpPage404(files, settings, scope)
}

/** Returns the file or, in html mode, the index of the directory; otherwise the file with an extension. */
async function lookUpName<File extends FoundFile>(
  files: Lookup<File>,
  { html, extensions, dotNames }: Settings,
  name: string,
  path: string,
): Promise<File | 'slash' | undefined> {
  const found = await files.look(name)
  if (found !== 'directory' && found !== undefined) return found
  const endsWithSlash = path.endsWith('/')
  if (found === 'directory' && html) {
    const index = await lookUpFile(files, name === '' ? 'index.html' : `${name}/index.html`)
    if (index !== undefined) return endsWithSlash ? index : 'slash'
  }
  // With a trailing slash, relative links of the page would lead to wrong URLs.
  if (endsWithSlash) return undefined
  for (const extension of extensions) {
    const longer = servableName(`/${name}.${extension}`, '', dotNames)
    const file = longer === undefined ? undefined : await lookUpFile(files, longer)
    if (file !== undefined) return file
  }
  return undefined
}

async function targetOf<File extends FoundFile>(
  files: Lookup<File>,
  settings: Settings,
  scope: HTTPScope,
  plain: File,
  status: Target<File>['status'],
): Promise<Target<File>> {
  const isPlain = settings.codings.length === 0
  const file = isPlain ? plain : await bestForm(files, settings, scope, plain)
  return { file, plain, status }
}

async function lookUpFile<File extends FoundFile>(
  files: Lookup<File>,
  name: string,
): Promise<File | undefined> {
  const found = await files.look(name)
  return found === 'directory' ? undefined : found
}

/**
 * The pages of the application may have any path, but the response to a missing script must not be HTML.
 * So paths that look like files get the fallback only if `Accept` contains `text/html`, as in navigation
 * requests of browsers.
 */
async function lookUpFallback<File extends FoundFile>(
  files: Lookup<File>,
  settings: Settings,
  scope: HTTPScope,
  name: string,
): Promise<Target<File> | undefined> {
  if (settings.fallback === undefined) return undefined
  const looksLikeFile = name.includes('.', name.lastIndexOf('/') + 1)
  if (looksLikeFile && !asksForHTML(scope)) return undefined
  const page = await lookUpFile(files, settings.fallback)
  if (page === undefined) return undefined
  const target = await targetOf(files, settings, scope, page, 200)
  return looksLikeFile ? { ...target, vary: 'Accept' } : target
}

function asksForHTML({ headers }: HTTPScope): boolean {
  return asksForType(joinedField(headers, 'accept') ?? '', 'text/html')
}

/** Finds the page for missing files, in html mode (ST-13). */
async function lookUpPage404<File extends FoundFile>(
  files: Lookup<File>,
  settings: Settings,
  scope: HTTPScope,
): Promise<Target<File> | undefined> {
  const page = settings.html ? await lookUpFile(files, '404.html') : undefined
  return page && targetOf(files, settings, scope, page, 404)
}

/** Returns the compressed form that the client prefers, or the plain file. */
async function bestForm<File extends FoundFile>(
  files: Lookup<File>,
  { codings }: Settings,
  { headers }: HTTPScope,
  file: File,
): Promise<File> {
  for (const coding of preferredCodings(joinedField(headers, 'accept-encoding') ?? '', codings)) {
    const form = await files.lookBeside(file, coding)
    if (form !== undefined && !isOlder(form, file)) return form
  }
  return file
}

/** Whether a compressed form is older than its file. Only seconds count, because tools drop fractions. */
function isOlder({ state: form }: FoundFile, { state: file }: FoundFile): boolean {
  if (form.mtimeMs === undefined || file.mtimeMs === undefined) return false
  return Math.floor(form.mtimeMs / 1000) < Math.floor(file.mtimeMs / 1000)
}
