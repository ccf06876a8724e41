/** Files in memory, with entity tags of their content. */
import { toBase64URL } from '../internal/base64url.ts'
import { encodeText } from '../internal/bytes.ts'
import { check } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { contentTag } from '../responses/file/answer.ts'
import { servableName } from './names.ts'
import type { FileSource, SourceFile } from './source.ts'

/** Bytes, or text to send as UTF-8. */
export type MemoryContent = string | Uint8Array

export interface MemoryFilesOptions {
  /** The `Last-Modified` of all files, in milliseconds since 1970 (unset: the field is not sent). */
  mtimeMs?: number
}

/**
 * Returns files in memory, for `SourceFiles`.
 *
 * The entity tag of a file is the hash of its content, computed when the file is first requested. Do not
 * change the bytes afterwards.
 *
 * @param files The contents by name, such as `css/app.css`, as an object or as pairs.
 * @throws TypeError if a name or a content is invalid.
 * @example
 * SourceFiles(memoryFiles({ 'robots.txt': 'User-agent: *', 'pixel.gif': new Uint8Array(43) }))
 */
export function memoryFiles(
  files: Readonly<Record<string, MemoryContent>> | Iterable<readonly [string, MemoryContent]>,
  options: MemoryFilesOptions = {},
): FileSource {
  const where = 'memoryFiles'
  const isGiven = typeof files === 'object' && files !== null
  check(where, isGiven, 'the files must be an object', files, "Write { 'index.html': '<h1>' }")
  knownOptions(where, options, 'mtimeMs')
  const { mtimeMs } = options
  const isTime = mtimeMs === undefined || Number.isFinite(mtimeMs)
  check(where, isTime, 'mtimeMs must be milliseconds since 1970', mtimeMs, 'Omit it if unknown')
  const entries = Symbol.iterator in files ? files : Object.entries(files)
  const openers = new Map<string, () => Promise<SourceFile>>()
  for (const [name, content] of entries) openers.set(checkedName(name), opener(content, mtimeMs))
  return { open: (name) => openers.get(name)?.() }
}

function checkedName(name: unknown): string {
  const isName =
    typeof name === 'string' && name !== '' && servableName(`/${name}`, '', true) === name
  check('memoryFiles', isName, 'a name must be a relative path', name, "Write 'css/app.css'")
  return name
}

/** Hashes the content once, with Web Crypto, which does not block and exists in every runtime. */
function opener(content: unknown, mtimeMs: number | undefined): () => Promise<SourceFile> {
  const isContent = typeof content === 'string' || content instanceof Uint8Array
  check('memoryFiles', isContent, 'a content must be text or bytes', content, 'Read it first')
  const bytes = typeof content === 'string' ? encodeText(content) : content
  let opened: Promise<SourceFile> | undefined
  return () => {
    opened ??= describe(bytes, mtimeMs)
    return opened
  }
}

async function describe(bytes: Uint8Array, mtimeMs: number | undefined): Promise<SourceFile> {
  // The types of Web Crypto reject shared memory, but the implementations accept it.
  const hash = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)
  return {
    size: bytes.byteLength,
    etag: contentTag(toBase64URL(new Uint8Array(hash))),
    mtimeMs,
    read: (start, end) => bytes.subarray(start, end),
  }
}
