/** Serves files that are not in a directory: in memory, in an archive, in an object store. */
import { callable } from '../internal/apps.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { answersExceptions } from '../routing/wrapped.ts'
import type { App } from '../types.ts'
import { lookUp } from './lookup.ts'
import { readOptions, type StaticFilesOptions } from './options.ts'
import { servingFiles } from './serving.ts'
import { assertSource, type FileSource } from './source.ts'
import { SourcedFiles } from './sourced.ts'
import { replyFromSource } from './sourcereply.ts'

export { type FetchLike, type HTTPFilesOptions, httpFiles } from './httpfiles.ts'
export { type MemoryContent, type MemoryFilesOptions, memoryFiles } from './memoryfiles.ts'
export type { FileBytes, FileSource, SourceFile } from './source.ts'
export { type SourceResponseOptions, sourceResponse } from './sourceresponse.ts'
export { type ZipArchive, type ZipEntry, zipFiles } from './zipfiles.ts'

/** The options of `StaticFiles`, except those of directories. */
export type SourceFilesOptions = Omit<
  StaticFilesOptions,
  'directory' | 'followSymlink' | 'checkDir'
>

/** An app that serves the files of a source, with readable properties. */
export interface SourceFiles extends App {
  readonly kind: 'sourcefiles'
  readonly source: FileSource
}

/**
 * Returns an app that serves files of any source as `StaticFiles` does, with ranges and conditional
 * requests.
 *
 * Files with an entity tag are kept in memory within the limits of `cache`, unless the source itself has
 * their bytes in memory. Each request opens the file, so a change is noticed.
 *
 * @param source `memoryFiles`, `zipFiles`, `httpFiles`, or your own object with `open(name)`.
 * @throws TypeError if the source or an option is invalid, RangeError if a size is.
 * @example
 * const site = memoryFiles({ 'index.html': '<h1>Hello</h1>', 'app.js': 'go()' })
 * Mount('/', SourceFiles(site, { html: true }))
 */
export function SourceFiles(source: FileSource, options: SourceFilesOptions = {}): SourceFiles {
  knownOptions(
    'SourceFiles',
    options,
    'html extensions fallback precompressed cacheControl attachment dotfiles cache',
  )
  assertSource('SourceFiles', source)
  const settings = readOptions(options, 'SourceFiles')
  const files = new SourcedFiles(source, settings)
  const app = servingFiles(async (scope, path) => {
    const target = await lookUp(files, settings, scope, path)
    return typeof target === 'object' ? replyFromSource(files, target, scope) : target
  })
  return answersExceptions(callable<SourceFiles>(app, { kind: 'sourcefiles', source }))
}
